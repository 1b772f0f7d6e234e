import { text as readAll } from 'node:stream/consumers';
import { newToken } from '../../local/operator-clients.ts';
import type { ProgressDisplay } from '../../local/progress.ts';
import {
  type CommandAnswer,
  defineCommand,
  flagOption,
  oneOf,
  plantOptions,
  runCommand,
  UsageError,
} from '../cli/command.ts';
import { styled } from '../cli/output.ts';
import { configurationOf, findTarget, optionsForTarget, type Target } from '../cli/target.ts';
import { secretFindings } from '../doctor/check-partners.ts';
import { findingLines } from '../doctor/finding.ts';
import { askForValue } from './ask-for-value.ts';
import {
  acceptedWithin,
  handedOut,
  isOwnSecret,
  type OwnSecretName,
  ownSecrets,
  refusedWithin,
  SecretStore,
  type StackSecretName,
  secretFacts,
  stackSecretNames,
} from './secret-store.ts';

const secretActions = ['status', 'set', 'rotate', 'finish', 'show'] as const;
type SecretAction = (typeof secretActions)[number];

interface SecretsRun {
  readonly store: SecretStore;
  readonly target: Target;
  readonly config: string;
  /** A partner's value: asked for at a terminal, else read from standard input. */
  readonly given: (name: StackSecretName) => Promise<string>;
}

const command = defineCommand({
  name: 'secrets',
  description: "Shows which of the stack's secrets are set, sets and rotates them.",
  help: `
Examples:
  npm run secrets -- --stack AzumutaErp-ghent-production        which are set, and what to type for each that is not
  npm run secrets -- set azumuta-api-key --local                asks for it, without showing it
  npm run secrets -- set erp-credentials --local < erp.json     without a file it asks for each field
  npm run secrets -- show webhook-token --local                 after set: the URL to paste into Azumuta
  npm run secrets -- rotate order-api-key --local               both keys are valid …
  npm run secrets -- finish order-api-key --local               … until you finish

The shape of the ERP's credentials depends on its connector: they are checked against --config before they are stored.
Running functions accept a new token or key within ${acceptedWithin}, and refuse the old one within ${refusedWithin} after finish.
A new key of a partner is used as soon as the partner refuses the old one.

Exit codes: 0 done · 1 failed · 2 wrong command line, or an invalid value (nothing was changed) ·
3 status: at least one secret is not usable`,
  words: {
    '[action]': `${secretActions.join(', ')} (default: status)`,
    '[secret]': stackSecretNames.join(', '),
  },
  options: {
    ...plantOptions,
    stdin: flagOption('read the value from standard input, also at a terminal (it ends with Ctrl-D)'),
  },
});

async function showSecretStates(
  { store, target, config }: SecretsRun,
  { during }: ProgressDisplay,
): Promise<CommandAnswer> {
  const states = await during('Reading the secrets', store.states());
  const findings = secretFindings(states, target, config);
  const lines = findings.flatMap((finding) => findingLines(finding));
  const facts = { target: target.name, secrets: Object.fromEntries(states) };
  return {
    facts,
    lines: [styled('bold', `Secrets of ${target.name}`), '', ...lines],
    exit: findings.some(({ result }) => result === 'wrong') ? 'partly' : 'done',
  };
}

async function runSecretAction(
  action: Exclude<SecretAction, 'status'>,
  name: StackSecretName,
  run: SecretsRun,
): Promise<CommandAnswer> {
  const { store, target, config, given } = run;
  if (!isOwnSecret(name)) {
    if (action !== 'set')
      throw new UsageError(
        `${name} is a partner's: get the new value there, then set ${name}. Only ${(action === 'show' ? handedOut : ownSecrets).join(' and ')} can be ${action === 'show' ? 'shown' : 'rotated'}.`,
      );
    await store.set(name, await given(name));
    const check = `Check it with: npm run doctor -- ${optionsForTarget(target, config)}`;
    return { facts: { set: name }, lines: [`${secretFacts[name].title}: set in ${target.name}. ${check}`] };
  }
  const next = (then: SecretAction) => `npm run secrets -- ${then} ${name} ${optionsForTarget(target)}`;
  const isShown = handedOut.some((each) => each === name);
  if (action === 'show' && !isShown)
    throw new UsageError(`Nobody needs to see ${name}: rotate it to end all links.`);
  if (action === 'show') return handOut(name, await store.current(name), target);
  if (action === 'finish') {
    if (await store.finish(name))
      return { facts: { finished: name }, lines: ['Only the new value is valid now.'] };
    return { facts: { finished: null }, lines: ['No rotation was under way: nothing to finish.'] };
  }
  await store[action](name, newToken());
  const title = `${secretFacts[name].title}: ${action === 'set' ? 'set' : 'rotated'}.`;
  const ended = `Links that were sent before open nothing within ${acceptedWithin}; the next alert has new ones.`;
  if (!isShown) return { facts: { [action]: name }, lines: [`${title} ${ended}`] };
  const done = `${title} See it with: ${next('show')}`;
  if (action === 'set') return { facts: { set: name }, lines: [done] };
  const finish = `Both values are valid until you finish: ${next('finish')}`;
  return { facts: { rotate: name }, lines: [done, finish] };
}

function handOut(name: OwnSecretName, value: string, target: Target): CommandAnswer {
  const soon = `(the functions accept it within ${acceptedWithin})`;
  const toErp = `Give this key to the ERP, which sends it in the header X-API-Key ${soon}:`;
  if (name === 'order-api-key') return { facts: { value }, lines: [toErp, value] };
  const webhookUrl = target.output('WebhookUrl').replace('<token>', () => value);
  const toAzumuta = `Paste this URL into the triggers of your article categories in Azumuta ${soon}:`;
  return { facts: { webhookUrl }, lines: [toAzumuta, webhookUrl] };
}

await runCommand(command, async ({ options, words: [first, second], signal, progress }) => {
  const { config } = options;
  const action = oneOf(secretActions, first ?? 'status', 'action');
  const name = second === undefined ? undefined : oneOf(stackSecretNames, second, 'secret');
  if (options.stdin && action !== 'set') throw new UsageError('--stdin goes with set: it is the value.');
  const target = await findTarget(options);
  // The ERP's connector knows the shape of its credentials. Everything else can be done without it.
  const isNeeded = action === 'set' && name === 'erp-credentials';
  const erp = await configurationOf(target, config).then(
    ({ integration }) => integration.erp,
    (error: unknown) => (isNeeded ? Promise.reject(error) : undefined),
  );
  // The answers of --json stay clean.
  const terminal = { input: process.stdin, output: process.stderr, signal };
  const given = (secret: StackSecretName) =>
    process.stdin.isTTY && !options.stdin
      ? askForValue(secret, erp?.secret.example ?? {}, terminal)
      : readAll(process.stdin);
  const run = { store: new SecretStore(target, erp?.secret.schema), target, config, given };

  if (action === 'status') return showSecretStates(run, progress);
  if (name === undefined) throw new UsageError(`Say which secret: ${stackSecretNames.join(', ')}.`);
  return runSecretAction(action, name, run);
});
