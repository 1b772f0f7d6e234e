import type { Ledger } from '../ledger/ledger.ts';
import type { ErpOrderRecord } from '../ledger/records/erp-orders.ts';
import { Rejected, type Rejection, RetryLater, rejectionOf } from '../model/errors.ts';
import { type ErpOrder, type MappedOrder, partIndexes, partNumber } from '../model/orders.ts';
import { formatQuantity } from '../model/quantity.ts';
import { maxTextLength, problemOfText, shorten } from '../model/text.ts';
import type { Queues } from '../platform/aws/queue.ts';
import type { Logger } from '../platform/log.ts';
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
const maxTries = 20;
/** An order that cannot be mapped may have any number: so many characters surely fit into a key of the ledger. */
const maxKeyCharacters = 500;

/**
 * Takes ERP orders in, from the endpoint and from the pull alike, cancelled ones too: reads what the ledger knows of
 * each, decides, writes, then enqueues what is to be created. One bad order never blocks its
 * neighbours. An order that is in the ledger but not created yet is enqueued again while nobody can know whether its
 * message was ever sent; creating it twice is what the ledger prevents. A pull, which sees the same orders again and
 * again, leaves it at one more message, else a flow that stands still would multiply them; a caller's wish is
 * always obeyed. What a pull read before a change was posted may be taken in after it: it is taken back until the next
 * pull reads it again, for good if the ERP has closed the order by then.
 * @throws when SQS or the ledger does not answer: orders that were written by then are sent, or are sent when they come
 * again.
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

  /**
   * One that is listed twice is taken in twice, one after the other: the last one counts. It may be cancelled then, or
   * have another number, or no id; and another one may be mapped to the same product order.
   */
  async function inItsTurn(order: ErpOrder): Promise<Accepted> {
    const mapped = problemOf(order) ?? mappedUnlessCancelled(order, dependencies);
    if (mapped instanceof Rejected) {
      const why = rejectionOf(mapped);
      const isNews = await tellUnmapped(order, why, via, dependencies);
      return { number: order.number, status: 'rejected', productOrders: [], ...why, news: isNews ? 1 : 0 };
    }
    const turns = [
      `number ${order.number}`,
      ...(order.id === undefined ? [] : [`id ${order.id}`]),
      ...(mapped ? [`product order ${mapped.split.number}`] : []),
    ];
    const before = Promise.allSettled(turns.map((turn) => underWay.get(turn)));
    const wanted = { order, mapped, asked: via === 'endpoint' };
    const mine = before.then(
      async () =>
        (await acceptNew(wanted, via, outbox, dependencies)) ??
        acceptKnown(wanted, via, outbox, dependencies),
    );
    for (const turn of turns) underWay.set(turn, mine);
    return mine;
  }
}

function mappedUnlessCancelled(
  order: ErpOrder,
  dependencies: AcceptDependencies,
): MappedOrder | Rejected | undefined {
  return order.state === 'cancelled' ? undefined : mappedOrWhyNot(order, dependencies);
}

/** Whatever a connector reads from the ERP: what cannot be a key of the ledger must not hold up its neighbours. */
function problemOf({ number, id, article, quantity, dueDate = '' }: ErpOrder): Rejected | undefined {
  const { unit = '' } = quantity;
  const problems = [
    ['number', problemOfText(number)],
    ['id', id === undefined ? undefined : problemOfText(id)],
    ...Object.entries({ article, unit, 'due date': dueDate }).map(
      ([field, text]) => [field, text.length > maxTextLength ? problemOfText(text) : undefined] as const,
    ),
  ] as const;
  const [field, problem] = problems.find(([, each]) => each !== undefined) ?? [];
  if (field === undefined) return undefined;
  return new Rejected(
    `The ${field} of ERP order ${shorten(number, 100)} ${problem}: correct it in the ERP.`,
    { code: 'order-data' },
  );
}

/**
 * A pull has nobody to answer to: the journey tells why there is no product order.
 * @returns Whether it is told for the first time.
 */
export async function tellUnmapped(
  { number, article, quantity }: Pick<ErpOrder, 'number'> & Partial<ErpOrder>,
  why: Rejection,
  via: AcceptOptions['via'],
  { ledger, log }: Pick<AcceptDependencies, 'ledger' | 'log'>,
): Promise<boolean> {
  const { reason, cause } = why;
  const about =
    article !== undefined && quantity
      ? {
          article: shorten(article, maxTextLength),
          quantity: shorten(formatQuantity(quantity), maxTextLength),
        }
      : undefined;
  const change = {
    content: reason,
    event: 'not mapped',
    note: reason,
    cause,
    ...(about ? { about } : {}),
  } as const;
  const isNews = await ledger.orderChanges.record(shorten(number, maxKeyCharacters), change);
  if (isNews)
    log.warn('Order of the ERP cannot be mapped', { order: number, ...why, via }, { OrdersUnmapped: 1 });
  return isNews;
}

