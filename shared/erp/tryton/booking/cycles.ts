import * as z from 'zod/mini';
import type { Completion, Operation } from '../../../model/completions.ts';
import { reportsOf } from '../../detail-rules.ts';
import { orderWaits, rejected } from '../../failures.ts';
import type { Reader, Writer } from '../connection.ts';
import type { Keys } from '../marks.ts';
import { readAgain } from '../order.ts';
import type { Production } from '../production.ts';
import { fieldsFor, wireDuration } from '../wire.ts';

const workSchema = z.looseObject({
  id: z.int(),
  'operation.': z.looseObject({ name: z.string() }),
  'cycles.': z.nullish(
    z.array(
      z.object({ id: z.int(), state: z.string(), duration: z.nullable(z.number()), _timestamp: z.string() }),
    ),
  ),
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
 * @throws Rejected for an operation that is not in the routing, or that reports twice.
 */
export function cycleReportsOf(completion: Completion, works: readonly Work[]): CycleReport[] {
  const namesOf = (work: Work) => [work['operation.'].name, String(works.indexOf(work) + 1)];
  return reportsOf(completion, works, namesOf, 'Tryton').map(({ report, operation: work }) => ({
    ...{ work: work.id, operation: work['operation.'].name, finished: report.finished },
    seconds: secondsOf(report),
  }));
}

function secondsOf({ setupSeconds, runSeconds }: Operation): number | undefined {
  if (setupSeconds === undefined && runSeconds === undefined) return undefined;
  return (setupSeconds ?? 0) + (runSeconds ?? 0);
}

/**
 * Gives each reported work a cycle with its time. A work is finished once all of its cycles are (`Work._state`,
 * production_work/work.py 7.0), so one that is not finished keeps a further cycle, which the next report takes.
 * @returns the production as it is then, and the ids of the cycles to do.
 */
export async function writeCycles(
  writer: Writer,
  production: Production,
  reports: readonly CycleReport[],
  keys: Keys,
): Promise<{ readonly production: Production; readonly cycles: readonly number[] }> {
  if (reports.length === 0) return { production, cycles: [] };
  const { id, number, timestamps } = production;
  let works = await readWorks(writer, production);
  let current = production;
  const commands = commandsOf(works, reports, keys);
  if (commands.length > 0) {
    const what = `planning the cycles of production ${number}`;
    await writer.write('production', 'write', [[id], { works: commands }], { what, timestamps });
    works = await readWorks(writer, production);
    current = await readAgain(writer, production);
  }
  if (commandsOf(works, reports, keys).length > 0) {
    const why = `Somebody changes the works of Tryton's production ${number} at this moment.`;
    throw orderWaits(why, { wrote: 'known', afterSeconds: 60 });
  }
  const cycles = reports.flatMap((report) => {
    const { own, open } = cyclesFor(works, report, keys);
    return (own.length > 0 ? own : open.slice(0, 1)).map((cycle) => cycle.id);
  });
  return { production: current, cycles };
}

/** Commands of the one-to-many field `production.works`; none when the cycles are there. */
function commandsOf(works: readonly Work[], reports: readonly CycleReport[], keys: Keys): unknown[] {
  return reports.flatMap((report) => {
    const { own, open } = cyclesFor(works, report, keys);
    if (own.length > 0) return [];
    const { seconds, finished } = report;
    const [first, further] = open;
    const duration = wireDuration(seconds ?? 0);
    const isAsReported = first && (seconds === undefined || first.duration === seconds);
    const commands = [
      ...(first ? (isAsReported ? [] : [['write', [first.id], { duration }]]) : [['create', [{ duration }]]]),
      ...(finished || further ? [] : [['create', [{}]]]),
    ];
    return commands.length === 0 ? [] : [['write', [report.work], { cycles: commands }]];
  });
}

/** Does the cycles, and cancels those that others left open in a work that is finished. */
export async function doCycles(
  writer: Writer,
  production: Production,
  reports: readonly CycleReport[],
  keys: Keys,
): Promise<Production> {
  if (reports.length === 0) return production;
  const works = await readWorks(writer, production);
  const press = async (button: string, ids: readonly number[]) => {
    const what = `reporting the works of production ${production.number}`;
    if (ids.length > 0) await writer.write('production.work.cycle', button, [ids], { what });
  };
  const own = works.flatMap((work) => work['cycles.'] ?? []).filter(({ id }) => keys.bound.includes(id));
  const extra = reports.flatMap((report) =>
    report.finished ? cyclesFor(works, report, keys).open.map(({ id }) => id) : [],
  );
  const idsIn = (...states: string[]) =>
    own.filter(({ state }) => states.includes(state)).map(({ id }) => id);
  await press('cancel', extra);
  await press('run', idsIn('draft'));
  await press('do', idsIn('draft', 'running'));
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
    const isDone = own.every(({ state }) => state === 'done') && own.length > 0;
    const seconds = own.reduce((sum, cycle) => sum + (cycle.duration ?? 0), 0);
    if (isDone && (report.seconds === undefined || Math.abs(seconds - report.seconds) < 0.001)) continue;
    throw rejected(
      'booked-otherwise',
      `Tryton: operation ${report.operation} of production ${number} is booked with ${seconds} s instead of ${report.seconds ?? 0} s: somebody changed it meanwhile; correct its cycles in Tryton.`,
    );
  }
}

/** Cycles of a reported work: those with our key, and open ones that nobody has. */
function cyclesFor(works: readonly Work[], { work: id }: CycleReport, { bound, foreign }: Keys) {
  const cycles = works.find((work) => work.id === id)?.['cycles.'] ?? [];
  const isOpen = ({ state }: { readonly state: string }) => state === 'draft' || state === 'running';
  return {
    own: cycles.filter((cycle) => bound.includes(cycle.id)),
    open: cycles
      .filter((cycle) => isOpen(cycle) && !bound.includes(cycle.id) && !foreign.includes(cycle.id))
      .sort((a, b) => a.id - b.id),
  };
}
