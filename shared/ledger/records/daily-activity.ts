import * as z from 'zod/mini';
import type { Table } from '../../platform/aws/dynamodb-table.ts';
import { partitionOf } from '../keys.ts';
import { ledgerIndexes } from '../table-schema.ts';

/** Something that a planner wants to hear of at the end of the day. */
export interface DayEvent {
  /** ISO instant, UTC. */
  readonly at: string;
  /** As histories tell it: `created`, `booked`, `dead-lettered`, `conflict` … */
  readonly event: string;
  /** Product order that it happened to; `unknown` for a dead letter that does not tell its order. */
  readonly number: string;
}

/** What happened on which day: an index that creations, bookings, dead letters and conflicts enter by themselves. */
export interface DailyActivity {
  /**
   * All that happened from `from` until `until`, oldest first; one query a day, and at most `most` events of each.
   * The index lags by a moment.
   */
  readonly between: (from: Date, until: Date, most: number) => Promise<DayEvent[]>;
}

/**
 * Attributes that put an item into the index of its day. An item is in it once, with what happened to it last: a
 * partition a day takes a thousand writes a second (DynamoDB's limit of a partition), far beyond any plant.
 */
export function dayFields(at: Date, event: string): { readonly day: string; readonly happened: string } {
  const instant = at.toISOString();
  return { day: dayOf(instant), happened: `${instant} ${event}` };
}

const keysSchema = z.object({ pk: z.string(), happened: z.string() });

export function createDailyActivity(table: Table): DailyActivity {
  return {
    async between(from, until, most) {
      const found: DayEvent[] = [];
      for (const day of daysBetween(from, until)) {
        const keys = await table.queryIndex(ledgerIndexes.day, day, {
          from: from.toISOString(),
          limit: most,
        });
        found.push(...keys.map(eventOf));
      }
      return found.filter(({ at }) => at <= until.toISOString());
    },
  };
}

function eventOf(keys: unknown): DayEvent {
  const { pk, happened } = z.parse(keysSchema, keys);
  const [at = '', ...words] = happened.split(' ');
  return { at, event: words.join(' '), number: pk.slice(partitionOf('').length) };
}

/** UTC days, the first and the last included. */
function daysBetween(from: Date, until: Date): string[] {
  const days: string[] = [];
  for (let at = Date.parse(dayOf(from.toISOString())); at <= until.getTime(); at += 86_400_000)
    days.push(dayOf(new Date(at).toISOString()));
  return days;
}

function dayOf(instant: string): string {
  return instant.slice(0, 10);
}
