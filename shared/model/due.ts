import { dayBefore, dayIn, hourMs, isDate, startOfDay, utcInstant } from './time.ts';

/** By what a plant says that an order is late. */
export interface DueTerms {
  readonly timeZone: string;
  /** Hours from the beginning of its due day on: 24 are that day. Fewer count as 24, as it has that day. */
  readonly graceHours: number;
}

/** When a view looks, and by what it says so. */
export interface DueNow extends DueTerms {
  readonly at: Date;
}

interface Due {
  /** As the ERP says it: an ISO date, or an instant with its zone. Anything else is no date. */
  readonly dueDate?: string | undefined;
}

const hoursOfDay = 24;

/** The plant's day by which the ERP wants it. */
export function dueDayOf({ dueDate = '' }: Due, timeZone: string): string | undefined {
  if (isDate(dueDate)) return dueDate;
  const instant = utcInstant(dueDate);
  return instant === undefined ? undefined : dayIn(timeZone, instant);
}

/**
 * From when on an order is late that is neither booked nor ended: the end of the plant's due day, and what the grace gives
 * beyond it. Undefined without a date. Every view asks `dueStateOf`.
 */
export function overdueAt(due: Due, { timeZone, graceHours }: DueTerms): Date | undefined {
  const day = dueDayOf(due, timeZone);
  if (day === undefined) return undefined;
  const end = startOfDay(timeZone, dayBefore(day, -1));
  return new Date(end.getTime() + Math.max(0, graceHours - hoursOfDay) * hourMs);
}

export type DueState = 'late' | 'due today' | 'not due';

/** How an order that is open stands to its date. */
export function dueStateOf(due: Due, { at, ...terms }: DueNow): DueState {
  if (dueDayOf(due, terms.timeZone) === dayIn(terms.timeZone, at)) return 'due today';
  const late = overdueAt(due, terms);
  return late !== undefined && late <= at ? 'late' : 'not due';
}
