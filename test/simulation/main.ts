import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import * as z from 'zod/mini';
import { createProgress } from '../../infra/local/progress.ts';
import {
  answerOptions,
  defineCommand,
  exits,
  flag,
  option,
  runCommand,
  UsageError,
} from '../../infra/ops/cli/command.ts';
import { counted, say, sayJson } from '../../infra/ops/cli/output.ts';
import { lifeMutants } from './mutants/life-mutants.ts';
import { linesOf, runMutants } from './mutants/run-mutants.ts';
import { runTestedMutants } from './mutants/run-tested.ts';
import { mutants } from './mutants/table.ts';
import { commandOf, explained, shrunk } from './run/explain.ts';
import { simulateSeeds } from './run/pool.ts';
import { allOf, type Kept } from './run/shrink.ts';
import { add, findingLines, kindLines, newTally, type Tally } from './run/tally.ts';
import { drawScenario } from './scenario/scenario.ts';
import { simulateFetch } from './world/network.ts';

const whole = z.coerce.number().check(z.int(), z.minimum(1), z.maximum(2 ** 31 - 1));
const placesSchema = z.union([z.literal('all'), z.array(z.int())]);
const namesSchema = z.array(z.string());
const command = defineCommand({
  name: 'simulate',
  description:
    'Runs the deployed functions in virtual time, over models of AWS, Azumuta and the ERPs, with random accidents drawn from seeds.',
  help: `
Examples:
  npm run simulate                               2,000 orders, from a random seed
  npm run simulate -- --seed 1 --minutes 10      from seed 1, for ten minutes
  npm run simulate -- --seed 201 --only all      seed 201 alone, with its timeline
  npm run simulate -- --seed 201 --only 1,4      the same with two of its events
  npm run simulate -- --mutants                  plants each known fault
  npm run simulate -- --mutants --only link-skipped,scrap-dropped

The same seed does the same on every machine. The first seed that breaks a promise is reduced to the fewest events
that still break it, and explained.

Exit codes: 0 all promises kept, or each fault found · 1 a promise broken, or a fault not found, found by another promise,
or not run · 2 wrong command line`,
  options: {
    ...answerOptions,
    seed: count('<n>', 'the first seed (default: random; with --mutants: 1)'),
    journeys: count(
      '<n>',
      'how many orders in all (default: 2000); with --mutants, per fault (default: 10000)',
    ),
    minutes: option(
      '<m>',
      'how long to run, instead of --journeys',
      z.exactOptional(z.coerce.number().check(z.refine((minutes) => minutes > 0, 'a number above 0'))),
    ),
    only: option(
      '<places>',
      'only one seed, with these of its events: 1,4,7, all or none',
      z.exactOptional(z.pipe(z.pipe(z.string(), z.transform(chosen)), z.union([placesSchema, namesSchema]))),
    ),
    orders: option(
      '<places>',
      'only these orders of the seed',
      z._default(z.pipe(z.pipe(z.string(), z.transform(places)), placesSchema), 'all'),
    ),
    cores: option('<n>', 'how many cores to use (default: all)', z._default(whole, availableParallelism())),
    mutants: flag(
      'plants known faults, one at a time, each of which must be found by a promise that it names; --only selects faults by name',
    ),
    full: flag('print the whole timeline, not only the entries about the orders of the finding'),
  },
});
type Options = z.output<typeof command.form>;

function count(takes: string, help: string) {
  return option(takes, help, z.exactOptional(whole));
}

/** Numbers of events, or names of faults. */
function chosen(text: string): 'all' | number[] | string[] {
  return /^(?:all|none|[\d,]+)$/.test(text) ? places(text) : text.split(',');
}

function places(text: string): 'all' | number[] {
  if (text === 'all') return text;
  return text === 'none' ? [] : text.split(',').map(Number);
}

/** @throws UsageError for a number that the seed does not have. */
function keptOf({ only: given = 'all', orders }: Options, all: Kept): Kept {
  const only = z.safeParse(placesSchema, given).data;
  if (only === undefined) throw new UsageError('--only takes numbers of events (1,4,7), all or none.');
  const keptOnes = (given: 'all' | readonly number[], known: readonly number[], option: string) => {
    if (given === 'all') return known;
    const missing = given.find((place) => !known.includes(place - 1));
    if (missing === undefined) return given.map((place) => place - 1).sort((one, other) => one - other);
    throw new UsageError(`--${option} ${missing}: this seed has only ${known.length}.`);
  };
  return {
    events: keptOnes(only, all.events, 'only'),
    orders: keptOnes(orders, all.orders, 'orders'),
  };
}

