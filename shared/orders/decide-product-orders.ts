import { isDeepStrictEqual } from 'node:util';
import { isNothingSent } from '../ledger/claims.ts';
import type { Concern } from '../ledger/records/concerns.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import {
  isSameErpOrder,
  type MappedProductOrder,
  type ParameterValue,
  partNumber,
  quantityOfPart,
  type Split,
} from '../model/orders.ts';
import { compareDecimals, type Decimal, toDecimal } from '../model/quantity.ts';
import { wordForAnyShell } from '../platform/shell-word.ts';
import {
  afterBooking,
  conflict,
  isBookedFinally,
  isBuilt,
  numberedAfterBooking,
  ofContent,
  overAsBooked,
  stays,
  unwanted,
} from './decide-kept.ts';
import { differencesFrom, unitDifference } from './differences.ts';
import {
  factsOf,
  isOlder,
  type Kept,
  type KnownErpOrder,
  nameOf,
  type OrderDecision,
  type PartDecision,
  type WantedOrder,
} from './wanted-order.ts';

/**
 * Decides what to do about the product orders of one ERP order: compares the ledger with what the mapping wants now.
 *
 *   the ledger has                       the ERP wants it           not wanted any more (fewer parts, cancelled)
 *   nothing                              create                     –
 *   withdrawn                            replace                    unchanged
 *   given up by a person                 the caller is told;        unchanged
 *                                        replace if a person
 *                                        replays its creation
 *   not created, same content            unchanged                  withdraw
 *   not created, other content           replace                    withdraw
 *   refused, same content                replace if asked for, or   withdraw, or a concern if it may be there
 *                                        not wanted meanwhile
 *   refused, other content               replace                    (as above)
 *   created, same content                unchanged; a look where    concern: unwanted
 *                                        a concern is open
 *   created, other content               concern: changed; none     concern: unwanted
 *                                        where a later mapping
 *                                        only adds parameters
 *   booked, and final                    over; concern: changed     over
 *                                        where it wants more; used
 *                                        again, without an id and
 *                                        with all parts booked for
 *                                        a day
 *   of another ERP order                 concern: number taken      –, or unclaimed
 *
 * *Created* means that it may exist. A *refused* product order may exist, too: its replacement is searched by number
 * before it is created.
 *
 * Once a product order may exist in Azumuta, the ERP order keeps its numbers and how its parts are booked: if the
 * mapping or the name changes later, each product order that is not booked has a concern, and nothing is created a second
 * time under another number. While surely none exists, all are withdrawn first, and then created anew.
 */
export function decideProductOrders(known: KnownErpOrder, wanted: WantedOrder): OrderDecision {
  const own = [...known.productOrders.values()].flatMap(({ entry }) =>
    entry && isSameErpOrder(entry.erpOrder, wanted.order) ? [entry] : [],
  );
  const { record } = known;
  if (record && isOlder(wanted, record))
    return { ...record, first: [], parts: own.map((entry) => stays(entry, { action: 'older' })) };
  const split = wanted.mapped?.split ??
    record?.split ?? { number: wanted.order.number, of: 0, book: 'alone' };
  if (!record || (record.split.number === split.number && record.split.book === split.book)) {
    const mostParts = Math.max(split.of, record?.mostParts ?? 0);
    const { earlier = [] } = record ?? {};
    return { first: [], split, mostParts, earlier, parts: decideParts(known, own, wanted) };
  }
  if (!own.every(isNothingSent)) {
    const parts = own.map((entry) =>
      entry.number === partNumber(record.split, entry.part.index)
        ? renumbered(entry, record.split, split, known, wanted)
        : unwanted(entry, known, wanted),
    );
    return { ...record, first: [], parts };
  }
  const sentence = `ERP order ${nameOf(wanted.order)} is mapped to ${numbersOf(split)} now: it will not be created under this number.`;
  const first = own.flatMap((entry): PartDecision[] => {
    const { number, end } = entry;
    const ends = known.productOrders.get(number)?.concerns.filter(({ claimant }) => claimant === undefined);
    return end ? [] : [{ number, action: 'withdraw', entry, ends: ends ?? [], sentence }];
  });
  const withdrawn = { how: 'withdrawn', at: undefined, because: sentence, by: 'the ERP' } as const;
  const after = own.map(
    (entry): OrderEntry => ({ ...entry, end: entry.end ?? withdrawn, state: 'rejected' }),
  );
  const parts = decideParts(known, after, wanted);
  const earlier = [...record.earlier, { ...record.split, of: record.mostParts }].slice(-maxEarlier);
  return { first, split, mostParts: split.of, earlier, parts };
}

