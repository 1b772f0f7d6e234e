import type { AzumutaProductOrder } from '../../../shared/azumuta/resources.ts';
import type { BuiltPart, CompletionFacts } from '../../../shared/completions/decide-bookings.ts';
import type { BookingEntry } from '../../../shared/ledger/records/bookings.ts';
import type { OrderEntry } from '../../../shared/ledger/records/product-orders.ts';
import type { BookParts } from '../../../shared/model/orders.ts';

/** The facts of decisions, with the ids `id1`, `id2` … for the parts. */
export const azumutaOrder = (
  index: number,
  given: Partial<AzumutaProductOrder> = {},
): AzumutaProductOrder => ({
  id: `id${index}`,
  number: `MO/1/${index}`,
  completed: true,
  status: 'completed',
  completedAt: undefined,
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
});

export const orderEntry = (index: number, book: BookParts): OrderEntry => ({
  number: `MO/1/${index}`,
  erpOrder: { number: 'MO/1', article: 'X-4711', amount: '5' },
  draft: { number: `MO/1/${index}`, article: 'GEAR-01', parameters: {}, variants: [] },
  contentHash: 'hash',
  part: { index, first: 'MO/1/1', book },
  state: 'done',
  surelyNotCreated: false,
  enqueued: true,
  withdrawn: false,
  givenUp: false,
  productOrder: { id: `id${index}`, number: `MO/1/${index}` },
  linkedAt: undefined,
  linkInDoubt: false,
  awaitsCompletion: true,
  reason: undefined,
  cause: undefined,
  history: [],
  historyLeft: 0,
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
  surelyNotBooked: false,
  readAt: new Date('2026-11-24T08:00:00Z'),
  plannedFor: 'a message',
  configuration: 'version 1',
  discarded: false,
  awaitsItself: false,
  ...given,
});

/** A product order that is not split, completed, and not booked yet. */
export const completionFacts = (given: Partial<CompletionFacts> = {}): CompletionFacts => ({
  entry: orderEntry(1, 'alone'),
  erpOrder: { number: 'MO/1' },
  parts: 1,
  bookings: [],
  current: builtPart(1),
  others: [],
  withoutRecordings: false,
  ...given,
});
