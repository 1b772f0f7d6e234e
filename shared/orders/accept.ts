import type { Ledger } from '../ledger/ledger.ts';
import type { ErpOrderRecord } from '../ledger/records/erp-orders.ts';
import type { KnownOrder } from '../ledger/records/known-orders.ts';
import { Rejected, type Rejection, RetryLater, rejectionOf } from '../model/errors.ts';
import {
  type ErpOrder,
  isSameErpOrder,
  type MappedOrder,
  partIndexes,
  partNumber,
  partNumbers,
} from '../model/orders.ts';
import { formatQuantity } from '../model/quantity.ts';
import { maxTextLength, problemOfText, shorten } from '../model/text.ts';
import { mapConcurrently } from '../platform/map-concurrently.ts';
import {
  decideProductOrders,
  type KnownErpOrder,
  type OrderDecision,
  type PartDecision,
  type WantedOrder,
} from './decide-product-orders.ts';
import type { AcceptedOrders } from './http-api-responses.ts';
import { overall } from './order-status.ts';
import { createOutbox, type Outbox, type OutboxDependencies } from './outbox.ts';
import { createDecisionWriter } from './write-decision.ts';

export interface AcceptDependencies extends OutboxDependencies {
  readonly ledger: Pick<Ledger, 'orders' | 'erpOrders' | 'knownOrders' | 'orderChanges'>;
  /** The configuration's mapping. @throws Rejected */
  readonly map: (order: ErpOrder) => MappedOrder;
  /** Has the completion of a product order looked at once more, as its ERP order has fewer parts now. */
  readonly lookAgain: (productOrderNumber: string) => Promise<void>;
}

export interface AcceptOptions {
  /** How the orders came: noted in the journey. */
  readonly via: 'endpoint' | 'pull';
}

/** What became of an ERP order, and how many changes of it a planner was alerted to for the first time. */
export interface Accepted extends AcceptedOrders {
  readonly news: number;
}

/** Orders, and product orders of one order, that are worked on at the same time; this calls no partner. */
const concurrency = 8;
/** When another writer was faster so often, the order is answered with that, and is retried. */
const maxTries = 20;
/** An order that cannot be mapped may have any number; with so many characters it surely fits into a key of the ledger. */
const maxKeyCharacters = 500;

/**
 * Accepts ERP orders from the endpoint and from the pull, including cancelled ones: reads what the ledger knows of
 * each, decides, writes, then enqueues what is to be created. One bad order never blocks the others. An order that is
 * in the ledger but not created yet is enqueued again while it is unknown whether its message was ever sent; the
 * ledger makes sure that it is created once. A pull, which sees the same orders again and again, sends one more message
 * at most, or a flow that does not move would multiply them; a caller's request is always followed. When a change is
 * posted while a pull is reading, the pull may accept the older state after it: that undoes the change until the next
 * pull reads the order again, or for good if the ERP has closed the order by then.
 * @throws when SQS or the ledger does not answer: orders that were written by then are sent, or are sent when they come
 * again.
 */
