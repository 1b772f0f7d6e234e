import { isDeepStrictEqual } from 'node:util';
import { isNothingSent } from '../ledger/claims.ts';
import type { Concern } from '../ledger/records/concerns.ts';
import type { ErpOrderRecord } from '../ledger/records/erp-orders.ts';
import type { KnownOrder } from '../ledger/records/known-orders.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import { type ErpRow, erpRowOf, whatTheErpSays } from '../life/what-the-erp-says.ts';
import {
  isSameErpOrder,
  isSplitAlike,
  type MappedProductOrder,
  type ParameterValue,
  partNumber,
  quantityOfPart,
  type Split,
} from '../model/orders.ts';
import { compareDecimals, type Decimal, sumOf, toDecimal } from '../model/quantity.ts';
import {
  builtAndBookedSentence,
  concernsOfKinds,
  contentConcerns,
  isBookedFinally,
  isBuilt,
  isUsedAgain,
  keepAndLook,
  keepChanged,
  keepEndingConcerns,
  keepGivenUp,
  keepMoreThanBooked,
  keepOrder,
  keepOtherSize,
  keepOtherThanBooked,
  keepRenumbered,
  keepTakenByAnother,
  keepUnwanted,
  keepUsedAgain,
  notWantedSentence,
  numbersOfSplit,
  otherSizeEndedSentence,
  wantedAgainSentence,
  wantsOther,
  withdrawUncreated,
} from './decide-kept.ts';
import { unitDifference } from './differences.ts';
import {
  factsOf,
  isOlder,
  type KnownErpOrder,
  nameOfErpOrder,
  type OrderDecision,
  type PartDecision,
  type WantedOrder,
} from './wanted-order.ts';

/**
 * Decides what to do about the product orders of one ERP order: compares the ledger with what the mapping wants now, by the
 * table `whatTheErpSays`. Before that, the first of these that holds says under which numbers:
 *
 *   the order that came                          then
 *   is older than what is recorded               nothing changes
 *   is new, or numbered as it is recorded        the table decides about each part
 *   uses its number again, as a person knows     the table decides under the new numbers; what is booked is not touched
 *   has a part that keeps its number             the recorded numbers stay, and each part that is not booked has a concern
 *   is numbered otherwise, and none is made      all are withdrawn first; then the table decides under the new numbers
 *
 * A part keeps its number once it may exist in Azumuta, or a person has given it up: nothing is created a second time under
 * another number.
 */
export function decideProductOrders(known: KnownErpOrder, wanted: WantedOrder): OrderDecision {
  const own = [...known.productOrders.values()].flatMap(({ entry }) =>
    entry && isSameErpOrder(entry.erpOrder, wanted.order) ? [entry] : [],
  );
  const { record } = known;
  const split = wanted.mapped?.split ??
    record?.split ?? { number: wanted.order.number, of: 0, book: 'alone' };
  if (!record) {
    const parts = decideParts(known, own, wanted);
    return { first: [], split, mostParts: split.of, earlier: [], parts };
  }
  if (isOlder(wanted, record)) return keepAsOlder(record, own);
  if (isNumberedAlike(record.split, split)) {
    const mostParts = Math.max(split.of, record.mostParts);
    return { first: [], split, mostParts, earlier: record.earlier, parts: decideParts(known, own, wanted) };
  }
  if (own.length > 0 && own.every((entry) => isReportedAsUsedAgain(entry, split, known, wanted))) {
    const earlier = withEarlierSplit(record);
    return { first: [], split, mostParts: split.of, earlier, parts: decideParts(known, own, wanted) };
  }
  if (own.some((entry) => keepsNumber(entry, known)))
    return { ...record, first: [], parts: decideKeptNumbers(record, own, split, known, wanted) };
  return renumber(record, own, split, known, wanted);
}

function keepAsOlder(record: ErpOrderRecord, own: readonly OrderEntry[]): OrderDecision {
  return { ...record, first: [], parts: own.map((entry) => keepOrder(entry, { action: 'older' })) };
}

/** How many parts there are does not matter. */
function isNumberedAlike(recorded: Split, split: Split): boolean {
  return recorded.number === split.number && isSplitAlike(recorded, split);
}

