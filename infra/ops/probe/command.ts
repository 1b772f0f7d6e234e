import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import * as z from 'zod/mini';
import { createAzumutaClient } from '../../../shared/azumuta/client.ts';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import { reasonOf } from '../../../shared/model/errors.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { apiKeySchema } from '../../../shared/platform/credentials.ts';
import { describeMismatches, parse } from '../../../shared/platform/validation.ts';
import { loadIntegration } from '../../build/load-configuration.ts';
import {
  commonOptions,
  configOptions,
  defaultConfigFile,
  exits,
  opsCommand,
  optionsOf,
  runCommand,
  withConfig,
} from '../cli/command.ts';
import { configurationOf } from '../cli/configuration.ts';
import { UsageError } from '../cli/errors.ts';
import { writeNewFile } from '../cli/new-file.ts';
import { createProgress, say, sayJson } from '../cli/output.ts';
import { findTarget, type Target } from '../cli/target.ts';
import { jsonOf } from '../secrets/schemas.ts';
import { createSecretStore } from '../secrets/secret-store.ts';
import { createTestOrder } from './create.ts';
import type { Finding } from './findings.ts';
import { type Probed, probeAccount, probeSamples } from './probe.ts';
import { askAgain, askForKey, askWhatIsSeen } from './questions.ts';
import { contractText, placeIn, report, unseen } from './report.ts';
import { samplesOf } from './samples.ts';
import { type Seen, seenSchema } from './seen.ts';

const text = z.string().check(z.minLength(1));
const optionsSchema = z.object({
  ...commonOptions,
  ...configOptions,
  stage: z._default(text, 'production'),
  sample: z._default(z.array(text), []),
  answers: z.exactOptional(text),
  out: z.exactOptional(text),
  create: z.exactOptional(text),
  values: z._default(z.boolean(), false),
});
type Options = z.output<typeof optionsSchema>;

const command = withConfig(
  opsCommand(
    'probe',
    'Looks at a real Azumuta account, only reading, and recognises by what you see on its screen where each field stands: a table, and the lines of azumuta.contract that differ from what is assumed. At most 40 calls, two a second.',
  ),
)
  .option('--stage <stage>', 'stage of the configuration, without a stack (default: production)')
  .option(
    '--sample <file...>',
    'saved answers instead of the account: order.json, readRecording=recording.json',
  )
  .option('--answers <file>', 'a JSON file with what you see, where there is no terminal')
  .option('--values', 'show the values that were found, too')
  .option('--out <file>', 'where the contract is written (default: plants/<plant>.contract.ts)')
  .option('--create <number>', 'create one test order of this number, and say what came back different')
  .addHelpText(
    'after',
    `
Examples:
  npm run probe -- --config plants/ghent.config.ts
  npm run probe -- --stack AzumutaErp-ghent-production
  npm run probe -- --sample order.json readRecording=recording.json
  npm run probe -- --config plants/ghent.config.ts --create TEST-1

The key is the stack's secret, else AZUMUTA_API_KEY, else it is asked for; it is kept nowhere. Only --create writes to
Azumuta, after its number was typed again. The address and what you know already (azumuta.contract) are taken from the
configuration: a path that you write there is the only one that is tried.

A file of answers: {"number": "MO/0001", "article": "GEAR-01", "parameter": {"name": "Quantity", "value": "5"},
"variant": "Red", "completedStatus": "Done", "recorded": {"value": "5", "step": "Good quantity"},
"page": "https://…"}; all but the number may be left out. With --create also "again": the number once more.

Exit codes: 0 done · 1 Azumuta refused or failed · 2 wrong command line, or an answer does not fit · 3 something was
not found, or came back different`,
  );

const answersSchema = z.strictObject({ ...seenSchema.shape, again: z.optional(text) });

/** What is seen, and the number of `--create` typed again. */
async function given({ answers: file, create }: Options): Promise<z.output<typeof answersSchema>> {
  if (file === undefined && !process.stdin.isTTY)
    throw new UsageError('There is no terminal to ask at: name a file of answers with --answers.');
  const answers = file === undefined ? await askWhatIsSeen() : await jsonIn(file);
  const parsed = parse(answersSchema, answers);
  if (!parsed.ok) throw new UsageError(`The answers do not fit: ${describeMismatches(parsed.mismatches)}.`);
  if (create === undefined || file !== undefined) return parsed.value;
  return {
    ...parsed.value,
    again: await askAgain(`It will be created in Azumuta. Type the number ${create} again`),
  };
}

