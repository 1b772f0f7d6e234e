import { isDeepStrictEqual } from 'node:util';
import { isNothingSent } from '../ledger/claims.ts';
import type { OrdersLedger } from '../ledger/ledger.ts';
import type { Concern } from '../ledger/records/concerns.ts';
import { type ErpOrderRecord, erpOrderRecordFrom } from '../ledger/records/erp-orders.ts';
import { isMessageUnderWay } from '../ledger/records/product-orders.ts';
import { type ErpOrder, erpOrderFactsFrom, isSameErpOrder } from '../model/orders.ts';
import type { Logger } from '../platform/log.ts';
import type { ProductOrderStatus } from './endpoint/answers.ts';
import { inConflict, statusOfEntry } from './order-status.ts';
import {
  factsOf,
  isOlder,
  type Kept,
  type OrderDecision,
  type PartDecision,
  type Via,
  type WantedOrder,
} from './wanted-order.ts';

export interface WriteDependencies {
  readonly ledger: OrdersLedger;
  readonly log: Logger;
}

export interface Written {
  /** Undefined for a product order that the ERP does not want any more and that needs no person. */
  readonly status?: ProductOrderStatus;
  readonly isNews?: boolean;
  readonly isRemapped?: boolean | undefined;
  readonly message?: FirstOrAgain | undefined;
}

/** Whether the message of a product order may have been sent before. */
export type FirstOrAgain = 'first' | 'again';

/** @returns it as it is now. Nothing is written when the order is unchanged, or cancelled and unknown. */
export async function writeRecord(
  before: ErpOrderRecord | undefined,
  { split, mostParts, earlier }: OrderDecision,
  wanted: WantedOrder,
  { erpOrders }: Pick<OrdersLedger, 'erpOrders'>,
): Promise<ErpOrderRecord | undefined | 'changed meanwhile'> {
  const { order, mapped } = wanted;
  if (!before && !mapped) return undefined;
  if (before && isOlder(wanted, before)) return before;
  const { changedAt } = order;
  // Its id came after its record: the record keeps its place.
  const hasIdByNow = before !== undefined && before.erpOrder.id === undefined && order.id !== undefined;
  // Of an order that is not wanted, the ERP may tell no more than its name.
  const isSaidWhole = mapped !== undefined || before === undefined;
  const now = erpOrderRecordFrom({
    erpOrder: isSaidWhole ? factsOf(order) : { ...before.erpOrder, number: order.number },
    dueDate: isSaidWhole ? order.dueDate : before.dueDate,
    keptUnder: before?.keptUnder ?? (hasIdByNow ? before.erpOrder.number : undefined),
    changedAt,
    state: mapped ? 'released' : 'cancelled',
    split,
    mostParts,
    earlier,
    version: (before?.version ?? 0) + 1,
  });
  const changeTime = changedAt === undefined ? {} : { changedAt };
  // A change that is none to us, such as our own link, is not worth a write.
  if (before && isDeepStrictEqual({ ...before, ...changeTime, version: now.version }, now)) return before;
  return (await erpOrders.writeVersion(now)) ? now : 'changed meanwhile';
}

/** Notes that an order cannot be mapped as it is now. Somebody who writes it at the same moment has read it as well. */
export async function writeRefused(
  record: ErpOrderRecord | undefined,
  order: ErpOrder,
  { erpOrders }: Pick<OrdersLedger, 'erpOrders'>,
): Promise<void> {
  const { number } = order;
  const before = record ?? unmappedRecord(order);
  const erpOrder = { ...before.erpOrder, number };
  await erpOrders.writeVersion({ ...before, erpOrder, state: 'refused', version: before.version + 1 });
}

function unmappedRecord(order: ErpOrder): ErpOrderRecord {
  return erpOrderRecordFrom({
    erpOrder: factsOf(order),
    dueDate: order.dueDate,
    keptUnder: undefined,
    changedAt: undefined,
    state: 'refused',
    split: { number: order.number, of: 0, book: 'alone' },
    mostParts: 0,
    earlier: [],
    version: 0,
  });
}

/** Before its parts are: a trigger may name their batch order, which leads to them by this item. */
export async function writeBatches(
  parts: readonly PartDecision[],
  { order }: WantedOrder,
  { batches }: Pick<OrdersLedger, 'batches'>,
): Promise<void> {
  const written = parts.flatMap((part) => ('wanted' in part ? part.wanted : []));
  const numbers = new Set(written.flatMap(({ part: { batch } }) => batch?.number ?? []));
  for (const number of numbers) await batches.add(number, factsOf(order));
}

