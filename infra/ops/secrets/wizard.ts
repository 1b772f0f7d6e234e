import type { Readable, Writable } from 'node:stream';
import { type CANCEL_SYMBOL, confirm, isCancel, log, password, select } from '@clack/prompts';
import { webhookChannels } from '../../../shared/alerts/names.ts';
import { reasonOf } from '../../../shared/model/errors.ts';
import { newToken } from '../../local/operator-clients.ts';
import type { SecretStore } from './secret-store.ts';
import { isOwn, type OwnSecretName, type SecretName, type SecretState, secretFacts } from './secret-store.ts';

export interface WizardDependencies {
  readonly store: SecretStore;
  /** Fields of the ERP's credentials, each with an example. */
  readonly erpFields: Readonly<Record<string, string>>;
  /** What to do with a new value of one of our own secrets. */
  readonly instructions: (name: OwnSecretName, value: string) => string;
  /** The command that checks a partner's secret. */
  readonly check: string;
  readonly terminal: { readonly input: Readable; readonly output: Writable; readonly signal: AbortSignal };
}

const stateWords: Readonly<Record<SecretState['state'], string>> = {
  unset: 'not set yet',
  set: 'set',
  rotating: 'set, two values are valid: finish the rotation',
  unfit: 'does not have the expected shape',
};

/** The fields of the secret `alert-webhooks`. */
const webhookFields = Object.fromEntries(
  webhookChannels.map((name) => [name, 'https://…, or empty if it gets no alerts']),
);

/** Somebody pressed Ctrl-C or Escape; nothing was changed. */
class Left extends Error {}

/**
 * Asks an operator which secret to change: shows the states of all, and sets, rotates or finishes the chosen one. Typed
 * values are never shown.
 */
export async function runSecretsWizard(dependencies: WizardDependencies): Promise<void> {
  const { store, erpFields, instructions, check, terminal } = dependencies;
  try {
    while (await changeOne()) {
      // The next one.
    }
  } catch (error) {
    if (!(error instanceof Left)) throw error;
  }

  /** @returns false when the operator is done. */
  async function changeOne(): Promise<boolean> {
    const states = await store.states();
    const [first] = [...states].find(([, { state }]) => state !== 'set') ?? [];
    const chosen = answered(
      await select<SecretName | 'done'>({
        ...terminal,
        message: 'Which secret?',
        initialValue: first ?? 'done',
        options: [
          ...[...states].map(([name, { state }]) => ({
            value: name,
            label: `${secretFacts[name].title}: ${stateWords[state]}`,
            hint: secretFacts[name].from,
          })),
          { value: 'done', label: 'Done' },
        ],
      }),
    );
    if (chosen === 'done') return false;
    try {
      const state = states.get(chosen)?.state;
      if (!isOwn(chosen)) await setPartners(chosen);
      else if (state === 'unset' || state === 'unfit') await setOwn(chosen);
      else if (state === 'rotating') await finish(chosen);
      else await rotate(chosen);
    } catch (error) {
      if (error instanceof Left) throw error;
      log.error(reasonOf(error), terminal);
    }
    return true;
  }

  async function setPartners(name: Exclude<SecretName, OwnSecretName>): Promise<void> {
    if (name === 'azumuta-api-key') {
      await store.set(name, JSON.stringify({ apiKey: await typed('Azumuta API key') }));
    } else {
      const isWebhooks = name === 'alert-webhooks';
      const fields: Record<string, string> = {};
      for (const [field, example] of Object.entries(isWebhooks ? webhookFields : erpFields)) {
        const value = await typed(`${field} (such as: ${example})`, isWebhooks);
        if (value !== '') fields[field] = value;
      }
      await store.set(name, JSON.stringify(fields));
    }
    show(`${secretFacts[name].title} is set. Check it with:`, check);
  }

  async function setOwn(name: OwnSecretName): Promise<void> {
    const value = newToken();
    await store.set(name, value);
    show(`${secretFacts[name].title} is set.`, instructions(name, value));
  }

  async function rotate(name: OwnSecretName): Promise<void> {
    const message = `Rotate the ${secretFacts[name].title.toLowerCase()}? The old value stays valid until you finish.`;
    if (!answered(await confirm({ ...terminal, message }))) return;
    const value = newToken();
    await store.rotate(name, value);
    show('It is rotated; both values are valid now.', instructions(name, value));
  }

  async function finish(name: OwnSecretName): Promise<void> {
    const message = 'Is the new value used everywhere? Then the old one becomes invalid.';
    if (!answered(await confirm({ ...terminal, initialValue: false, message }))) return;
    await store.finish(name);
    log.success('Only the new value is valid now; running functions notice within 15 minutes.', terminal);
  }

  /** Prints the text without a frame, so that a long value can be copied in one piece. */
  function show(done: string, text: string): void {
    log.success(done, terminal);
    terminal.output.write(`\n${text}\n\n`);
  }

  /** Typed text, which is never shown. */
  async function typed(message: string, mayBeEmpty = false): Promise<string> {
    const validate = (value = '') => (!mayBeEmpty && value.trim() === '' ? 'Type or paste it.' : undefined);
    return answered(await password({ ...terminal, message, validate })).trim();
  }
}

/** @throws Left when the operator left the prompt. */
function answered<T>(answer: T | typeof CANCEL_SYMBOL): T {
  if (isCancel(answer)) throw new Left();
  return answer;
}
