import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import type * as z from 'zod/mini';
import { apiKeySchema } from '../../../shared/platform/aws/credentials.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { jsonOf } from '../../../shared/platform/json.ts';
import { parse } from '../../../shared/platform/validation.ts';
import { loadIntegration } from '../../build/load-configuration.ts';
import {
  type CommandAnswer,
  defaultConfigFile,
  defineCommand,
  flagOption,
  plantOptions,
  runCommand,
  textOption,
  textOr,
  UsageError,
} from '../cli/command.ts';
import { answersFrom, formatted, writeNewFile } from '../cli/files.ts';
import { type Column, definedLines, styled, tableLines } from '../cli/output.ts';
import { configurationOf, findTarget, optionsForTarget, type Target } from '../cli/target.ts';
import { SecretStore } from '../secrets/secret-store.ts';
import { cannotBeRead, contractModule, describeSetting, emptyContract } from './contract-text.ts';
import { type Probed, probeAccount } from './probe.ts';
import type { FieldFinding } from './recognise/findings.ts';
import { askForKey, askForScreenValues, screenValuesSchema } from './screen-values.ts';

const command = defineCommand({
  name: 'probe',
  description:
    'Reads a real Azumuta account and recognises each field of azumuta.contract by the values that you see on its screen. Prints a table, and the lines that differ from what is assumed. At most 40 calls, two a second.',
  help: `
Examples:
  npm run probe -- --config plants/ghent.config.ts
  npm run probe -- --stack AzumutaErp-ghent-production

The key is the stack's secret, else AZUMUTA_API_KEY, else it is asked for; it is kept nowhere. Nothing is written to
Azumuta. It asks at azumuta.baseUrl, at the addresses of azumuta.contract, and sends the key in its apiKeyHeader
(apiKeyFormat: 'Bearer {key}' for Authorization). Where your account has others than are assumed, write them first.

A file of answers: {"number": "MO/0001", "article": "GEAR-01", "parameter": {"name": "Quantity", "value": "5"},
"variant": "Red", "completedStatus": "Done", "recorded": {"value": "5", "step": "Good quantity"}};
all but the number may be left out.

Exit codes: 0 done · 1 Azumuta refused or failed · 2 wrong command line, or an answer is invalid · 3 nothing was found`,
  options: {
    ...plantOptions,
    stage: textOr(
      'production',
      '<stage>',
      'stage of the configuration, without a stack (default: production)',
    ),
    answers: textOption('<file>', 'a JSON file with what you see, where there is no terminal'),
    values: flagOption('show the values that were found, too'),
    out: textOption('<file>', 'where the contract is written (default: plants/<plant>.contract.ts)'),
  },
});
type ProbeOptions = z.output<typeof command.form>;

/** Writes the contract, never over another one than the empty one of `npm run init`. @returns What to do with it, in lines. */
function writeContract(
  contract: string,
  { file, contractFile }: ProbedPlant,
  { out }: ProbeOptions,
): string[] {
  const own = out ?? contractFile;
  if (own === undefined)
    return ['--out names a file to write it into; so does the configuration of a plant.'];
  const isThere = existsSync(own);
  if (isThere && readFileSync(own, 'utf8') !== emptyContract)
    return [
      `${own} is there already, and is left unchanged: copy what is new, or let --out name another file.`,
    ];
  rmSync(own, { force: true });
  writeNewFile(own, contract);
  const path = relative(dirname(file), own).replaceAll('\\', '/');
  const added = `import { contract } from '${path.startsWith('.') ? path : `./${path}`}';`;
  return [
    `${own} is written. Check the lines marked *to confirm*.`,
    ...(isThere ? [] : [`In ${file}, add`, `  ${added}`, '  azumuta: { contract },']),
    'Then complete one order of a test article: what is not understood becomes a dead letter that names its line.',
  ];
}

