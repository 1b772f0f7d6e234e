import type { OrdersLedger } from '../ledger/ledger.ts';
import { bookedParts, countBuilt } from '../ledger/records/bookings.ts';
import { type ErpOrderRecord, partsTogether } from '../ledger/records/erp-orders.ts';
import { OrderNotReady } from '../model/errors.ts';
import { type ErpOrder, type MappedOrder, partNumber } from '../model/orders.ts';
import type { Queues } from '../platform/aws/queue.ts';
import type { Clock } from '../platform/clock.ts';
import { atOnce, mapConcurrently } from '../platform/map-concurrently.ts';
import { decideProductOrders } from './decide-product-orders.ts';
import type { AnsweredOrder } from './endpoint/answers.ts';
import { overallStatus } from './order-status.ts';
import {
  type KnownErpOrder,
  type OrderDecision,
  type PartDecision,
  readKnown,
  type WantedOrder,
} from './wanted-order.ts';
import {
  type FirstOrAgain,
  type WriteDependencies,
  type Written,
  writeBatches,
  writePart,
  writeRecord,
} from './write-decision.ts';

export interface AcceptDependencies extends WriteDependencies {
  readonly queues: Pick<Queues, 'sendAll'>;
  readonly queueUrl: string;
  /** The configuration's mapping. @throws Rejected */
  readonly map: (order: ErpOrder) => MappedOrder;
  /** Whether the configuration wants this order at all. @throws Rejected */
  readonly accept: (order: ErpOrder) => boolean;
  readonly clock: Pick<Clock, 'now'>;
  /** Has the completion of a product order looked at again, as its ERP order is there, or has fewer parts now. */
  readonly lookAgain: (productOrderNumber: string) => Promise<void>;
  /** The product order that a person asks for: if it was given up, it is wanted again. Others stay given up. */
  readonly askedFor?: string | undefined;
}

/** What became of an ERP order, and how many concerns of it are new. */
export interface Accepted extends AnsweredOrder {
  readonly news: number;
  readonly remapped?: number;
  /** The ERP, or the plant's `accept`, does not want it. */
  readonly isEnded: boolean;
  readonly messages?: ReadonlyMap<string, FirstOrAgain>;
}

const writingActions: readonly PartDecision['action'][] = ['create', 'replace', 'withdraw'];
/**
 * A change takes two tries (its record, then its parts) and another numbering three, although nobody else writes; each
 * planner who is faster costs one more. So many of them at one order are a mistake of a caller, and without an end this one
 * order would hold up all others of its call. It is answered with that, and is retried.
 */
const maxTries = 20;

/**
 * Reads, decides, writes the record, then the parts; again whenever another planner was faster. A record that changes is
 * read again with its parts, as an earlier planner may have written some of them in the meantime; and a planner that finds
 * the record changed after it wrote its parts corrects them.
 *
 * Messages are returned only once all parts are written. If a part was built before the others are written, an ERP that
 * does not list orders that are begun would never list the others again.
 * @throws RetryLater when others were faster every time: the next pull accepts it.
 */
export async function acceptWanted(given: WantedOrder, dependencies: AcceptDependencies): Promise<Accepted> {
  const { ledger } = dependencies;
  let news = 0;
  for (let tries = 0; tries < maxTries; tries++) {
    const isNew = tries === 0 && (await isProbablyNew(given, ledger));
    const known = isNew ? unknownErpOrder : await readKnown(given, ledger);
    const wanted = withRecordedId(given, known);
    const decision = decideProductOrders(known, wanted);
    const tried = await writeDecision(known, decision, wanted, dependencies);
    news += tried.news;
    if (tried.written === 'decide again') continue;
    if (wanted.mapped) await lookAgainIfComplete(known, decision, dependencies);
    if (wanted.mapped) await lookAgainAtIgnored(known, decision, dependencies);
    return acceptedOrder(wanted, tried.written, news);
  }
  const reason = `Several at once are changing order ${given.order.number}: send it again.`;
  if (given.via !== 'endpoint') throw new OrderNotReady(reason);
  return { ...acceptedOrder(given, [], news), reason, cause: 'waited-too-long' };
}

interface AcceptTry {
  /** How many of the concerns that were written are new. */
  readonly news: number;
  /** `decide again`: not all is written, or the record is another by now. */
  readonly written: readonly Written[] | 'decide again';
}

async function writeDecision(
  known: KnownErpOrder,
  decision: OrderDecision,
  wanted: WantedOrder,
  dependencies: AcceptDependencies,
): Promise<AcceptTry> {
  const { ledger } = dependencies;
  const writeParts = (parts: readonly PartDecision[]) =>
    mapConcurrently(parts, atOnce, (part) => writePart(part, wanted, dependencies));
  if (decision.first.length > 0)
    return { news: countNews(await writeParts(decision.first)), written: 'decide again' };
  await endRefused(known, wanted, ledger);
  await noteChangeTime(known, decision, wanted, ledger);
  const record = await writeRecord(known.record, decision, wanted, ledger);
  const isChanged = known.record !== undefined && record !== known.record;
  if (record === 'changed meanwhile' || isChanged) return { news: 0, written: 'decide again' };
  await writeBatches(decision.parts, wanted, ledger);
  const parts = await writeParts(decision.parts);
  const news = countNews(parts);
  const written = parts.filter((part) => part !== 'changed meanwhile');
  if (written.length < parts.length) return { news, written: 'decide again' };
  const hasWrittenParts = decision.parts.some(({ action }) => writingActions.includes(action));
  const isOvertaken = hasWrittenParts && (await isChangedSince(record, ledger));
  return { news, written: isOvertaken ? 'decide again' : written };
}

