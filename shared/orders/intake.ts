import type { Ledger } from '../ledger/ledger.ts';
import type { OrderEntry } from '../ledger/orders.ts';
import { Rejected } from '../model/errors.ts';
import type { ErpOrder, MappedProductOrder } from '../model/orders.ts';
import type { Logger } from '../platform/log.ts';
import type { Queues } from '../platform/queue.ts';
import { inTurns } from '../platform/turns.ts';
import type { IntakeAnswer, OrderStatus, ProductOrderStatus } from './answers.ts';
import { differences } from './differences.ts';
import { productOrderMessage } from './messages.ts';

export interface IntakeParts {
  readonly ledger: Pick<Ledger, 'orders'>;
  readonly queues: Pick<Queues, 'sendAll'>;
  readonly queueUrl: string;
  readonly log: Logger;
  /** The configuration's mapping. @throws Rejected */
  readonly map: (order: ErpOrder) => readonly MappedProductOrder[];
}

export interface IntakeOptions {
  /** How the orders came: told in the journey. */
  readonly via: 'endpoint' | 'pull';
}

/** Orders that are written into the ledger at the same time; a partner is not asked for any of them. */
const concurrency = 8;

/**
 * Takes ERP orders in, from the endpoint and from the pull alike: writes each new product order into the
 * ledger, then enqueues it. One bad order never blocks its neighbours. An order that is in the ledger but not
 * created yet is enqueued again while nobody can know whether its message was ever sent; creating it twice is
 * what the ledger prevents. Once it was tried, its message is known to be there: a pull, which sees the same
 * orders again and again, leaves it at that, else an outage would multiply them; a caller's wish is obeyed.
 * @throws when SQS or the ledger does not answer: what was taken in by then is enqueued when it comes again.
 */
export async function takeIn(
  orders: readonly ErpOrder[],
  { via }: IntakeOptions,
  parts: IntakeParts,
): Promise<IntakeAnswer[]> {
  const underWay = new Map<string, Promise<unknown>>();
  const toSend = new Set<string>();
  const answers = await inTurns(orders, concurrency, takeInItsTurn);

  const refused = await parts.queues.sendAll(
    parts.queueUrl,
    [...toSend].map((number) => ({ body: productOrderMessage(number) })),
  );
  if (refused.length > 0)
    throw new Error(`SQS did not take ${refused.length} of ${toSend.size} product orders.`);
  tellAbout(answers, via, parts.log);
  return answers;

  /** An order that is listed twice is taken in twice, one after the other: the first is the one that counts. */
  async function takeInItsTurn(order: ErpOrder): Promise<IntakeAnswer> {
    const before = underWay.get(order.number);
    const mine = (before ?? Promise.resolve()).then(
      () => takeInOne(order),
      () => takeInOne(order),
    );
    underWay.set(order.number, mine);
    return mine;
  }

  async function takeInOne(order: ErpOrder): Promise<IntakeAnswer> {
    try {
      const mapped = parts.map(order);
      const productOrders: ProductOrderStatus[] = [];
      for (const one of mapped) productOrders.push(await put(order, one));
      return { number: order.number, status: overall(productOrders), productOrders };
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      // A pull has nobody to answer to: the journey tells why there is no product order.
      await parts.ledger.orders.conflict(order.number, error.message, {
        event: 'not mapped',
        note: error.message,
      });
      return { number: order.number, status: 'rejected', productOrders: [], reason: error.message };
    }
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
    const existing = await parts.ledger.orders.put(entry);
    if (!existing) return queued(number);
    const changed = existing.contentHash !== contentHash;
    // What was never created takes new content; a rejected one is tried again for an ERP that asks again, too.
    const replaces = changed || (existing.state === 'rejected' && via === 'endpoint');
    if (replaces && !toSend.has(number) && (await parts.ledger.orders.replaceUncreated(entry))) return queued(number);
    if (changed && existing.state !== 'rejected') {
      const changes = differences(existing.draft, draft).join('; ');
      const reason = `Product order ${number} exists with other content. ${changes}.`;
      await parts.ledger.orders.conflict(number, contentHash, { event: 'conflict', note: changes });
      return { ...statusOf(existing), status: 'conflict', reason };
    }
    const status = statusOf(existing);
    return status.status === 'queued' && (via === 'endpoint' || !existing.tried) ? queued(number) : status;
  }

  function queued(number: string): ProductOrderStatus {
    toSend.add(number);
    return { number, status: 'queued' };
  }
}

/** An order that changed after its product order was created needs a person; one that cannot be mapped, too. */
function tellAbout(answers: readonly IntakeAnswer[], via: IntakeOptions['via'], log: Logger): void {
  const all = answers.flatMap(({ productOrders }) => productOrders);
  const accepted = all.filter(({ status }) => status === 'queued').length;
  if (accepted > 0) log.info('Orders accepted', { via }, { OrdersAccepted: accepted });
  for (const { status, number, reason } of all) {
    if (status === 'conflict')
      log.warn(
        'Order changed in the ERP after its product order was created',
        { order: number, reason, via },
        { OrderConflicts: 1 },
      );
  }
  for (const { number, reason } of answers) {
    if (reason)
      log.warn('Order of the ERP cannot be mapped', { order: number, reason, via }, { OrdersUnmapped: 1 });
  }
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
