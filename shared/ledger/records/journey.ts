import * as z from 'zod/mini';
import type { Table } from '../../platform/dynamodb-table.ts';
import type { HistoryEntry } from '../claims.ts';
import { partitionOf } from '../keys.ts';
import type { ledgerIndexes } from '../table-schema.ts';
import { historySchema } from './product-orders.ts';

/** One line of an order's journey. */
export interface JourneyEntry extends HistoryEntry {
  /** `order`, `booking …`, `dead letter`. */
  readonly of: string;
}

export interface Journeys {
  /** All that happened to a product order, oldest first: one query. */
  readonly of: (number: string) => Promise<JourneyEntry[]>;
  /** Numbers of the product orders that an ERP order became. */
  readonly productOrdersOf: (erpOrderNumber: string) => Promise<string[]>;
  /** Number of the product order that a recording belongs to. */
  readonly productOrderOfRecording: (recordingId: string) => Promise<string | undefined>;
}

export function createJourneys(table: Table, indexes: typeof ledgerIndexes): Journeys {
  const numbersOf = (found: readonly Readonly<Record<string, unknown>>[]) => [
    ...new Set(found.map(({ pk }) => String(pk).slice(partitionOf('').length))),
  ];
  return {
    async of(number) {
      const stored = await table.query(partitionOf(number));
      return stored
        .flatMap(({ sk, history }) =>
          z.parse(historySchema, history).map(({ at, event, note }) => ({
            of: String(sk).toLowerCase().startsWith('order')
              ? 'order'
              : String(sk)
                  .replace('#', ' ')
                  .replace('BOOKING', 'booking')
                  .replace('CONFLICT', 'conflict')
                  .replace('DEAD-LETTER', 'dead letter'),
            at,
            event,
            ...(note === undefined ? {} : { note }),
          })),
        )
        .sort((a, b) => a.at.localeCompare(b.at));
    },
    async productOrdersOf(erpOrderNumber) {
      return numbersOf(await table.queryIndex(indexes.erpOrder, erpOrderNumber));
    },
    async productOrderOfRecording(recordingId) {
      return numbersOf(await table.queryIndex(indexes.recording, recordingId, { limit: 1 }))[0];
    },
  };
}
