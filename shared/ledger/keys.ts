import type { ErpOrderRef } from '../model/orders.ts';
import type { Partner } from '../model/partner.ts';
import type { Key, TableIndex } from '../platform/aws/dynamodb-table.ts';

/**
 * Keys of the ledger table. All items of one product order share a partition, so that its journey is one query:
 *
 *   ORDER#<product order number>   ORDER                    the order: draft, claim of its creation, Azumuta id
 *                                  BOOKING#<booking key>    one booking: plan with what is booked, claim, receipt; of
 *                                                           no part once it was taken back, where keys count
 *                                  DEAD-LETTER#<message>    one dead letter and its reason
 *                                  ALIAS                    the number of ours, where Azumuta has another by now
 *                                  QUESTION                 since when Azumuta is asked about it, and by which hint
 *                                  WINDOW                   when its completed parts are booked, where the plant has
 *                                                           times for that
 *                                  BATCH#<ERP order>        an ERP order whose product orders are in the batch order
 *                                                           of Azumuta that has this number
 *                                  COMPARED                 in shadow: what it would have done, next to what people did
 *                                  CONCERN#<kind>           what needs a person
 *                                  CONCERN#number-taken#…   another ERP order that is mapped to its number as well
 *   ERP-ORDER#<its id or number>   ORDER                    the ERP order: its fields, its state, its parts
 *                                  COMPLETED#<index>        a completed part of a split order
 *                                  ENDED#<index>            a part that a person has given up: the others are booked
 *                                                           without it
 *   LOCK#<ERP order number>        LOCK                     who is booking on this ERP order right now, where several
 *                                                           product orders may be
 *   BREAKER#<partner>              STATE, MINUTE#<n>         the circuit breaker of a partner; the ERP's: what is paused
 *   SLOTS#<partner>                SLOT#<n>                  who makes one of the calls that it can take at once
 *                                  PLACE#<function>          since when it waits for a slot
 *   MESSAGE#<id>                   ATTEMPTS                  attempts that never finished
 *   WORK-INSTRUCTION#<id>          VERSION#<n>               what was read from Azumuta once
 *   PULL                           WATERMARK                 how far the ERP's orders were read
 *   AZUMUTA                        STATUSES                  words of its orders' status that the contract does not know
 *   RECONCILE                      LEASE                     who is asking Azumuta about overdue orders right now
 *   DAY#<the plant's day>          FIGURES                  what happened on it, counted
 *   ALERTS                         STATE                     what people have heard, and which channels fail
 *                                  OUTBOX#<channel>#<n>      an alert or a mail that a channel does not have yet
 *   SHADOW#<any of these but BREAKER and SLOTS>              the same, as a stack in shadow decides it: `ShadowTable`
 */
const tableKey = (pk: string, sk: string): Key => ({ pk, sk });
export const partitionOf = (number: string): string => `ORDER#${number}`;
/** Number of the product order that an item belongs to: what `partitionOf` was given. */
export const numberOf = ({ pk }: Readonly<Record<string, unknown>>): string =>
  String(pk).slice(partitionOf('').length);
/** Stands for the number of what names no order. */
export const noOrder = 'unknown';
export const batchPrefix = 'BATCH#';
export const bookingPrefix = 'BOOKING#';
export const concernPrefix = 'CONCERN#';
export const deadLetterPrefix = 'DEAD-LETTER#';
export const completedPartPrefix = 'COMPLETED#';
export const endedPartPrefix = 'ENDED#';
export const slotPlacePrefix = 'PLACE#';

const ofOrder = (number: string, sk: string) => tableKey(partitionOf(number), sk);
export const orderKey = (number: string) => ofOrder(number, 'ORDER');
export const bookingKeyOf = (number: string, name: string) => ofOrder(number, `${bookingPrefix}${name}`);
export const isBookingKey = ({ sk }: { readonly sk?: unknown }): boolean =>
  String(sk).startsWith(bookingPrefix);
export const deadLetterKey = (number: string, id: string) => ofOrder(number, `${deadLetterPrefix}${id}`);
export const aliasKey = (number: string) => ofOrder(number, 'ALIAS');
export const windowKey = (number: string) => ofOrder(number, 'WINDOW');
export const questionKey = (number: string) => ofOrder(number, 'QUESTION');
export const comparisonKey = (number: string) => ofOrder(number, 'COMPARED');
export const concernKey = (number: string, kind: string, claimant?: string) =>
  ofOrder(number, `${concernPrefix}${kind}${claimant === undefined ? '' : `#${claimant}`}`);
/** By the ERP's own id where it has one: numbers change, and another order may get an old number. */
const erpOrderName = ({ id, number }: ErpOrderRef) => (id === undefined ? `number ${number}` : `id ${id}`);
export const erpOrderKey = (order: ErpOrderRef) => tableKey(`ERP-ORDER#${erpOrderName(order)}`, 'ORDER');
export const batchKey = (number: string, order: ErpOrderRef) =>
  ofOrder(number, `${batchPrefix}${erpOrderName(order)}`);
export const completedPartKey = ({ pk }: Key, index: number) =>
  tableKey(pk, `${completedPartPrefix}${index}`);
export const endedPartKey = ({ pk }: Key, index: number) => tableKey(pk, `${endedPartPrefix}${index}`);
/** By number, as a product order that was created by hand has no id of its ERP order. */
export const erpOrderLockKey = (erpOrderNumber: string) => tableKey(`LOCK#${erpOrderNumber}`, 'LOCK');
export const slotKey = (partner: Partner, number: number) => tableKey(`SLOTS#${partner}`, `SLOT#${number}`);
export const slotPlaceKey = (partner: Partner, asker: string) =>
  tableKey(`SLOTS#${partner}`, `${slotPlacePrefix}${asker}`);
export const breakerKey = (partner: Partner) => tableKey(`BREAKER#${partner}`, 'STATE');
/** Whether items of a partition say how a partner is, who calls it, or what a person has paused: nothing of an order. */
export const isOfPartner = (pk: string): boolean => pk.startsWith('BREAKER#') || pk.startsWith('SLOTS#');

/** How long items are kept, unless their kind says otherwise: long enough for every replay. */
export const retentionSeconds = 430 * 86_400;

/** The shape of the ledger table. The indexes are sparse: an item is in one only while it has the attributes of the index. */
export const ledgerIndexes = {
  erpOrder: { name: 'by-erp-order', partition: 'erpOrderNumber', sort: 'pk', sortType: 'S' },
  azumutaId: { name: 'by-azumuta-id', partition: 'azumutaId', sort: 'pk', sortType: 'S' },
  /** Product orders that are not known to be completed, and planned bookings that wait, by when they are due (epoch milliseconds); concerns, by when they were looked at; windows, by when their parts are booked. */
  awaitingCompletion: { name: 'by-awaiting-completion', partition: 'awaiting', sort: 'dueAt', sortType: 'N' },
  /** What was created, booked, dead-lettered or found changed on a day (UTC): `<ISO instant> <event>`, oldest first. */
  day: { name: 'by-day', partition: 'day', sort: 'happened', sortType: 'S' },
  /** What needs a person, while its cause is there: `<kind> <partner> <cause> <ISO instant>`. */
  concern: { name: 'by-concern', partition: 'concern', sort: 'concernOf', sortType: 'S' },
} as const satisfies Record<string, TableIndex>;

export const ledgerTimeToLive = 'expiresAt';
