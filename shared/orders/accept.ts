import type { Ledger } from '../ledger/ledger.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import { Rejected, reasonOf } from '../model/errors.ts';
import type { ErpOrder, MappedProductOrder } from '../model/orders.ts';
import type { Logger } from '../platform/log.ts';
import { mapConcurrently } from '../platform/map-concurrently.ts';
import type { Queues } from '../platform/queue.ts';
import { diffOf } from './diff.ts';
import type { AcceptedOrders, OrderStatus, ProductOrderStatus } from './http-api-responses.ts';
import { productOrderMessage } from './messages.ts';

export interface AcceptDependencies {
  readonly ledger: Pick<Ledger, 'orders'>;
  readonly queues: Pick<Queues, 'sendAll'>;
  readonly queueUrl: string;
  readonly log: Logger;
  /** The configuration's mapping. @throws Rejected */
  readonly map: (order: ErpOrder) => readonly MappedProductOrder[];
}

export interface AcceptOptions {
  /** How the orders came: told in the journey. */
  readonly via: 'endpoint' | 'pull';
}

/** Product orders that are written into the ledger at the same time; a partner is not asked for any of them. */
const concurrency = 8;
/** Product orders that are written before their messages are sent: a call cut short leaves at most these unsent. */
const chunkSize = 100;
/** An order that cannot be mapped may have any number: so many characters surely fit into a key of the ledger. */
const maxKeyCharacters = 500;

/**
 * Takes ERP orders in, from the endpoint and from the pull alike: writes each new product order into the
 * ledger, then enqueues it, chunk by chunk. One bad order never blocks its neighbours. An order that is in the
 * ledger but not created yet is enqueued again while nobody can know whether its message was ever sent;
 * creating it twice is what the ledger prevents. A pull, which sees the same orders again and again, leaves it
 * at one more message, else a flow that stands still would multiply them; a caller's wish is always obeyed.
 * @throws when SQS or the ledger does not answer: what was written by then is sent, or is sent when it comes again.
 */
export async function acceptOrders(
  orders: readonly ErpOrder[],
  { via }: AcceptOptions,
  dependencies: AcceptDependencies,
): Promise<AcceptedOrders[]> {
  const { ledger, queues, queueUrl, log } = dependencies;
  const taken: { number: string; productOrders: ProductOrderStatus[]; reason?: string }[] = [];
  const underWay = new Map<string, Promise<unknown>>();
  const queuedByNow = new Set<string>();
  /** Written and not sent yet, and whether it is only to be sent again. */
  const toSend = new Map<string, { readonly again: boolean }>();

  for (const chunk of chunksOf(steps(), chunkSize)) {
    try {
      await mapConcurrently(chunk, concurrency, (step) => step());
    } finally {
      await send();
    }
  }
  return taken.map((order) => ({ ...order, status: overall(order.productOrders) }));

  /** What is to be done for each product order, mapped as it comes to it: a long list is never held whole. */
  function* steps(): Generator<() => Promise<void>, void, undefined> {
    for (const order of orders) {
      const mapped = mappedOrWhyNot(order, dependencies);
      const productOrders: ProductOrderStatus[] = [];
      if (mapped instanceof Rejected) {
        taken.push({ number: order.number, productOrders, reason: mapped.message });
        yield () => tellUnmapped(order, mapped.message);
        continue;
      }
      taken.push({ number: order.number, productOrders });
      for (const [index, one] of mapped.entries()) {
        yield async () => {
          productOrders[index] = await inItsTurn(one.draft.number, () =>
            put(order, one).catch((error: unknown) => refusedByLedger(one.draft.number, error)),
          );
        };
      }
    }
  }

  /** One that is listed twice is taken in twice, one after the other: the first is the one that counts. */
  async function inItsTurn<T>(number: string, work: () => Promise<T>): Promise<T> {
    const mine = (underWay.get(number) ?? Promise.resolve()).then(work, work);
    underWay.set(number, mine);
    return mine;
  }

  /** A pull has nobody to answer to: the journey tells why there is no product order. */
  async function tellUnmapped({ number }: ErpOrder, reason: string): Promise<void> {
    if (await ledger.orders.recordUnmappable(number.slice(0, maxKeyCharacters), reason))
      log.warn('Order of the ERP cannot be mapped', { order: number, reason, via }, { OrdersUnmapped: 1 });
  }

  async function put(
    order: ErpOrder,
    { draft, part, contentHash }: MappedProductOrder,
  ): Promise<ProductOrderStatus> {
    const { number } = draft;
    const erpOrder = { number: order.number, ...(order.id === undefined ? {} : { id: order.id }) };
    const entry = {
      number,
      erpOrder,
      draft,
      contentHash,
      part,
      via,
      ...(order.dueDate === undefined ? {} : { dueDate: order.dueDate }),
    };
    const existing = await ledger.orders.put(entry);
    if (!existing) return queued(number);
    const changed = existing.contentHash !== contentHash;
    // What was never created takes new content; a rejected one is tried again for an ERP that asks again, too,
    // and one that was cancelled when it is released again.
    const replaces = changed || existing.withdrawn || (existing.state === 'rejected' && via === 'endpoint');
    if (replaces && !queuedByNow.has(number) && (await ledger.orders.replaceUncreated(entry)))
      return queued(number);
    if (changed && existing.state !== 'rejected') {
      const changes = diffOf(existing, { draft, part }).join('; ');
      const reason = `Product order ${number} exists with other content. ${changes}.`;
      if (await ledger.orders.recordChange(number, contentHash, changes)) {
        const what = 'Order changed in the ERP after its product order was created';
        log.warn(what, { order: number, reason, via }, { OrderConflicts: 1 });
      }
      return { ...statusOf(existing), status: 'conflict', reason };
    }
    const status = statusOf(existing);
    const isSent = queuedByNow.has(number) || (via === 'pull' && existing.enqueued);
    return status.status !== 'queued' || isSent ? status : queued(number, { again: true });
  }

  function queued(number: string, { again } = { again: false }): ProductOrderStatus {
    queuedByNow.add(number);
    toSend.set(number, { again });
    return { number, status: 'queued' };
  }

  async function send(): Promise<void> {
    const sending = [...toSend];
    toSend.clear();
    if (sending.length === 0) return;
    const messages = sending.map(([number]) => ({ body: productOrderMessage(number) }));
    const refused = new Set(await queues.sendAll(queueUrl, messages));
    const sent = sending.filter((_, index) => !refused.has(index));
    if (sent.length > 0) log.info('Orders accepted', { via }, { OrdersAccepted: sent.length });
    const again = sent.filter(([, one]) => one.again && via === 'pull');
    await mapConcurrently(again, concurrency, ([number]) => ledger.orders.markSentAgain(number));
    if (refused.size > 0)
      throw new Error(`SQS did not take ${refused.size} of ${sending.length} product orders.`);
  }
}