/** Another planner that still writes with an old mapping may be so many numberings behind. */
const maxEarlier = 3;

/** @param own Its product orders, as they are when `first` is done. */
function decideParts(known: KnownErpOrder, own: readonly OrderEntry[], wanted: WantedOrder): PartDecision[] {
  const counted = countParts(known, own, wanted);
  const mapped = new Map(counted.mapped.map((one) => [one.draft.number, one]));
  const ownByNumber = new Map(own.map((entry) => [entry.number, entry]));
  const claimant = wanted.order.id ?? wanted.order.number;
  return [...new Set([...mapped.keys(), ...known.productOrders.keys()])].flatMap((number) => {
    const held = known.productOrders.get(number);
    const one = mapped.get(number);
    const mine = ownByNumber.get(number);
    const kept = mine && (counted.kept.includes(mine) ? stays(mine) : unwanted(mine, known, wanted));
    const part = one ? decideMapped(one, mine ?? held?.entry, known, wanted) : kept;
    const isClaimed = part?.action === 'concern' && part.begins[0]?.claimant !== undefined;
    const claim = isClaimed ? undefined : held?.concerns.find((concern) => concern.claimant === claimant);
    const sentence = `ERP order ${nameOf(wanted.order)} and another one are not mapped to this number together any more.`;
    const unclaimed = claim && ({ number, action: 'unclaimed', sentence, ends: [claim] } as const);
    return [part, unclaimed].filter((decided) => decided !== undefined);
  });
}

/**
 * Parts that are built count before those that are not: `kept` have a higher index than the ERP order has parts now, and
 * as many of the last ones that are not built are not wanted.
 */
function countParts(known: KnownErpOrder, own: readonly OrderEntry[], { mapped }: WantedOrder) {
  const { productOrders = [] } = mapped ?? {};
  const unbuilt = productOrders.filter(({ draft, part }) => !isBuilt(known, draft.number, part));
  const beyond = own.filter(
    ({ number, part, end }) => mapped && part.index > mapped.split.of && !end && isBuilt(known, number, part),
  );
  // Not more than the ERP wants: a person is told of the others.
  const kept = beyond.slice(0, unbuilt.length);
  const surplus = kept.length === 0 ? [] : unbuilt.slice(-kept.length);
  return { kept, mapped: productOrders.filter((one) => !surplus.includes(one)) };
}

/** What was made by an earlier mapping is compared without what a later one only tells differently. */
function decideMapped(
  mapped: MappedProductOrder,
  entry: OrderEntry | undefined,
  known: KnownErpOrder,
  wanted: WantedOrder,
): PartDecision {
  if (!entry || isNothingSent(entry) || !isOnlyRemapped(mapped, entry))
    return decidePart(mapped, entry, known, wanted);
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
  const own = ofContent(known, number);
  if (!entry) return { number, action: 'create', wanted: mapped, ends: own };
  if (entry.end?.how === 'withdrawn') return { number, action: 'replace', wanted: mapped, ends: own, entry };
  if (!isSameErpOrder(entry.erpOrder, wanted.order)) return takenByAnother(entry, wanted);
  if (entry.end && isBookedFinally(known, entry)) return overAsBooked(entry, known);
  if (entry.end) return givenUp(entry, mapped, wanted, own);
  const same = isSameContent(entry, mapped, wanted);
  const open = entry.state === 'rejected' || (!same && isNothingSent(entry));
  // A refused order is tried again when somebody asks for it, a pull reads it again and again; and when the ERP wants it
  // again, as its dead letter may have been replayed in vain while it was not wanted.
  const isWantedAgain = own.some(({ kind }) => kind === 'unwanted');
  const isAsked = wanted.via === 'endpoint' || wanted.via === 'replay' || isWantedAgain;
  if (open && (!same || isAsked)) return { number, action: 'replace', wanted: mapped, ends: own, entry };
  if (isBookedFinally(known, entry)) return afterBooking(entry, mapped, known, wanted);
  if (!same) return changed(entry, mapped, wanted, own);
  const [first] = own;
  if (!first) return stays(entry);
  const asPlanned = 'The ERP wants it again as it is going to be made.';
  if (entry.state !== 'done') return stays(entry, { action: 'over', ends: own, sentence: asPlanned });
  const { draft, contentHash } = mapped;
  const again = { draft, contentHash, erpOrder: factsOf(wanted.order) };
  return stays(entry, {
    ...{ action: 'look', begins: own.map((concern) => ({ ...concern, wanted: again })), looks: true },
    sentence: `${first.note}. The ERP wants it as it was made: Azumuta is looked at.`,
  });
}