function countNews(parts: readonly (Written | 'changed meanwhile')[]): number {
  return parts.filter((part) => part !== 'changed meanwhile' && part.isNews).length;
}

/** Whether another planner has written the record since. */
async function isChangedSince(
  record: ErpOrderRecord | undefined,
  { erpOrders }: Pick<OrdersLedger, 'erpOrders'>,
): Promise<boolean> {
  return record !== undefined && (await erpOrders.find(record.erpOrder))?.version !== record.version;
}

/** An order that comes without an id now is the one that its record says. */
function withRecordedId(given: WantedOrder, { record }: KnownErpOrder): WantedOrder {
  const id = given.order.id ?? record?.erpOrder.id;
  return id === undefined ? given : { ...given, order: { ...given.order, id } };
}

const unknownErpOrder: KnownErpOrder = { record: undefined, productOrders: new Map() };

/** Unread, as the ledger refuses a name that it has. All but the endpoint mostly bring what is known, where reads cost less. */
async function isProbablyNew(
  { order: { number, id }, mapped, via }: WantedOrder,
  { erpOrders }: Pick<OrdersLedger, 'erpOrders'>,
): Promise<boolean> {
  if (via !== 'endpoint' || mapped?.productOrders.length !== 1) return false;
  // It may have come without its id before.
  return id === undefined || !(await erpOrders.find({ number }));
}

function acceptedOrder(
  { order: { number }, ended }: WantedOrder,
  written: readonly Written[],
  news: number,
): Accepted {
  const productOrders = written.flatMap(({ status }) => status ?? []);
  const why =
    productOrders.length === 0 && ended ? { reason: `${ended}.`, cause: 'order-state' as const } : {};
  return {
    number,
    status: overallStatus(productOrders),
    productOrders,
    ...why,
    news,
    isEnded: ended !== undefined,
    remapped: written.filter(({ isRemapped }) => isRemapped).length,
    messages: new Map(
      written.flatMap(({ status, message }) => (status && message ? [[status.number, message]] : [])),
    ),
  };
}

/** It can be mapped: what could not be mapped before is corrected. */
async function endRefused(
  { record, productOrders }: KnownErpOrder,
  { order }: WantedOrder,
  { concerns, knownOrders }: Pick<OrdersLedger, 'concerns' | 'knownOrders'>,
): Promise<void> {
  const named = record?.state === 'refused' ? record.erpOrder.number : order.number;
  // What could not be read, or named, has no record that says so.
  const refused =
    productOrders.get(named) ?? (record?.state === 'refused' ? await knownOrders.read(named) : undefined);
  for (const concern of refused?.concerns ?? [])
    if (concern.kind === 'refused') await concerns.end(named, concern, 'It was accepted since.');
}

/** A change time in the future would hide later changes until then, so it does not count. */
async function noteChangeTime(
  { productOrders }: KnownErpOrder,
  { parts: [part] }: OrderDecision,
  { changedAhead }: WantedOrder,
  { concerns }: Pick<OrdersLedger, 'concerns'>,
): Promise<void> {
  if (!part) return;
  const note = `The ERP says that it was changed at ${changedAhead}, which is to come`;
  const concern = { kind: 'time-ahead', content: 'ahead', note, cause: 'order-data' } as const;
  const open = productOrders.get(part.number)?.concerns ?? [];
  if (changedAhead !== undefined) await concerns.begin(part.number, concern);
  else if (open.some(({ kind }) => kind === concern.kind))
    await concerns.end(part.number, concern, 'Its change time is right.');
}

/** If it had more parts before, as many as it has now may be completed already: no trigger comes for them again. */
async function lookAgainIfComplete(
  { record, productOrders }: KnownErpOrder,
  { split }: OrderDecision,
  { ledger, lookAgain }: AcceptDependencies,
): Promise<void> {
  const hasFewerParts = record !== undefined && split.of < record.mostParts;
  if (!hasFewerParts || split.book !== 'when-all-done') return;
  const { bookings = [] } = productOrders.get(partNumber(split, 1)) ?? {};
  const booked = bookedParts(bookings);
  if (booked.size >= split.of) return;
  const { completed, wanted } = partsTogether(await ledger.erpOrders.partsOf(record), split.of);
  const [index] = [...completed.keys()].filter((one) => !booked.has(one));
  if (index !== undefined && countBuilt(completed.keys(), booked) >= wanted)
    await lookAgain(partNumber(split, index));
}

/**
 * What was built before its ERP order came, and ignored, is booked now. Its creation asks for that, but not the one of 0.3.0,
 * which took it for booked, and no trigger comes for it again.
 */
async function lookAgainAtIgnored(
  { productOrders }: KnownErpOrder,
  { parts }: OrderDecision,
  { lookAgain }: AcceptDependencies,
): Promise<void> {
  for (const part of parts) {
    const { entry, bookings = [] } = productOrders.get(part.number) ?? {};
    const isMade = entry?.state === 'done' && entry.end === undefined;
    if (isMade && bookings.some(({ state }) => state === 'ignored')) await lookAgain(part.number);
  }
}
