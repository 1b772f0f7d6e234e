import { bookedParts, countBuilt } from '../ledger/records/bookings.ts';
import {
  type CompletedPart,
  type KnownParts,
  partsTogether,
  type RecordHome,
} from '../ledger/records/erp-orders.ts';
import { isBookedTogether } from '../ledger/records/product-orders.ts';
import { Rejected } from '../model/errors.ts';
import { erpOrderRefOf } from '../model/orders.ts';
import { recordingsNamedBy } from './ask-azumuta.ts';
import { type BuiltPart, type CompletionFacts, recordingsOfBookings } from './decide-bookings.ts';
import type { HintDependencies, OrderReading } from './inquiry.ts';
import type { ReadRecording } from './read-recordings.ts';

export interface Evidence extends OrderReading {
  readonly facts: CompletionFacts;
  /** Recordings that were read already, to prove whose they are. */
  readonly read: ReadonlyMap<string, ReadRecording>;
}

/** Finds out which parts of an ERP order are built, and with which recordings. @throws Rejected */
export async function readFacts(reading: OrderReading, dependencies: HintDependencies): Promise<Evidence> {
  const { entry, number, order, toDecideAgain, nextJointKey } = reading;
  const { ledger, erpOrderNumber, withoutRecordings } = dependencies;
  const bookings = reading.bookings.filter((booking) => !toDecideAgain.includes(booking));
  const erpOrder = entry ? erpOrderRefOf(entry.erpOrder) : { number: erpOrderNumber?.(number) ?? number };
  const record =
    entry && entry.part.book !== 'alone' ? await ledger.erpOrders.find(entry.erpOrder) : undefined;
  const parts = record?.split.of ?? 1;
  const index = entry?.part.index ?? 1;
  const { recordingIds, read } = await ownRecordings(reading, bookings, dependencies);
  const current = { index, order, recordingIds };
  const known = { entry, erpOrder, parts, bookings, toDecideAgain, nextJointKey };
  const facts = { ...known, current, others: [], withoutRecordings };
  if (!isBookedTogether(entry)) return { ...reading, facts, read };
  const built = await partsBookedTogether(facts, record ?? entry, reading, dependencies);
  return { ...reading, facts: { ...facts, ...built }, read };
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
  const index = entry?.part.index ?? 1;
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

/** A completed part, and the others of its ERP order. One that was opened again for rework does not count any more. */
async function partsBookedTogether(
  { bookings, parts, current: { index, order, recordingIds: named = [] } }: CompletionFacts,
  record: RecordHome,
  { hint, attempt, concerns }: OrderReading,
  { ledger, reader }: HintDependencies,
): Promise<Pick<CompletionFacts, 'current' | 'others' | 'parts'>> {
  const { erpOrders } = ledger;
  const booked = bookedParts(bookings);
  const isUnwanted = concerns.some(({ kind }) => kind === 'unwanted');
  // No trigger names its recordings again when the last part is completed.
  const own = { index, productOrderId: order.id, ...(order.recordingIds ? {} : { named }) };
  // What is not wanted is no part where the others are enough.
  const isSurplus = async () =>
    isUnwanted && areEnoughWithout(own, await erpOrders.partsOf(record), parts, booked);
  // What is booked is still noted with the id that was booked.
  const isBooked = booked.has(index);
  if (!isBooked && !(await isSurplus())) await erpOrders.recordCompletedPart(record, own);
  const { completed, wanted } = partsTogether(await erpOrders.partsOf(record), parts, index);
  const noted = completed.get(index);
  const bookedAs = isBooked ? noted?.productOrderId : undefined;
  // They are booked with this one, once as many are completed as the ERP order has. A person's hint looks at all: further
  // recordings may have come while their booking was refused; so does one that compares what was corrected.
  const looksAtAll = hint.again || concerns.some(({ kind }) => kind === 'figures-changed');
  const isComplete = countBuilt(completed.keys(), booked) >= wanted;
  const otherParts = [...completed.values()].filter((part) => part.index !== index);
  const toLookAt = looksAtAll ? otherParts : otherParts.filter((part) => !booked.has(part.index));
  const needed = isComplete ? toLookAt : [];
  const ids = needed.map(({ productOrderId }) => productOrderId);
  const read = await reader.readParts(ids, order, attempt.signal);
  const others: BuiltPart[] = [];
  for (const [at, part] of needed.entries()) {
    const other = read[at];
    if (other?.completed) {
      const recordingIds = other.recordingIds ?? unlessNone(part.named);
      others.push({ index: part.index, order: other, recordingIds });
      continue;
    }
    if (!booked.has(part.index)) await awaitReopenedPart(part, record, ledger);
  }
  const ofTriggers = unlessNone([...new Set([...(noted?.named ?? []), ...named])]);
  return {
    parts: wanted,
    current: { index, order, recordingIds: order.recordingIds ?? ofTriggers, bookedAs, isUnwanted },
    others,
  };
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