export function createOrderAcceptor(dependencies: AcceptDependencies) {
  const { ledger, log, map, lookAgain } = dependencies;
  const { writeRecord, writePart } = createDecisionWriter(dependencies);

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
    async function acceptInSequence(order: ErpOrder): Promise<Accepted> {
      const mapped = problemOf(order) ?? (order.state === 'cancelled' ? undefined : mappedOrWhyNot(order));
      if (mapped instanceof Rejected) {
        const why = rejectionOf(mapped);
        const isNews = await recordUnmapped(order, why, via);
        return { number: order.number, status: 'rejected', productOrders: [], ...why, news: isNews ? 1 : 0 };
      }
      const names = [
        `number ${order.number}`,
        ...(order.id === undefined ? [] : [`id ${order.id}`]),
        ...(mapped ? [`product order ${mapped.split.number}`] : []),
      ];
      const before = Promise.allSettled(names.map((name) => underWay.get(name)));
      const wanted = { order, mapped, asked: via === 'endpoint' };
      const accepting = before.then(
        async () => (await acceptNew(wanted, via, outbox)) ?? acceptKnown(wanted, via, outbox),
      );
      for (const name of names) underWay.set(name, accepting);
      return accepting;
    }
  }

  /**
   * Notes in the journey why there is no product order, as a pull has nobody to answer to.
   * @returns whether it was noted for the first time.
   */
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
    const change = { content: reason, event: 'not mapped', note: reason, cause, about } as const;
    const isNews = await ledger.orderChanges.record(shorten(number, maxKeyCharacters), change);
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
    const creation = { number: only.draft.number, action: 'create', wanted: only, resolves: false } as const;
    const written = await writePart(creation, order, via, ownOutbox);
    if (written === 'changed meanwhile' || !(await isCurrent(record))) return undefined;
    ownOutbox.allWritten();
    const productOrders = written.status ? [written.status] : [];
    return { number: order.number, status: overall(productOrders), productOrders, news: 0 };
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
      return { number, status: overall(productOrders), productOrders, news };
    }
    const reason = `Several at once are changing order ${number}: send it again.`;
    if (via === 'pull') throw new RetryLater(reason, { scope: 'order' });
    return { number, status: 'rejected', productOrders: [], reason, cause: 'waited-too-long', news };
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
    const completed = await ledger.erpOrders.completedParts(record.erpOrder);
    if (all.every((index) => completed.has(index) || booked.has(index))) await lookAgain(first);
  }

  function mappedOrWhyNot(order: ErpOrder): MappedOrder | Rejected {
    try {
      return map(order);
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
      return mapped instanceof Rejected ? 0 : mapped.split.of;
    },
  };
}

/** A connector passes on any text of the ERP; one that cannot be a key of the ledger must not stop other orders. */
function problemOf({ number, id = number, article, quantity, dueDate = '' }: ErpOrder): Rejected | undefined {
  const { unit = '' } = quantity;
  const tooLong = Object.entries({ article, unit, 'due date': dueDate }).filter(
    ([, text]) => text.length > maxTextLength,
  );
  for (const [field, text] of [['number', number], ['id', id], ...tooLong] as const) {
    const problem = problemOfText(text);
    const sentence = `The ${field} of ERP order ${shorten(number, 100)} ${problem}: correct it in the ERP.`;
    if (problem !== undefined) return new Rejected(sentence, { code: 'order-data' });
  }
  return undefined;
}

/** An order that first came without an id is known by its number for ever, and one that comes without an id now, by its id. */
function asKnown(order: ErpOrder, { record }: KnownErpOrder): ErpOrder {
  const { id: given, ...bare } = order;
  const id = record ? record.erpOrder.id : given;
  return id === undefined ? bare : { ...bare, id };
}

function isWrite({ action }: PartDecision): boolean {
  return action === 'create' || action === 'replace' || action === 'withdraw';
}

/** Reads what the ledger knows about an ERP order, under its id or number and under the numbers that it is mapped to. */
export async function readKnown(
  { order, mapped }: Pick<WantedOrder, 'order' | 'mapped'>,
  ledger: Pick<Ledger, 'erpOrders' | 'knownOrders'>,
): Promise<KnownErpOrder> {
  const productOrders = new Map<string, KnownOrder>();
  const read = (numbers: readonly string[]) =>
    mapConcurrently(numbers, concurrency, async (number) => {
      if (!productOrders.has(number)) productOrders.set(number, await ledger.knownOrders.read(number));
    });
  await read((mapped?.productOrders ?? []).map(({ draft }) => draft.number));
  let record = await ledger.erpOrders.find(order);
  // It came without its id before.
  if (!record && order.id !== undefined) record = await ledger.erpOrders.find({ number: order.number });
  if (!record) {
    // It comes without its id now.
    const same = [...productOrders.values()].find(
      ({ entry }) => entry && isSameErpOrder(entry.erpOrder, order),
    );
    record = same?.entry && (await ledger.erpOrders.find(same.entry.erpOrder));
  }
  if (record) {
    const { split, mostParts, earlier } = record;
    await read([{ ...split, of: mostParts }, ...earlier].flatMap(partNumbers));
  }
  return { record, productOrders };
}
