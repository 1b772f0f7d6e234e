import type { Completion, Operation } from '../../../model/completions.ts';
import { matchReportsToRouting } from '../../detail-rules.ts';
import type { Writer } from '../client.ts';
import { type Marked, type ProductionWork, productionRefused, type TrytonProduction } from '../production.ts';
import { wireDuration } from '../wire.ts';

/** What one operation reports: a cycle of its work with the time it took. */
export interface CycleReport {
  readonly work: number;
  readonly operation: string;
  /** Setup and run together; undefined where nobody recorded them, so that Tryton's own clock counts if it runs. */
  readonly seconds: number | undefined;
  readonly finished: boolean;
}

export function isFinished({ state }: ProductionWork): boolean {
  return state === 'finished' || state === 'done';
}

/**
 * The reports of a completion by the works of its production. An operation is called by its name, or, where the routing has
 * it several times, by its place: `Assembly` or `2`.
 * @param all Whether all works are finished with this booking, whoever reported them.
 * @throws Rejected for an operation that is not in the routing, or that reports twice.
 */
export function cycleReportsOf(
  completion: Completion,
  { works }: TrytonProduction,
  all: boolean,
): readonly CycleReport[] {
  const namesOf = (work: ProductionWork) => [work.operation, String(works.indexOf(work) + 1)];
  const reported = matchReportsToRouting(completion, works, namesOf, 'Tryton');
  return works.flatMap((work) => {
    const report = reported.find(({ operation }) => operation === work)?.report;
    const finished = all || report?.finished === true;
    const named = { work: work.id, operation: work.operation, finished };
    const isToBeEnded = all && !isFinished(work);
    return report || isToBeEnded ? [{ ...named, seconds: report && secondsOf(report) }] : [];
  });
}

function secondsOf({ setupSeconds, runSeconds }: Operation): number | undefined {
  if (setupSeconds === undefined && runSeconds === undefined) return undefined;
  return (setupSeconds ?? 0) + (runSeconds ?? 0);
}

/**
 * Commands of the field `production.works` that give each reported work a cycle with its time; none when they are there. A
 * work is finished once all of its cycles are (`Work._state`, production_work/work.py:218, 7.0.0), so one that is not
 * finished keeps a further cycle, which the next report takes.
 */
export function commandsForCycles(
  production: TrytonProduction,
  reports: readonly CycleReport[],
): readonly unknown[] {
  return reports.flatMap((report) => {
    const { own, open } = cyclesFor(production, report);
    if (own.length > 0) return [];
    const [first, further] = open;
    const { work, seconds, finished } = report;
    const values = { duration: wireDuration(seconds ?? 0) };
    const isAsReported = first && (seconds === undefined || first.duration === seconds);
    const cycles = [
      ...(isAsReported ? [] : [first ? ['write', [first.id], values] : ['create', [values]]]),
      ...(finished || further ? [] : [['create', [{}]]]),
    ];
    return cycles.length > 0 ? [['write', [work], { cycles }]] : [];
  });
}

/** Does the cycles of these reports, each as far as it is not done yet; where a work is finished, all of its cycles. */
export async function doCycles(
  writer: Writer,
  production: TrytonProduction,
  reports: readonly CycleReport[],
): Promise<void> {
  const cycles = reports.flatMap((report) => {
    const { own, open } = cyclesFor(production, report);
    return report.finished ? [...own, ...open] : own;
  });
  const what = `reporting the works of production ${production.number}`;
  for (const [button, states] of [
    ['run', ['draft']],
    ['do', ['draft', 'running']],
  ] as const) {
    const ids = cycles.filter(({ state }) => states.some((one) => one === state)).map(({ id }) => id);
    if (ids.length > 0) await writer.write('production.work.cycle', button, [ids], { what });
  }
}

/** @throws Rejected when the time under our key is not what was reported. */
export function requireReported(production: TrytonProduction, reports: readonly CycleReport[]): void {
  for (const report of reports) {
    const { own } = cyclesFor(production, report);
    const seconds = own.reduce((sum, cycle) => sum + (cycle.state === 'done' ? (cycle.duration ?? 0) : 0), 0);
    if (report.seconds === undefined || Math.abs(seconds - report.seconds) < 0.001) continue;
    const why = `has operation ${report.operation} booked with ${seconds} s instead of ${report.seconds} s: somebody changed it meanwhile; correct its cycles in Tryton`;
    throw productionRefused(production, 'booked-otherwise', why);
  }
}

export function markedCycles(production: TrytonProduction, reports: readonly CycleReport[]): Marked[] {
  return reports.flatMap((report) => {
    const { own, open } = cyclesFor(production, report);
    return own.length > 0 ? own : open.slice(0, 1);
  });
}

/** Cycles of a reported work: those with our key, and open ones that nobody has. */
function cyclesFor({ works }: TrytonProduction, { work: id }: CycleReport) {
  const cycles = works.find((work) => work.id === id)?.cycles ?? [];
  const isOpen = (state: string) => state === 'draft' || state === 'running';
  return {
    own: cycles.filter(({ isOwn }) => isOwn),
    open: cycles.filter(({ state, isOwn, isForeign }) => isOpen(state) && !isOwn && !isForeign),
  };
}
