import type { Ledger } from '../ledger/ledger.ts';
import type { ErpOrderRecord } from '../ledger/records/erp-orders.ts';
import { Rejected, type Rejection, RetryLater, rejectionOf } from '../model/errors.ts';
import { type ErpOrder, type MappedOrder, partIndexes, partNumber } from '../model/orders.ts';
import { formatQuantity } from '../model/quantity.ts';
import { maxTextLength, shorten } from '../model/text.ts';
import type { Clock } from '../platform/clock.ts';
import { mapConcurrently } from '../platform/map-concurrently.ts';
import { decideProductOrders } from './decide-product-orders.ts';
import type { AcceptedOrders } from './http-api-responses.ts';
import { asKnown, problemOf, readKnown } from './known-erp-order.ts';
import { overall } from './order-status.ts';
import { createOutbox, type Outbox, type OutboxDependencies } from './outbox.ts';
import {
  isOlder,
  type KnownErpOrder,
  type OrderDecision,
  type PartDecision,
  type WantedOrder,
} from './wanted-order.ts';
import { createDecisionWriter } from './write-decision.ts';

export interface AcceptDependencies extends OutboxDependencies {
  readonly ledger: Pick<Ledger, 'orders' | 'erpOrders' | 'knownOrders' | 'concerns' | 'deadLetters'>;
  /** The configuration's mapping. @throws Rejected */
  readonly map: (order: ErpOrder) => MappedOrder;
  /** Whether the configuration wants this order at all. @throws Rejected */
  readonly accept: (order: ErpOrder) => boolean;
  readonly clock: Pick<Clock, 'now'>;
  /** Has the completion of a product order looked at once more, as its ERP order has fewer parts now. */
  readonly lookAgain: (productOrderNumber: string) => Promise<void>;
}

export interface AcceptOptions {
  /** How the orders came: noted in the journey. */
  readonly via: 'endpoint' | 'pull';
}

/** What became of an ERP order, and how many concerns of it are new. */
export interface Accepted extends AcceptedOrders {
  readonly news: number;
  /** The ERP, or the plant's `accept`, does not want it. */
  readonly isEnded: boolean;
}

/** Orders, and product orders of one order, that are worked on at the same time; this calls no partner. */
const concurrency = 8;
/** When another writer was faster so often, the order is answered with that, and is retried. */
const maxTries = 20;
/** A change time that is further ahead than this is wrong: clocks of servers differ by seconds. */
const aheadMs = 3_600_000;
/** An order that cannot be mapped may have any number; with so many characters it surely fits into a key of the ledger. */
const maxKeyCharacters = 500;

/**
 * Accepts ERP orders from the endpoint and from the pull, including cancelled ones: reads what the ledger knows of
 * each, decides, writes, then enqueues what is to be created. One bad order never blocks the others. An order that is
 * in the ledger but not created yet is enqueued again while it is unknown whether its message was ever sent; the
 * ledger makes sure that it is created once. A pull, which sees the same orders again and again, sends one more message
 * at most, or a flow that does not move would multiply them; a caller's request is always followed. A post without a
 * change time may be undone by a pull that read the order before, until the next pull.
 * @throws when SQS or the ledger does not answer: orders that were written by then are sent, or are sent when they come
 * again.
 */
