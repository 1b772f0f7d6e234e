import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tableLines } from '../../../infra/ops/cli/output.ts';
import { mapConcurrently } from '../../../shared/platform/map-concurrently.ts';
import { type Finding, invariants, type PromiseName } from '../invariants/finding.ts';
import { simulateSeeds } from '../run/pool.ts';
import type { SeedRun } from '../run/seed-run.ts';
import { type Mutant, planted, root } from './mutant.ts';
import { mutants } from './table.ts';

interface MutantsOptions {
  /** Names of mutants; default: all, and a control run without a fault. */
  readonly only: readonly string[] | undefined;
  readonly firstSeed: number | undefined;
  /** A mutant that is not found after this number of journeys survives. */
  readonly journeys: number | undefined;
  /** Mutants at the same time. */
  readonly atOnce: number;
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What is known of a run, at its end with the first seed that breaks a promise and all that this seed breaks. */
interface Report {
  readonly seed: number;
  readonly journeys: number;
  readonly findings: readonly Finding[];
  readonly isOver: boolean;
}

interface MutantResult {
  readonly name: string;
  readonly verdict: 'found' | 'survives' | 'found by another promise' | 'not run';
  /** What was found where, in words. */
  readonly cells: readonly string[];
}

/** The promises that the run of one seed breaks. */
const brokenIn = ({ findings }: Report) =>
  // The keys of the table are the names.
  (Object.keys(invariants) as PromiseName[]).filter((name) =>
    findings.some(({ invariant }) => invariant === invariants[name]),
  );

/**
 * The first seed that breaks any promise decides: it must break one that the mutant names, besides whatever else. If it
 * breaks only others, either there is another fault, or the table is wrong.
 */
export function verdictOf(report: Report, foundBy: readonly PromiseName[] = []): MutantResult['verdict'] {
  if (!report.isOver) return 'not run';
  if (report.findings.length === 0) return 'survives';
  return brokenIn(report).some((name) => foundBy.includes(name)) ? 'found' : 'found by another promise';
}

/**
 * Plants one fault at a time, and reports whether it is found.
 * @returns whether each mutant was found as it should be, and nothing without a fault; the results; lines to print.
 * @throws Error for a mutant whose text is not in its file; the signal's reason.
 */
export async function runMutants(options: MutantsOptions) {
  const { only, atOnce, progress, signal } = options;
  const chosen = mutants.filter(({ name }) => !only || only.includes(name));
  // Checked first, because it takes no time.
  for (const mutant of chosen) planted(readFileSync(new URL(mutant.file, root), 'utf8'), mutant);
  const control = only ? undefined : await simulated(undefined, { ...options, journeys: 2000 });
  if (control)
    progress(`The control run, without a fault: ${[control.verdict, ...control.cells].join(', ')}`);
  let done = 0;
  const results = await mapConcurrently(chosen, atOnce, async (mutant) => {
    const result = await (mutant.foundIn ? tested(mutant, signal) : simulated(mutant, options));
    done += 1;
    progress(`${done}/${chosen.length} ${lineOf(result)}`);
    return result;
  });
  const isGood = results.every(({ verdict }) => verdict === 'found');
  return {
    isGood: isGood && (!control || control.verdict === 'survives'),
    results: control ? [control, ...results] : results,
    lines: linesOf(results),
  };
}

/** Runs seeds with a fault until one breaks a promise. */
async function simulated(
  mutant: Mutant | undefined,
  { firstSeed = 1, journeys: most = 10_000, signal }: MutantsOptions,
): Promise<MutantResult> {
  let report: Report = { seed: 0, journeys: 0, findings: [], isOver: false };
  const take = ({ seed, journeys: more, findings }: SeedRun) => {
    const journeys = report.journeys + more;
    report = { seed, journeys, findings, isOver: findings.length > 0 || journeys >= most };
    return !report.isOver && !signal.aborted;
  };
  // An error is one of the simulation itself, not a finding: then nothing is known about the mutant.
  await simulateSeeds(firstSeed, 1, take, mutant?.name).catch(() => undefined);
  signal.throwIfAborted();
  const { seed, journeys, findings } = report;
  const where = findings.length > 0 ? `seed ${seed}` : '';
  const cells = [brokenIn(report).join(', '), where, `${journeys} journeys`].filter(Boolean);
  return { name: mutant?.name ?? '', verdict: verdictOf(report, mutant?.foundBy), cells };
}

/** Runs the test that must find a fault: only a test that fails finds something. */
async function tested({ name, foundIn }: Mutant, signal: AbortSignal): Promise<MutantResult> {
  const { file = '', name: test = '' } = foundIn ?? {};
  const words = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/mutants.config.ts'];
  // Vitest takes the name for a pattern.
  const pattern = test.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const env = { ...process.env, PLANTED: name, NO_COLOR: '1' };
  const output = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      [...words, file, '-t', pattern, '--reporter=dot'],
      { cwd: fileURLToPath(root), env, signal, maxBuffer: 2 ** 26 },
      (_, stdout) => resolve(stdout),
    );
  });
  signal.throwIfAborted();
  const [, counts = ''] = /^ +Tests +(.*)$/m.exec(output) ?? [];
  const passed = counts.includes('passed') ? 'survives' : 'not run';
  return { name, verdict: counts.includes('failed') ? 'found' : passed, cells: [file, `“${test}”`] };
}

/** What went wrong is written in capitals. */
const wordOf = ({ verdict }: MutantResult) => (verdict === 'found' ? verdict : verdict.toUpperCase());
const lineOf = (result: MutantResult) => [`${result.name}: ${wordOf(result)}`, ...result.cells].join(', ');

/** A row for each mutant; first those that were not found as they should be. */
function linesOf(results: readonly MutantResult[]): string[] {
  const rows = results.toSorted(
    (one, other) => Number(one.verdict === 'found') - Number(other.verdict === 'found'),
  );
  return tableLines(
    [
      { title: 'Mutant', cell: ({ name }) => name },
      { title: '', cell: wordOf },
      ...['Found by', '', ''].map((title, at) => ({
        title,
        cell: ({ cells }: MutantResult) => cells[at] ?? '',
      })),
    ],
    rows,
  );
}
