import { bookedParts, countBuilt } from '../ledger/records/bookings.ts';
import {
  type CompletedPart,
  type ErpOrderRecord,
  type KnownParts,
  partsTogether,
  type RecordHome,
} from '../ledger/records/erp-orders.ts';
import { isBookedTogether, type OrderEntry, partIndexOf } from '../ledger/records/product-orders.ts';
import { createdByUsAt, decideWhoBooks, isOlderThanItsOrder, type WhoBooks } from '../life/who-books.ts';
import { Rejected, Wait } from '../model/errors.ts';
import { erpOrderRefOf, quantityOfPart } from '../model/orders.ts';
import { definedFields } from '../model/unread.ts';
import { recordingsNamedBy } from './ask-azumuta.ts';
import { type BuiltPart, type CompletionFacts, recordingsOfBookings } from './decide-bookings.ts';
import { windowStateOf } from './decide-window.ts';
import type { HintDependencies, OrderReading } from './inquiry.ts';
import { completedPartsIn, type ReadRecording } from './read-recordings.ts';

export interface Evidence extends OrderReading {
  readonly facts: CompletionFacts;
  /** Recordings that were read already, to prove whose they are. */
  readonly read: ReadonlyMap<string, ReadRecording>;
}

/** Finds out which parts of an ERP order are built, and with which recordings. @throws Rejected */
export async function readFacts(reading: OrderReading, dependencies: HintDependencies): Promise<Evidence> {
  const { entry, bookings: all, toDecideAgain } = reading;
  const bookings = all.filter((booking) => !toDecideAgain.includes(booking));
  const { recordingIds, read } = await ownRecordings(reading, bookings, dependencies);
  const { facts: own, record } = await readOwnFacts(reading, recordingIds, dependencies);
  const facts = { ...own, bookings };
  if (isLeftToPeople(facts.current, bookedParts(bookings))) await leaveToPeople(entry, dependencies);
  if (!isBookedTogether(entry)) return { ...reading, facts, read };
  const { read: ofParts, ...built } = await partsBookedTogether(
    { facts, read },
    record ?? entry,
    reading,
    dependencies,
  );
  return { ...reading, facts: { ...facts, ...built }, read: new Map([...read, ...ofParts]) };
}

/** Whether nobody here books it, as it was completed before the integration was live, and is in no booking. */
function isLeftToPeople({ index, bookedBy }: BuiltPart, booked: ReadonlySet<number>): boolean {
  return bookedBy === 'people' && !booked.has(index);
}

/** It has ended as if a person had given it up, for every view, and for 0.3.0. @throws Wait */
async function leaveToPeople(
  entry: OrderEntry | undefined,
  { ledger, liveFrom }: Pick<HintDependencies, 'ledger' | 'liveFrom'>,
): Promise<void> {
  if (!entry || entry.end?.how === 'given up') return;
  const because = `Azumuta completed it before ${liveFrom} (deployment.liveFrom): people book it.`;
  if (await ledger.orders.end(entry, { how: 'given up', event: 'left to people', because })) return;
  throw new Wait('It is being changed at this moment.', { awaits: 'our-lock' });
}

/**
 * Who books a completed product order. That it was completed since we are live, or is in no booking of an earlier ledger, a
 * person says by a replay. Where it is booked alone, its key finds such a booking in the ERP.
 */
async function whoBooks(
  { order, entry, hint }: Pick<OrderReading, 'order' | 'entry' | 'hint'>,
  record: ErpOrderRecord | undefined,
  { ledger: { erpOrders }, liveFrom }: HintDependencies,
): Promise<WhoBooks> {
  const decided = decideWhoBooks(order, { liveFrom, createdAt: createdByUsAt(entry) });
  if (hint.again && decided !== 'people') return 'us';
  const mayBeBooked = decided === 'us' && isBookedTogether(entry) && isOlderThanItsOrder(order, entry);
  if (!mayBeBooked) return decided;
  // It is noted once a person has said so, until it is booked with others.
  const noted = record && (await erpOrders.partsOf(record)).completed.has(entry.part.index);
  return noted ? 'us' : 'earlier ledger';
}

