import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tableOf } from '../../../infra/ops/cli/output.ts';
import { mapConcurrently } from '../../../shared/platform/map-concurrently.ts';
import { invariants, type PromiseName } from '../invariants/finding.ts';
import type { Report, Task } from './child.ts';
import { type Mutant, planted, root } from './mutant.ts';
import { mutants } from './table.ts';

export interface MutantsOptions {
  /** Names of mutants; default: all. */
  readonly only?: readonly string[] | undefined;
  /** Where each child begins. Default 1. */
  readonly firstSeed?: number | undefined;
  /** A mutant that is not found after this number of journeys survives. Default 10,000. */
  readonly journeys?: number | undefined;
  /** Journeys of the control run, which has no fault. Default 2,000; 0 for none. */
  readonly control?: number | undefined;
  /** Child processes at the same time. Default 2. */
  readonly atOnce?: number | undefined;
  readonly progress: (line: string) => void;
  /** Ends all children. */
  readonly signal: AbortSignal;
}

/** The result of one child. */
export interface MutantResult {
  /** Absent for the control run. */
  readonly mutant?: Mutant;
  /** The last report; the one at the end has the first seed that breaks a promise, with all that it breaks. */
  readonly report: Report;
  readonly verdict: Verdict;
}

type Verdict = 'found' | 'survives' | 'found by another promise' | 'not run';

export interface MutantsReport {
  readonly control: MutantResult | undefined;
  readonly results: readonly MutantResult[];
  /** Whether each mutant was found by one of its promises, and the control run found nothing. */
  readonly isGood: boolean;
}

/** A child that reports nothing for this long hangs. Then nothing is known about its mutant, as if it had died. */
const silenceMs = 120_000;

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
export function verdictOf(
  report: Report,
  { foundBy = [] }: { readonly foundBy?: readonly PromiseName[] },
): Verdict {
  if (!report.isOver) return 'not run';
  if (report.findings.length === 0) return 'survives';
  return brokenIn(report).some((name) => foundBy.includes(name)) ? 'found' : 'found by another promise';
}

/**
 * Plants one fault at a time, and reports whether the simulation finds it.
 * @throws Error for a mutant whose text is not in its file.
 */
export async function runMutants(options: MutantsOptions): Promise<MutantsReport> {
  const {
    only,
    firstSeed = 1,
    journeys = 10_000,
    control: controlled = 2000,
    atOnce = 2,
    progress,
    signal,
  } = options;
  const control = controlled > 0 ? await follow({ firstSeed, journeys: controlled }, signal) : undefined;
  if (control) progress(`The control run, without a fault: ${cellsOf(control).filter(Boolean).join(', ')}`);
  const chosen = mutants.filter(({ name }) => !only || only.includes(name));
  // Checked first, because it takes no time.
  for (const mutant of chosen) planted(readFileSync(new URL(mutant.file, root), 'utf8'), mutant);
  let done = 0;
  const results = await mapConcurrently(chosen, atOnce, async (mutant) => {
    const result = await follow({ mutant, firstSeed, journeys }, signal);
    done += 1;
    progress(`${done}/${chosen.length} ${mutant.name}: ${cellsOf(result).filter(Boolean).join(', ')}`);
    return result;
  });
  const isCalm = control === undefined || control.verdict === 'survives';
  return { control, results, isGood: isCalm && results.every(({ verdict }) => verdict === 'found') };
}

/** Runs a child to its end, or until it hangs. @throws the signal's reason. */
async function follow(
  { mutant, ...task }: Omit<Task, 'mutant'> & { readonly mutant?: Mutant },
  signal: AbortSignal,
): Promise<MutantResult> {
  signal.throwIfAborted();
  const child = fork(new URL('./child.ts', import.meta.url), {
    signal,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let report: Report = { seed: 0, journeys: 0, findings: [], isOver: false };
  const hangs = () => child.kill('SIGKILL');
  let silence = setTimeout(hangs, silenceMs);
  child.on('message', (sent: Report) => {
    report = sent;
    clearTimeout(silence);
    silence = setTimeout(hangs, silenceMs);
  });
  return new Promise((resolve, reject) => {
    // A child that dies at once cannot be sent its task: it is not run.
    child.on('error', (error) => signal.aborted && reject(error));
    child.once('exit', () => {
      clearTimeout(silence);
      resolve({ ...(mutant ? { mutant } : {}), report, verdict: verdictOf(report, mutant ?? {}) });
    });
    child.send({ ...task, mutant: mutant?.name } satisfies Task);
  });
}

/** What went wrong is written in capitals; the control run should survive. */
const cellsOf = ({ mutant, verdict, report }: MutantResult): string[] => [
  verdict === (mutant ? 'found' : 'survives') ? verdict : verdict.toUpperCase(),
  brokenIn(report).join(', '),
  report.findings.length > 0 ? `seed ${report.seed}` : '',
  `${report.journeys} journeys`,
];

/** A row for each mutant; first those that were not found as they should be. */
export function linesOf(results: readonly MutantResult[]): string[] {
  const rows = results
    .toSorted((one, other) => other.report.journeys - one.report.journeys)
    .toSorted((one, other) => Number(one.verdict === 'found') - Number(other.verdict === 'found'))
    .map((result) => [result.mutant?.name ?? '', ...cellsOf(result)]);
  return tableOf(
    ['Mutant', '', 'Broken promises', '', ''].map((title) => ({ title })),
    rows,
  );
}
