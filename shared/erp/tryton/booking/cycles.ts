import * as z from 'zod/mini';
import type { Completion, Operation } from '../../../model/completions.ts';
import { reportsOf } from '../../detail-rules.ts';
import { rejected } from '../../failures.ts';
import type { Reader, Writer } from '../connection.ts';
import type { Keys } from '../marks.ts';
import { readAgain } from '../order.ts';
import type { Production } from '../production.ts';
import { fieldsFor, wireDuration } from '../wire.ts';

const cycleSchema = z.object({ id: z.int(), state: z.string(), duration: z.nullable(z.number()) });
type Cycle = z.infer<typeof cycleSchema>;
const workSchema = z.looseObject({
  id: z.int(),
  'operation.': z.looseObject({ name: z.string() }),
  'cycles.': z.nullish(z.array(cycleSchema)),
});
type Work = z.infer<typeof workSchema>;

/** What one operation reports: a cycle of its work with the time it took. */
export interface CycleReport {
  readonly work: number;
  readonly operation: string;
  /** Setup and run together; undefined where nobody told, so that Tryton's own clock counts if it runs. */
  readonly seconds: number | undefined;
  readonly finished: boolean;
}

/** Works of a production in the order of its routing, each with its cycles. */
export function readWorks({ search, abilities }: Reader, { id, number }: Production): Promise<Work[]> {
  if (!abilities.works) return Promise.resolve([]);
  return search('production.work', {
    domain: [['production', '=', id]],
    fields: fieldsFor(workSchema),
    row: workSchema,
    what: `reading the works of production ${number}`,
  });
}

/**
 * The reports of a completion by the works of its production. An operation is called by its name, or, where the routing has
 * it several times, by its place: `Assembly` or `2`.
 * @param all Whether all works are finished with this booking, those that nobody reported by a cycle that was left open.
 * @throws Rejected for an operation that is not in the routing, or that reports twice.
 */
export function cycleReportsOf(completion: Completion, works: readonly Work[], all: boolean): CycleReport[] {
  const namesOf = (work: Work) => [work['operation.'].name, String(works.indexOf(work) + 1)];
  const reported = reportsOf(completion, works, namesOf, 'Tryton');
  return works.flatMap((work) => {
    const report = reported.find(({ operation }) => operation === work)?.report;
    const isLeftOpen = all && work['cycles.']?.some(({ state }) => state === 'draft');
    const finished = all || report?.finished === true;
    const named = { work: work.id, operation: work['operation.'].name, finished };
    return report || isLeftOpen ? [{ ...named, seconds: report && secondsOf(report) }] : [];
  });
}

function secondsOf({ setupSeconds, runSeconds }: Operation): number | undefined {
  if (setupSeconds === undefined && runSeconds === undefined) return undefined;
  return (setupSeconds ?? 0) + (runSeconds ?? 0);
}

/**
 * Gives each reported work a cycle with its time. A work is finished once all of its cycles are (`Work._state`,
 * production_work/work.py:218, 7.0.0), so one that is not finished keeps a further cycle, which the next report takes.
 * @returns the production as it is then, and the cycles to do.
 */
export async function writeCycles(
  writer: Writer,
  production: Production,
  reports: readonly CycleReport[],
  keys: Keys,
): Promise<{ readonly production: Production; readonly cycles: readonly Cycle[] }> {
  if (reports.length === 0) return { production, cycles: [] };
  const { id, number, timestamps } = production;
  const cyclesOf = (works: readonly Work[]) =>
    reports.flatMap((report) => {
      const { own, open } = cyclesFor(works, report, keys);
      return own.length > 0 ? own : open.slice(0, 1);
    });
  const works = await readWorks(writer, production);
  const commands = reports.flatMap((report) => {
    const cycles = commandsOf(cyclesFor(works, report, keys), report);
    return cycles.length > 0 ? [['write', [report.work], { cycles }]] : [];
  });
  if (commands.length === 0) return { production, cycles: cyclesOf(works) };
  const what = `planning the cycles of production ${number}`;
  await writer.write('production', 'write', [[id], { works: commands }], { what, timestamps });
  const cycles = cyclesOf(await readWorks(writer, production));
  return { production: await readAgain(writer, production), cycles };
}

/** Commands of the one-to-many field `production.work.cycles`; none when they are there. */
function commandsOf({ own, open: [first, further] }: ReturnType<typeof cyclesFor>, report: CycleReport) {
  if (own.length > 0) return [];
  const { seconds, finished } = report;
  const values = { duration: wireDuration(seconds ?? 0) };
  const isAsReported = seconds === undefined || first?.duration === seconds;
  const commands: unknown[] = first ? [['write', [first.id], values]] : [['create', [values]]];
  return [...(first && isAsReported ? [] : commands), ...(finished || further ? [] : [['create', [{}]]])];
}

/** Does the cycles, each as far as it is not done yet. */
export async function doCycles(
  writer: Writer,
  production: Production,
  cycles: readonly Cycle[],
): Promise<Production> {
  if (cycles.length === 0) return production;
  const what = `reporting the works of production ${production.number}`;
  for (const [button, states] of [
    ['run', ['draft']],
    ['do', ['draft', 'running']],
  ] as const) {
    const ids = cycles.filter(({ state }) => states.some((one) => one === state)).map(({ id }) => id);
    if (ids.length > 0) await writer.write('production.work.cycle', button, [ids], { what });
  }
  return readAgain(writer, production);
}

/** @throws Rejected when the time under our key is not what was reported. */
export function requireReported(
  { number }: Production,
  works: readonly Work[],
  reports: readonly CycleReport[],
  keys: Keys,
): void {
  for (const report of reports) {
    const { own } = cyclesFor(works, report, keys);
    const seconds = own.reduce((sum, cycle) => sum + (cycle.state === 'done' ? (cycle.duration ?? 0) : 0), 0);
    if (report.seconds === undefined || Math.abs(seconds - report.seconds) < 0.001) continue;
    throw rejected(
      'booked-otherwise',
      `Tryton: operation ${report.operation} of production ${number} is booked with ${seconds} s instead of ${report.seconds} s: somebody changed it meanwhile; correct its cycles in Tryton.`,
    );
  }
}

/** Cycles of a reported work: those with our key, and open ones that nobody has. */
function cyclesFor(works: readonly Work[], { work: id }: CycleReport, { bound, foreign }: Keys) {
  const cycles = works.find((work) => work.id === id)?.['cycles.'] ?? [];
  const isOpen = ({ id, state }: Cycle) =>
    (state === 'draft' || state === 'running') && !foreign.includes(id);
  const own = cycles.filter((cycle) => bound.includes(cycle.id));
  const open = cycles.filter((cycle) => isOpen(cycle) && !own.includes(cycle));
  return { own, open: open.sort((a, b) => a.id - b.id) };
}