/** What is known without the other parts. */
export async function readOwnFacts(
  reading: OrderReading,
  recordingIds: BuiltPart['recordingIds'],
  dependencies: HintDependencies,
): Promise<{ readonly facts: CompletionFacts; readonly record: ErpOrderRecord | undefined }> {
  const { ledger, clock, erpOrderNumber, withoutRecordings, bookingTimes: times } = dependencies;
  const { entry, number, order, bookings, toDecideAgain, nextJointKey } = reading;
  const erpOrder = entry ? erpOrderRefOf(entry.erpOrder) : { number: erpOrderNumber?.(number) ?? number };
  const record =
    entry && entry.part.book !== 'alone' ? await ledger.erpOrders.find(entry.erpOrder) : undefined;
  const parts = record?.split.of ?? 1;
  const madeFor =
    entry?.part.per === undefined ? undefined : quantityOfPart(entry.part, entry.erpOrder).amount;
  const bookedBy = await whoBooks(reading, record, dependencies);
  const current = { index: partIndexOf(entry), madeFor, order, recordingIds, bookedBy };
  const known = { entry, erpOrder, parts, bookings, toDecideAgain, nextJointKey };
  const window = windowStateOf({ ...reading, times, now: clock.now() });
  return { facts: { ...known, current, others: [], unread: 0, window, withoutRecordings }, record };
}

/**
 * The recordings of a product order; undefined when nobody says which there are. Where Azumuta does not list them, the
 * triggers' ids are all there is. A trigger may be forged: nothing is planned of an id before it was read and belongs to
 * the product order. Those in bookings were read when these were planned.
 */
async function ownRecordings(
  reading: OrderReading,
  bookings: CompletionFacts['bookings'],
  { reader }: HintDependencies,
): Promise<Pick<BuiltPart, 'recordingIds'> & Pick<Evidence, 'read'>> {
  const { order, toDecideAgain, entry, hint, attempt } = reading;
  if (order.recordingIds) return { recordingIds: order.recordingIds, read: new Map() };
  const candidates = recordingsNamedBy(reading);
  const named = new Set(hint.recordingIds).size;
  if (candidates.length < named) {
    // What is booked without some of them would be another quantity, and nobody would notice.
    const sentence = `A trigger of product order ${order.number} names ${named} recordings, of which ${candidates.length} can be looked at: let Azumuta list the recordings of its product orders, or book it in the ERP by hand.`;
    throw new Rejected(sentence, { causeCode: 'completion-unclear' });
  }
  const index = partIndexOf(entry);
  const ofThisPart = toDecideAgain.filter(({ parts }) => parts.length === 1 && parts[0] === index);
  const decidedAgain = recordingsOfBookings(ofThisPart);
  const proven = recordingsOfBookings([...bookings, ...ofThisPart]);
  const wanted = candidates
    .filter((id) => !proven.has(id))
    .map((id) => ({ id, productOrder: order, hinted: true as const }));
  const read = await reader.readRecordings(wanted, attempt);
  const ids = new Set([...decidedAgain, ...candidates.filter((id) => proven.has(id)), ...read.keys()]);
  return { recordingIds: unlessNone([...ids]), read };
}

type BookedTogether = Pick<CompletionFacts, 'current' | 'others' | 'parts' | 'unread'> &
  Pick<Evidence, 'read'>;

/** A completed part, and the others of its ERP order. One that was opened again for rework does not count any more. */
async function partsBookedTogether(
  { facts, read: ownRead }: Pick<Evidence, 'facts' | 'read'>,
  record: RecordHome,
  reading: OrderReading,
  dependencies: HintDependencies,
): Promise<BookedTogether> {
  const { number, hint, attempt, concerns } = reading;
  const { ledger, reader, liveFrom } = dependencies;
  const { bookings, parts, current } = facts;
  const { index, order, madeFor, recordingIds: named = [], bookedBy } = current;
  const { erpOrders } = ledger;
  const booked = bookedParts(bookings);
  const isUnwanted = concerns.some(({ kind }) => kind === 'unwanted');
  // No trigger names its recordings again when the last part is completed.
  const ofTrigger = order.recordingIds ? undefined : named;
  const own: CompletedPart = definedFields({
    index,
    number,
    productOrderId: order.id,
    madeFor,
    named: ofTrigger,
  });
  // What is not wanted is no part where the others are enough.
  const isSurplus = async () =>
    isUnwanted && areEnoughWithout(own, await erpOrders.partsOf(record), parts, booked);
  // What is booked is still noted with the id that was booked.
  const isBooked = booked.has(index);
  const mayCount = !isBooked && bookedBy === 'us';
  if (mayCount && !(await isSurplus())) await erpOrders.recordCompletedPart(record, own);
  const asked = isLeftToPeople(current, booked) ? undefined : index;
  const readTogether = async () => partsTogether(await erpOrders.partsOf(record), parts, asked);
  const { completed, wanted } = await readTogether();
  const noted = completed.get(index);
  const bookedAs = isBooked ? noted?.productOrderId : undefined;
  // A person's hint looks at all: further recordings may have come while their booking was refused; so does one that
  // compares what was corrected.
  const looksAtAll = hint.again === true || concerns.some(({ kind }) => kind === 'figures-changed');
  const isComplete = countBuilt(completed.keys(), booked) >= wanted;
  const isWanted = partFilter(facts, { isComplete, looksAtAll });
  const needed = [...completed.values()].filter((part) => part.index !== index && isWanted(part.index));
  const ofTriggers = unlessNone([...new Set([...(noted?.named ?? []), ...named])]);
  const shown = {
    index,
    order,
    madeFor,
    recordingIds: order.recordingIds ?? ofTriggers,
    bookedAs,
    bookedBy,
    isUnwanted,
  };
  const known = new Set([...recordingsOfBookings(bookings), ...ownRead.keys()]);
  const read = await reader.readParts({ wanted: needed, current: shown, known }, attempt);
  for (const part of read.parts.filter(({ order: other }) => !other?.completed))
    if (!booked.has(part.index)) await awaitReopenedPart(part, record, ledger);
  // What was noted of another part was ours when it was; an instant of going live that was moved since makes it people's.
  const others = completedPartsIn(read.parts, (other) =>
    decideWhoBooks(other, { liveFrom, createdAt: undefined }) === 'people' ? 'people' : 'us',
  );
  const left = others.filter((part) => isLeftToPeople(part, booked));
  for (const part of left) await leaveToPeople(await findEntryOf(part, ledger), dependencies);
  const hasOpenPart = [index, ...others.map((part) => part.index)].some((each) => !booked.has(each));
  // Nothing that could be booked was read in time: the next attempt goes on.
  if (read.outOfTime && !hasOpenPart) throw read.outOfTime;
  return {
    parts: left.length === 0 ? wanted : (await readTogether()).wanted,
    current: shown,
    others,
    unread: needed.length - read.parts.length,
    read: read.recordings,
  };
}

