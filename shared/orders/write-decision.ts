import { isDeepStrictEqual } from 'node:util';
import type { Ledger } from '../ledger/ledger.ts';
import type { Concern } from '../ledger/records/concerns.ts';
import type { ErpOrderRecord } from '../ledger/records/erp-orders.ts';
import type { NewOrder, OrderEntry } from '../ledger/records/product-orders.ts';
import { reasonOf } from '../model/errors.ts';
import { type ErpOrder, isSameErpOrder, type MappedProductOrder } from '../model/orders.ts';
import type { Logger } from '../platform/log.ts';
import { inConflict, type ProductOrderStatus, statusOf } from './order-status.ts';
import type { OrderOutbox } from './outbox.ts';
import {
  factsOf,
  isOlder,
  type KnownErpOrder,
  type OrderDecision,
  type PartDecision,
  type Via,
  type WantedOrder,
} from './wanted-order.ts';

interface WriteDependencies {
  readonly ledger: Pick<Ledger, 'orders' | 'erpOrders' | 'concerns' | 'deadLetters'>;
  readonly log: Logger;
}

/** The ERP order that its product orders are written for. */
interface Writing {
  readonly order: ErpOrder;
  readonly via: Via;
  readonly outbox: OrderOutbox;
}

export interface Written {
  /** Undefined for a product order that the ERP does not want any more and that needs no person. */
  readonly status?: ProductOrderStatus;
  readonly isNews?: boolean;
}

/**
 * Writes the record of an ERP order.
 * @returns it as it is now. Nothing is written when the order is unchanged, or cancelled and unknown.
 */
export async function writeRecord(
  before: ErpOrderRecord | undefined,
  { split, mostParts, earlier }: Pick<OrderDecision, 'split' | 'mostParts' | 'earlier'>,
  { order, mapped }: Pick<WantedOrder, 'order' | 'mapped'>,
  { erpOrders }: Pick<Ledger, 'erpOrders'>,
): Promise<ErpOrderRecord | undefined | 'changed meanwhile'> {
  if (!before && !mapped) return undefined;
  if (before && isOlder(order, before)) return before;
  const number = before?.keptUnder ?? before?.erpOrder.number;
  // Its id came after its record: the record stays where it is.
  const isLater =
    before?.keptUnder !== undefined || (before?.erpOrder.id === undefined && order.id !== undefined);
  const { changedAt } = order;
  // Of an order that is not wanted, the ERP may tell no more than its name.
  const facts =
    mapped || !before
      ? { erpOrder: factsOf(order), dueDate: order.dueDate }
      : { erpOrder: { ...before.erpOrder, number: order.number }, dueDate: before.dueDate };
  const now: ErpOrderRecord = {
    ...facts,
    ...(number !== undefined && isLater ? { keptUnder: number } : {}),
    ...(changedAt === undefined ? {} : { changedAt }),
    state: mapped ? 'released' : 'cancelled',
    split,
    mostParts,
    earlier,
    version: (before?.version ?? 0) + 1,
  };
  // A change that is none to us, such as our own link, is not worth a write.
  const { version, changedAt: at } = now;
  const same = before && { ...before, version, ...(at === undefined ? {} : { changedAt: at }) };
  if (before && isDeepStrictEqual(same, now)) return before;
  return (await erpOrders.write(now)) ? now : 'changed meanwhile';
}

/** Notes that an order cannot be mapped as it is now. Somebody who writes it at the same moment has read it as well. */
export async function writeRefused(
  { record }: Pick<KnownErpOrder, 'record'>,
  order: ErpOrder,
  { erpOrders }: Pick<Ledger, 'erpOrders'>,
): Promise<void> {
  const { number, dueDate } = order;
  const split = { number, of: 0, book: 'alone' } as const;
  const unknown = { dueDate, split, mostParts: 0, earlier: [], version: 0, erpOrder: factsOf(order) };
  const before = record ?? unknown;
  const erpOrder = { ...before.erpOrder, number };
  await erpOrders.write({ ...before, erpOrder, state: 'refused', version: before.version + 1 });
}

/** Writes what was decided about one product order. */
export async function writePart(
  part: PartDecision,
  writing: Writing,
  dependencies: WriteDependencies,
): Promise<Written | 'changed meanwhile'> {
  const { ledger, log } = dependencies;
  const { order, via, outbox } = writing;
  switch (part.action) {
    case 'create':
    case 'replace':
      return put(part, writing, ledger);
    case 'withdraw': {
      const event = { event: part.event, note: part.sentence };
      const why = { reason: part.sentence, cause: 'order-state' } as const;
      if (!(await ledger.orders.withdraw(part.entry, why, event))) return 'changed meanwhile';
      await endAll(part.number, part.ends, part.sentence, ledger);
      log.info('The ERP took an order back before it was created', { order: part.number });
      return {};
    }
    case 'concern':
      return beginConcern(part, writing, dependencies);
    case 'look': {
      const { entry, concerns } = part;
      await follow(entry, order, ledger);
      for (const concern of concerns) await ledger.concerns.begin(entry.number, concern);
      outbox.add(entry.number, { again: via !== 'endpoint' });
      const [concern] = concerns;
      const reason = `${concern.note}. The ERP wants it as it was made: Azumuta is looked at.`;
      return { status: inConflict(statusOf(entry), concern, reason) };
    }
    case 'over': {
      const { number, entry, sentence, concerns } = part;
      await endAll(number, concerns, sentence, ledger);
      if (concerns[0].claimant !== undefined) return {};
      await follow(entry, order, ledger);
      return { status: sendWhileWaiting(entry, writing) };
    }
    case 'unchanged':
      await follow(part.entry, order, ledger);
      return part.entry.withdrawn ? {} : { status: sendWhileWaiting(part.entry, writing) };
  }
}