/** The numbers remain as they are recorded: a concern says which the mapping has now. */
function decideKeptNumbers(
  record: ErpOrderRecord,
  own: readonly OrderEntry[],
  split: Split,
  known: KnownErpOrder,
  wanted: WantedOrder,
): PartDecision[] {
  const isPart = ({ number, part }: OrderEntry) =>
    part.index <= record.split.of && number === partNumber(record.split, part.index);
  const parts = own.map((entry) =>
    isPart(entry) ? decideRenumbered(entry, split, known, wanted) : decideUnwanted(entry, known, wanted),
  );
  const others = [...known.productOrders.values()].flatMap((held) => decideUnclaimed(held, wanted));
  return [...parts, ...others];
}

/** Surely none of its product orders was made: they are withdrawn, and then it is created under its other numbers. */
function renumber(
  record: ErpOrderRecord,
  own: readonly OrderEntry[],
  split: Split,
  known: KnownErpOrder,
  wanted: WantedOrder,
): OrderDecision {
  const sentence = `ERP order ${nameOfErpOrder(wanted.order)} is mapped to ${numbersOfSplit(split)} now: it will not be created under this number.`;
  const first = own.flatMap((entry): PartDecision[] => {
    const { number, end } = entry;
    const ends = known.productOrders.get(number)?.concerns.filter(({ claimant }) => claimant === undefined);
    return end ? [] : [{ number, action: 'withdraw', entry, ends: ends ?? [], sentence }];
  });
  const end = { how: 'withdrawn', at: undefined, because: sentence, by: 'the ERP' } as const;
  const after = own.map((entry): OrderEntry => ({ ...entry, end: entry.end ?? end, state: 'rejected' }));
  const parts = decideParts(known, after, wanted);
  return { first, split, mostParts: split.of, earlier: withEarlierSplit(record), parts };
}

/** It may be in Azumuta, typed by hand even, or is a person's: under another number it would be made a second time. */
function keepsNumber(entry: OrderEntry, known: KnownErpOrder): boolean {
  const { number, part, end } = entry;
  return !isNothingSent(entry) || isBuilt(known, number, part) || end?.how === 'given up';
}

/** Another planner that still writes with an old mapping may be so many numberings behind. */
const maxEarlierSplits = 3;

function withEarlierSplit({ earlier, split, mostParts }: ErpOrderRecord): readonly Split[] {
  return [...earlier, { ...split, of: mostParts }].slice(-maxEarlierSplits);
}

/**
 * An alert has said that the ERP uses its number again, and a person has let the mapping give the new order another one
 * since: it is made. Who has settled that has said that it is the same order. Parts are never counted with those of
 * another order.
 */
function isReportedAsUsedAgain(
  entry: OrderEntry,
  split: Split,
  known: KnownErpOrder,
  wanted: WantedOrder,
): boolean {
  const { concerns = [] } = known.productOrders.get(entry.number) ?? {};
  const isReported = concerns.some(({ kind }) => kind === 'used-again');
  const isAlone = entry.part.book === 'alone' && split.book === 'alone';
  return isReported && isAlone && isBookedFinally(known, entry) && isUsedAgain(entry, known, wanted);
}

/** @param own Its product orders, as they are when `first` is done. */
function decideParts(known: KnownErpOrder, own: readonly OrderEntry[], wanted: WantedOrder): PartDecision[] {
  const counted = countParts(known, own, wanted);
  const sized = { ...counted, comesTo: sumOfParts(counted, known, wanted) };
  const mapped = new Map(counted.mapped.map((one) => [one.draft.number, one]));
  const ownByNumber = new Map(own.map((entry) => [entry.number, entry]));
  const parts = [...new Set([...mapped.keys(), ...known.productOrders.keys()])].flatMap((number) => {
    const held = known.productOrders.get(number);
    const one = mapped.get(number);
    const mine = ownByNumber.get(number);
    const kept =
      mine && (counted.kept.includes(mine) ? keepOrder(mine) : decideUnwanted(mine, known, wanted));
    const byTable = one ? decideMapped(one, mine ?? held?.entry, known, wanted) : kept;
    const part = (mine && decideOtherSize(mine, sized, known, wanted)) ?? byTable;
    if (part && isTakenByAnother(part)) return [part];
    return [...(part ? [part] : []), ...decideUnclaimed(held, wanted)];
  });
  // What is made keeps its number, so an order is not made in part under a number that is another's.
  return parts.some(isTakenByAnother) ? parts.filter(({ action }) => action !== 'create') : parts;
}

