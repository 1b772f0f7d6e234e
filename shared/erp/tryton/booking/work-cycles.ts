import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { Completion, WorkTime } from '../../../model/completions.ts';
import { Rejected } from '../../../model/errors.ts';
import type { Production } from '../order.ts';
import { fieldOf, wireDate, wireDuration } from '../wire.ts';
import type { WriteTracker } from '../write-tracker.ts';

/** A step of a production's routing (`production.work`), and the work that time can be booked on. */
export interface ProductionWork {
  readonly id: number;
  readonly operation: string;
  readonly state: string;
  readonly timesheetWork?: number;
}

/** Time to book on a work, and time that has none. */
export interface AllottedTimes {
  readonly bookable: readonly { readonly time: WorkTime; readonly timesheetWork: number }[];
  readonly unbookable: readonly WorkTime[];
}

const workSchema = z.looseObject({
  id: z.int(),
  state: z.string(),
  timesheet_work: z.nullable(z.int()),
});

/** Works of a production. @throws Rejected when the module `production_work_timesheet` is not there. */
export async function readWorks(desk: WriteTracker, production: Production): Promise<ProductionWork[]> {
  const works = await desk.read(
    'production.work',
    'search_read',
    [
      [['production', '=', production.id]],
      ...[0, null, [['id', 'ASC']], ['state', 'operation.name', 'timesheet_work']],
    ],
    { what: `reading the works of production ${production.number}`, answer: z.array(workSchema) },
  );
  return works.map((work) => ({
    id: work.id,
    operation: String(fieldOf(work, 'operation.name') ?? ''),
    state: work.state,
    ...(work.timesheet_work === null ? {} : { timesheetWork: work.timesheet_work }),
  }));
}

/** By the name of the operation; a production with a single work takes all time. */
export function allotTimes(times: readonly WorkTime[], works: readonly ProductionWork[]): AllottedTimes {
  const bookable: { time: WorkTime; timesheetWork: number }[] = [];
  const unbookable: WorkTime[] = [];
  for (const time of times) {
    const named = works.find((work) => work.operation.toLowerCase() === time.operation?.toLowerCase());
    const work = named ?? (works.length === 1 ? works[0] : undefined);
    if (work?.timesheetWork === undefined) unbookable.push(time);
    else bookable.push({ time, timesheetWork: work.timesheetWork });
  }
  return { bookable, unbookable };
}

/** Books time as timesheet lines; their `uuid` is unique in Tryton, so that none is booked twice. */
export async function bookTimes(
  desk: WriteTracker,
  production: Production,
  completion: Completion,
  bookable: AllottedTimes['bookable'],
): Promise<void> {
  if (bookable.length === 0) return;
  const { employee } = await desk.preferences();
  const what = `booking working time on production ${production.number}`;
  if (employee === undefined) {
    throw new Rejected(
      `Tryton: our user is no employee, so that no working time can be booked on production ${production.number}: give the user an employee, or switch workTimes off.`,
      { code: 'refused-by-erp' },
    );
  }
  const uuids = bookable.map(({ time }) => timeUuid(time));
  const present = await desk.read(
    'timesheet.line',
    'search_read',
    [[['uuid', 'in', uuids]], 0, null, null, ['uuid']],
    { what, answer: z.array(z.looseObject({ uuid: z.string() })) },
  );
  const lines = bookable
    .filter((_, at) => !present.some(({ uuid }) => uuid === uuids[at]))
    .map(({ time, timesheetWork }) => ({
      company: production.company,
      employee,
      work: timesheetWork,
      date: wireDate(time.date),
      duration: wireDuration(time.seconds),
      description: `Azumuta product order ${completion.productOrder.number}`,
      uuid: timeUuid(time),
    }));
  if (lines.length === 0) return;
  await desk.write('timesheet.line', 'create', [lines], { what, answer: z.unknown() });
}

/** Starts works that nobody started, and stops all that run: only then Tryton completes a production. */
export async function finishWorks(desk: WriteTracker, production: Production): Promise<void> {
  const works = await readWorks(desk, production);
  const idsIn = (...states: string[]) =>
    works.filter(({ state }) => states.includes(state)).map(({ id }) => id);
  const what = `finishing the works of production ${production.number}`;
  const unstarted = idsIn('request', 'draft');
  if (unstarted.length > 0) {
    await desk.write('production.work', 'start', [unstarted], { what, answer: z.unknown() });
  }
  const running = [...unstarted, ...idsIn('running', 'waiting')];
  if (running.length > 0) {
    await desk.write('production.work', 'stop', [running], { what, answer: z.unknown() });
  }
}

/** `Working time: 12 min 31 s, Assembly`. */
export function timeText({ seconds, operation }: WorkTime): string {
  const whole = Math.round(seconds);
  const parts = [
    [Math.floor(whole / 3600), 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const;
  const text = parts.flatMap(([amount, unit]) => (amount > 0 ? [`${amount} ${unit}`] : [])).join(' ');
  return `Working time: ${text || '0 s'}${operation ? `, ${operation}` : ''}`;
}

/** The same recording has the same UUID for ever (RFC 9562, version 8: a custom one). */
function timeUuid({ id }: WorkTime): string {
  const hex = createHash('sha256').update(`azumuta recording ${id}`).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
