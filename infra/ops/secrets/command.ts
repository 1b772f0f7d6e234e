import { text as readAll } from 'node:stream/consumers';
import * as z from 'zod/mini';
import { newToken } from '../../local/operator-clients.ts';
import {
  commonOptions,
  configOption,
  configOptions,
  exits,
  opsCommand,
  runCommand,
  UsageError,
} from '../cli/command.ts';
import { createProgress, say, sayJson, styled, tableOf } from '../cli/output.ts';
import { configurationOf, findTarget, type Target, whereOf } from '../cli/target.ts';
import {
  createSecretStore,
  isOwn,
  type OwnSecretName,
  ownSecrets,
  type SecretName,
  type SecretState,
  type SecretStore,
  secretFacts,
  secretNames,
} from './secret-store.ts';
import { runSecretsWizard } from './wizard.ts';

const actions = ['status', 'set', 'rotate', 'finish', 'show'] as const;
const optionsSchema = z.object({
  ...commonOptions,
  ...configOptions,
  generate: z._default(z.boolean(), false),
  stdin: z._default(z.boolean(), false),
  show: z._default(z.boolean(), false),
});
type Options = z.output<typeof optionsSchema>;

/** The secrets of a stack, and what was typed. */
interface Run {
  readonly store: SecretStore;
  readonly target: Target;
  readonly options: Options;
}

const todo: Readonly<Record<SecretState['state'], string>> = {
  set: '',
  unset: 'set it',
  rotating: 'finish the rotation when the old value is not used any more',
  unfit: 'set it again',
};

const command = opsCommand(
  'secrets',
  "Sets and rotates the stack's secrets. Without an action it asks what to do, on a terminal.",
)
  .addOption(configOption)
  .argument('[action]', actions.join(', '))
  .argument('[secret]', secretNames.join(', '))
  .option('--stdin', 'read the value from standard input, so that it is not on the command line')
  .option('--generate', 'make a random value (webhook-token, order-api-key)')
  .option('--show', 'print a generated value, or the webhook URL, even if this is no terminal')
  .addHelpText(
    'after',
    `
Examples:
  npm run secrets -- --local                                      go through all, on a terminal
  npm run secrets -- status --stack AzumutaErp-ghent-production   which are set
  npm run secrets -- set azumuta-api-key --stdin --local < key.txt
  npm run secrets -- set erp-credentials --stdin --local < erp.json
  npm run secrets -- set alert-webhooks --stdin --local < webhooks.json
  npm run secrets -- set webhook-token --generate --local         prints the URL to paste into Azumuta
  npm run secrets -- rotate order-api-key --generate --local      both keys are valid …
  npm run secrets -- finish order-api-key --local                 … until you finish

The shape of the ERP's credentials depends on its connector: they are checked against --config before they are stored.
Running functions accept a new token or key within a minute, and refuse the old one within 15 minutes after finish.
A new key of a partner is used as soon as the partner refuses the old one.

Exit codes: 0 done · 1 failed · 2 wrong command line, or a value that does not fit (nothing was changed) ·
3 status: at least one secret is not usable`,
  );

/** The ERP's part of the configuration, if it is needed: its connector knows the shape of the credentials. */
async function erpOf(
  target: Target,
  name: SecretName | undefined,
  action: string | undefined,
  options: Options,
) {
  if (name !== undefined && name !== 'erp-credentials') return undefined;
  const loading = configurationOf(target, options.config).then(({ erp }) => erp);
  // The status can be shown without it.
  return action === 'status' ? loading.catch(() => undefined) : loading;
}

async function act(
  action: 'set' | 'rotate' | 'finish' | 'show',
  name: SecretName,
  run: Run,
): Promise<number> {
  const { store, target, options } = run;
  if (!isOwn(name)) {
    if (action !== 'set')
      throw new UsageError(
        `${name} is a partner's: get the new value there, then set ${name}. Only ${ownSecrets.join(' and ')} can be ${action === 'show' ? 'shown' : 'rotated'}.`,
      );
    await store.set(name, await givenValue(name, run));
    return print(`${secretFacts[name].title} is set in ${target.name}.`, { set: name }, options);
  }
  if (action === 'finish') {
    const finished = await store.finish(name);
    const sentence = finished
      ? 'Only the new value is valid now.'
      : 'No rotation was under way: nothing to finish.';
    return print(sentence, { finished: finished ? name : null }, options);
  }
  if (action === 'show') {
    if (!mayShow(options)) throw new UsageError('This is no terminal: add --show to print a secret anyway.');
    return printValue(name, await store.current(name), {}, run);
  }
  const value = await givenValue(name, run);
  await store[action](name, value);
  const facts = { [action]: name };
  if (options.generate) return printValue(name, value, facts, run);
  return print(`${secretFacts[name].title} is ${action === 'set' ? 'set' : 'rotated'}.`, facts, options);
}