/**
 * The other parts that are looked at:
 *
 *   as many are completed as the ERP order has, or their time has come    those in no booking
 *   the same, and the hint looks at all                                   all
 *   else                                                                  those that are decided again
 */
function partFilter(
  { bookings, toDecideAgain, window }: CompletionFacts,
  { isComplete, looksAtAll }: { readonly isComplete: boolean; readonly looksAtAll: boolean },
): (index: number) => boolean {
  const booked = bookedParts(bookings);
  if (isComplete || window === 'due') return (index) => looksAtAll || !booked.has(index);
  const held = window === 'open' ? bookedParts(toDecideAgain) : new Set<number>();
  return (index) => held.has(index);
}

async function findEntryOf(
  { order: { id } }: BuiltPart,
  { knownOrders, orders }: HintDependencies['ledger'],
): Promise<OrderEntry | undefined> {
  const number = await knownOrders.numberOfAzumutaId(id);
  return number === undefined ? undefined : orders.find(number);
}

/** The trigger that completes it again may be lost, so the reconciliation asks about it. */
async function awaitReopenedPart(
  { index, productOrderId }: CompletedPart,
  record: RecordHome,
  { knownOrders, orders, erpOrders }: HintDependencies['ledger'],
): Promise<void> {
  const number = await knownOrders.numberOfAzumutaId(productOrderId);
  if (number !== undefined) await orders.awaitCompletion(number);
  await erpOrders.markPartReopened(record, index);
}

/**
 * What is noted as completed, and is not: it counts no more, and the reconciliation asks about it. So does a window, whose
 * next hint names another part.
 */
export async function awaitPartNoted(
  { entry, number, window }: Pick<OrderReading, 'entry' | 'number' | 'window'>,
  { erpOrders, orders }: HintDependencies['ledger'],
): Promise<'awaited' | 'not noted'> {
  if (!window || !isBookedTogether(entry)) return 'not noted';
  const record = (await erpOrders.find(entry.erpOrder)) ?? entry;
  const { index } = entry.part;
  const { completed } = await erpOrders.partsOf(record);
  if (!completed.has(index)) return 'not noted';
  await orders.awaitCompletion(number);
  await erpOrders.markPartReopened(record, index);
  return 'awaited';
}

/** Whether as many others are built as the ERP order has, where this one counts as built: it may stand for one that was given up. */
function areEnoughWithout(
  own: CompletedPart,
  { completed, ended }: KnownParts,
  of: number,
  booked: ReadonlySet<number>,
): boolean {
  const built = { completed: new Map(completed).set(own.index, own), ended };
  const counted = partsTogether(built, of, own.index);
  const others = [...counted.completed.keys()].filter((index) => index !== own.index);
  return countBuilt(others, booked) >= counted.wanted;
}

/** Where Azumuta lists no recordings, and no trigger named any, it is unknown whether there are none. */
function unlessNone(ids: readonly string[] = []): readonly string[] | undefined {
  return ids.length > 0 ? ids : undefined;
}
