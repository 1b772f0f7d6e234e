import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import * as z from 'zod/mini';
import { type AzumutaClient, createAzumutaClient } from '../../../shared/azumuta/client.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { shellWord } from '../../../shared/platform/shell-word.ts';
import { answersFrom, fittingAnswers } from '../cli/answers.ts';
import {
  commonOptions,
  defaultConfigFile,
  exits,
  opsCommand,
  optionsOf,
  runCommand,
} from '../cli/command.ts';
import { UsageError } from '../cli/errors.ts';
import { writeNewFile } from '../cli/new-file.ts';
import { createProgress, say, sayJson } from '../cli/output.ts';
import { findTarget } from '../cli/target.ts';
import { type Configured, configured, keyOf } from './configured.ts';
import { createTestOrder } from './create.ts';
import type { Finding } from './findings.ts';
import { type Probed, probeAccount, probeSamples } from './probe.ts';
import { askWhatIsSeen } from './questions.ts';
import { contractText, placeIn, report, unseen } from './report.ts';
import { samplesOf } from './samples.ts';
import { seenSchema } from './seen.ts';
import { emptyContract } from './source.ts';

const text = z.string().check(z.minLength(1));
const optionsSchema = z.object({
  ...commonOptions,
  config: z.exactOptional(text),
  stage: z._default(text, 'production'),
  sample: z._default(z.array(text), []),
  answers: z.exactOptional(text),
  out: z.exactOptional(text),
  create: z.exactOptional(text),
  replace: z._default(z.boolean(), false),
  values: z._default(z.boolean(), false),
});
type Options = z.output<typeof optionsSchema>;

const command = opsCommand(
  'probe',
  'Looks at a real Azumuta account, only reading, and recognises by what you see on its screen where each field stands: a table, and the lines of azumuta.contract that differ from what is assumed. At most 40 calls, two a second.',
)
  .option(
    '-c, --config <file>',
    "the plant's configuration (default: that of the stack's plant, or the only one in plants/)",
  )
  .option('--stage <stage>', 'stage of the configuration, without a stack (default: production)')
  .option(
    '--sample <file...>',
    'saved answers instead of the account: order.json, readRecording=recording.json',
  )
  .option('--answers <file>', 'a JSON file with what you see, where there is no terminal')
  .option('--values', 'show the values that were found, too')
  .option('--out <file>', 'where the contract is written (default: plants/<plant>.contract.ts)')
  .option('--replace', 'write it over one that is there; the lines that its configuration says by hand stay')
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
type Given = z.output<typeof answersSchema>;

/** What is seen, and the number of `--create` typed again. */
async function given({ answers: file, create: number }: Options): Promise<Given> {
  const asked = await answersFrom(file, () => askWhatIsSeen(number));
  return fittingAnswers(answersSchema, number === undefined ? asked : { number, ...Object(asked) });
}

/** Creates one test order, once its number was typed again, and says what came back different. */
async function create(
  number: string,
  { again, ...seen }: Given,
  { json }: Options,
  azumuta: () => Promise<AzumutaClient>,
  signal: AbortSignal,
): Promise<number> {
  if (again !== number) throw new UsageError('The number was not typed again as it is: nothing was created.');
  const created = await createTestOrder(await azumuta(), number, seen, signal);
  const { id, differing } = created;
  if (json) sayJson(created);
  else {
    const how = differing.length === 0 ? 'came back as it was sent' : 'came back different';
    say(`Product order ${number} is created (${id}), and ${how}. Remove it in Azumuta.`);
    for (const difference of differing) say(`  ${difference}`);
  }
  return differing.length === 0 ? exits.done : exits.partly;
}

/** Writes the contract where there is none yet. @returns What to do with it. */
function written(
  contract: string,
  { integration: { plant }, file }: Configured,
  { out, replace }: Options,
): string[] {
  // The demo is no plant of anybody's.
  const own = out ?? (file === defaultConfigFile ? undefined : `plants/${plant}.contract.ts`);
  if (own === undefined)
    return ['--out names a file to write it into; so does the configuration of a plant.'];
  const before = existsSync(own) ? readFileSync(own, 'utf8') : undefined;
  if (before !== undefined && before !== emptyContract && !replace)
    return [`${own} is there already, and stays as it is: --replace writes it anew, --out another one.`];
  rmSync(own, { force: true });
  writeNewFile(own, contract);
  const again = `npm run probe -- --config ${shellWord(file)}`;
  if (before !== undefined)
    return [`${own} is written. Read what is to confirm in it, and look whether all is understood: ${again}`];
  const module = relative(dirname(file), own).replaceAll('\\', '/');
  return [
    `${own} is written. Read what is to confirm in it; in ${file}, add`,
    `  import { contract } from '${module.startsWith('.') ? module : `./${module}`}';`,
    '  azumuta: { contract },',
    `and look whether all is understood: ${again}`,
  ];
}

function told(finding: Finding, { values }: Options) {
  const { line, set, certainty, why, shown } = finding;
  const where = set === undefined ? undefined : placeIn(finding);
  return { line, where, certainty, why, value: values ? shown : undefined };
}

async function tell(probed: Probed, plant: Configured, options: Options): Promise<number> {
  const { findings, complaints, stopped, proposal } = probed;
  const isFound = findings.some(({ set }) => set !== undefined);
  const contract = await contractText(probed);
  if (options.json) {
    const fields = findings.map((finding) => told(finding, options));
    sayJson({ findings: fields, complaints, contract, stopped, unseen });
  } else {
    report(probed, contract, options.values);
    if (Object.keys(proposal.settings).length > 0)
      for (const line of written(contract, plant, options)) say(line);
    say();
    say('What reading cannot show:');
    for (const each of unseen) say(`  - ${each}`);
  }
  if (stopped !== undefined) return exits.failed;
  return isFound && complaints.length === 0 ? exits.done : exits.partly;
}

await runCommand(command, async (parsed, signal) => {
  const options = optionsOf(parsed, optionsSchema);
  const isOfStack = options.stack !== undefined || options.local !== undefined;
  const target = isOfStack ? await findTarget(options) : undefined;
  const plant = await configured(target, options);
  const { baseUrl, contract } = plant.integration.azumuta;
  const answers = await given(options);
  const key = () => keyOf(target, options.config);
  if (options.create !== undefined) {
    const azumuta = async () => {
      const apiKey = await key();
      return createAzumutaClient({ baseUrl, contract, clock: systemClock, apiKey: async () => apiKey });
    };
    return create(options.create, answers, options, azumuta, signal);
  }
  const { again: _, ...seen } = answers;
  const look = { contract, seen, clock: systemClock };
  if (options.sample.length > 0)
    return tell(probeSamples(await samplesOf(options.sample, seen.number), look), plant, options);
  const asking = probeAccount({ ...look, baseUrl, apiKey: await key(), signal });
  const probed = await createProgress().during('Asking Azumuta, twice a second', asking);
  if (
    probed.stopped !== undefined &&
    (signal.aborted || !probed.findings.some(({ set }) => set !== undefined))
  )
    throw new Error(probed.stopped);
  return tell(probed, plant, options);
});
