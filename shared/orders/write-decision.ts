import { isDeepStrictEqual } from 'node:util';
import type { Ledger } from '../ledger/ledger.ts';
import type { Concern } from '../ledger/records/concerns.ts';
import type { ErpOrderRecord } from '../ledger/records/erp-orders.ts';
import type { NewOrder, OrderEntry } from '../ledger/records/product-orders.ts';
import { reasonOf } from '../model/errors.ts';
import { type ErpOrder, isSameErpOrder, type MappedProductOrder } from '../model/orders.ts';
import type { Logger } from '../platform/log.ts';
import type { ProductOrderStatus } from './http-api-responses.ts';
import { inConflict, statusOf } from './order-status.ts';
import type { OrderOutbox } from './outbox.ts';
import {
  factsOf,
  isOlder,
  type KnownErpOrder,
  type OrderDecision,
  type PartDecision,
  type WantedOrder,
} from './wanted-order.ts';

export interface WriteDependencies {
  readonly ledger: Pick<Ledger, 'orders' | 'erpOrders' | 'concerns' | 'deadLetters'>;
  readonly log: Logger;
}

export interface Written {
  /** Undefined for a product order that the ERP does not want any more and that needs no person. */
  readonly status?: ProductOrderStatus;
  readonly isNews?: boolean;
}

