import * as z from 'zod/mini';
import type { Table } from '../../platform/aws/dynamodb-table.ts';
import { type HistoryEntry, historySchema } from '../history.ts';
import { partitionOf } from '../keys.ts';
import type { ledgerIndexes } from '../table-schema.ts';

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
            of: labelOf(String(sk)),
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
  };
}

/** `BOOKING#…` is `booking …`; what is asked of Azumuta concerns the order. */
function labelOf(sk: string): string {
  const [kind = '', ...name] = sk.split('#');
  const word = kind === 'QUESTION' ? 'order' : kind.toLowerCase().replaceAll('-', ' ');
  return [word, ...(name.length > 0 ? [name.join('#')] : [])].join(' ');
}
