import type { Ledger } from '../ledger/ledger.ts';
import { Rejected, type Rejection, rejectionOf } from '../model/errors.ts';
import { type ErpOrder, type MappedOrder, partNumber } from '../model/orders.ts';
import type { Logger } from '../platform/log.ts';
import { mapConcurrently } from '../platform/map-concurrently.ts';
import type { Queues } from '../platform/queue.ts';
import {
  decideProductOrders,
  type KnownErpOrder,
  type OrderDecision,
  type PartDecision,
  type WantedOrder,
} from './decide-product-orders.ts';
import type { AcceptedOrders } from './http-api-responses.ts';
import { overall } from './order-status.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { readKnown } from './read-known.ts';
import { writePart, writeRecord } from './write-decision.ts';

export interface AcceptDependencies {
  readonly ledger: Pick<Ledger, 'orders' | 'erpOrders' | 'knownOrders' | 'orderChanges'>;
  readonly queues: Pick<Queues, 'sendAll'>;
  readonly queueUrl: string;
  readonly log: Logger;
  /** The configuration's mapping. @throws Rejected */
  readonly map: (order: ErpOrder) => MappedOrder;
  /** Asks for the completion of a product order to be looked at once more, as its ERP order has fewer parts now. */
  readonly collectAgain: (productOrderNumber: string) => Promise<void>;
}

export interface AcceptOptions {
  /** How the orders came: told in the journey. */
  readonly via: 'endpoint' | 'pull';
}

/** What became of an ERP order, and how much of it a planner was told for the first time. */
export interface Accepted extends AcceptedOrders {
  readonly news: number;
}

/** Orders, and parts of one order, that are worked on at the same time; a partner is not asked for any of them. */
const concurrency = 8;
/** Another writer was faster so often: the order is answered with that, and comes again. */
const maxTries = 5;
/** An order that cannot be mapped may have any number: so many characters surely fit into a key of the ledger. */
const maxKeyCharacters = 500;

/**
 * Takes ERP orders in, from the endpoint and from the pull alike, cancelled ones too: reads what the ledger knows of
 * each, decides, writes, then enqueues what is to be created. One bad order never blocks its
 * neighbours. An order that is in the ledger but not created yet is enqueued again while nobody can know whether its
 * message was ever sent; creating it twice is what the ledger prevents. A pull, which sees the same orders again and
 * again, leaves it at one more message, else a flow that stands still would multiply them; a caller's wish is
 * always obeyed.
 * @throws when SQS or the ledger does not answer: what was written by then is sent, or is sent when it comes again.
 */
export async function acceptOrders(
  orders: readonly ErpOrder[],
  { via }: AcceptOptions,
  dependencies: AcceptDependencies,
): Promise<Accepted[]> {
  const underWay = new Map<string, Promise<unknown>>();
  const outbox = createOutbox(via, dependencies);
  try {
    return await mapConcurrently(orders, concurrency, async (order) => {
      const accepted = await inItsTurn(order);
      await outbox.sendIfFull();
      return accepted;
    });
  } finally {
    await outbox.send();
  }

  /** One that is listed twice is taken in twice, one after the other: the last one counts. */
  async function inItsTurn(order: ErpOrder): Promise<Accepted> {
    const mapped = order.state === 'cancelled' ? undefined : mappedOrWhyNot(order, dependencies);
    if (mapped instanceof Rejected) {
      const why = rejectionOf(mapped);
      const isNews = await tellUnmapped(order.number, why, via, dependencies);
      return { number: order.number, status: 'rejected', productOrders: [], ...why, news: isNews ? 1 : 0 };
    }
    const turn = mapped?.split.number ?? order.number;
    const work = () => acceptOne({ order, mapped, asked: via === 'endpoint' }, via, outbox, dependencies);
    const mine = (underWay.get(turn) ?? Promise.resolve()).then(work, work);
    underWay.set(turn, mine);
    return mine;
  }
}

/**
 * A pull has nobody to answer to: the journey tells why there is no product order.
 * @returns Whether it is told for the first time.
 */
export async function tellUnmapped(
  number: string,
  why: Rejection,
  via: AcceptOptions['via'],
  { ledger, log }: Pick<AcceptDependencies, 'ledger' | 'log'>,
): Promise<boolean> {
  const { reason, cause } = why;
  const change = { content: reason, event: 'not mapped', note: reason, cause } as const;
  const isNews = await ledger.orderChanges.record(number.slice(0, maxKeyCharacters), change);
  if (isNews)
    log.warn('Order of the ERP cannot be mapped', { order: number, ...why, via }, { OrdersUnmapped: 1 });
  return isNews;
}

/** Reads, decides, writes; once more whenever another writer was faster. */
async function acceptOne(
  wanted: WantedOrder,
  via: AcceptOptions['via'],
  outbox: Outbox,
  dependencies: AcceptDependencies,
): Promise<Accepted> {
  const { number } = wanted.order;
  const { ledger } = dependencies;
  for (let tries = 0; tries < maxTries; tries++) {
    const known = await readKnown(wanted, ledger);
    const decision = decideProductOrders(known, wanted);
    if (!(await writeRecord(known, decision, wanted, dependencies))) continue;
    const write = (part: PartDecision) => writePart(part, wanted.order, via, outbox, dependencies);
    const written = await mapConcurrently(decision.parts, concurrency, write);
    if (written.includes('changed meanwhile')) continue;
    await collectIfComplete(known, decision, dependencies);
    const parts = written.filter((part) => part !== 'changed meanwhile');
    const productOrders = parts.flatMap(({ status }) => status ?? []);
    const news = parts.filter((part) => part.isNews).length;
    return { number, status: overall(productOrders), productOrders, news };
  }
  const reason = `Several at once are changing order ${number}: send it again.`;
  return { number, status: 'rejected', productOrders: [], reason, cause: 'waited-too-long', news: 0 };
}

/** What completes the ERP order follows the parts that it has now: perhaps the others are completed already. */
async function collectIfComplete(
  { record }: KnownErpOrder,
  { split }: OrderDecision,
  { ledger, collectAgain }: AcceptDependencies,
): Promise<void> {
  if (!record || split.book !== 'when-all-done' || split.of === 0 || split.of >= record.split.of) return;
  const completed = await ledger.erpOrders.completedParts(record.erpOrder);
  const all = Array.from({ length: split.of }, (_, at) => at + 1);
  if (all.every((index) => completed.has(index))) await collectAgain(partNumber(split, 1));
}

/** How many product orders an order becomes; none when it cannot be mapped. */
export function partsOf(order: ErpOrder, dependencies: Pick<AcceptDependencies, 'map'>): number {
  const mapped = mappedOrWhyNot(order, dependencies);
  return mapped instanceof Rejected ? 0 : mapped.split.of;
}

function mappedOrWhyNot(order: ErpOrder, { map }: Pick<AcceptDependencies, 'map'>): MappedOrder | Rejected {
  try {
    return map(order);
  } catch (error) {
    if (error instanceof Rejected) return error;
    throw error;
  }
}