/** It is another's, and this order was mapped to it as well. */
function decideUnclaimed(held: KnownOrder | undefined, { order }: WantedOrder): PartDecision[] {
  const claimant = order.id ?? order.number;
  const claim = held?.concerns.find((concern) => concern.claimant === claimant);
  if (!held || !claim) return [];
  const sentence = `ERP order ${nameOfErpOrder(order)} and another one are not mapped to this number together any more.`;
  return [{ number: held.number, action: 'unclaimed', sentence, ends: [claim] }];
}

function isTakenByAnother(part: PartDecision): boolean {
  return 'begins' in part && part.begins.some(({ kind }) => kind === 'number-taken');
}

/** The product orders of an ERP order that count. */
interface CountedParts {
  /** Of a higher index than the ERP order has parts now, and built. */
  readonly kept: readonly OrderEntry[];
  readonly mapped: readonly MappedProductOrder[];
}

/**
 * Parts that are built count before those that are not: for as many as are `kept`, the last ones that are not built are not
 * wanted. Parts are counted by number, as what is built is booked with its own figures, whatever it was made for. How many
 * units each is for is a matter of its index (`quantityOfPart`), so one may be built instead of another that is for more or
 * less: `decideOtherSize` begins a concern.
 */
function countParts(
  known: KnownErpOrder,
  own: readonly OrderEntry[],
  { mapped }: Pick<WantedOrder, 'mapped'>,
): CountedParts {
  const { productOrders = [] } = mapped ?? {};
  const unbuilt = productOrders.filter(({ draft, part }) => !isBuilt(known, draft.number, part));
  const surplusEntries = mapped ? own.filter(({ part }) => part.index > mapped.split.of) : [];
  const beyond = surplusEntries.filter(({ number, part, end }) => !end && isBuilt(known, number, part));
  // Not more than the ERP wants: a concern names the others.
  const kept = beyond.slice(0, unbuilt.length);
  const surplus = kept.length === 0 ? [] : unbuilt.slice(-kept.length);
  return { kept, mapped: productOrders.filter((one) => !surplus.includes(one)) };
}

interface SizedParts extends CountedParts {
  /** What they are for together. */
  readonly comesTo: Decimal;
}

/**
 * A part of several units that counts, and is for more or less than its ERP order has for it now:
 *
 *   it is                                            all parts that count come to            then
 *   built, and beyond those that there are now       what the ERP wants                      its concern ends
 *   the same                                         another quantity                        a concern begins
 *   booked                                           what the ERP wants                      the table decides
 *   the same                                         more, and none is left to be built      the table decides
 *   the same                                         another quantity                        a concern begins
 *   neither                                          –                                       the table decides
 */
function decideOtherSize(
  entry: OrderEntry,
  { kept, mapped, comesTo }: SizedParts,
  known: KnownErpOrder,
  wanted: WantedOrder,
): PartDecision | undefined {
  const { part, number } = entry;
  if (part.per === undefined) return undefined;
  const { quantity } = wanted.order;
  const beyond = compareDecimals(comesTo, quantity.amount);
  if (kept.includes(entry)) {
    if (beyond !== 0) return keepOtherSize(entry, comesTo, wanted);
    const ended = contentConcerns(known, number).filter((one) => one.kind === 'changed' && !one.wanted);
    return keepEndingConcerns(entry, ended, otherSizeEndedSentence);
  }
  const isMapped = mapped.some(({ draft }) => draft.number === number);
  const isBooked = isBookedRow(rowOfEntry(entry, known, wanted)) && !isUsedAgain(entry, known, wanted);
  const isOtherSize = quantityOfPart(part, entry.erpOrder).amount !== quantityOfPart(part, quantity).amount;
  const isBookedOtherwise = isMapped && isBooked && isOtherSize;
  if (!isBookedOtherwise || beyond === 0) return undefined;
  const isAllBuilt = mapped.every((one) => isBuilt(known, one.draft.number, one.part));
  const mayBePutRight = beyond < 0 || !isAllBuilt;
  return mayBePutRight ? keepOtherSize(entry, comesTo, wanted) : undefined;
}