/** What the ledger cannot hold is this order's own answer; a ledger that is down is nobody's. */
function refusedByLedger(number: string, error: unknown): ProductOrderStatus {
  if (!(error instanceof Error) || error.name !== 'ValidationException') throw error;
  return { number, status: 'rejected', reason: `The ledger cannot hold this order: ${reasonOf(error, 200)}` };
}

/** What an order is mapped to; nothing when it cannot be mapped. */
export function mappedAtAll(
  order: ErpOrder,
  dependencies: Pick<AcceptDependencies, 'map'>,
): readonly MappedProductOrder[] {
  const mapped = mappedOrWhyNot(order, dependencies);
  return mapped instanceof Rejected ? [] : mapped;
}

function mappedOrWhyNot(
  order: ErpOrder,
  { map }: Pick<AcceptDependencies, 'map'>,
): readonly MappedProductOrder[] | Rejected {
  try {
    return map(order);
  } catch (error) {
    if (error instanceof Rejected) return error;
    throw error;
  }
}

function* chunksOf<T>(all: Iterable<T>, size: number): Generator<T[], void, undefined> {
  let chunk: T[] = [];
  for (const one of all) {
    chunk.push(one);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** How an order stands by the ledger. */
export function statusOf(entry: OrderEntry): ProductOrderStatus {
  const { number, state, productOrder, reason } = entry;
  if (state === 'done') {
    return {
      number,
      status: 'exists',
      ...(productOrder
        ? { id: productOrder.id, ...(productOrder.url ? { url: productOrder.url } : {}) }
        : {}),
    };
  }
  if (state === 'rejected')
    return { number, status: 'rejected', ...(reason === undefined ? {} : { reason }) };
  return { number, status: 'queued' };
}

/** The worst of an order's product orders is what must be looked at first. */
export function overall(productOrders: readonly ProductOrderStatus[]): OrderStatus {
  const order: readonly OrderStatus[] = ['rejected', 'conflict', 'queued', 'exists'];
  return order.find((status) => productOrders.some((one) => one.status === status)) ?? 'rejected';
}
