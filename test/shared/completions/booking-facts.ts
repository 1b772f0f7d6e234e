import type { AzumutaProductOrder } from '../../../shared/azumuta/answer-readers.ts';
import type { BuiltPart, CompletionFacts } from '../../../shared/completions/decide-bookings.ts';
import type { BookingEntry } from '../../../shared/ledger/records/bookings.ts';
import { type OrderEntry, orderEntryOf } from '../../../shared/ledger/records/product-orders.ts';
import type { BookParts } from '../../../shared/model/orders.ts';
import { newOrder } from '../../support/orders.ts';

/** The facts of decisions, with the ids `id1`, `id2` … for the parts. */
export const azumutaOrder = (
  index: number,
  given: Partial<AzumutaProductOrder> = {},
): AzumutaProductOrder => ({
  id: `id${index}`,
  number: `MO/1/${index}`,
  completed: true,
  status: 'completed',
  article: 'GEAR-01',
  parameters: { Quantity: 1 },
  variants: [],
  recordingIds: [],
  ...given,
});

export const builtPart = (index: number, recordingIds: readonly string[] | undefined = []): BuiltPart => ({
  index,
  order: azumutaOrder(index),
  recordingIds,
  bookedBy: 'us',
});

export const orderEntry = (index: number, book: BookParts): OrderEntry =>
  orderEntryOf({
    ...newOrder({ number: `MO/1/${index}`, part: { index, first: 'MO/1/1', book } }),
    erpOrder: { number: 'MO/1', article: 'X-4711', amount: '5' },
    productOrder: { id: `id${index}`, number: `MO/1/${index}` },
    state: 'done',
    attempts: 1,
    awaiting: 'completion',
    expiresAt: 0,
  });

export const bookingEntry = (given: Partial<BookingEntry> = {}): BookingEntry => ({
  key: 'id1#quantity',
  kind: 'quantity',
  parts: [1],
  recordingIds: [],
  erpOrder: { number: 'MO/1' },
  productOrder: { id: 'id1', number: 'MO/1/1' },
  state: 'done',
  attempts: 1,
  clean: false,
  readAt: new Date('2026-11-24T08:00:00Z'),
  plannedFor: 'a message',
  configuration: 'version 1',
  discarded: false,
  ...given,
});

/** A product order that is not split, completed, and not booked yet. */
export const completionFacts = (given: Partial<CompletionFacts> = {}): CompletionFacts => ({
  entry: orderEntry(1, 'alone'),
  erpOrder: { number: 'MO/1' },
  parts: 1,
  bookings: [],
  toDecideAgain: [],
  nextJointKey: 'joint#1#quantity',
  current: builtPart(1),
  others: [],
  unread: 0,
  window: 'none',
  withoutRecordings: false,
  ...given,
});