/** What the parts that count are for together: those that are built as they were made, the others as they are wanted now. */
function sumOfParts(
  { kept, mapped }: CountedParts,
  known: KnownErpOrder,
  { order: { quantity } }: WantedOrder,
): Decimal {
  const shares = mapped.map(({ draft: { number }, part }) => {
    const { entry } = known.productOrders.get(number) ?? {};
    const isMade = entry !== undefined && isBuilt(known, number, part);
    return quantityOfPart(part, isMade ? entry.erpOrder : quantity);
  });
  const beyond = kept.map(({ part, erpOrder }) => quantityOfPart(part, erpOrder));
  return sumOf([...shares, ...beyond].map(({ amount }) => amount));
}

/** What was made by an earlier mapping is compared without what a later one only tells differently. */
function decideMapped(
  mapped: MappedProductOrder,
  entry: OrderEntry | undefined,
  known: KnownErpOrder,
  wanted: WantedOrder,
): PartDecision {
  const isAsMade = entry !== undefined && !isNothingSent(entry) && isOnlyRemapped(mapped, entry);
  if (!isAsMade) return decidePart(mapped, entry, known, wanted);
  const { draft, contentHash, mappedBy } = entry;
  const part = decidePart({ ...mapped, draft, contentHash, mappedBy }, entry, known, wanted);
  return 'begins' in part ? { ...part, isRemapped: true } : part;
}

/**
 * Whether a later mapping only adds parameters, or gives a part of a split order its own share where it gave more. The ERP
 * may add a value, too, and then the version of the mapping is the same.
 */
function isOnlyRemapped({ draft, part, mappedBy }: MappedProductOrder, made: OrderEntry): boolean {
  if (mappedBy === undefined || mappedBy === made.mappedBy) return false;
  const was = made.draft.parameters;
  const share = quantityOfPart(part, made.erpOrder).amount;
  const givesShare = ([name, value]: readonly [string, ParameterValue]) =>
    part.book !== 'alone' && toDecimal(value) === share && isMoreThan(share, was[name]);
  const own = Object.entries(draft.parameters).filter(([name]) => Object.hasOwn(was, name));
  const asMade = own.map(([name, value]) => [name, givesShare([name, value]) ? was[name] : value]);
  const isSame = isDeepStrictEqual(draft.parameters, was);
  return !isSame && isDeepStrictEqual({ ...draft, parameters: Object.fromEntries(asMade) }, made.draft);
}

function isMoreThan(share: Decimal, value: ParameterValue | undefined): boolean {
  const amount = toDecimal(value);
  return amount !== undefined && compareDecimals(amount, share) > 0;
}

function decidePart(
  mapped: MappedProductOrder,
  entry: OrderEntry | undefined,
  known: KnownErpOrder,
  wanted: WantedOrder,
): PartDecision {
  const { number } = mapped.draft;
  const ends = contentConcerns(known, number);
  const row = rowOfEntry(entry, known, wanted);
  if (!entry) return { number, action: 'create', wanted: mapped, ends };
  if (row === 'booked' && isUsedAgain(entry, known, wanted)) return keepUsedAgain(entry);
  const event = columnOfContent(mapped, entry, wanted);
  const outcome = whatTheErpSays[row][event];
  switch (outcome.to) {
    case 'create':
      return { number, action: 'create', wanted: mapped, ends };
    case 'replace':
      if ('ifAsked' in outcome && !isAskedFor(ends, wanted)) return keepEndingConcerns(entry, ends);
      return { number, action: 'replace', wanted: mapped, ends, entry };
    case 'take the end back':
      return row === 'withdrawn' || mayTakeBack(entry, wanted)
        ? { number, action: 'replace', wanted: mapped, ends, entry }
        : keepGivenUp(entry);
    case 'look':
      return keepAndLook(entry, mapped, wanted, ends);
    case 'end':
      return keepEndingConcerns(
        entry,
        concernsOfKinds(ends, outcome.kinds),
        isBookedRow(row) ? builtAndBookedSentence : wantedAgainSentence,
      );
    case 'tell':
      if (outcome.kind === 'number-taken') return keepTakenByAnother(entry, wanted);
      return isBookedRow(row)
        ? keepMoreThanBooked(entry, mapped, wanted)
        : keepChanged(entry, mapped, wanted, ends);
    default:
      return outcome satisfies never;
  }
}

