import type { Readable, Writable } from 'node:stream';
import { type CANCEL_SYMBOL, confirm, isCancel, log, password, select } from '@clack/prompts';
import { webhookChannels } from '../../../shared/alerts/names.ts';
import { reasonOf } from '../../../shared/model/errors.ts';
import { newToken } from '../../local/operator-clients.ts';
import { isOwn, type OwnSecretName, type SecretName, secretFacts } from './schemas.ts';
import type { SecretStore } from './secret-store.ts';

export interface WizardDependencies {
  readonly keeper: SecretStore;
  /** Fields of the ERP's credentials, with what to write there. */
  readonly erpFields: Readonly<Record<string, string>>;
  /** What to do with a new value of ours: where it is pasted. */
  readonly handOut: (name: OwnSecretName, value: string) => string;
  /** What to type to check a partner's secret. */
  readonly check: string;
  readonly terminal: { readonly input: Readable; readonly output: Writable; readonly signal: AbortSignal };
}

const stateWords = {
  unset: 'not set yet',
  set: 'set',
  rotating: 'set, two values are valid: a rotation is to be finished',
  unfit: 'does not have the expected shape',
} as const;

/** Somebody pressed Ctrl-C or Escape: nothing half-done is left. */
class Left extends Error {}

/**
 * Walks an operator through the secrets: shows how they stand, and sets, rotates or finishes the one that is
 * chosen. What is typed is never echoed.
 */
export async function runSecretsWizard(dependencies: WizardDependencies): Promise<void> {
  try {
    while (await oneSecret(dependencies)) {
      // The next one.
    }
  } catch (error) {
    if (!(error instanceof Left)) throw error;
  }
}

/** @returns false when the operator is done. */
async function oneSecret(dependencies: WizardDependencies): Promise<boolean> {
  const { keeper, terminal } = dependencies;
  const states = await keeper.states();
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
    if (!isOwn(chosen)) await setForeign(chosen, dependencies);
    else if (state === 'unset' || state === 'unfit') await setOwn(chosen, dependencies);
    else if (state === 'rotating') await finishOwn(chosen, dependencies);
    else await rotateOwn(chosen, dependencies);
  } catch (error) {
    if (error instanceof Left) throw error;
    log.error(reasonOf(error), terminal);
  }
  return true;
}

async function setForeign(
  name: Exclude<SecretName, OwnSecretName>,
  dependencies: WizardDependencies,
): Promise<void> {
  const { keeper, erpFields, check, terminal } = dependencies;
  if (name === 'azumuta-api-key') {
    await keeper.set(name, JSON.stringify({ apiKey: await typed('Azumuta API key', terminal) }));
  } else {
    const isWebhooks = name === 'alert-webhooks';
    const fields: Record<string, string> = {};
    for (const [field, what] of Object.entries(isWebhooks ? webhookFields : erpFields)) {
      const value = await typed(`${field} (such as: ${what})`, terminal, isWebhooks);
      if (value !== '') fields[field] = value;
    }
    await keeper.set(name, JSON.stringify(fields));
  }
  log.success(`${secretFacts[name].title} is set. Check it with:`, terminal);
  terminal.output.write(`\n${check}\n\n`);
}

async function setOwn(name: OwnSecretName, dependencies: WizardDependencies): Promise<void> {
  const value = newToken();
  await dependencies.keeper.set(name, value);
  handOut(`${secretFacts[name].title} is set.`, dependencies.handOut(name, value), dependencies.terminal);
}

async function rotateOwn(name: OwnSecretName, dependencies: WizardDependencies): Promise<void> {
  const { keeper, terminal } = dependencies;
  const sure = answered(
    await confirm({
      ...terminal,
      message: `Rotate the ${secretFacts[name].title.toLowerCase()}? The one before stays valid until you finish.`,
    }),
  );
  if (!sure) return;
  const value = newToken();
  await keeper.rotate(name, value);
  handOut('It is rotated; both values are valid now.', dependencies.handOut(name, value), terminal);
}

async function finishOwn(name: OwnSecretName, { keeper, terminal }: WizardDependencies): Promise<void> {
  const sure = answered(
    await confirm({
      ...terminal,
      initialValue: false,
      message: 'Is the new value used everywhere? Then the one before becomes invalid.',
    }),
  );
  if (!sure) return;
  await keeper.finish(name);
  log.success('Only the new value is valid now; running functions notice within 15 minutes.', terminal);
}

/** Without a frame, so that a long value is copied in one piece. */
function handOut(done: string, text: string, terminal: WizardDependencies['terminal']): void {
  log.success(done, terminal);
  terminal.output.write(`\n${text}\n\n`);
}

/** What is asked for each webhook. */
const webhookFields = Object.fromEntries(
  webhookChannels.map((name) => [name, 'https://…, or nothing where it gets no alerts']),
);

/** Typed text, never echoed. */
async function typed(
  message: string,
  terminal: WizardDependencies['terminal'],
  mayBeEmpty = false,
): Promise<string> {
  return answered(
    await password({
      ...terminal,
      message,
      validate: (value) => (!mayBeEmpty && (value ?? '').trim() === '' ? 'Type or paste it.' : undefined),
    }),
  ).trim();
}

/** @throws Left when the prompt was left. */
function answered<T>(answer: T | typeof CANCEL_SYMBOL): T {
  if (isCancel(answer)) throw new Left();
  return answer;
}