async function givenValue(name: SecretName, { target, options }: Run): Promise<string> {
  const { generate, stdin, config } = options;
  if (generate && stdin) throw new UsageError('Choose one: --generate or --stdin.');
  if (generate && isOwn(name)) return newToken();
  if (generate)
    throw new UsageError(`${name} is a partner's and cannot be generated here: give it with --stdin.`);
  if (stdin) return (await readAll(process.stdin)).trim();
  throw new UsageError(
    `Say where the value comes from: --stdin${isOwn(name) ? ' or --generate' : ''}. To be asked for it: npm run secrets -- ${whereOf(target, config)}`,
  );
}

function printValue(
  name: OwnSecretName,
  value: string,
  facts: Record<string, unknown>,
  { target, options }: Run,
): number {
  if (!mayShow(options))
    return print('Done. The value is not printed, as this is no terminal: --show prints it.', facts, options);
  const shown = name === 'webhook-token' ? { webhookUrl: webhookUrlOf(target, value) } : { value };
  return print(instructions(target, name, value), { ...facts, ...shown }, options);
}

function mayShow({ show }: Options): boolean {
  return show || process.stdout.isTTY === true;
}

function print(sentence: string, facts: Record<string, unknown>, { json }: Options): number {
  if (json) sayJson(facts);
  else say(sentence);
  return exits.done;
}

/** What to do with a value of one of our own secrets. */
function instructions(target: Target, name: OwnSecretName, value: string): string {
  return name === 'webhook-token'
    ? `Paste this URL into the triggers of your article categories in Azumuta (the functions accept it within a minute):\n${webhookUrlOf(target, value)}`
    : `Give this key to the ERP, which sends it in the header X-API-Key (the functions accept it within a minute):\n${value}`;
}

function webhookUrlOf(target: Target, token: string): string {
  return target.output('WebhookUrl').replace('<token>', () => token);
}

async function status({ store, target, options }: Run): Promise<number> {
  const states = await createProgress().during('Reading the secrets', store.states());
  if (options.json) sayJson({ target: target.name, secrets: Object.fromEntries(states) });
  else {
    const rows = [...states].map(([name, state]) => {
      const mistakes = state.state === 'unfit' ? `${state.mistakes.join('; ')}: ` : '';
      return [name, state.state, `${mistakes}${todo[state.state]}`];
    });
    const columns = [{ title: 'Secret' }, { title: 'State' }, { title: 'What to do', most: 70 }];
    for (const line of [styled('bold', `Secrets of ${target.name}`), '', ...tableOf(columns, rows)])
      say(line);
  }
  const isUsable = [...states.values()].every(({ state }) => state === 'set' || state === 'rotating');
  return isUsable ? exits.done : exits.partly;
}

function oneOf<const T extends string>(
  known: readonly T[],
  given: string | undefined,
  what: string,
): T | undefined {
  if (given === undefined) return undefined;
  const found = known.find((each) => each === given);
  if (found === undefined) throw new UsageError(`There is no ${what} ${given}: choose ${known.join(', ')}.`);
  return found;
}

await runCommand(command, optionsSchema, async ({ options, words, signal }) => {
  const action = oneOf(actions, words[0], 'action');
  const name = oneOf(secretNames, words[1], 'secret');
  const target = await createProgress().during('Looking for the stack', findTarget(options));
  const erp = await erpOf(target, name, action, options);
  const store = createSecretStore(target, erp?.credentials);

  if (action === undefined && process.stdin.isTTY && process.stdout.isTTY && !options.json) {
    await runSecretsWizard({
      store,
      erpFields: erp?.credentialsExample ?? {},
      instructions: (own, value) => instructions(target, own, value),
      check: `npm run doctor -- ${whereOf(target, options.config)}`,
      terminal: { input: process.stdin, output: process.stdout, signal },
    });
    return exits.done;
  }
  if (action === undefined || action === 'status') return status({ store, target, options });
  if (name === undefined) throw new UsageError(`Say which secret: ${secretNames.join(', ')}.`);
  return act(action, name, { store, target, options });
});