async function jsonIn(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

/** The plant's own file, if there is only one. */
function onlyConfiguration(): string {
  const plants = existsSync('plants')
    ? readdirSync('plants').filter((name) => name.endsWith('.config.ts'))
    : [];
  const [only, ...others] = plants;
  if (others.length > 0)
    throw new UsageError(`Say which plant: --config plants/${plants.join(' or plants/')}.`);
  return only === undefined ? defaultConfigFile : `plants/${only}`;
}

async function keyOf(target: Target | undefined): Promise<string> {
  if (target) {
    const stored = await createSecretStore(target).read('azumuta-api-key');
    const parsed = parse(apiKeySchema, stored === undefined ? undefined : jsonOf(stored));
    if (parsed.ok) return parsed.value.apiKey;
    throw new UsageError(
      'The secret azumuta-api-key of this stack is not usable: npm run secrets -- with the same --stack sets it.',
    );
  }
  const { AZUMUTA_API_KEY: key = '' } = process.env;
  if (key.trim() !== '') return key.trim();
  if (!process.stdin.isTTY)
    throw new UsageError('There is no terminal to ask at: set AZUMUTA_API_KEY, or name a stack.');
  return askForKey();
}

/** The configuration, and the file that a proposal for its plant is written to. */
async function plantOf(target: Target | undefined, options: Options) {
  if (target) return fileOf(await configurationOf(target, options.config), options);
  const file = options.config === defaultConfigFile ? onlyConfiguration() : options.config;
  return fileOf((await loadIntegration(file, options.stage)).integration, options);
}

function fileOf(integration: CompleteIntegration, { out }: Options) {
  return { integration, file: out ?? `plants/${integration.plant}.contract.ts` };
}

async function create(
  number: string,
  { again, ...seen }: z.output<typeof answersSchema>,
  { integration }: Plant,
  key: string,
  json: boolean,
  signal: AbortSignal,
): Promise<number> {
  if (again !== number) throw new UsageError('The number was not typed again as it is: nothing was created.');
  const { baseUrl, contract } = integration.azumuta;
  const azumuta = createAzumutaClient({ baseUrl, contract, clock: systemClock, apiKey: async () => key });
  const created = await createTestOrder(azumuta, number, seen, signal);
  if (json) sayJson(created);
  else if (created.differing.length === 0)
    say(
      `Product order ${number} is created (${created.id}), and came back as it was sent. Remove it in Azumuta.`,
    );
  else {
    say(`Product order ${number} is created (${created.id}), and came back different. Remove it in Azumuta.`);
    for (const difference of created.differing) say(`  ${difference}`);
  }
  return created.differing.length === 0 ? exits.done : exits.partly;
}

type Plant = Awaited<ReturnType<typeof plantOf>>;

async function look(
  seen: Seen,
  { integration }: Plant,
  options: Options,
  key: () => Promise<string>,
  signal: AbortSignal,
): Promise<Probed> {
  const { baseUrl, contract } = integration.azumuta;
  const common = { contract, seen, clock: systemClock };
  if (options.sample.length > 0) return probeSamples(await samplesOf(options.sample, seen.number), common);
  const apiKey = await key();
  const asking = probeAccount({ ...common, baseUrl, apiKey, signal });
  return createProgress().during('Asking Azumuta, twice a second', asking);
}

/** Writes the contract where there is none yet, and says what to do with it. */
async function write(
  probed: Probed,
  { integration: { plant }, file }: Plant,
  { config }: Options,
): Promise<void> {
  if (Object.keys(probed.proposal.settings).length === 0) return;
  if (existsSync(file)) {
    say(
      `${file} is there already, and stays as it is: remove it, or name another with --out, to have this one written.`,
    );
    return;
  }
  await writeNewFile(file, contractText(probed));
  const configuration = config === defaultConfigFile ? `plants/${plant}.config.ts` : config;
  const module = relative(dirname(configuration), file).replaceAll('\\', '/');
  say(`${file} is written. In ${configuration}, add:`);
  say(`  import { contract } from '${module.startsWith('.') ? module : `./${module}`}';`);
  say('  azumuta: { contract },');
}

function toldOf(finding: Finding, { values }: Options) {
  const { line, set, certainty, why, shown } = finding;
  return {
    line,
    where: set === undefined ? undefined : placeIn(finding),
    certainty,
    why,
    value: values ? shown : undefined,
  };
}

await runCommand(command, async (parsed, signal) => {
  const options = optionsOf(parsed, optionsSchema);
  const isOfStack = options.stack !== undefined || options.local !== undefined;
  const target = isOfStack ? await findTarget(options) : undefined;
  const plant = await plantOf(target, options);
  const answers = await given(options);
  const key = () => keyOf(target);
  if (options.create !== undefined)
    return create(options.create, answers, plant, await key(), options.json, signal);

  const { again: _, ...seen } = answers;
  const probed = await look(seen, plant, options, key, signal);
  const { findings, complaints, stopped } = probed;
  const isFound = findings.some(({ set }) => set !== undefined);
  if (stopped !== undefined && (!isFound || signal.aborted)) throw new Error(stopped);
  const exit =
    stopped !== undefined ? exits.failed : isFound && complaints.length === 0 ? exits.done : exits.partly;
  if (options.json) {
    sayJson({
      findings: findings.map((finding) => toldOf(finding, options)),
      complaints,
      contract: contractText(probed),
      stopped,
      unseen,
    });
    return exit;
  }
  report(probed, options.values);
  await write(probed, plant, options);
  say();
  say('What reading cannot show:');
  for (const each of unseen) say(`  - ${each}`);
  return exit;
});