/** Only a person takes back what a person has given up: the caller is told how. */
function givenUp(
  entry: OrderEntry,
  mapped: MappedProductOrder,
  { askedFor }: WantedOrder,
  ends: readonly Concern[],
): PartDecision {
  const { number, state } = entry;
  if (askedFor === number && state !== 'done')
    return { number, action: 'replace', wanted: mapped, ends, entry };
  const word = wordForAnyShell(number);
  const remake = word && `npm run orders -- remake ${word} --because "…" --go --stack <stack>`;
  const sentence = `A person has given up product order ${number}, so it is neither made nor booked. To have it made after all: ${remake ?? 'its page in the console'}`;
  return stays(entry, { action: 'given up', sentence });
}

/** A renamed article that is mapped to the same one is no difference, nor is a unit that the endpoint or the pull leaves out. */
function isSameContent(entry: OrderEntry, mapped: MappedProductOrder, { order }: WantedOrder): boolean {
  const { contentHash, part } = mapped;
  const isSame = entry.contentHash === contentHash && entry.part.book === part.book;
  return isSame && unitDifference(entry.erpOrder, factsOf(order)).length === 0;
}

function changed(
  entry: OrderEntry,
  { draft, contentHash }: MappedProductOrder,
  { order }: WantedOrder,
  open: readonly Concern[],
): Kept {
  const erpOrder = factsOf(order);
  const differences = [
    ...differencesFrom(entry.draft, draft, { withVariants: true }),
    ...unitDifference(entry.erpOrder, erpOrder),
  ];
  const note = differences.join('; ') || 'the content is another';
  const wanted = { draft, contentHash, erpOrder };
  const concern = { kind: 'changed', content: note, note, cause: 'conflict', wanted } as const;
  const sentence = `Product order ${entry.number} exists with other content: ${note}.`;
  // What is open since the ERP did not want it knows now that it does.
  const again = open.filter(({ kind }) => kind === 'unwanted').map((one) => ({ ...one, wanted }));
  return conflict(entry, [concern, ...again], sentence);
}

function takenByAnother(entry: OrderEntry, { order }: WantedOrder): Kept {
  const [is, was] = [nameOf(order), nameOf(entry.erpOrder)];
  const note = `ERP order ${is} is mapped to its number as well, and it was made for ERP order ${was}: let productOrders.number tell them apart`;
  const concern = { kind: 'number-taken', content: 'mapped', note, cause: 'configuration' } as const;
  const sentence = `Product order ${entry.number} was made for ERP order ${was}, not for ${is}: let productOrders.number give each its own number.`;
  return conflict(entry, [{ ...concern, claimant: order.id ?? order.number }], sentence, false);
}

function renumbered(
  entry: OrderEntry,
  was: Split,
  is: Split,
  known: KnownErpOrder,
  wanted: WantedOrder,
): Kept {
  const { number, part } = entry;
  if (entry.end?.how === 'given up' || (entry.end && part.index > was.of)) return stays(entry);
  if (isBookedFinally(known, entry)) return numberedAfterBooking(entry, known, wanted);
  const now = `${numbersOf(is)} (${is.book})`;
  const note = `ERP order ${nameOf(wanted.order)} is mapped to ${now} now, and keeps what it has in Azumuta, ${numbersOf(was)} (${was.book}): change that there by hand`;
  const made = isNothingSent(entry) ? 'is about to be made' : 'exists';
  const concern = { kind: 'changed', content: `numbered ${now}`, note, cause: 'conflict' } as const;
  const sentence = `Product order ${number} ${entry.end ? 'is not made' : made}: ${note}.`;
  return conflict(entry, [concern], sentence, false);
}

function numbersOf(split: Split): string {
  const first = partNumber(split, 1);
  return split.of === 1 ? first : `${first} to ${partNumber(split, split.of)}`;
}