export async function writePart(
  part: PartDecision,
  wanted: WantedOrder,
  dependencies: WriteDependencies,
): Promise<Written | 'changed meanwhile'> {
  const { ledger, log } = dependencies;
  switch (part.action) {
    case 'create':
    case 'replace':
      return writeContent(part, wanted, ledger);
    case 'withdraw': {
      const { number, entry, event, sentence } = part;
      const withdrawal = { how: 'withdrawn', because: sentence, ...(event ? { event } : {}) } as const;
      if (!(await ledger.orders.end(entry, withdrawal))) return 'changed meanwhile';
      await endConcerns(part, sentence, ledger);
      log.info('The ERP took an order back before it was created', { order: number });
      return {};
    }
    case 'unclaimed':
      await endConcerns(part, part.sentence, ledger);
      return {};
    default:
      return writeKept(part, wanted, dependencies);
  }
}

async function writeContent(
  part: Extract<PartDecision, { action: 'create' | 'replace' }>,
  { order, via }: WantedOrder,
  ledger: OrdersLedger,
): Promise<Written | 'changed meanwhile'> {
  const { number, wanted } = part;
  const entry = { ...wanted, number, erpOrder: factsOf(order), via, dueDate: order.dueDate };
  const putting =
    part.action === 'create' ? ledger.orders.create(entry) : ledger.orders.replace(part.entry, entry);
  if (!(await putting)) return 'changed meanwhile';
  await endConcerns(part, 'What the ERP wants now has taken its place.', ledger);
  return { status: { number, status: 'queued' }, message: 'first' };
}

async function endConcerns(
  { number, ends }: { readonly number: string; readonly ends: readonly Concern[] },
  note: string,
  { concerns }: Pick<OrdersLedger, 'concerns'>,
): Promise<void> {
  for (const concern of ends) await concerns.end(number, concern, note);
}

async function writeKept(
  part: Kept,
  { order, via, now }: WantedOrder,
  dependencies: WriteDependencies,
): Promise<Written> {
  const { ledger, log } = dependencies;
  const { number, entry, begins, sentence: reason, looks, isRemapped } = part;
  await followErpOrder(part, order, ledger);
  await endConcerns(part, reason, ledger);
  let isNews = false;
  const open: Concern[] = [];
  for (const one of begins) {
    const begun = await ledger.concerns.beginFromErp(number, one);
    if (begun === 'news') isNews = true;
    if (begun !== 'settled') open.push(one);
  }
  const status = statusOfEntry(entry);
  if (part.action === 'given up')
    return { status: inConflict(status, { note: reason, cause: 'order-state' }, reason) };
  const asks = looks || isSentAgain(part, via);
  const message = asks && !isMessageUnderWay(entry, now) ? 'again' : undefined;
  const [concern] = open;
  if (!concern) return entry.end ? {} : { status, message, isRemapped };
  const { kind, cause } = concern;
  const measured =
    kind === 'unwanted' && cause === 'order-state' ? { OrdersCancelled: 1 } : { OrderConflicts: 1 };
  const fields = { order: number, reason, cause, via };
  if (isNews) log.warn('An order changed in the ERP after it came', fields, measured);
  return { status: inConflict(status, concern, reason), isNews, message };
}

/** While it waits, its message may never have been sent, or be lost, if a caller asks for it again. */
function isSentAgain({ action, entry }: Kept, via: Via): boolean {
  if (entry.end || statusOfEntry(entry).status !== 'queued') return false;
  // With a concern, it is going to be created in its present form, if it surely was not yet.
  if (action === 'concern' && !isNothingSent(entry)) return false;
  return via === 'endpoint' || !entry.enqueued;
}

/**
 * Bookings use the number that people read in the ERP today, and its id, which may have come later. They are compared with
 * the article and the quantity that it was made for: these change only where it is still what the ERP wants. Until it is
 * completed, it is overdue by the date on which the ERP wants it now.
 */
async function followErpOrder(
  { action, entry, begins: [concern] }: Kept,
  order: ErpOrder,
  { orders }: Pick<OrdersLedger, 'orders'>,
): Promise<void> {
  const was = entry.erpOrder;
  const isFollowed = action !== 'older' && !entry.end && isSameErpOrder(was, order);
  if (!isFollowed) return;
  const isWanted = action !== 'concern';
  const isSameArticle = isWanted || concern?.wanted?.draft.article === entry.draft.article;
  const wants = factsOf(order);
  const now = erpOrderFactsFrom({
    number: wants.number,
    id: wants.id ?? was.id,
    article: isSameArticle ? wants.article : was.article,
    amount: isWanted ? wants.amount : was.amount,
    unit: was.unit,
  });
  const { dueDate = entry.dueDate } = order;
  if (dueDate !== entry.dueDate || !isDeepStrictEqual(now, was))
    await orders.adoptContent(entry, { ...entry, erpOrder: now, dueDate });
}