/** Writes down what was decided about an ERP order and its product orders. */
export function createDecisionWriter({ ledger, log }: WriteDependencies) {
  /** @returns the record as it is now. Nothing is written when the order is unchanged, or cancelled and unknown. */
  async function writeRecord(
    before: ErpOrderRecord | undefined,
    { split, mostParts, earlier }: Pick<OrderDecision, 'split' | 'mostParts' | 'earlier'>,
    { order, mapped }: Pick<WantedOrder, 'order' | 'mapped'>,
  ): Promise<ErpOrderRecord | undefined | 'changed meanwhile'> {
    if (!before && !mapped) return undefined;
    if (before && isOlder(order, before)) return before;
    const number = before?.keptUnder ?? before?.erpOrder.number;
    // Its id came after its record: the record stays where it is.
    const isLater =
      before?.keptUnder !== undefined || (before?.erpOrder.id === undefined && order.id !== undefined);
    const { quantity, dueDate, changedAt } = order;
    // Of an order that is not wanted, the ERP may tell no more than its name.
    const facts =
      mapped || !before
        ? { erpOrder: factsOf(order), amount: quantity.amount, dueDate }
        : { ...before, erpOrder: { ...before.erpOrder, number: order.number } };
    const now: ErpOrderRecord = {
      ...{ erpOrder: facts.erpOrder, amount: facts.amount, dueDate: facts.dueDate },
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
    if (!(await ledger.erpOrders.write(now))) return 'changed meanwhile';
    return now;
  }

  /** Notes that an order cannot be mapped as it is now. Somebody who writes it at the same moment has read it as well. */
  async function writeRefused({ record }: Pick<KnownErpOrder, 'record'>, order: ErpOrder): Promise<void> {
    const { number, quantity, dueDate } = order;
    const unknown = { amount: quantity.amount, dueDate, mostParts: 0, earlier: [], version: 0 };
    const split = { number, of: 0, book: 'alone' } as const;
    const before = record ?? { ...unknown, split, erpOrder: factsOf(order) };
    const erpOrder = { ...before.erpOrder, number };
    await ledger.erpOrders.write({ ...before, erpOrder, state: 'refused', version: before.version + 1 });
  }

  async function writePart(
    part: PartDecision,
    order: ErpOrder,
    via: string,
    outbox: OrderOutbox,
  ): Promise<Written | 'changed meanwhile'> {
    switch (part.action) {
      case 'create':
      case 'replace':
        return put(part, newEntry(part.wanted, order, via), outbox);
      case 'withdraw': {
        const event = { event: part.event, note: part.sentence };
        const why = { reason: part.sentence, cause: 'order-state' } as const;
        if (!(await ledger.orders.withdraw(part.entry, why, event))) return 'changed meanwhile';
        await endAll(part.number, part.ends, part.sentence);
        log.info('The ERP took an order back before it was created', { order: part.number });
        return {};
      }
      case 'concern':
        return beginConcern(part, order, via, outbox);
      case 'look': {
        const { entry, concerns } = part;
        await renameIfRenamed(entry, order);
        for (const concern of concerns) await ledger.concerns.begin(entry.number, concern);
        outbox.add(entry.number, { again: via === 'pull' });
        const [concern] = concerns;
        const reason = `${concern.note}. The ERP wants it as it was made: Azumuta is looked at.`;
        return { status: inConflict(statusOf(entry), concern, reason) };
      }
      case 'over': {
        const { number, entry, sentence, concerns } = part;
        await endAll(number, concerns, sentence);
        if (concerns[0].claimant !== undefined) return {};
        await renameIfRenamed(entry, order);
        return { status: sendWhileWaiting(entry, via, outbox) };
      }
      case 'unchanged':
        await renameIfRenamed(part.entry, order);
        return part.entry.withdrawn ? {} : { status: sendWhileWaiting(part.entry, via, outbox) };
    }
  }

  async function put(
    part: Extract<PartDecision, { action: 'create' | 'replace' }>,
    entry: NewOrder,
    outbox: OrderOutbox,
  ): Promise<Written | 'changed meanwhile'> {
    const { number } = part;
    const putting =
      part.action === 'create' ? ledger.orders.put(entry) : ledger.orders.replace(part.entry, entry);
    const done = await putting.catch((error: unknown) => refusedByLedger(number, error));
    if (typeof done !== 'boolean') return { status: done };
    if (!done) return 'changed meanwhile';
    await endAll(number, part.ends, 'What the ERP wants now has taken its place.');
    // If it is refused again, another message says so.
    const refusedBy = part.action === 'replace' ? part.entry.rejectedBy : undefined;
    if (refusedBy !== undefined)
      await ledger.deadLetters.markSettled({ messageId: refusedBy, orderNumber: number });
    return { status: outbox.add(number) };
  }

  async function endAll(number: string, ends: readonly Concern[], note: string): Promise<void> {
    for (const concern of ends) await ledger.concerns.end(number, concern, note);
  }

  async function beginConcern(
    { number, entry, concern, again, sentence: reason, looks }: Extract<PartDecision, { action: 'concern' }>,
    order: ErpOrder,
    via: string,
    outbox: OrderOutbox,
  ): Promise<Written> {
    const { cause, kind, wanted } = concern;
    // Bookings are compared with the article that it was made of.
    const isSameArticle = wanted?.draft.article === entry.draft.article;
    await renameIfRenamed(entry, { ...order, ...(isSameArticle ? {} : { article: entry.erpOrder.article }) });
    // It will be created in its present form, and its message may never have been sent.
    if (entry.surelyNotCreated && !entry.withdrawn) sendWhileWaiting(entry, via, outbox);
    const isNews = await ledger.concerns.begin(number, concern);
    for (const one of again) await ledger.concerns.begin(number, one);
    if (kind === 'unwanted' && entry.awaitsCompletion) await ledger.orders.setAwaited(number, false);
    if (looks) outbox.add(number, { again: via === 'pull' });
    const fields = { order: number, reason, cause, via };
    const measured =
      kind === 'unwanted' && cause === 'order-state' ? { OrdersCancelled: 1 } : { OrderConflicts: 1 };
    if (isNews) log.warn('An order changed in the ERP after it came', fields, measured);
    return { status: inConflict(statusOf(entry), concern, reason), isNews };
  }

  /** Bookings use the number that people read in the ERP today, and its id, which may have come later. */
  async function renameIfRenamed(entry: OrderEntry, order: ErpOrder): Promise<void> {
    const { number, id = order.id } = entry.erpOrder;
    if (!isSameErpOrder(entry.erpOrder, order)) return;
    const isKnown = number === order.number && id === entry.erpOrder.id;
    if (isKnown && entry.erpOrder.article === order.article) return;
    await ledger.orders.renameErpOrder(entry, order);
  }

  return { writeRecord, writeRefused, writePart };
}

function newEntry({ draft, part, contentHash }: MappedProductOrder, order: ErpOrder, via: string): NewOrder {
  const { dueDate } = order;
  return { number: draft.number, erpOrder: factsOf(order), draft, contentHash, part, via, dueDate };
}

/** Enqueues an order again while it waits; from a pull only until its message is known to have been sent. */
function sendWhileWaiting(entry: OrderEntry, via: string, outbox: OrderOutbox): ProductOrderStatus {
  const status = statusOf(entry);
  if (status.status !== 'queued' || (via === 'pull' && entry.enqueued)) return status;
  return outbox.add(entry.number, { again: via === 'pull' });
}

/** When the ledger cannot hold this order, its own answer says so. @throws the error when DynamoDB fails. */
function refusedByLedger(number: string, error: unknown): ProductOrderStatus {
  if (!(error instanceof Error) || error.name !== 'ValidationException') throw error;
  const reason = `The ledger cannot hold this order: ${reasonOf(error, 200)}`;
  return { number, status: 'rejected', reason, cause: 'order-data' };
}