/**
 * An order of one part that nobody knows is written without being read: the ledger refuses a name that it has.
 * @returns undefined when one of its names is known, or somebody else is changing it.
 */
async function acceptNew(
  wanted: WantedOrder,
  via: AcceptOptions['via'],
  outbox: Outbox,
  dependencies: AcceptDependencies,
): Promise<Accepted | undefined> {
  const { order, mapped } = wanted;
  const { ledger } = dependencies;
  const [only, ...others] = mapped?.productOrders ?? [];
  // A pull mostly lists what it has listed before: a refused write costs more than the reads.
  if (via === 'pull' || !mapped || !only || others.length > 0) return undefined;
  // It may have come without its id before.
  if (order.id !== undefined && (await ledger.erpOrders.find({ number: order.number }))) return undefined;
  const decision = { split: mapped.split, mostParts: 1, earlier: [] };
  const record = await writeRecord(undefined, decision, wanted, dependencies);
  if (!record || record === 'changed meanwhile') return undefined;
  const ownOutbox = outbox.ofOneOrder();
  const creation = { number: only.draft.number, action: 'create', wanted: only, resolves: false } as const;
  const written = await writePart(creation, order, via, ownOutbox, dependencies);
  if (written === 'changed meanwhile' || !(await isCurrent(record, ledger))) return undefined;
  ownOutbox.allWritten();
  const productOrders = written.status ? [written.status] : [];
  return { number: order.number, status: overall(productOrders), productOrders, news: 0 };
}

/**
 * Reads, decides, writes the record, then the parts; once more whenever another planner was faster. A record that
 * changes is read again with its parts, as an earlier planner may have written some of them in the meantime; and whoever
 * finds the record changed behind his parts puts them right.
 * @throws RetryLater when others were faster every time: the next pull takes it in.
 */
async function acceptKnown(
  given: WantedOrder,
  via: AcceptOptions['via'],
  outbox: Outbox,
  dependencies: AcceptDependencies,
): Promise<Accepted> {
  const { number } = given.order;
  const { ledger } = dependencies;
  const ownOutbox = outbox.ofOneOrder();
  let news = 0;
  for (let tries = 0; tries < maxTries; tries++) {
    const known = await readKnown(given, ledger);
    const wanted = { ...given, order: asKnown(given.order, known) };
    const decision = decideProductOrders(known, wanted);
    const write = async (part: PartDecision) => {
      const written = await writePart(part, wanted.order, via, ownOutbox, dependencies);
      if (written !== 'changed meanwhile' && written.isNews) news += 1;
      return written;
    };
    if (decision.first.length > 0) {
      await mapConcurrently(decision.first, concurrency, write);
      continue;
    }
    const record = await writeRecord(known.record, decision, wanted, dependencies);
    if (record === 'changed meanwhile' || (known.record && record !== known.record)) continue;
    const written = await mapConcurrently(decision.parts, concurrency, write);
    if (written.includes('changed meanwhile')) continue;
    if (record && decision.parts.some(isWrite) && !(await isCurrent(record, ledger))) continue;
    if (wanted.mapped) await collectIfComplete(known, decision, dependencies);
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

/** An order that was known without its id at first is known by its number for ever, and one that comes without, by its id. */
function asKnown(order: ErpOrder, { record }: KnownErpOrder): ErpOrder {
  const { id: told, ...bare } = order;
  const id = record ? record.erpOrder.id : told;
  return id === undefined ? bare : { ...bare, id };
}

function isWrite({ action }: PartDecision): boolean {
  return action === 'create' || action === 'replace' || action === 'withdraw';
}

async function isCurrent({ erpOrder, version }: ErpOrderRecord, ledger: AcceptDependencies['ledger']) {
  return (await ledger.erpOrders.find(erpOrder))?.version === version;
}

/**
 * What completes the ERP order follows the parts that it has now: when it had more before, the others may be completed
 * already, and no trigger will tell of them again.
 */
async function collectIfComplete(
  { record, productOrders }: KnownErpOrder,
  { split }: OrderDecision,
  { ledger, collectAgain }: AcceptDependencies,
): Promise<void> {
  if (!record || split.book !== 'when-all-done' || split.of >= record.mostParts) return;
  const first = partNumber(split, 1);
  const booked = new Set((productOrders.get(first)?.bookings ?? []).flatMap(({ parts }) => parts));
  const all = partIndexes(split.of);
  if (all.every((index) => booked.has(index))) return;
  const completed = await ledger.erpOrders.completedParts(record.erpOrder);
  if (all.every((index) => completed.has(index) || booked.has(index))) await collectAgain(first);
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