/** Surplus, or of an order that the ERP does not want any more. */
function decideUnwanted(entry: OrderEntry, known: KnownErpOrder, wanted: WantedOrder): PartDecision {
  const { number } = entry;
  const row = rowOfEntry(entry, known, wanted);
  const outcome = whatTheErpSays[row][wanted.mapped ? 'surplus' : 'not wanted'];
  switch (outcome.to) {
    case 'nothing':
      return keepOrder(entry);
    case 'withdraw':
      return withdrawUncreated(entry, contentConcerns(known, number), wanted);
    case 'tell':
      return keepUnwanted(
        entry,
        known,
        wanted,
        concernsOfKinds(contentConcerns(known, number), outcome.ends),
      );
    case 'end':
      return keepEndingConcerns(
        entry,
        concernsOfKinds(contentConcerns(known, number), outcome.kinds),
        row === 'withdrawn' ? notWantedSentence : builtAndBookedSentence,
      );
    default:
      return outcome satisfies never;
  }
}

/** Of an ERP order that is mapped to other numbers now, or whose parts are booked in another way. */
function decideRenumbered(
  entry: OrderEntry,
  split: Split,
  known: KnownErpOrder,
  wanted: WantedOrder,
): PartDecision {
  const mapped = wanted.mapped?.productOrders.find(({ part }) => part.index === entry.part.index);
  // It was renamed in Azumuta as the ERP wants it, which a look has seen.
  if (mapped?.contentHash === entry.contentHash && isSplitAlike(mapped.part, entry.part))
    return decidePart(mapped, entry, known, wanted);
  const row = rowOfEntry(entry, known, wanted);
  const isMore = isBookedRow(row) && wantsOther(entry, wanted);
  const outcome = whatTheErpSays[row][isMore ? 'more' : 'numbered otherwise'];
  switch (outcome.to) {
    case 'create':
    case 'replace':
    case 'take the end back':
      return keepOrder(entry);
    case 'nothing':
      return row === 'given up' ? keepGivenUp(entry) : keepOrder(entry);
    case 'end':
      return keepEndingConcerns(
        entry,
        concernsOfKinds(contentConcerns(known, entry.number), outcome.kinds),
        builtAndBookedSentence,
      );
    case 'tell':
      return isMore ? keepOtherThanBooked(entry, wanted) : keepRenumbered(entry, mapped, split, wanted);
    default:
      return outcome satisfies never;
  }
}

function rowOfEntry(entry: OrderEntry | undefined, known: KnownErpOrder, { order }: WantedOrder): ErpRow {
  return erpRowOf({
    entry,
    erpOrder: order,
    isBuilt: entry !== undefined && isBuilt(known, entry.number, entry.part),
    isBooked: entry !== undefined && isBookedFinally(known, entry),
  });
}

const isBookedRow = (row: ErpRow) => row === 'booked' || row === 'refused, but booked';

function columnOfContent(
  mapped: MappedProductOrder,
  entry: OrderEntry,
  wanted: WantedOrder,
): 'same' | 'other' | 'more' {
  if (isSameContent(entry, mapped, wanted)) return 'same';
  const isMore = Number(wanted.order.quantity.amount) > Number(entry.erpOrder.amount);
  return isMore && entry.contentHash !== mapped.contentHash ? 'more' : 'other';
}

/**
 * A refused order is tried again when somebody asks for it, a pull reads it again and again; and when the ERP wants it again,
 * as its dead letter may have been replayed in vain while it was not wanted.
 */
function isAskedFor(open: readonly Concern[], { via }: WantedOrder): boolean {
  return via === 'endpoint' || via === 'replay' || open.some(({ kind }) => kind === 'unwanted');
}

/** Only a person takes back what a person has given up, by the replay of its creation; what Azumuta has is taken back by `remake`. */
function mayTakeBack({ number, state }: OrderEntry, { askedFor }: WantedOrder): boolean {
  return askedFor === number && state !== 'done';
}

/** A renamed article that is mapped to the same one is no difference, nor is a unit that the endpoint or the pull leaves out. */
function isSameContent(entry: OrderEntry, mapped: MappedProductOrder, { order }: WantedOrder): boolean {
  const { contentHash, part } = mapped;
  const isSame = entry.contentHash === contentHash && isSplitAlike(entry.part, part);
  return isSame && unitDifference(entry.erpOrder, factsOf(order)).length === 0;
}