export function createOrderAcceptor(dependencies: AcceptDependencies) {
  const { ledger, log, map, accept, lookAgain, clock } = dependencies;
  const { writeRecord, writeRefused, writePart } = createDecisionWriter(dependencies);

  async function acceptOrders(orders: readonly ErpOrder[], { via }: AcceptOptions): Promise<Accepted[]> {
    const underWay = new Map<string, Promise<unknown>>();
    const outbox = createOutbox(via, dependencies);
    try {
      return await mapConcurrently(orders, concurrency, async (order) => {
        const accepted = await acceptInSequence(order);
        await outbox.sendIfFull();
        return accepted;
      });
    } finally {
      await outbox.send();
    }

    /**
     * An order that is listed twice is accepted twice, one after the other: the last one counts. It may be cancelled
     * then, or have another number, or no id; and another one may be mapped to the same product order.
     */
    async function acceptInSequence(listed: ErpOrder): Promise<Accepted> {
      const now = clock.now();
      const { changedAt } = listed;
      const isAhead = changedAt !== undefined && Date.parse(changedAt) > now.getTime() + aheadMs;
      const order = isAhead ? { ...listed, changedAt: now.toISOString() } : listed;
      const mapped = problemOf(order) ?? mappedOrWhyNot(order);
      if (mapped instanceof Rejected) return refuse(order, rejectionOf(mapped), via);
      const ended = typeof mapped === 'string' ? mapped : undefined;
      const wanted: WantedOrder = {
        order,
        mapped: typeof mapped === 'string' ? undefined : mapped,
        ended,
        asked: via === 'endpoint',
        ...(isAhead ? { changedAhead: changedAt } : {}),
        now,
      };
      const names = [
        `number ${order.number}`,
        ...(order.id === undefined ? [] : [`id ${order.id}`]),
        ...(wanted.mapped ? [`product order ${wanted.mapped.split.number}`] : []),
      ];
      const before = Promise.allSettled(names.map((name) => underWay.get(name)));
      const accepting = before.then(
        async () => (await acceptNew(wanted, via, outbox)) ?? acceptKnown(wanted, via, outbox),
      );
      for (const name of names) underWay.set(name, accepting);
      return accepting;
    }
  }

  /** It cannot become a product order as it is now, and what it became before stays as it is: a person must see to it. */
  async function refuse(order: ErpOrder, why: Rejection, via: AcceptOptions['via']): Promise<Accepted> {
    const isNews = await recordUnmapped(order, why, via);
    // Whoever accepts it later finds its record, and ends the concern.
    if (isNews && problemOf(order) === undefined)
      await writeRefused(await readKnown({ order }, ledger), order);
    const { number } = order;
    return { number, status: 'rejected', productOrders: [], ...why, news: isNews ? 1 : 0, isEnded: false };
  }

  /** @returns whether it was noted for the first time. */
  async function recordUnmapped(
    { number, article, quantity }: Pick<ErpOrder, 'number'> & Partial<ErpOrder>,
    { reason, cause }: Rejection,
    via: AcceptOptions['via'],
  ): Promise<boolean> {
    const about =
      article !== undefined && quantity
        ? {
            article: shorten(article, maxTextLength),
            quantity: shorten(formatQuantity(quantity), maxTextLength),
          }
        : undefined;
    const told = { content: reason, note: reason, cause, ...(about ? { about } : {}) };
    const isNews = await ledger.concerns.begin(shorten(number, maxKeyCharacters), {
      kind: 'refused',
      ...told,
    });
    const fields = { order: number, reason, cause, via };
    if (isNews) log.warn('Order of the ERP cannot be mapped', fields, { OrdersUnmapped: 1 });
    return isNews;
  }

  /**
   * A new order of one part is written without being read: the ledger refuses a name that it has.
   * @returns undefined when one of its names is known, or somebody else is changing it.
   */
  async function acceptNew(
    wanted: WantedOrder,
    via: AcceptOptions['via'],
    outbox: Outbox,
  ): Promise<Accepted | undefined> {
    const { order, mapped } = wanted;
    const [only, ...others] = mapped?.productOrders ?? [];
    // A pull mostly lists what it has listed before: a refused write costs more than the reads.
    if (via === 'pull' || !mapped || !only || others.length > 0) return undefined;
    // It may have come without its id before.
    if (order.id !== undefined && (await ledger.erpOrders.find({ number: order.number }))) return undefined;
    const record = await writeRecord(undefined, { split: mapped.split, mostParts: 1, earlier: [] }, wanted);
    if (!record || record === 'changed meanwhile') return undefined;
    const ownOutbox = outbox.ofOneOrder();
    const creation = { number: only.draft.number, action: 'create', wanted: only, ends: [] } as const;
    const written = await writePart(creation, order, via, ownOutbox);
    if (written === 'changed meanwhile' || !(await isCurrent(record))) return undefined;
    ownOutbox.allWritten();
    const productOrders = written.status ? [written.status] : [];
    return { number: order.number, status: overall(productOrders), productOrders, news: 0, isEnded: false };
  }

  /**
   * Reads, decides, writes the record, then the parts; again whenever another planner was faster. A record that changes
   * is read again with its parts, as an earlier planner may have written some of them in the meantime; and a planner that
   * finds the record changed after it wrote its parts corrects them.
   * @throws RetryLater when others were faster every time: the next pull accepts it.
   */
  async function acceptKnown(
    given: WantedOrder,
    via: AcceptOptions['via'],
    outbox: Outbox,
  ): Promise<Accepted> {
    const { number } = given.order;
    const ownOutbox = outbox.ofOneOrder();
    let news = 0;
    for (let tries = 0; tries < maxTries; tries++) {
      const known = await readKnown(given, ledger);
      const wanted = { ...given, order: asKnown(given.order, known) };
      const decision = decideProductOrders(known, wanted);
      const write = async (part: PartDecision) => {
        const written = await writePart(part, wanted.order, via, ownOutbox);
        if (written !== 'changed meanwhile' && written.isNews) news += 1;
        return written;
      };
      if (decision.first.length > 0) {
        await mapConcurrently(decision.first, concurrency, write);
        continue;
      }
      if (known.record?.state === 'refused') await endRefusal(known.record, known);
      await moveDueDate(known, decision, wanted);
      await tellChangeTime(known, decision, wanted);
      const record = await writeRecord(known.record, decision, wanted);
      if (record === 'changed meanwhile' || (known.record && record !== known.record)) continue;
      const written = await mapConcurrently(decision.parts, concurrency, write);
      if (written.includes('changed meanwhile')) continue;
      if (record && decision.parts.some(isWrite) && !(await isCurrent(record))) continue;
      if (wanted.mapped) await collectIfComplete(known, decision);
      const productOrders = written.flatMap((part) =>
        part === 'changed meanwhile' ? [] : (part.status ?? []),
      );
      ownOutbox.allWritten();
      const { ended } = wanted;
      const isEnded = ended !== undefined;
      const reason =
        productOrders.length === 0 && isEnded ? { reason: `${ended}.`, cause: 'order-state' as const } : {};
      return { number, status: overall(productOrders), productOrders, ...reason, news, isEnded };
    }
    const reason = `Several at once are changing order ${number}: send it again.`;
    if (via === 'pull') throw new RetryLater(reason, { scope: 'order' });
    const isEnded = given.ended !== undefined;
    return { number, status: 'rejected', productOrders: [], reason, cause: 'waited-too-long', news, isEnded };
  }

  /** It can be mapped now, or is not wanted any more. */
  async function endRefusal({ erpOrder: { number } }: ErpOrderRecord, known: KnownErpOrder): Promise<void> {
    const { concerns } = known.productOrders.get(number) ?? (await ledger.knownOrders.read(number));
    for (const concern of concerns.filter(({ kind }) => kind === 'refused'))
      await ledger.concerns.end(number, concern, 'It was accepted since.');
  }

  /** Until they are completed, product orders are overdue by the date on which the ERP wants them now. */
  async function moveDueDate({ record }: KnownErpOrder, { parts }: OrderDecision, { order }: WantedOrder) {
    const { dueDate } = order;
    if (dueDate === undefined || !record || record.dueDate === dueDate || isOlder(order, record)) return;
    for (const part of parts) if ('entry' in part) await ledger.orders.setDueDate(part.number, dueDate);
  }

  /** A change time in the future would hide later changes until then, so it does not count; a person is told of it. */
  async function tellChangeTime(known: KnownErpOrder, { parts }: OrderDecision, wanted: WantedOrder) {
    const [part] = parts;
    if (!part) return;
    const { concerns = [] } = known.productOrders.get(part.number) ?? {};
    const note = `The ERP says that it was changed at ${wanted.changedAhead}, which is to come`;
    const concern = { kind: 'time-ahead', content: 'ahead', note, cause: 'order-data' } as const;
    if (wanted.changedAhead !== undefined) await ledger.concerns.begin(part.number, concern);
    else if (concerns.some(({ kind }) => kind === concern.kind))
      await ledger.concerns.end(part.number, concern, 'Its change time is right.');
  }

  async function isCurrent({ erpOrder, version }: ErpOrderRecord): Promise<boolean> {
    return (await ledger.erpOrders.find(erpOrder))?.version === version;
  }

  /**
   * The ERP order is completed once the parts that it has now are completed. If it had more parts before, these may be
   * completed already, and no trigger comes for them again.
   */
  async function collectIfComplete(
    { record, productOrders }: KnownErpOrder,
    { split }: OrderDecision,
  ): Promise<void> {
    if (!record || split.book !== 'when-all-done' || split.of >= record.mostParts) return;
    const first = partNumber(split, 1);
    const booked = new Set((productOrders.get(first)?.bookings ?? []).flatMap(({ parts }) => parts));
    const all = partIndexes(split.of);
    if (all.every((index) => booked.has(index))) return;
    const completed = await ledger.erpOrders.completedParts(record);
    if (all.every((index) => completed.has(index) || booked.has(index))) await lookAgain(first);
  }

  /** @returns a sentence when the order is not wanted. */
  function mappedOrWhyNot(order: ErpOrder): MappedOrder | Rejected | string {
    try {
      if (order.state === 'cancelled') return 'It was cancelled in the ERP';
      if (order.state === 'other') return 'The ERP does not release it any more';
      return accept(order) ? map(order) : 'productOrders.accept does not want it';
    } catch (error) {
      if (error instanceof Rejected) return error;
      throw error;
    }
  }

  return {
    acceptOrders,
    recordUnmapped,

    /** How many product orders an order becomes; none when it cannot be mapped. */
    partsOf(order: ErpOrder): number {
      const mapped = mappedOrWhyNot(order);
      return mapped instanceof Rejected || typeof mapped === 'string' ? 0 : mapped.split.of;
    },
  };
}

function isWrite({ action }: PartDecision): boolean {
  return action === 'create' || action === 'replace' || action === 'withdraw';
}