async function replay(seed: number, options: Options): Promise<number> {
  const drawn = drawScenario(seed);
  const kept = keptOf(options, allOf(drawn));
  const { outcome, lines } = await explained(seed, kept, { isFull: options.full });
  const { findings, timeline } = outcome;
  if (options.json) sayJson({ seed, replay: commandOf(seed, kept, drawn), findings, timeline });
  else for (const line of lines) say(line);
  return findings.length === 0 ? exits.done : exits.failed;
}

interface Batch {
  readonly tally: Tally;
  readonly seconds: number;
}

async function runMany(first: number, options: Options, signal: AbortSignal): Promise<Batch> {
  const { minutes, journeys = 2000, cores } = options;
  const tally = newTally();
  const progress = createProgress();
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  await simulateSeeds(first, cores, (run) => {
    add(tally, run);
    for (const { invariant, sentence } of run.findings)
      progress.note(`Seed ${run.seed} breaks a promise: ${invariant} ${sentence}`);
    progress.tell(`${rateOf({ tally, seconds: seconds() })}, ${counted(tally.findings.length, 'finding')}`);
    if (signal.aborted) return false;
    return minutes === undefined ? tally.journeys < journeys : seconds() < minutes * 60;
  });
  progress.end();
  return { tally, seconds: seconds() };
}

const rateOf = ({ tally: { journeys }, seconds }: Batch) =>
  `${journeys} journeys, ${(journeys / seconds).toFixed(0)} per second`;

async function explanationOf({ findings: [first] }: Tally, { full }: Options): Promise<readonly string[]> {
  if (!first) return [];
  const { during } = createProgress();
  const kept = await during('Looking for the fewest events that break it', shrunk(first.seed, first));
  const { outcome, lines } = await explained(first.seed, kept, { isFull: full });
  if (outcome.findings.length > 0) return lines;
  return [
    `Seed ${first.seed} breaks the promise only after other seeds have run: some state is kept between runs.`,
    ...lines,
  ];
}

/** The control run, without a fault, is left out when faults are selected by name. */
async function plantMutants(
  { only, seed, journeys, cores, json }: Options,
  signal: AbortSignal,
): Promise<number> {
  const names = z.safeParse(z.optional(namesSchema), only);
  if (!names.success) throw new UsageError('With --mutants, --only takes names of faults.');
  const unknown = names.data?.find((name) => ![...mutants, ...lifeMutants].some((one) => one.name === name));
  if (unknown !== undefined) throw new UsageError(`There is no mutant ${unknown}.`);
  const shared = { only: names.data, progress: (line: string) => json || say(line), signal };
  // First those that a named test finds: they take seconds each.
  const tested = await runTestedMutants(shared);
  const report = await runMutants({
    ...shared,
    ...{ firstSeed: seed, journeys, control: names.data && 0, atOnce: cores },
  });
  if (json) sayJson({ ...report, tested });
  else for (const line of ['', ...linesOf(report.results)]) say(line);
  const isGood = report.isGood && tested.every(({ verdict }) => verdict === 'found');
  return isGood ? exits.done : exits.failed;
}

await runCommand(command, async ({ options, signal }) => {
  const { seed = randomInt(1, 1_000_000_000), json, minutes, journeys, only } = options;
  if (options.mutants) return plantMutants(options, signal);
  if (minutes !== undefined && journeys !== undefined)
    throw new UsageError('Give either --minutes or --journeys, not both.');
  if ((only !== undefined || options.orders !== 'all') && options.seed === undefined)
    throw new UsageError('--only and --orders need a --seed.');
  simulateFetch();
  if (only !== undefined || options.orders !== 'all') return replay(seed, options);

  if (!json) say(`First seed: ${seed}`);
  const batch = await runMany(seed, options, signal);
  const { tally, seconds } = batch;
  const { scenarios, findings } = tally;
  const explanation = await explanationOf(tally, options);
  if (json) {
    const { journeys: done, kinds } = tally;
    sayJson({
      seed,
      scenarios,
      journeys: done,
      seconds,
      findings,
      kinds: Object.fromEntries(kinds),
      explanation,
    });
  } else {
    for (const line of kindLines(tally)) say(line);
    say();
    say(`${counted(scenarios, 'scenario')}, ${rateOf(batch)}, ${counted(findings.length, 'finding')}`);
    for (const line of [...findingLines(tally), '', ...explanation]) say(line);
  }
  if (signal.aborted) return exits.interrupted;
  return findings.length === 0 ? exits.done : exits.failed;
});
