import * as z from 'zod/mini';
import { type HistoryEntry, heldSchema } from '../history.ts';
import { ledgerIndexes, numberOf, partitionOf } from '../keys.ts';
import { Records } from './records.ts';

/** An event that the morning mail counts, and of which product order: `unknown` for a dead letter that names none. */
export type DayEvent = Pick<HistoryEntry, 'at' | 'event'> & { readonly number: string };

/**
 * Attributes that put an item into the index of its day. An item is in it once, with its last event. A day is one
 * partition, which takes a thousand writes a second (DynamoDB's limit): far more than any plant makes.
 */
export function dayFields(at: Date, event: string) {
  return { day: dayOf(at), happened: `${at.toISOString()} ${event}` };
}

/** The UTC day. */
function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** What happened on which day, by an index whose attributes creations, bookings, dead letters and concerns set. */
export class DailyActivity extends Records {
  /** Oldest first: one query a day, and at most `limit` events of each. The index lags by a moment. */
  async between(from: Date, until: Date, limit: number): Promise<DayEvent[]> {
    const found: DayEvent[] = [];
    for (let at = Date.parse(dayOf(from)); at <= until.getTime(); at += 86_400_000) {
      const range = { from: from.toISOString(), limit };
      const keys = await this.table.queryIndex(ledgerIndexes.day, dayOf(new Date(at)), range);
      found.push(...keys.map(eventOf));
    }
    return found.filter(({ at }) => at <= until.toISOString());
  }
}

function eventOf(keys: Readonly<Record<string, unknown>>): DayEvent {
  const [at = '', ...words] = String(keys.happened).split(' ');
  return { at, event: words.join(' '), number: numberOf(keys) };
}

/** One line of an order's journey. */
export interface JourneyEntry extends HistoryEntry {
  /** `order`, `booking …`, `dead letter`. */
  readonly of: string;
}

export class Journeys extends Records {
  /** All events of a product order, oldest first: one query. */
  async of(number: string): Promise<JourneyEntry[]> {
    const stored = await this.table.query(partitionOf(number));
    return stored
      .flatMap((item) =>
        z.parse(heldSchema, item).history.map((entry) => ({ of: labelOf(String(item.sk)), ...entry })),
      )
      .sort((a, b) => a.at.localeCompare(b.at));
  }

  /** Numbers of the product orders that an ERP order became. */
  async productOrdersOf(erpOrderNumber: string): Promise<string[]> {
    const found = await this.table.queryIndex(ledgerIndexes.erpOrder, erpOrderNumber);
    return [...new Set(found.map(numberOf))];
  }
}

/** `BOOKING#…` becomes `booking …`; questions to Azumuta belong to the order. */
function labelOf(sk: string): string {
  const [kind = '', ...name] = sk.split('#');
  const word = kind === 'QUESTION' ? 'order' : kind.toLowerCase().replaceAll('-', ' ');
  return [word, ...(name.length > 0 ? [name.join('#')] : [])].join(' ');
}
