import { isDeepStrictEqual } from 'node:util';
import type { Ledger } from '../ledger/ledger.ts';
import type { ErpOrderRecord } from '../ledger/records/erp-orders.ts';
import type { NewOrder, OrderEntry } from '../ledger/records/product-orders.ts';
import { reasonOf } from '../model/errors.ts';
import { type ErpOrder, isSameErpOrder, type MappedProductOrder } from '../model/orders.ts';
import type { Logger } from '../platform/log.ts';
import { factsOf, type OrderDecision, type PartDecision, type WantedOrder } from './decide-product-orders.ts';
import type { ProductOrderStatus } from './http-api-responses.ts';
import { statusOf } from './order-status.ts';
import type { OrderOutbox } from './outbox.ts';

export interface WriteDependencies {
  readonly ledger: Pick<Ledger, 'orders' | 'erpOrders' | 'orderChanges'>;
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
    const number = before?.keptUnder ?? before?.erpOrder.number;
    // Its id came after its record: the record stays where it is.
    const isLater =
      before?.keptUnder !== undefined || (before?.erpOrder.id === undefined && order.id !== undefined);
    const now: ErpOrderRecord = {
      erpOrder: factsOf(order),
      ...(number !== undefined && isLater ? { keptUnder: number } : {}),
      amount: order.quantity.amount,
      dueDate: order.dueDate,
      state: mapped ? 'released' : 'cancelled',
      split,
      mostParts,
      earlier,
      version: (before?.version ?? 0) + 1,
    };
    if (before && isDeepStrictEqual({ ...before, version: now.version }, now)) return before;
    return (await ledger.erpOrders.write(now)) ? now : 'changed meanwhile';
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
        log.info('The ERP took an order back before it was created', { order: part.number });
        return {};
      }
      case 'conflict':
        return recordConflict(part, order, via, outbox);
      case 'resolved': {
        const { number, entry, sentence, claimant } = part;
        await ledger.orderChanges.recordResolved(number, sentence, claimant);
        if (claimant !== undefined) return {};
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
    if (part.resolves)
      await ledger.orderChanges.recordResolved(number, 'What the ERP wants now has taken its place.');
    return { status: outbox.add(number) };
  }

  async function recordConflict(
    { number, entry, change, sentence: reason }: Extract<PartDecision, { action: 'conflict' }>,
    order: ErpOrder,
    via: string,
    outbox: OrderOutbox,
  ): Promise<Written> {
    const { cause } = change;
    await renameIfRenamed(entry, order);
    // It will be created in its present form, and its message may never have been sent.
    if (entry.surelyNotCreated && !entry.withdrawn) sendWhileWaiting(entry, via, outbox);
    const isNews = await ledger.orderChanges.record(number, change);
    const fields = { order: number, reason, cause, via };
    const measured = change.event === 'conflict' ? { OrderConflicts: 1 } : { OrdersCancelled: 1 };
    if (isNews) log.warn('An order changed in the ERP after it came', fields, measured);
    return { status: { ...statusOf(entry), status: 'conflict', reason, cause }, isNews };
  }

  /** Bookings use the number that people read in the ERP today, and its id, which may have come later. */
  async function renameIfRenamed(entry: OrderEntry, order: ErpOrder): Promise<void> {
    const { number, id = order.id } = entry.erpOrder;
    if (!isSameErpOrder(entry.erpOrder, order)) return;
    if (number === order.number && id === entry.erpOrder.id) return;
    await ledger.orders.renameErpOrder(entry, order);
  }

  return { writeRecord, writePart };
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
