import type { Ledger } from '../ledger/ledger.ts';
import type { ErpOrderRecord } from '../ledger/records/erp-orders.ts';
import { RetryLater } from '../model/errors.ts';
import { type ErpOrder, type MappedOrder, partNumber } from '../model/orders.ts';
import type { Clock } from '../platform/clock.ts';
import { mapConcurrently } from '../platform/map-concurrently.ts';
import { decideProductOrders } from './decide-product-orders.ts';
import { asKnown, readKnown } from './known-erp-order.ts';
import { type AnsweredOrder, overall, type ProductOrderStatus } from './order-status.ts';
import type { Outbox, OutboxDependencies } from './outbox.ts';
import {
  isOlder,
  type KnownErpOrder,
  type OrderDecision,
  type PartDecision,
  type Via,
  type WantedOrder,
} from './wanted-order.ts';
import { writePart, writeRecord } from './write-decision.ts';

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

/** What became of an ERP order, and how many concerns of it are new. */
export interface Accepted extends AnsweredOrder {
  readonly news: number;
  /** The ERP, or the plant's `accept`, does not want it. */
  readonly isEnded: boolean;
}

/** Product orders of one order that are written at the same time. */
const concurrency = 8;
/** When another writer was faster so often, the order is answered with that, and is retried. */
const maxTries = 20;

/**
 * A new order of one part is written without being read: the ledger refuses a name that it has.
 * @returns undefined when one of its names is known, or somebody else is changing it.
 */
export async function acceptNew(
  wanted: WantedOrder,
  via: Via,
  outbox: Outbox,
  dependencies: AcceptDependencies,
): Promise<Accepted | undefined> {
  const { ledger } = dependencies;
  const { order, mapped } = wanted;
  const [only, ...others] = mapped?.productOrders ?? [];
  // Others mostly bring what is known: a refused write costs more than the reads.
  if (via !== 'endpoint' || !mapped || !only || others.length > 0) return undefined;
  // It may have come without its id before.
  if (order.id !== undefined && (await ledger.erpOrders.find({ number: order.number }))) return undefined;
  const numbering = { split: mapped.split, mostParts: 1, earlier: [] };
  const record = await writeRecord(undefined, numbering, wanted, ledger);
  if (!record || record === 'changed meanwhile') return undefined;
  const ownOutbox = outbox.ofOneOrder();
  const creation = { number: only.draft.number, action: 'create', wanted: only, ends: [] } as const;
  const written = await writePart(creation, { order, via, outbox: ownOutbox }, dependencies);
  if (written === 'changed meanwhile' || !(await isCurrent(record, dependencies))) return undefined;
  ownOutbox.allWritten();
  return answerOf(wanted, written.status ? [written.status] : [], 0);
}

/**
 * Reads, decides, writes the record, then the parts; again whenever another planner was faster. A record that changes is
 * read again with its parts, as an earlier planner may have written some of them in the meantime; and a planner that finds
 * the record changed after it wrote its parts corrects them.
 * @throws RetryLater when others were faster every time: the next pull accepts it.
 */
export async function acceptKnown(
  given: WantedOrder,
  via: Via,
  outbox: Outbox,
  dependencies: AcceptDependencies,
): Promise<Accepted> {
  const { ledger } = dependencies;
  const ownOutbox = outbox.ofOneOrder();
  let news = 0;
  for (let tries = 0; tries < maxTries; tries++) {
    const known = await readKnown(given, ledger);
    const wanted = { ...given, order: asKnown(given.order, known) };
    const decision = decideProductOrders(known, wanted);
    const write = async (part: PartDecision) => {
      const written = await writePart(part, { order: wanted.order, via, outbox: ownOutbox }, dependencies);
      if (written !== 'changed meanwhile' && written.isNews) news += 1;
      return written;
    };
    if (decision.first.length > 0) {
      await mapConcurrently(decision.first, concurrency, write);
      continue;
    }
    await noteFacts(known, decision, wanted, dependencies);
    const record = await writeRecord(known.record, decision, wanted, ledger);
    if (record === 'changed meanwhile' || (known.record && record !== known.record)) continue;
    const written = await mapConcurrently(decision.parts, concurrency, write);
    if (written.includes('changed meanwhile')) continue;
    if (record && decision.parts.some(isWrite) && !(await isCurrent(record, dependencies))) continue;
    if (wanted.mapped) await collectIfComplete(known, decision, dependencies);
    ownOutbox.allWritten();
    const statuses = written.flatMap((part) => (part === 'changed meanwhile' ? [] : (part.status ?? [])));
    return answerOf(wanted, statuses, news);
  }
  const reason = `Several at once are changing order ${given.order.number}: send it again.`;
  if (via !== 'endpoint') throw new RetryLater(reason, { scope: 'order' });
  return { ...answerOf(given, [], news), reason, cause: 'waited-too-long' };
}

