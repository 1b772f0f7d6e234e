import { accessSync, constants, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import {
  type AzumutaContractSettings,
  contractSchema,
  defaultBaseUrl,
} from '../../../shared/azumuta/contract.ts';
import { batchPlaceholderIn } from '../../../shared/azumuta/request-for-creation.ts';
import { reasonOf } from '../../../shared/model/errors.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { jsonOf } from '../../../shared/platform/json.ts';
import { systemSentenceOf } from '../../../shared/platform/system-errors.ts';
import { describeMismatches, parse } from '../../../shared/platform/validation.ts';
import { writtenRecording } from '../../local/recorded/account-recording.ts';
import type { KitEvidence } from './evidence.ts';
import { judgeAssumptions } from './judge.ts';
import { pageOfKit, toRemove, verdictSentence } from './page.ts';
import { hasLeft, KitInterrupted, type KitPerson, kitQuestions } from './questions.ts';
import { recordingOf } from './record.ts';
import { mostKitCalls, talkWithAccount } from './talk.ts';
import { personAtTerminal } from './terminal.ts';
import { listenForTriggers, type TriggerListener } from './trigger-listener.ts';

const kitHelp = `node azumuta-kit.mjs [options]

Compares an Azumuta account with what an ERP integration assumes about its API. It needs a demo workspace, an API key that
may create product orders, an article with a work instruction, and somebody who builds one order.

  --contract <file>  lines of azumuta.contract that are known to differ: JSON, or a module that exports contract
  --answers <file>   answers that are known before, as JSON: {"address": "…", "article": "GEAR-01"}
  --values           keep free texts in the recording, too (never names, signatures, pictures or the key)
  -h, --help         this help

Such a file of lines: {"operations": {"findProductOrder": {"path": "/orders", "query": {"no": "{number}"}}}}. A message that
names azumuta.contract means one of them; azumuta.baseUrl is the address that you have typed.

The key is asked for, or is in the variable AZUMUTA_API_KEY. It makes up to three product orders, all named KIT-<date>-…,
with at most ${mostKitCalls} calls, two a second; it says so first, and begins after a yes. It writes a recording and a page
into this folder, also when it is interrupted, and ends with what to remove.

Exit codes: 0 all was asked · 1 the account refused or failed · 2 wrong command line · 130 interrupted
Answers that have a name here: ${Object.keys(kitQuestions)
  .filter((name) => name !== 'key')
  .join(', ')}.
`;

class KitUsageError extends Error {}

type KitAnswers = Partial<Record<keyof typeof kitQuestions, string>>;

/** @returns the exit code. */
export async function runKit(commandLine: readonly string[], signal: AbortSignal): Promise<number> {
  let person: (KitPerson & { close: () => void }) | undefined;
  let listener: TriggerListener | undefined;
  try {
    const options = optionsOf(commandLine);
    if (options.help) {
      process.stdout.write(kitHelp);
      return 0;
    }
    // Both files are written at the end, after somebody has built an order.
    accessSync('.', constants.W_OK);
    const lines = await contractIn(options.contract);
    const known = { ...answersIn(options.answers), ...keyInEnvironment() };
    person = personAtTerminal(known, signal);
    const settings = await askForSettings(person, lines, signal);
    listener = settings.port === undefined ? undefined : await listenForTriggers(settings.port);
    if (listener) person.say(`Triggers are taken on port ${listener.port}.`);
    const seen = await talkWithAccount({ ...settings, ...(listener ? { listener } : {}) });
    return reportOn(seen, settings, options.values);
  } catch (error) {
    if (error instanceof KitInterrupted) {
      process.stderr.write('Nothing was asked and nothing was written.\n');
      return 130;
    }
    process.stderr.write(`${systemSentenceOf(error) ?? reasonOf(error)}\n`);
    return error instanceof KitUsageError ? 2 : 1;
  } finally {
    listener?.close();
    person?.close();
  }
}

function optionsOf(commandLine: readonly string[]) {
  const options = {
    contract: { type: 'string' },
    answers: { type: 'string' },
    values: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    return parseArgs({ args: [...commandLine], options }).values;
  } catch (error) {
    throw new KitUsageError(`${reasonOf(error)} Add --help for the options.`);
  }
}

/** Lines that are known to differ, so that the account can be asked at all. */
async function contractIn(file: string | undefined) {
  if (file === undefined) return { given: {}, contract: contractSchema.parse({}) };
  if (!existsSync(file)) throw new KitUsageError(`${file}: there is no such file.`);
  const isJson = file.endsWith('.json');
  const found = isJson
    ? jsonOf(readFileSync(file, 'utf8'))
    : (await import(pathToFileURL(resolve(file)).href)).contract;
  const parsed = parse(contractSchema, found);
  if (!parsed.ok)
    throw new KitUsageError(`${basename(file)} is no contract: ${describeMismatches(parsed.mismatches)}.`);
  const ofBatch = batchPlaceholderIn(parsed.value.operations.createProductOrder);
  if (ofBatch !== undefined)
    throw new KitUsageError(
      `${basename(file)} has {${ofBatch}} in operations.createProductOrder, and the kit makes no batch order: take that field out of this file, and keep it in the configuration of the plant.`,
    );
  // It was just parsed as one.
  return { given: found as AzumutaContractSettings, contract: parsed.value };
}

function answersIn(file: string | undefined): KitAnswers {
  if (file === undefined) return {};
  const found = existsSync(file) ? jsonOf(readFileSync(file, 'utf8')) : undefined;
  const entries = Object.entries(Object(found)).map(([name, value]) => [name, String(value)] as const);
  const unknown = entries.find(([name]) => !(name in kitQuestions) || name === 'key');
  if (entries.length === 0)
    throw new KitUsageError(`${file} has no answers: write JSON such as {"article": "GEAR-01"}.`);
  if (unknown)
    throw new KitUsageError(
      `${file}: there is no answer ${unknown[0]}. Add --help for those that there are.`,
    );
  return Object.fromEntries(entries);
}

function keyInEnvironment(): KitAnswers {
  const key = process.env.AZUMUTA_API_KEY?.trim();
  return key ? { key } : {};
}

const suffixAlphabet = 'abcdefghjkmnpqrstuvwxyz';

/** `KIT-20261202-kmqz`: another one for each run. */
export function newKitNumber(now: Date, random = Math.random): string {
  const day = now.toISOString().slice(0, 10).replaceAll('-', '');
  const suffix = Array.from(
    { length: 4 },
    () => suffixAlphabet[Math.floor(random() * suffixAlphabet.length)],
  );
  return `KIT-${day}-${suffix.join('')}`;
}

async function askForSettings(
  person: KitPerson,
  lines: Awaited<ReturnType<typeof contractIn>>,
  signal: AbortSignal,
) {
  const ask = (name: keyof typeof kitQuestions) => person.answer(name, kitQuestions[name]);
  const baseUrl = (await ask('address')) ?? defaultBaseUrl;
  if (!URL.canParse(baseUrl))
    throw new KitUsageError(`"${baseUrl}" is no address such as ${defaultBaseUrl}.`);
  const apiKey = (await ask('key')) ?? '';
  if (!/^[\x20-\x7e]+$/.test(apiKey))
    throw new KitUsageError('The key has characters that no key has, such as a line break: copy it again.');
  const article = (await ask('article')) ?? '';
  const parameter = (await ask('parameter')) ?? 'Quantity';
  const variant = await ask('variant');
  const port = await ask('port');
  const number = newKitNumber(systemClock.now());
  person.say(
    [
      `This will create product order ${number} of article ${article} twice at ${baseUrl}, and try ${number}-x of an article that there is not, with at most ${mostKitCalls} calls. You then build one of them. Nothing else is changed.`,
      ...earlierRuns().map(
        (file) => `${file} is of an earlier run: remove what it has made, if you have not.`,
      ),
    ].join('\n'),
  );
  if ((await ask('consent')) !== 'yes') throw new KitInterrupted('there was no yes.');
  return {
    baseUrl,
    apiKey,
    port: port === undefined ? undefined : portIn(port),
    names: { number, otherNumber: `${number}-x`, article, parameter, variant },
    ...lines,
    clock: systemClock,
    signal,
    person,
  };
}

function portIn(text: string): number {
  const port = Number(text);
  const isPort = Number.isInteger(port) && port >= 0 && port <= 65_535;
  if (!isPort) throw new KitUsageError(`"${text}" is no port, such as 8080.`);
  return port;
}

const earlierRuns = () => readdirSync('.').filter((file) => /^KIT-.*\.recording\.json$/.test(file));

/** Writes both files, and says what is left to do. @returns the exit code. */
function reportOn(
  seen: KitEvidence,
  { baseUrl, apiKey }: { readonly baseUrl: string; readonly apiKey: string },
  values: boolean,
): number {
  const { number } = seen.names;
  const verdicts = judgeAssumptions(seen);
  const made = systemClock.now().toISOString().slice(0, 10);
  const recording = recordingOf(seen, { baseUrl, apiKey, values, made });
  writeFileSync(`${number}.recording.json`, writtenRecording(recording), { flag: 'wx' });
  writeFileSync(`${number}.md`, pageOfKit(seen, verdicts), { flag: 'wx' });
  const left = toRemove(seen);
  const lines = [
    '',
    ...(seen.stopped === undefined ? [] : [`It ended early: ${seen.stopped}`]),
    verdictSentence(verdicts),
    `Send ${number}.recording.json and ${number}.md to whoever sets up the integration. Look into both first: they hold no key, name or picture.`,
    left.length > 0 ? 'Remove in Azumuta:' : 'There is nothing to remove in Azumuta.',
    ...left.map((one) => `  ${one}`),
    '',
  ];
  process.stdout.write(lines.join('\n'));
  if (seen.stopped === hasLeft) return 130;
  return seen.stopped === undefined ? 0 : 1;
}
