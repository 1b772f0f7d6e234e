import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { Completion, WorkTime } from '../../../model/completions.ts';
import { Rejected } from '../../../model/errors.ts';
import type { Reader, Writer } from '../desk.ts';
import type { Production, ProductionWork } from '../production.ts';
import { wireDate, wireDuration } from '../wire.ts';
import { requireRights } from './demands.ts';

/** Time to book on a work, and time that has none. */
export interface AllottedTimes {
  readonly bookable: readonly { readonly time: WorkTime; readonly timesheetWork: number }[];
  readonly unbookable: readonly WorkTime[];
}

/** A `timesheet.line` to create. */
export type TimesheetLine = Readonly<Record<string, unknown>> & { readonly uuid: string };

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

/**
 * Timesheet lines that are not there yet; their `uuid` is unique in Tryton, so that none is booked twice.
 * @throws Rejected when our user cannot have any.
 */
export async function missingLines(
  desk: Reader,
  production: Production,
  completion: Completion,
  bookable: AllottedTimes['bookable'],
): Promise<TimesheetLine[]> {
  if (bookable.length === 0) return [];
  const { employee } = desk.preferences;
  if (employee === undefined) {
    throw new Rejected(
      `Tryton: our user is no employee of its company, so that no working time can be booked on production ${production.number}: give the user an employee, or switch workTimes off.`,
      { code: 'refused-by-erp' },
    );
  }
  requireRights(desk.abilities, production, ['create', 'timesheet.line']);
  const lines = bookable.map(({ time, timesheetWork }) => ({
    ...{ company: production.company, employee, work: timesheetWork, uuid: timeUuid(time) },
    ...{ date: wireDate(time.date), duration: wireDuration(time.seconds) },
    description: `Azumuta product order ${completion.productOrder.number}`,
  }));
  const uuids = lines.map(({ uuid }) => uuid);
  const present = await desk.read(
    'timesheet.line',
    'search_read',
    [[['uuid', 'in', uuids]], 0, null, null, ['uuid']],
    {
      what: `reading the working time of production ${production.number}`,
      answer: z.array(z.looseObject({ uuid: z.string() })),
    },
  );
  return lines.filter((line) => !present.some(({ uuid }) => uuid === line.uuid));
}

export async function bookTimes(
  desk: Writer,
  { number }: Production,
  lines: readonly TimesheetLine[],
): Promise<void> {
  if (lines.length === 0) return;
  const what = `booking working time on production ${number}`;
  await desk.write('timesheet.line', 'create', [lines], { what, answer: z.unknown() });
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
