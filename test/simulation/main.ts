import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import * as z from 'zod/mini';
import type { ProgressDisplay } from '../../infra/local/progress.ts';
import {
  answerOptions,
  type CommandAnswer,
  defineCommand,
  flagOption,
  option,
  runCommand,
  UsageError,
} from '../../infra/ops/cli/command.ts';
import { counted } from '../../infra/ops/cli/output.ts';
import { runMutants } from './mutants/run-mutants.ts';
import { mutants } from './mutants/table.ts';
import { explained, shrunk } from './run/explain.ts';
import { simulateSeeds } from './run/pool.ts';
import { allOf, type Kept } from './run/shrink.ts';
import { add, adviceLines, findingLines, kindLines, newTally, type Tally } from './run/tally.ts';
import { drawScenario } from './scenario/scenario.ts';
import { simulateFetch } from './world/network.ts';

const whole = z.coerce.number().check(z.int(), z.minimum(1), z.maximum(2 ** 31 - 1));
const places = z.pipe(
  z.pipe(z.string(), z.transform(numbersIn)),
  z.union([z.literal('all'), z.array(z.int())]),
);
const command = defineCommand({
  name: 'simulate',
  description:
    'Runs the deployed functions in virtual time, over models of AWS, Azumuta and the ERPs, with random accidents drawn from seeds.',
  help: `
Examples:
  npm run simulate                               2,000 orders, from a random seed
  npm run simulate -- --seed 201 --only all      seed 201 alone, with its timeline
  npm run simulate -- --seed 201 --only 1,4      the same with two of its events
  npm run simulate -- --mutants                  plants each known fault
  npm run simulate -- --mutants link-skipped,scrap-dropped

The same seed does the same on every machine. The first seed that breaks a promise is reduced to the fewest events
that still break it, and explained.

Exit codes: 0 all promises kept, or each fault found · 1 a promise broken, or a fault not found, found by another promise,
or not run · 2 wrong command line`,
  options: {
    ...answerOptions,
    seed: option('<n>', 'the first seed (default: random; with --mutants: 1)', z.exactOptional(whole)),
    journeys: option(
      '<n>',
      'how many orders in all (default: 2000); with --mutants, per fault (default: 10000)',
      z.exactOptional(whole),
    ),
    only: option(
      '<places>',
      'only one seed, with these of its events: 1,4,7, all or none',
      z.exactOptional(places),
    ),
    orders: option('<places>', 'only these orders of the seed', z.exactOptional(places)),
    cores: option('<n>', 'how many cores to use (default: all)', z._default(whole, availableParallelism())),
    mutants: option(
      '[names]',
      'plants known faults, one at a time (default: all), each of which must be found by a promise that it names',
      z.exactOptional(z.union([z.literal(true), z.string()])),
    ),
    full: flagOption('print the whole timeline, not only the entries about the orders of the finding'),
  },
});
type Options = z.output<typeof command.form>;

function numbersIn(text: string): 'all' | number[] {
  if (text === 'all') return text;
  return text === 'none' ? [] : text.split(',').map(Number);
}

/** @throws UsageError for a number that the seed does not have. */
function keptOf({ only, orders }: Options, all: Kept): Kept {
  const keptOnes = (given: Options['only'], known: readonly number[], name: string) => {
    if (given === undefined || given === 'all') return known;
    const missing = given.find((place) => !known.includes(place - 1));
    if (missing === undefined) return given.map((place) => place - 1).sort((one, other) => one - other);
    throw new UsageError(`--${name} ${missing}: this seed has only ${known.length}.`);
  };
  return { events: keptOnes(only, all.events, 'only'), orders: keptOnes(orders, all.orders, 'orders') };
}

async function replay(seed: number, options: Options): Promise<CommandAnswer> {
  const { outcome, lines } = await explained(seed, keptOf(options, allOf(drawScenario(seed))), options);
  const { findings, timeline } = outcome;
  return { facts: { seed, findings, timeline }, lines, exit: exitOf(findings.length === 0) };
}

const exitOf = (isGood: boolean) => (isGood ? 'done' : 'failed');

interface Running {
  readonly options: Options;
  readonly signal: AbortSignal;
  readonly progress: ProgressDisplay;
}

async function runMany(seed: number, { options, signal, progress }: Running): Promise<CommandAnswer> {
  const { journeys = 2000, cores } = options;
  const tally = newTally();
  const began = performance.now();
  const soFar = () => {
    const rate = (1000 * tally.journeys) / (performance.now() - began);
    return `${tally.journeys} journeys, ${rate.toFixed(0)} per second, ${counted(tally.findings.length, 'finding')}`;
  };
  progress.note(`First seed: ${seed}`);
  await simulateSeeds(seed, cores, (run) => {
    add(tally, run);
    for (const { invariant, sentence } of run.findings)
      progress.note(`Seed ${run.seed} breaks a promise: ${invariant} ${sentence}`);
    progress.tell(soFar());
    return !signal.aborted && tally.journeys < journeys;
  });
  progress.end();
  const all = `${counted(tally.scenarios, 'scenario')}, ${soFar()}`;
  const explanation = await explanationOf(tally, options, progress);
  return {
    facts: {
      seed,
      ...tally,
      kinds: Object.fromEntries(tally.kinds),
      advice: Object.fromEntries(tally.advice),
      explanation,
    },
    lines: [
      ...kindLines(tally),
      '',
      ...adviceLines(tally),
      '',
      all,
      ...findingLines(tally),
      '',
      ...explanation,
    ],
    exit: signal.aborted ? 'interrupted' : exitOf(tally.findings.length === 0),
  };
}

async function explanationOf(
  { findings: [first] }: Tally,
  options: Options,
  { during }: ProgressDisplay,
): Promise<readonly string[]> {
  if (!first) return [];
  const kept = await during('Looking for the fewest events that break it', shrunk(first.seed, first));
  const { outcome, lines } = await explained(first.seed, kept, options);
  if (outcome.findings.length > 0) return lines;
  return [
    `Seed ${first.seed} breaks the promise only after other seeds have run: some state is kept between runs.`,
    ...lines,
  ];
}

async function plantMutants({ options, signal, progress }: Running): Promise<CommandAnswer> {
  const { mutants: names, seed: firstSeed, journeys, cores: atOnce } = options;
  const only = typeof names === 'string' ? names.split(',') : undefined;
  const unknown = only?.find((name) => !mutants.some((one) => one.name === name));
  if (unknown !== undefined) throw new UsageError(`There is no mutant ${unknown}.`);
  const settings = { only, firstSeed, journeys, atOnce, progress: progress.note, signal };
  const { isGood, results, lines } = await runMutants(settings);
  return { facts: { isGood, results }, lines, exit: exitOf(isGood) };
}

await runCommand(command, async (running) => {
  const { seed = randomInt(1, 1_000_000_000), only, orders } = running.options;
  if (running.options.mutants) return plantMutants(running);
  simulateFetch();
  if (!only && !orders) return runMany(seed, running);
  if (running.options.seed === undefined) throw new UsageError('--only and --orders need a --seed.');
  return replay(seed, running.options);
});
