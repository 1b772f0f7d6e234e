import * as z from 'zod/mini';
import { dueDayOf } from '../../model/due.ts';
import { type Quantity, sumOf } from '../../model/quantity.ts';
import { dayIn } from '../../model/time.ts';
import type { DeepReadonly } from '../../platform/aws/dynamodb-table.ts';
import { ledgerIndexes } from '../keys.ts';
import { type DayEvent, dayEventOf, utcDayOf } from './events.ts';
import { Records } from './records.ts';

const countSchema = z.record(z.string(), z.number());
/** Decimals by unit; empty for quantities without one. */
const piecesSchema = z.record(z.string(), z.string());
export const daySchema = z.object({
  /** The plant's day, and up to when it is counted (ISO). */
  day: z.string(),
  upTo: z.string(),
  /** How many orders had each event last, by its name. */
  events: countSchema,
  good: piecesSchema,
  scrap: piecesSchema,
  /** Booked orders that have a due date, and those of them that were booked after it. */
  due: z.number(),
  late: z.number(),
  /** Orders that were booked on this day, by the plant's day on which they were due. 0.3.0 counts none. */
  bookedDue: z.optional(countSchema),
});
export type Day = DeepReadonly<z.output<typeof daySchema>>;

const dayKey = (day: string) => ({ pk: `DAY#${day}`, sk: 'FIGURES' });

/** Each day of the plant is one item, so that a month is thirty reads however much was made in it. */
export class Days extends Records {
  async writeDay(day: Day): Promise<void> {
    await this.table.update(dayKey(day.day), { set: { ...day, expiresAt: this.expiresAt() } });
  }

  /** Those that were counted, the oldest first. */
  async readDays(days: readonly string[]): Promise<Day[]> {
    const stored = await this.table.getAll(days.map(dayKey));
    const read = stored.map((item) => z.parse(daySchema, item));
    return read.toSorted((one, other) => one.day.localeCompare(other.day));
  }

  /**
   * What happened, oldest first, as creations, bookings, dead letters and concerns set it: one query a day (UTC).
   * The index lags by a moment.
   */
  async listEvents(from: Date, until: Date): Promise<DayEvent[]> {
    const found: DayEvent[] = [];
    for (let at = Date.parse(utcDayOf(from)); at <= until.getTime(); at += 86_400_000) {
      const range = { from: from.toISOString() };
      const keys = await this.table.queryIndex(ledgerIndexes.day, utcDayOf(new Date(at)), range);
      found.push(...keys.map(dayEventOf));
    }
    return found.filter(({ at }) => at <= until.toISOString());
  }
}

type DaySums = Omit<Day, 'day' | 'upTo'>;

/** Counts a day. @param timeZone The plant's, to say what was booked in time. */
export function countDay(day: string, until: Date, events: readonly DayEvent[], timeZone: string): Day {
  const figures = events.map(({ event, at, good, scrap, due }): DaySums => {
    const dueDay = dueDayOf({ dueDate: due }, timeZone);
    const isLate = dueDay !== undefined && dayIn(timeZone, at) > dueDay;
    return {
      events: { [event]: 1 },
      good: piecesOf(good),
      scrap: piecesOf(scrap),
      due: dueDay === undefined ? 0 : 1,
      late: isLate ? 1 : 0,
      bookedDue: dueDay === undefined ? {} : { [dueDay]: 1 },
    };
  });
  return { day, upTo: until.toISOString(), ...sumOfDays(figures) };
}

function piecesOf(quantity: Quantity | undefined): DaySums['good'] {
  return quantity ? { [quantity.unit ?? '']: quantity.amount } : {};
}

export function sumOfDays(days: readonly DaySums[]): DaySums {
  const add = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0);
  return {
    events: sumsOf(add, days, 'events'),
    good: sumsOf(sumOf, days, 'good'),
    scrap: sumsOf(sumOf, days, 'scrap'),
    due: add(days.map(({ due }) => due)),
    late: add(days.map(({ late }) => late)),
    bookedDue: sumsOf(
      add,
      days.map(({ bookedDue = {} }) => ({ bookedDue })),
      'bookedDue',
    ),
  };
}

function sumsOf<Field extends string, T>(
  sum: (all: readonly T[]) => T,
  days: readonly Readonly<Record<Field, Readonly<Record<string, T>>>>[],
  field: Field,
): Record<string, T> {
  const all = days.flatMap((day) => Object.entries(day[field]));
  const byName = Map.groupBy(all, ([name]) => name);
  return Object.fromEntries([...byName].map(([name, of]) => [name, sum(of.map(([, one]) => one))]));
}
