import type { TableIndex } from '../platform/aws/dynamodb-table.ts';

/**
 * The shape of the ledger table: partition key `pk`, sort key `sk`, both text; time to live in `expiresAt` (epoch seconds).
 * The indexes are sparse: an item is in one only while it has the attributes of the index.
 */
export const ledgerIndexes = {
  /** All product orders of one ERP order. */
  erpOrder: { name: 'by-erp-order', partition: 'erpOrderNumber', sort: 'pk', sortType: 'S' },
  /** The order that has a product order's id in Azumuta. */
  azumutaId: { name: 'by-azumuta-id', partition: 'azumutaId', sort: 'pk', sortType: 'S' },
  /** Product orders that wait for their completion, and bookings that wait without one, by when they are due (epoch milliseconds); concerns, by when they were looked at. */
  awaitingCompletion: { name: 'by-awaiting-completion', partition: 'awaiting', sort: 'dueAt', sortType: 'N' },
  /** What was created, booked, dead-lettered or found changed on a day (UTC): `<ISO instant> <event>`, oldest first. */
  day: { name: 'by-day', partition: 'day', sort: 'happened', sortType: 'S' },
  /** What a person must see to, while it is so: `<kind> <partner> <cause> <ISO instant>`. */
  concern: { name: 'by-concern', partition: 'concern', sort: 'concernOf', sortType: 'S' },
} as const satisfies Record<string, TableIndex>;

export const ledgerTimeToLive = 'expiresAt';
