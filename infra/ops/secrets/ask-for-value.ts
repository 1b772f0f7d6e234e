import type { Readable, Writable } from 'node:stream';
import { password } from '@clack/prompts';
import { webhookChannels } from '../../../shared/alerts/dependencies.ts';
import { answered, unlessEmpty } from '../cli/files.ts';
import { type StackSecretName, secretFacts } from './secret-store.ts';

/** What is typed is never shown. @param erpFields Each with an example. @throws UsageError when they leave. */
export async function askForValue(
  name: StackSecretName,
  erpFields: Readonly<Record<string, string>>,
  terminal: { readonly input: Readable; readonly output: Writable; readonly signal: AbortSignal },
): Promise<string> {
  // At the end of its input (Ctrl-D) the prompt alone would never answer.
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  terminal.input.once('end', leave);
  terminal.input.on(
    'keypress',
    (_: unknown, key: { readonly ctrl?: boolean; readonly name?: string } = {}) => {
      if (key.ctrl && key.name === 'd') leave();
    },
  );
  const signal = AbortSignal.any([terminal.signal, leaving.signal]);
  const ask = async (message: string, mayBeEmpty = false) => {
    const validate = mayBeEmpty ? () => undefined : unlessEmpty('Type or paste it.');
    return answered(await password({ ...terminal, signal, message, validate })).trim();
  };
  const fields: Record<string, string> = {};
  if (name === 'erp-credentials') {
    for (const [field, example] of Object.entries(erpFields))
      fields[field] = await ask(`${field} (such as: ${example})`);
  } else if (name === 'alert-webhooks') {
    for (const channel of webhookChannels) {
      const address = await ask(`${channel} (such as: https://…, or nothing if it gets no alerts)`, true);
      if (address !== '') fields[channel] = address;
    }
  } else return ask(secretFacts[name].title);
  return JSON.stringify(fields);
}
