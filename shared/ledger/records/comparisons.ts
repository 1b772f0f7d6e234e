import * as z from 'zod/mini';
import { dayMs } from '../../model/time.ts';
import type { DeepReadonly } from '../../platform/aws/dynamodb-table.ts';
import { comparisonKey, ledgerIndexes, numberOf } from '../keys.ts';
import { dayEventOf, dayFields, utcDayOf } from './events.ts';
import { Records } from './records.ts';

/** Its word in the index of what is awaited. */
export const awaitedComparison = 'comparison';
const comparedEvent = 'compared';
/** Between two looks. */
const lookedAgainMs = dayMs;
/** What people have not booked is looked at again each day, for so long after shadow has decided about it last. */
const comparedForMs = 7 * lookedAgainMs;

export const comparisonSchema = z.object({
  /** `nothing`: the ERP does not want it any more. */
  outcome: z.enum(['same', 'different', 'nothing']),
  /** Whether shadow would have booked it. */
  wouldBook: z.boolean(),
  /** Whether people have booked it; unknown where the ERP cannot be asked for one order. */
  booked: z.enum(['yes', 'no', 'unknown']),
  /** Sentences: what differs, by the line of the mapping where one makes it. */
  reasons: z.array(z.string()),
});
/** What shadow would have done for an order, next to what people did. */
export type ShadowComparison = DeepReadonly<z.output<typeof comparisonSchema>>;

const storedComparisonSchema = z.object({
  ...comparisonSchema.shape,
  pk: z.string(),
  /** When it was compared (ISO). */
  comparedAt: z.string(),
});
export type StoredComparison = ShadowComparison & {
  readonly number: string;
  readonly comparedAt: string;
};

/**
 * What shadow has decided about an order is compared a day later with what people did. They are kept at the number under which
 * the bookings of its ERP order are kept, and only in the table of a stack in shadow.
 */
export class ExpectedComparisons extends Records {
  /** It is compared in a day, however often it was before. */
  async expect(home: string): Promise<void> {
    const now = this.clock.now().getTime();
    const set = { awaiting: awaitedComparison, dueAt: now + lookedAgainMs, expectedAt: now };
    await this.table.update(comparisonKey(home), { set });
  }
}

/** Comparisons, with what a look finds. */
export class Comparisons extends ExpectedComparisons {
  async isDue(home: string): Promise<boolean> {
    const item = await this.table.get(comparisonKey(home));
    return item?.awaiting === awaitedComparison && Number(item.dueAt) <= this.clock.now().getTime();
  }

  /** Nothing can be said of it yet: it is compared the next day. */
  async postpone(home: string): Promise<void> {
    const item = await this.table.get(comparisonKey(home));
    await this.postponeItem(comparisonKey(home), nextDay(item?.dueAt, this.clock.now()));
  }

  /** What people have not booked yet is compared again the next day, for a week. */
  async write(home: string, { outcome, wouldBook, booked, reasons }: ShadowComparison): Promise<void> {
    const now = this.clock.now();
    const item = await this.table.get(comparisonKey(home));
    const isYoung = now.getTime() - Number(item?.expectedAt ?? 0) < comparedForMs;
    const isAwaited = outcome === 'different' && booked === 'no' && isYoung;
    const comparison = { outcome, wouldBook, booked, reasons: [...reasons], comparedAt: now.toISOString() };
    const set = { ...comparison, ...dayFields(now, `${comparedEvent}: ${outcome}`) };
    if (isAwaited)
      await this.table.update(comparisonKey(home), {
        set: { ...set, awaiting: awaitedComparison, dueAt: nextDay(item?.dueAt, now).getTime() },
      });
    else await this.table.update(comparisonKey(home), { set, remove: ['awaiting', 'dueAt'] });
  }
}

/**
 * At the same time of the day as before: each run looks a little after that, and if it were a day after the run, the next day's
 * would be too early.
 */
function nextDay(dueAt: unknown, now: Date): Date {
  const before = typeof dueAt === 'number' ? dueAt : now.getTime();
  const days = Math.floor((now.getTime() - before) / lookedAgainMs) + 1;
  return new Date(before + Math.max(1, days) * lookedAgainMs);
}

/** Comparisons, with what people read of them. */
export class ComparisonsForPeople extends Comparisons {
  /** Those that were compared last in this time, what differs first. The index lags. */
  async listCompared(from: Date, until: Date): Promise<StoredComparison[]> {
    const numbers: string[] = [];
    for (let at = Date.parse(utcDayOf(from)); at <= until.getTime(); at += lookedAgainMs) {
      const range = { from: from.toISOString() };
      const keys = await this.table.queryIndex(ledgerIndexes.day, utcDayOf(new Date(at)), range);
      const events = keys.map(dayEventOf).filter(({ event }) => event.startsWith(comparedEvent));
      numbers.push(...events.filter((one) => one.at <= until.toISOString()).map(({ number }) => number));
    }
    const items = await this.table.getAll(numbers.map(comparisonKey));
    const read = items.flatMap((item) => {
      const { data } = z.safeParse(storedComparisonSchema, item);
      if (!data) return [];
      const { pk, ...comparison } = data;
      return { ...comparison, number: numberOf({ pk }) };
    });
    const order = (one: StoredComparison) => `${one.outcome === 'different' ? 0 : 1} ${one.number}`;
    return read.toSorted((one, other) => order(one).localeCompare(order(other), 'en'));
  }
}