function answerOf(
  { order: { number }, ended }: WantedOrder,
  productOrders: readonly ProductOrderStatus[],
  news: number,
): Accepted {
  const answer = {
    number,
    status: overall(productOrders),
    productOrders,
    news,
    isEnded: ended !== undefined,
  };
  if (productOrders.length > 0 || ended === undefined) return answer;
  return { ...answer, reason: `${ended}.`, cause: 'order-state' };
}

/** What an order says besides what it wants built: that it can be mapped, its due date, its change time. */
async function noteFacts(
  { record, productOrders }: KnownErpOrder,
  { parts }: OrderDecision,
  { order: { dueDate, ...order }, changedAhead }: WantedOrder,
  { ledger }: AcceptDependencies,
): Promise<void> {
  const { concerns, knownOrders, orders } = ledger;
  if (record?.state === 'refused') {
    const { number } = record.erpOrder;
    const { concerns: open } = productOrders.get(number) ?? (await knownOrders.read(number));
    for (const concern of open.filter(({ kind }) => kind === 'refused'))
      await concerns.end(number, concern, 'It was accepted since.');
  }
  // Until they are completed, product orders are overdue by the date on which the ERP wants them now.
  if (dueDate !== undefined && record && record.dueDate !== dueDate && !isOlder(order, record))
    for (const part of parts) if ('entry' in part) await orders.setDueDate(part.number, dueDate);
  const [part] = parts;
  if (!part) return;
  // A change time in the future would hide later changes until then, so it does not count.
  const note = `The ERP says that it was changed at ${changedAhead}, which is to come`;
  const concern = { kind: 'time-ahead', content: 'ahead', note, cause: 'order-data' } as const;
  const open = productOrders.get(part.number)?.concerns ?? [];
  if (changedAhead !== undefined) await concerns.begin(part.number, concern);
  else if (open.some(({ kind }) => kind === concern.kind))
    await concerns.end(part.number, concern, 'Its change time is right.');
}

async function isCurrent(
  { erpOrder, version }: ErpOrderRecord,
  { ledger }: AcceptDependencies,
): Promise<boolean> {
  return (await ledger.erpOrders.find(erpOrder))?.version === version;
}

/**
 * The ERP order is completed once as many parts are completed as it has now. If it had more before, these may be completed
 * already, and no trigger comes for them again.
 */
async function collectIfComplete(
  { record, productOrders }: KnownErpOrder,
  { split }: OrderDecision,
  { ledger, lookAgain }: AcceptDependencies,
): Promise<void> {
  if (!record || split.book !== 'when-all-done' || split.of >= record.mostParts) return;
  const { bookings = [] } = productOrders.get(partNumber(split, 1)) ?? {};
  const booked = new Set(bookings.flatMap(({ parts }) => parts));
  if (booked.size >= split.of) return;
  const completed = await ledger.erpOrders.completedParts(record);
  const [index] = [...completed.keys()].filter((one) => !booked.has(one));
  if (index !== undefined && new Set([...completed.keys(), ...booked]).size >= split.of)
    await lookAgain(partNumber(split, index));
}

function isWrite({ action }: PartDecision): boolean {
  return action === 'create' || action === 'replace' || action === 'withdraw';
}
