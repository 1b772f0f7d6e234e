import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { UsageError } from '../../../infra/ops/cli/command.ts';
import { tableOf } from '../../../infra/ops/cli/output.ts';
import { mapConcurrently } from '../../../shared/platform/map-concurrently.ts';
import type { Order, Told } from './child.ts';
import { type Mutant, planted, root } from './mutant.ts';
import { mutants } from './table.ts';

export interface MutantsOptions {
  /** Names; all mutants if absent. */
  readonly only?: readonly string[] | undefined;
  /** A mutant that lives so long survives. Default 10,000. */
  readonly journeys?: number | undefined;
  /** Journeys of the control, which has no fault in it. Default 2,000; 0 for none. */
  readonly control?: number | undefined;
  /** Children at once. Default 2. */
  readonly atOnce?: number | undefined;
  readonly progress: (line: string) => void;
  /** Ends all children. */
  readonly signal: AbortSignal;
}

/** What became of one child. */
export interface Fate {
  /** Absent for the control. */
  readonly mutant?: Mutant;
  readonly journeys: number;
  readonly seconds: number;
  /** What was found first, and with which seed; absent when nothing was. */
  readonly found?: { readonly seed: number; readonly invariant: string; readonly sentence: string };
}

export interface MutantsReport {
  readonly control: Fate | undefined;
  readonly fates: readonly Fate[];
  /** Whether each mutant was found, and nothing in the control. */
  readonly isGood: boolean;
}

/** One that tells nothing for so long hangs, which a factory would see. */
const silenceMs = 120_000;

/**
 * Plants one fault after the other, and tells whether the simulation finds it.
 * @throws UsageError for a name that no mutant has; Error for one whose text is not there.
 */
export async function runMutants(options: MutantsOptions): Promise<MutantsReport> {
  const { only, journeys = 10_000, control: controlled = 2000, atOnce = 2, progress, signal } = options;
  const unknown = only?.find((name) => !mutants.some((mutant) => mutant.name === name));
  if (unknown !== undefined) throw new UsageError(`There is no mutant ${unknown}.`);
  const control = controlled > 0 ? await follow(undefined, controlled, signal) : undefined;
  if (control)
    progress(
      control.found
        ? `The control fails: ${shown(control)}`
        : `The control is well after ${control.journeys} journeys`,
    );
  const chosen = mutants.filter(({ name }) => !only || only.includes(name));
  // A child that could not plant its fault would die of that, and count as one that found it.
  for (const mutant of chosen) planted(readFileSync(new URL(mutant.file, root), 'utf8'), mutant);
  let done = 0;
  const fates = await mapConcurrently(chosen, atOnce, async (mutant) => {
    const fate = await follow(mutant, journeys, signal);
    done += 1;
    progress(`${done}/${chosen.length} ${mutant.name}: ${shown(fate)}`);
    return fate;
  });
  return { control, fates, isGood: !control?.found && fates.every(({ found }) => found) };
}

function shown({ found, journeys }: Fate): string {
  return found
    ? `seed ${found.seed}, after ${journeys} journeys: ${found.invariant}`
    : `SURVIVES ${journeys} journeys`;
}

/** Runs a child to its end. One that dies or hangs is found by that. @throws the signal's reason. */
async function follow(mutant: Mutant | undefined, journeys: number, signal: AbortSignal): Promise<Fate> {
  signal.throwIfAborted();
  const child = fork(new URL('./child.ts', import.meta.url), {
    signal,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const began = performance.now();
  let last: Told = { seed: 0, journeys: 0, isOver: false };
  const hangs = () => child.kill('SIGKILL');
  let silence = setTimeout(hangs, silenceMs);
  const order: Order = { mutant: mutant?.name, firstSeed: 1, journeys };
  child.send(order);
  child.on('message', (told: Told) => {
    last = told;
    clearTimeout(silence);
    silence = setTimeout(hangs, silenceMs);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, killedBy) => {
      clearTimeout(silence);
      const { seed, journeys: lived, finding, isOver } = last;
      const ended = { invariant: 'The run ends, and nothing throws.', sentence: `exit ${code ?? killedBy}` };
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

/** A row for each mutant, those that survive first. */
export function linesOf(fates: readonly Fate[]): string[] {
  const rows = fates
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
