import * as z from 'zod/mini';
import type { Table } from '../../platform/aws/dynamodb-table.ts';
import { type HistoryEntry, historySchema } from '../history.ts';
import { numberOf, partitionOf } from '../keys.ts';
import { ledgerIndexes } from '../table-schema.ts';

/** An event that the morning mail counts. */
export interface DayEvent {
  /** ISO instant, UTC. */
  readonly at: string;
  /** As in histories: `created`, `booked`, `dead-lettered`, `conflict` … */
  readonly event: string;
  /** Number of the product order; `unknown` for a dead letter that does not name one. */
  readonly number: string;
}

/**
 * Attributes that put an item into the index of its day. An item is in it once, with its last event. A day is one
 * partition, which takes a thousand writes a second (DynamoDB's limit): far more than any plant makes.
 */
export function dayFields(at: Date, event: string): { readonly day: string; readonly happened: string } {
  const instant = at.toISOString();
  return { day: dayOf(instant), happened: `${instant} ${event}` };
}

const keysSchema = z.object({ pk: z.string(), happened: z.string() });

/** What happened on which day, by an index whose attributes creations, bookings, dead letters and conflicts set. */
export function createDailyActivity(table: Table) {
  return {
    /**
     * All events from `from` until `until`, oldest first: one query a day, and at most `limit` events of each. The index
     * lags by a moment.
     */
    async between(from: Date, until: Date, limit: number): Promise<DayEvent[]> {
      const found: DayEvent[] = [];
      for (const day of daysBetween(from, until)) {
        const keys = await table.queryIndex(ledgerIndexes.day, day, { from: from.toISOString(), limit });
        found.push(...keys.map(eventOf));
      }
      return found.filter(({ at }) => at <= until.toISOString());
    },
  };
}

function eventOf(keys: unknown): DayEvent {
  const { pk, happened } = z.parse(keysSchema, keys);
  const [at = '', ...words] = happened.split(' ');
  return { at, event: words.join(' '), number: numberOf({ pk }) };
}

/** UTC days, including the first and the last. */
function daysBetween(from: Date, until: Date): string[] {
  const days: string[] = [];
  for (let at = Date.parse(dayOf(from.toISOString())); at <= until.getTime(); at += 86_400_000)
    days.push(dayOf(new Date(at).toISOString()));
  return days;
}

function dayOf(instant: string): string {
  return instant.slice(0, 10);
}

/** One line of an order's journey. */
export interface JourneyEntry extends HistoryEntry {
  /** `order`, `booking …`, `dead letter`. */
  readonly of: string;
}

export function createJourneys(table: Table) {
  return {
    /** All events of a product order, oldest first: one query. */
    async of(number: string): Promise<JourneyEntry[]> {
      const stored = await table.query(partitionOf(number));
      return stored
        .flatMap(({ sk, history }) =>
          z.parse(historySchema, history).map((entry) => ({ of: labelOf(String(sk)), ...entry })),
        )
        .sort((a, b) => a.at.localeCompare(b.at));
    },
    /** Numbers of the product orders that an ERP order became. */
    async productOrdersOf(erpOrderNumber: string): Promise<string[]> {
      const found = await table.queryIndex(ledgerIndexes.erpOrder, erpOrderNumber);
      return [...new Set(found.map(numberOf))];
    },
  };
}

/** `BOOKING#…` becomes `booking …`; questions to Azumuta belong to the order. */
function labelOf(sk: string): string {
  const [kind = '', ...name] = sk.split('#');
  const word = kind === 'QUESTION' ? 'order' : kind.toLowerCase().replaceAll('-', ' ');
  return [word, ...(name.length > 0 ? [name.join('#')] : [])].join(' ');
}
