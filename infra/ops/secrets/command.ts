import { text as readAll } from 'node:stream/consumers';
import * as z from 'zod/mini';
import { newToken } from '../../local/operator-clients.ts';
import {
  commonOptions,
  configOptions,
  exits,
  opsCommand,
  optionsOf,
  runCommand,
  withConfig,
  wordsOf,
} from '../cli/command.ts';
import { configurationOf } from '../cli/configuration.ts';
import { UsageError } from '../cli/errors.ts';
import { createProgress, say, sayJson, styled, tableOf } from '../cli/output.ts';
import { findTarget, type Target, whereOf } from '../cli/target.ts';
import {
  isOwn,
  type OwnSecretName,
  ownSecrets,
  type SecretName,
  type SecretState,
  secretFacts,
  secretNames,
} from './schemas.ts';
import { createSecretStore, type SecretStore } from './secret-store.ts';
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

const todo: Readonly<Record<SecretState['state'], string>> = {
  set: '',
  unset: 'set it',
  rotating: 'finish the rotation, once the value before is used nowhere',
  unfit: 'set it anew',
};

const command = withConfig(
  opsCommand('secrets', "Sets and rotates the stack's secrets. Without an action it walks you through."),
)
  .argument('[action]', actions.join(', '))
  .argument('[secret]', secretNames.join(', '))
  .option('--stdin', 'read the value from standard input: it never stands on a command line')
  .option('--generate', 'make a random value (webhook-token, order-api-key)')
  .option('--show', 'print a made value, or the webhook URL, although this is no terminal')
  .addHelpText(
    'after',
    `
Examples:
  npm run secrets -- --local                                      walk through all, on a terminal
  npm run secrets -- status --stack AzumutaErp-ghent-production   which are set
  npm run secrets -- set azumuta-api-key --stdin --local < key.txt
  npm run secrets -- set erp-credentials --stdin --local < erp.json
  npm run secrets -- set alert-webhooks --stdin --local < webhooks.json
  npm run secrets -- set webhook-token --generate --local         prints the URL to paste into Azumuta
  npm run secrets -- rotate order-api-key --generate --local      both keys are valid …
  npm run secrets -- finish order-api-key --local                 … until you finish

What a secret of the ERP looks like depends on its connector: it is checked against --config before it is stored.
A rotated token or key is taken by running functions within a minute; the one before is refused within 15 minutes
after finish. A changed key of a partner is read again when the partner refuses the old one.

Exit codes: 0 done · 1 failed · 2 wrong command line, or a value that does not fit (nothing was changed) ·
3 status: at least one secret is not usable`,
  );

/** The ERP's part of the configuration: its connector knows the shape of the credentials. */
async function erpOf(
  target: Target,
  name: SecretName | undefined,
  action: string | undefined,
  options: Options,
) {
  if (name !== undefined && name !== 'erp-credentials') return undefined;
  const loading = configurationOf(target, options.config).then(({ erp }) => erp);
  // To see what is set, it can do without.
  return action === 'status' ? loading.catch(() => undefined) : loading;
}

async function act(
  action: 'set' | 'rotate' | 'finish' | 'show',
  name: SecretName,
  keeper: SecretStore,
  target: Target,
  options: Options,
): Promise<number> {
  if (action === 'set' && !isOwn(name)) {
    await keeper.set(name, await givenValue(name, target, options));
    return tell(`${secretFacts[name].title} is set in ${target.name}.`, { set: name }, options);
  }
  if (!isOwn(name))
    throw new UsageError(
      `${name} is a partner's: get the new value there, then set ${name}. Only ${ownSecrets.join(' and ')} can be ${action === 'show' ? 'shown' : 'rotated'}.`,
    );
  if (action === 'finish') {
    const finished = await keeper.finish(name);
    const said = finished
      ? 'Only the current value is valid now.'
      : 'No rotation was under way: nothing to finish.';
    return tell(said, { finished: finished ? name : null }, options);
  }
  if (action === 'show') {
    if (!mayShow(options)) throw new UsageError('This is no terminal: add --show to print a secret anyway.');
    return tellValue(name, await keeper.current(name), {}, target, options);
  }
  const value = await givenValue(name, target, options);
  await (action === 'set' ? keeper.set(name, value) : keeper.rotate(name, value));
  if (!options.generate)
    return tell(
      `${secretFacts[name].title} is ${action === 'set' ? 'set' : 'rotated'}.`,
      { [action]: name },
      options,
    );
  return tellValue(name, value, { [action]: name }, target, options);
}

