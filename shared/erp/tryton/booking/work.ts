import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { Completion, WorkTime } from '../../../model/completions.ts';
import { rejected } from '../../failures.ts';
import type { Reader, Writer } from '../connection.ts';
import type { Production } from '../production.ts';
import { wireDate, wireDuration } from '../wire.ts';
import { requireRights } from './demands.ts';

/** A time and the work that it can be booked on. */
interface BookableTime {
  readonly time: WorkTime;
  readonly timesheetWork: number;
}

/** A `timesheet.line` to create. */
export type TimesheetLine = Readonly<Record<string, unknown>> & { readonly uuid: string };

/**
 * Finds the work of each time by the name of its operation; a production with a single work takes all times.
 * @throws Rejected when times are to be booked and this Tryton cannot.
 */
export function allotTimes(
  { options, abilities }: Reader,
  { work: times }: Completion,
  { number, works }: Production,
): { readonly bookable: readonly BookableTime[]; readonly unbookable: readonly WorkTime[] } {
  if (!options.workTimes || times.length === 0) return { bookable: [], unbookable: times };
  if (!abilities.times) {
    throw rejected(
      'refused-by-erp',
      `Tryton: no working time can be booked on production ${number}, because this Tryton has no times of works: activate the module production_work_timesheet, or switch workTimes off.`,
    );
  }
  const bookable: BookableTime[] = [];
  const unbookable: WorkTime[] = [];
  for (const time of times) {
    const named = works.find((work) => work.operation.toLowerCase() === time.operation?.toLowerCase());
    const work = named ?? (works.length === 1 ? works[0] : undefined);
    if (work?.timesheetWork === undefined) unbookable.push(time);
    else bookable.push({ time, timesheetWork: work.timesheetWork });
  }
  return { bookable, unbookable };
}

/**
 * Timesheet lines that Tryton does not have yet; their `uuid` is unique there, so that none is booked twice.
 * @throws Rejected when our user cannot have any.
 */
export async function missingLines(
  reader: Reader,
  production: Production,
  completion: Completion,
  bookable: readonly BookableTime[],
): Promise<TimesheetLine[]> {
  if (bookable.length === 0) return [];
  const { employee } = reader.user;
  if (employee === undefined) {
    throw rejected(
      'refused-by-erp',
      `Tryton: our user is no employee of its company, so no working time can be booked on production ${production.number}: give the user an employee, or switch workTimes off.`,
    );
  }
  requireRights(reader.abilities, production, ['create', 'timesheet.line']);
  const lines = bookable.map(({ time, timesheetWork }) => ({
    ...{ company: production.company, employee, work: timesheetWork, uuid: timeUuid(time) },
    ...{ date: wireDate(time.date), duration: wireDuration(time.seconds) },
    description: `Azumuta product order ${completion.productOrder.number}`,
  }));
  const present = await reader.search('timesheet.line', {
    domain: [['uuid', 'in', lines.map(({ uuid }) => uuid)]],
    fields: ['uuid'],
    row: z.looseObject({ uuid: z.string() }),
    what: `reading the working time of production ${production.number}`,
  });
  return lines.filter((line) => !present.some(({ uuid }) => uuid === line.uuid));
}

export async function bookTimes(
  writer: Writer,
  { number }: Production,
  lines: readonly TimesheetLine[],
): Promise<void> {
  if (lines.length === 0) return;
  await writer.create('timesheet.line', lines, `booking working time on production ${number}`);
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

/** A recording always gets the same UUID (RFC 9562, version 8: a custom one). */
function timeUuid({ id }: WorkTime): string {
  const hex = createHash('sha256').update(`azumuta recording ${id}`).digest('hex');
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5');
}

/** @throws Rejected when people have works to finish: Tryton completes no production before (`production_work`, 7.0). */
export function requireFinishedWorks({ number, works }: Production): void {
  const open = works.filter(({ state }) => state !== 'finished' && state !== 'done');
  if (open.length === 0) return;
  const names = open.map(({ operation }) => operation).join(', ');
  throw rejected(
    'order-state',
    `Tryton: production ${number} cannot be completed, because its works must be finished first (${names}): finish them in Tryton, or set finishWorks in tryton(), then replay.`,
  );
}

/** Starts the works that nobody started, and stops all that are running. */
export async function finishWorks(writer: Writer, { number, works }: Production): Promise<void> {
  const idsIn = (...states: string[]) =>
    works.filter(({ state }) => states.includes(state)).map(({ id }) => id);
  const what = `finishing the works of production ${number}`;
  const unstarted = idsIn('request', 'draft');
  const running = [...unstarted, ...idsIn('running', 'waiting')];
  if (unstarted.length > 0) await writer.write('production.work', 'start', [unstarted], { what });
  if (running.length > 0) await writer.write('production.work', 'stop', [running], { what });
}