async function put(
  part: Extract<PartDecision, { action: 'create' | 'replace' }>,
  { order, via, outbox }: Writing,
  ledger: WriteDependencies['ledger'],
): Promise<Written | 'changed meanwhile'> {
  const { number } = part;
  const entry = newEntry(part.wanted, order, via);
  const putting =
    part.action === 'create' ? ledger.orders.put(entry) : ledger.orders.replace(part.entry, entry);
  const done = await putting.catch((error: unknown) => refusedByLedger(number, error));
  if (typeof done !== 'boolean') return { status: done };
  if (!done) return 'changed meanwhile';
  await endAll(number, part.ends, 'What the ERP wants now has taken its place.', ledger);
  // If it is refused again, another message says so.
  const refusedBy = part.action === 'replace' ? part.entry.rejectedBy : undefined;
  if (refusedBy !== undefined)
    await ledger.deadLetters.markSettled({ messageId: refusedBy, orderNumber: number });
  return { status: outbox.add(number) };
}

async function endAll(
  number: string,
  ends: readonly Concern[],
  note: string,
  ledger: WriteDependencies['ledger'],
): Promise<void> {
  for (const concern of ends) await ledger.concerns.end(number, concern, note);
}

async function beginConcern(
  { number, entry, concern, again, sentence: reason, looks }: Extract<PartDecision, { action: 'concern' }>,
  writing: Writing,
  { ledger, log }: WriteDependencies,
): Promise<Written> {
  const { cause, kind } = concern;
  const { order, via, outbox } = writing;
  await follow(entry, order, ledger, concern);
  // It will be created in its present form, and its message may never have been sent.
  if (entry.surelyNotCreated && !entry.withdrawn) sendWhileWaiting(entry, writing);
  const isNews = await ledger.concerns.begin(number, concern);
  for (const one of again) await ledger.concerns.begin(number, one);
  if (kind === 'unwanted' && entry.awaitsCompletion) await ledger.orders.setAwaited(number, false);
  if (looks) outbox.add(number, { again: via !== 'endpoint' });
  const fields = { order: number, reason, cause, via };
  const measured =
    kind === 'unwanted' && cause === 'order-state' ? { OrdersCancelled: 1 } : { OrderConflicts: 1 };
  if (isNews) log.warn('An order changed in the ERP after it came', fields, measured);
  return { status: inConflict(statusOf(entry), concern, reason), isNews };
}

/**
 * Bookings use the number that people read in the ERP today, and its id, which may have come later. They are compared with
 * the article and the quantity that it was made for: these change only where it is still what the ERP wants.
 */
async function follow(
  entry: OrderEntry,
  order: ErpOrder,
  { orders }: Pick<Ledger, 'orders'>,
  concern?: Concern,
): Promise<void> {
  const was = entry.erpOrder;
  if (entry.withdrawn || !isSameErpOrder(was, order)) return;
  const { id = was.id, number, article, amount } = factsOf(order);
  const isSameArticle = !concern || concern.wanted?.draft.article === entry.draft.article;
  const now = {
    ...{ number, article: isSameArticle ? article : was.article, amount: concern ? was.amount : amount },
    ...(id === undefined ? {} : { id }),
  };
  if (!isDeepStrictEqual({ ...was, ...now }, was)) await orders.follow(entry, { ...was, ...now });
}

function newEntry({ draft, part, contentHash }: MappedProductOrder, order: ErpOrder, via: Via): NewOrder {
  const { dueDate } = order;
  return { number: draft.number, erpOrder: factsOf(order), draft, contentHash, part, via, dueDate };
}

/** Enqueues an order again while it waits; unless a caller asks for it, only until its message is known to have been sent. */
function sendWhileWaiting(entry: OrderEntry, { via, outbox }: Writing): ProductOrderStatus {
  const status = statusOf(entry);
  const again = via !== 'endpoint';
  if (status.status !== 'queued' || (again && entry.enqueued)) return status;
  return outbox.add(entry.number, { again });
}

/** When the ledger cannot hold this order, its own answer says so. @throws the error when DynamoDB fails. */
function refusedByLedger(number: string, error: unknown): ProductOrderStatus {
  if (!(error instanceof Error) || error.name !== 'ValidationException') throw error;
  const reason = `The ledger cannot hold this order: ${reasonOf(error, 200)}`;
  return { number, status: 'rejected', reason, cause: 'order-data' };
}