async function givenValue(
  name: SecretName,
  target: Target,
  { generate, stdin, config }: Options,
): Promise<string> {
  if (generate && stdin) throw new UsageError('Choose one: --generate or --stdin.');
  if (generate && isOwn(name)) return newToken();
  if (generate) throw new UsageError(`${name} is a partner's and cannot be made here: give it with --stdin.`);
  if (stdin) return (await readAll(process.stdin)).trim();
  throw new UsageError(
    `Say where the value comes from: --stdin${isOwn(name) ? ' or --generate' : ''}. To be asked for it: npm run secrets -- ${whereOf(target, config)}`,
  );
}

function tellValue(
  name: OwnSecretName,
  value: string,
  done: Record<string, unknown>,
  target: Target,
  options: Options,
): number {
  if (!mayShow(options))
    return tell('Done. The value is not printed, as this is no terminal: --show prints it.', done, options);
  const shown = name === 'webhook-token' ? { webhookUrl: webhookUrlOf(target, value) } : { value };
  return tell(handOutText(target, name, value), { ...done, ...shown }, options);
}

function mayShow({ show }: Options): boolean {
  return show || process.stdout.isTTY === true;
}

function tell(sentence: string, facts: Record<string, unknown>, { json }: Options): number {
  if (json) sayJson(facts);
  else say(sentence);
  return exits.done;
}

function handOutText(target: Target, name: OwnSecretName, value: string): string {
  return name === 'webhook-token'
    ? `Paste this URL into the triggers of your article categories in Azumuta (the functions know it within a minute):\n${webhookUrlOf(target, value)}`
    : `Give this key to the ERP, which sends it in the header X-API-Key (the functions know it within a minute):\n${value}`;
}

function webhookUrlOf(target: Target, token: string): string {
  return target.output('WebhookUrl').replace('<token>', () => token);
}

async function status(keeper: SecretStore, target: Target, { json }: Options): Promise<number> {
  const states = await createProgress().during('Reading the secrets', keeper.states());
  const usable = [...states.values()].every(({ state }) => ['set', 'rotating'].includes(state));
  if (json) sayJson({ target: target.name, secrets: Object.fromEntries(states) });
  else {
    say(styled('bold', `Secrets of ${target.name}`));
    say();
    const rows = [...states].map(([name, state]) => [
      name,
      state.state,
      state.state === 'unfit' ? `${state.mistakes.join('; ')}: ${todo.unfit}` : todo[state.state],
    ]);
    for (const line of tableOf(
      [{ title: 'Secret' }, { title: 'State' }, { title: 'What to do', most: 70 }],
      rows,
    ))
      say(line);
  }
  return usable ? exits.done : exits.partly;
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

await runCommand(command, async (parsed, signal) => {
  const { options, words } = wordsOf(parsed, optionsOf(parsed, optionsSchema));
  const action = oneOf(actions, words[0], 'action');
  const name = oneOf(secretNames, words[1], 'secret');
  const target = await createProgress().during('Looking for the stack', findTarget(options));
  const erp = await erpOf(target, name, action, options);
  const keeper = createSecretStore(target, erp?.credentials);

  if (action === undefined && process.stdin.isTTY && process.stdout.isTTY && !options.json) {
    await runSecretsWizard({
      keeper,
      erpFields: erp?.credentialsExample ?? {},
      handOut: (own, value) => handOutText(target, own, value),
      check: `npm run doctor -- ${whereOf(target, options.config)}`,
      terminal: { input: process.stdin, output: process.stdout, signal },
    });
    return exits.done;
  }
  if (action === undefined || action === 'status') return status(keeper, target, options);
  if (name === undefined) throw new UsageError(`Say which secret: ${secretNames.join(', ')}.`);
  return act(action, name, keeper, target, options);
});
