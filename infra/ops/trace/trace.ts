import type { BreakerState } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { homeOf } from '../../../shared/completions/decide-bookings.ts';
import type { BookingEntry } from '../../../shared/ledger/records/bookings.ts';
import type { DeadLetterRecords } from '../../../shared/ledger/records/dead-letters.ts';
import type { ErpOrderRecord } from '../../../shared/ledger/records/erp-orders.ts';
import type { JourneyEntry } from '../../../shared/ledger/records/events.ts';
import type { OrderEntry } from '../../../shared/ledger/records/product-orders.ts';
import type { Cause } from '../../../shared/model/errors.ts';
import { type ProductOrderDraft, partNumbers } from '../../../shared/model/orders.ts';
import type { Partner } from '../../../shared/model/partner.ts';
import type { OperatorLedger } from '../../local/operator-clients.ts';
import { pagesOf } from '../dead-letters/queue.ts';
import { type OrderStatus, orderStatusOf } from './order-status.ts';

/** A dead letter of an order that nobody has replayed or discarded yet. */
export interface LivingDeadLetter {
  readonly messageId: string;
  /** Function that put it aside. */
  readonly stage: string;
  readonly reason: string;
  readonly cause?: Cause;
  /** ISO. */
  readonly since: string;
}

/** One product order: how it stands, and all that happened to it. */
export interface TracedOrder extends OrderStatus {
  readonly number: string;
  /** Number of its ERP order, where the ledger knows it. */
  readonly erpOrder?: string;
  readonly azumuta?: { readonly id: string; readonly url?: string };
  /** Which of its ERP order's product orders it is, where that has several. */
  readonly part?: { readonly index: number; readonly of: number };
  /** Why it was refused, or how it cannot follow its ERP order. */
  readonly cause?: Cause;
  /** As the mapping wanted it in Azumuta. */
  readonly draft?: ProductOrderDraft;
  readonly bookings: readonly Pick<
    BookingEntry,
    'key' | 'kind' | 'state' | 'cause' | 'recordingIds' | 'booked'
  >[];
  readonly deadLetters: readonly LivingDeadLetter[];
  /** Oldest first. */
  readonly journey: readonly JourneyEntry[];
}

/** What is known of what was asked about. */
export interface Trace {
  readonly asked: string;
  /** Empty when the ledger knows nothing by that name. */
  readonly productOrders: readonly TracedOrder[];
  /** Partners that are waited for right now. */
  readonly unwell: Readonly<Partial<Record<Partner, BreakerState>>>;
}

export type TracingLedger = Pick<
  OperatorLedger,
  'knownOrders' | 'erpOrders' | 'bookings' | 'journeys' | 'breaker' | 'deadLetters'
>;

/**
 * All that the ledger knows about an order. Reads by key and index only: a handful of reads for each product
 * order that belongs to it.
 * @param asked Number of a product order, number or id of an ERP order, or an id of Azumuta: of a product order or a
 * recording.
 * @param where Options that name the stack, for commands to type.
 */
export async function traceOrder(asked: string, ledger: TracingLedger, where: string): Promise<Trace> {
  const numbers = await numbersOf(asked, ledger);
  const unwell = await unwellOf(ledger);
  const productOrders: TracedOrder[] = [];
  for (const some of pagesOf(numbers)) {
    const traced = await Promise.all(some.map((number) => traceOne(number, ledger, unwell, where)));
    productOrders.push(...traced.filter((each) => each !== undefined));
  }
  return { asked, productOrders, unwell };
}

/** Product orders that may be meant, parts of a split order in their order. */
async function numbersOf(
  asked: string,
  { journeys, knownOrders, erpOrders }: TracingLedger,
): Promise<string[]> {
  const [ofErpNumber, ofErpId, ofAzumutaId] = await Promise.all([
    journeys.productOrdersOf(asked),
    erpOrders.find({ number: asked, id: asked }),
    knownOrders.numberOfAzumutaId(asked),
  ]);
  const found = new Set([asked, ...ofErpNumber, ...(ofErpId ? numbersIn(ofErpId) : [])]);
  if (ofAzumutaId !== undefined) found.add(ofAzumutaId);
  return [...found].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

function numbersIn({ split, mostParts }: ErpOrderRecord): string[] {
  return partNumbers({ ...split, of: mostParts });
}

async function unwellOf({ breaker }: TracingLedger): Promise<Trace['unwell']> {
  const unwell: Partial<Record<Partner, BreakerState>> = {};
  for (const partner of ['azumuta', 'erp'] as const) {
    const state = await breaker.state(partner);
    if (state.open) unwell[partner] = state;
  }
  return unwell;
}

async function traceOne(
  number: string,
  ledger: TracingLedger,
  unwell: Trace['unwell'],
  where: string,
): Promise<TracedOrder | undefined> {
  const journey = await ledger.journeys.of(number);
  if (journey.length === 0) return undefined;
  const { entry, bookings: own, toldCause } = await ledger.knownOrders.read(number);
  const cause = entry?.cause ?? toldCause;
  const home = homeOf(number, entry);
  const bookings = home === number ? own : await ledger.bookings.of(home);
  const record = entry && (await ledger.erpOrders.find(entry.erpOrder));
  const of = record?.split.of ?? 1;
  const deadLetters = livingDeadLetters(await ledger.deadLetters.of(number), journey);
  return {
    number,
    ...orderStatusOf({ number, entry, parts: of, bookings, deadLetters, journey, unwell, where }),
    ...(cause === undefined ? {} : { cause }),
    ...(entry
      ? {
          erpOrder: entry.erpOrder.number,
          draft: entry.draft,
          ...(entry.part.book === 'alone' ? {} : { part: { index: entry.part.index, of } }),
          ...(entry.productOrder ? { azumuta: azumutaOf(entry.productOrder) } : {}),
        }
      : {}),
    bookings: bookings.map(({ key, kind, state, cause, recordingIds, booked }) => ({
      key,
      kind,
      state,
      ...(cause === undefined ? {} : { cause }),
      recordingIds,
      ...(booked ? { booked } : {}),
    })),
    deadLetters,
    journey,
  };
}

function azumutaOf({ id, url }: NonNullable<OrderEntry['productOrder']>) {
  return { id, ...(url === undefined ? {} : { url }) };
}

/** The record tells which are dead: the journey is in order of time, and the clocks of laptops are not. */
function livingDeadLetters(
  records: Awaited<ReturnType<DeadLetterRecords['of']>>,
  journey: readonly JourneyEntry[],
): LivingDeadLetter[] {
  return records
    .filter(({ isDead }) => isDead)
    .map(({ messageId, stage, reason, cause }) => {
      const told = journey.findLast(
        ({ of, event }) => of === `dead letter ${messageId}` && event === 'dead-lettered',
      );
      const since = told?.at ?? '';
      return { messageId, stage, reason, ...(cause === undefined ? {} : { cause }), since };
    });
}

/** The ledger tells a dead letter as `<stage>: <reason>`. */
export function stageAndReason({ note = '' }: Pick<JourneyEntry, 'note'>): { stage: string; reason: string } {
  const [, stage, reason] = /^([a-z-]+): (.*)$/s.exec(note) ?? [];
  return { stage: stage ?? 'unknown', reason: reason ?? (note || 'no reason is known') };
}
