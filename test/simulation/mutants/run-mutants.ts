import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { UsageError } from '../../../infra/ops/cli/command.ts';
import { tableOf } from '../../../infra/ops/cli/output.ts';
import { mapConcurrently } from '../../../shared/platform/map-concurrently.ts';
import type { Report, Task } from './child.ts';
import { type Mutant, planted, root } from './mutant.ts';
import { mutants } from './table.ts';

export interface MutantsOptions {
  /** Names of mutants; default: all. */
  readonly only?: readonly string[] | undefined;
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
  readonly journeys: number;
  readonly seconds: number;
  /** The first finding and its seed; absent if there was none. */
  readonly found?: { readonly seed: number; readonly invariant: string; readonly sentence: string };
}

export interface MutantsReport {
  readonly control: MutantResult | undefined;
  readonly results: readonly MutantResult[];
  /** Whether each mutant was found, and the control run found nothing. */
  readonly isGood: boolean;
}

/** A child that reports nothing for this long hangs. In a factory that would be noticed, so it counts as found. */
const silenceMs = 120_000;

/**
 * Plants one fault at a time, and reports whether the simulation finds it.
 * @throws UsageError for an unknown name; Error for a mutant whose text is not in its file.
 */
export async function runMutants(options: MutantsOptions): Promise<MutantsReport> {
  const { only, journeys = 10_000, control: controlled = 2000, atOnce = 2, progress, signal } = options;
  const unknown = only?.find((name) => !mutants.some((mutant) => mutant.name === name));
  if (unknown !== undefined) throw new UsageError(`There is no mutant ${unknown}.`);
  const control = controlled > 0 ? await follow(undefined, controlled, signal) : undefined;
  if (control)
    progress(
      control.found
        ? `The control run fails: ${shown(control)}`
        : `The control run finds nothing in ${control.journeys} journeys`,
    );
  const chosen = mutants.filter(({ name }) => !only || only.includes(name));
  // Checked first, because a child that could not plant its fault would die, and so count as having found it.
  for (const mutant of chosen) planted(readFileSync(new URL(mutant.file, root), 'utf8'), mutant);
  let done = 0;
  const results = await mapConcurrently(chosen, atOnce, async (mutant) => {
    const result = await follow(mutant, journeys, signal);
    done += 1;
    progress(`${done}/${chosen.length} ${mutant.name}: ${shown(result)}`);
    return result;
  });
  return { control, results, isGood: !control?.found && results.every(({ found }) => found) };
}

function shown({ found, journeys }: MutantResult): string {
  return found
    ? `seed ${found.seed}, after ${journeys} journeys: ${found.invariant}`
    : `SURVIVES ${journeys} journeys`;
}

/** Runs a child to its end. If it dies or hangs, its mutant counts as found. @throws the signal's reason. */
async function follow(
  mutant: Mutant | undefined,
  journeys: number,
  signal: AbortSignal,
): Promise<MutantResult> {
  signal.throwIfAborted();
  const child = fork(new URL('./child.ts', import.meta.url), {
    signal,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const began = performance.now();
  let last: Report = { seed: 0, journeys: 0, isOver: false };
  const hangs = () => child.kill('SIGKILL');
  let silence = setTimeout(hangs, silenceMs);
  const task: Task = { mutant: mutant?.name, firstSeed: 1, journeys };
  child.send(task);
  child.on('message', (report: Report) => {
    last = report;
    clearTimeout(silence);
    silence = setTimeout(hangs, silenceMs);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, killedBy) => {
      clearTimeout(silence);
      const { seed, journeys: lived, finding, isOver } = last;
      const ended = { invariant: 'The run ends without an error.', sentence: `exit ${code ?? killedBy}` };
      const found = finding ?? (isOver ? undefined : ended);
      resolve({
        ...(mutant ? { mutant } : {}),
        journeys: lived,
        seconds: (performance.now() - began) / 1000,
        ...(found ? { found: { seed, ...found } } : {}),
      });
    });
  });
}

/** A row for each mutant, survivors first. */
export function linesOf(results: readonly MutantResult[]): string[] {
  const rows = results
    .toSorted((one, other) => other.journeys - one.journeys)
    .map(({ mutant, found, journeys }) => [
      mutant?.name ?? '',
      String(journeys),
      found ? String(found.seed) : '',
      found?.invariant ?? 'SURVIVES',
    ]);
  const right = true;
  return tableOf(
    [{ title: 'Mutant' }, { title: 'Journeys', right }, { title: 'Seed', right }, { title: 'Promise' }],
    rows,
  );
}