function reportLines(probed: Probed, contract: string, showsValues: boolean): string[] {
  const { findings, settings, calls, stopped } = probed;
  const count = (certainty: FieldFinding['certainty']) =>
    `${findings.filter((finding) => finding.certainty === certainty).length} ${certainty}`;
  const columns: Column<FieldFinding>[] = [
    { title: 'Field', cell: ({ line }) => line },
    { title: 'Where', cell: ({ set }) => describeSetting(set) ?? '', most: 40 },
    { title: 'Certainty', cell: ({ certainty }) => certainty },
    { title: 'Why', cell: ({ why }) => why, most: 60 },
  ];
  if (showsValues)
    columns.push({ title: 'Value', cell: ({ shown }) => JSON.stringify(shown) ?? '', most: 30 });
  const differs = Object.keys(settings).length > 0;
  return definedLines(
    stopped !== undefined && styled('red', stopped),
    calls > 0 && `${calls} calls; ${count('sure')}, ${count('to confirm')}, ${count('not found')}.`,
    ['', ...tableLines(columns, findings), ''],
    differs
      ? [styled('bold', 'The contract, where it differs from what is assumed:'), contract]
      : 'Nothing differs from what is assumed: there is no line to write.',
  );
}

/** The result. Writes the contract if anything was found, unless other programs read the result. */
function probedAnswer(probed: Probed, plant: ProbedPlant, options: ProbeOptions): CommandAnswer {
  const { findings, stopped } = probed;
  const contract = formatted(contractModule(probed.settings, findings));
  const fields = findings.map(({ line, set, certainty, why, shown }) => {
    return { line, where: describeSetting(set), certainty, why, value: options.values ? shown : undefined };
  });
  return {
    facts: { findings: fields, contract, stopped, cannotBeRead },
    lines: definedLines(
      reportLines(probed, contract, options.values),
      !options.json && hasFound(probed) && writeContract(contract, plant, options),
      ['', 'What reading cannot show:', ...cannotBeRead.map((each) => `  - ${each}`)],
    ),
    exit: stopped !== undefined ? 'failed' : hasFound(probed) ? 'done' : 'notFound',
  };
}

function hasFound({ findings }: Probed): boolean {
  return findings.some(({ set }) => set !== undefined);
}

await runCommand(command, async ({ options, signal, progress }) => {
  const isOfStack = options.stack !== undefined || options.local !== undefined;
  const target = isOfStack ? await findTarget(options) : undefined;
  const plant = await findPlant(target, options.stage, options.config);
  const { baseUrl, contract } = plant.integration.azumuta;
  const seen = await answersFrom(options.answers, screenValuesSchema, askForScreenValues);
  const apiKey = await findKey(target);
  const asking = probeAccount({ contract, seen, clock: systemClock, baseUrl, apiKey, signal });
  const probed = await progress.during('Asking Azumuta, twice a second', asking);
  const hasNothingToShow = signal.aborted || !hasFound(probed);
  if (probed.stopped !== undefined && hasNothingToShow) throw new Error(probed.stopped);
  return probedAnswer(probed, plant, options);
});

type ProbedPlant = Awaited<ReturnType<typeof findPlant>>;

/** Of the stack's plant, else of the file that was named; with the file of its contract, if it is a plant's. */
async function findPlant(target: Target | undefined, stage: string, config: string) {
  const { integration, file } = target
    ? await configurationOf(target, config)
    : { ...(await loadIntegration(config, stage)), file: config };
  const isDemo = file === defaultConfigFile;
  return { integration, file, contractFile: isDemo ? undefined : `plants/${integration.plant}.contract.ts` };
}

/** @throws UsageError without a key, or with one that cannot be sent: an error about the header would repeat it. */
async function findKey(target: Target | undefined): Promise<string> {
  const key = target ? await storedKey(target) : process.env.AZUMUTA_API_KEY?.trim() || (await askForKey());
  if (/^[\x20-\x7e]+$/.test(key)) return key;
  throw new UsageError('The key has characters that no key has, such as a line break: copy it again.');
}

async function storedKey(target: Target): Promise<string> {
  const stored = await new SecretStore(target).read('azumuta-api-key');
  const parsed = parse(apiKeySchema, jsonOf(stored ?? ''));
  if (parsed.ok) return parsed.value.apiKey;
  throw new UsageError(
    `The stack has no usable key of Azumuta: npm run secrets -- set azumuta-api-key ${optionsForTarget(target)}`,
  );
}
