import { isNothingSent } from '../ledger/claims.ts';
import { type BookingEntry, bookedQuantity } from '../ledger/records/bookings.ts';
import {
  type Concern,
  contentsOnceBuilt,
  kindsEndedBy,
  type OrderConcernKind,
} from '../ledger/records/concerns.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import {
  type ErpOrder,
  homeOfBookings,
  isSameErpOrder,
  isSplitAlike,
  type MappedProductOrder,
  type Part,
  partNumber,
  quantityOfPart,
  type Split,
} from '../model/orders.ts';
import { compareDecimals, type Decimal } from '../model/quantity.ts';
import { wordForAnyShell } from '../platform/shell-word.ts';
import { differencesFromWanted } from './differences.ts';
import {
  factsOf,
  type Kept,
  type KnownErpOrder,
  nameOfErpOrder,
  type PartDecision,
  type WantedOrder,
} from './wanted-order.ts';

/** What ends once its product order is made again, or withdrawn. */
export function contentConcerns(known: KnownErpOrder, number: string): readonly Concern[] {
  const { concerns = [] } = known.productOrders.get(number) ?? {};
  return concernsOfKinds(concerns, kindsEndedBy('withdrawal'));
}

export function concernsOfKinds(
  concerns: readonly Concern[],
  kinds: readonly OrderConcernKind[],
): readonly Concern[] {
  return concerns.filter(({ kind }) => kinds.includes(kind));
}

type KeptBesides = Pick<Kept, 'sentence'> & Partial<Pick<Kept, 'ends' | 'looks'>>;

/** @param looks Whether a look at Azumuta may show that its cause is gone: unless it says otherwise, what is created is looked at. */
export function keepWithConcern(
  entry: OrderEntry,
  begins: readonly [Concern, ...Concern[]],
  { sentence, ends = [], looks = entry.state === 'done' }: KeptBesides,
): Kept {
  return keepOrder(entry, { action: 'concern', begins, ends, sentence, looks });
}

export function keepOrder(entry: OrderEntry, how: Partial<Kept> = {}): Kept {
  const unchanged = { action: 'unchanged', begins: [], ends: [], looks: false, sentence: '' } as const;
  return { number: entry.number, entry, ...unchanged, ...how };
}

/** Its booking is planned, refused or done, or it is completed and waits for other parts. */
export function isBuilt(known: KnownErpOrder, number: string, part: Part): boolean {
  const bookings = bookingsOf(known, number, part);
  const isOfPart = ({ discarded, parts }: BookingEntry) => !discarded && parts.includes(part.index);
  return known.completed?.has(part.index) || bookings.some(isOfPart);
}

/** Nothing can be put right in Azumuta any more. */
export function isBookedFinally(known: KnownErpOrder, { number, part }: OrderEntry): boolean {
  return bookedQuantity(bookingsOf(known, number, part), part.index) !== undefined;
}

function bookingsOf({ productOrders }: KnownErpOrder, number: string, part: Part): readonly BookingEntry[] {
  return productOrders.get(homeOfBookings({ number, part }))?.bookings ?? [];
}

/** Why the ERP does not want it any more: a sentence without its end. */
function whyUnwanted({ part }: OrderEntry, { mapped, ended }: WantedOrder): string {
  if (!mapped) return ended ?? 'It was cancelled in the ERP';
  const { of } = mapped.split;
  const which = part.index > of ? 'one too many' : 'the one that is not built';
  return `The ERP order has ${of} part${of === 1 ? '' : 's'} now, and part ${part.index} is ${which}`;
}

/** It surely was not created. */
export function withdrawUncreated(
  entry: OrderEntry,
  ends: readonly Concern[],
  wanted: WantedOrder,
): PartDecision {
  const { number } = entry;
  const sentence = `${whyUnwanted(entry, wanted)} before it was created: it will not be, unless the ERP wants it again.`;
  const event = wanted.mapped ? {} : ({ event: 'cancelled in the ERP' } as const);
  return { number, action: 'withdraw', entry, ends, sentence, ...event };
}

/**
 * It may be in Azumuta, and surplus, or of an order that the ERP does not want any more.
 * @param ends What that makes needless.
 */
export function keepUnwanted(
  entry: OrderEntry,
  known: KnownErpOrder,
  wanted: WantedOrder,
  ends: readonly Concern[],
): Kept {
  const { number, part } = entry;
  const why = whyUnwanted(entry, wanted);
  const { content, sayOf } = isBuilt(known, number, part)
    ? unwantedBuiltWords(why)
    : unwantedUnbuiltWords(why, entry);
  const cause = wanted.mapped ? 'conflict' : 'order-state';
  const concern = { kind: 'unwanted', content, note: sayOf('it'), cause } as const;
  return keepWithConcern(entry, [concern], { ends, sentence: `${sayOf(`product order ${number}`)}.` });
}

/** The words for a person about an order that is not wanted any more. */
interface UnwantedWords {
  readonly content: string;
  readonly sayOf: (name: string) => string;
}

/** Removing it in Azumuta loses its recordings: a booking that was refused could not be repeated. */
function unwantedBuiltWords(why: string): UnwantedWords {
  const content = `${why}, and it is built`;
  const then = 'Book it in the ERP by hand, or have the ERP want it again and replay it';
  return { content, sayOf: (name) => `${content}: leave ${name} in Azumuta. ${then}` };
}

/** It may be completed all the same: its trigger may be on its way. */
function unwantedUnbuiltWords(why: string, { state }: OrderEntry): UnwantedWords {
  const there = state === 'done' ? '' : ' if it is there';
  const say = (name: string) =>
    `${why}: remove ${name} in Azumuta by hand${there}, unless it is built by now`;
  return { content: why, sayOf: say };
}

export const builtAndBookedSentence = 'It is built and booked.';
export const notWantedSentence = 'The ERP does not want it any more.';
export const wantedAgainSentence = 'The ERP wants it again as it is going to be made.';

export function keepEndingConcerns(
  entry: OrderEntry,
  ends: readonly Concern[],
  sentence = wantedAgainSentence,
): Kept {
  return keepOrder(entry, ends.length === 0 ? {} : { action: 'ends concerns', ends, sentence });
}

/** Only a person takes back what was given up: the caller reads how. */
export function keepGivenUp(entry: OrderEntry): Kept {
  const { number } = entry;
  const word = wordForAnyShell(number);
  const remake = word && `npm run orders -- remake ${word} --because "…" --go --stack <stack>`;
  const why =
    entry.end?.by === 'going live'
      ? `Azumuta completed product order ${number} before the integration was live`
      : `A person has given up product order ${number}`;
  const sentence = `${why}, so it is neither made nor booked. To have it made after all: ${remake ?? 'its page in the console'}`;
  return keepOrder(entry, { action: 'given up', sentence });
}

/** The ERP wants it as it was made: only a look at Azumuta shows whether what is open about it, which
 * knows that now, has ended. */
export function keepAndLook(
  entry: OrderEntry,
  { draft, contentHash }: MappedProductOrder,
  { order }: WantedOrder,
  open: readonly Concern[],
): Kept {
  const [first] = open;
  if (!first) return keepOrder(entry);
  const wanted = { draft, contentHash, erpOrder: factsOf(order) };
  return keepOrder(entry, {
    action: 'look',
    begins: open.map((concern) => ({ ...concern, wanted })),
    looks: true,
    sentence: `${first.note}. The ERP wants it as it was made: Azumuta is looked at.`,
  });
}

export function keepChanged(
  entry: OrderEntry,
  mapped: MappedProductOrder,
  { order }: WantedOrder,
  open: readonly Concern[],
): Kept {
  const { content, wanted } = wantedOtherwise(entry, mapped, order);
  const note = content || 'the content is another';
  const concern = { kind: 'changed', content: note, note, cause: 'conflict', wanted } as const;
  const sentence = `Product order ${entry.number} exists with other content: ${note}.`;
  // What is open since the ERP did not want it knows now that it does.
  const again = open.filter(({ kind }) => kind === 'unwanted').map((one) => ({ ...one, wanted }));
  return keepWithConcern(entry, [concern, ...again], { sentence });
}

export function keepTakenByAnother(entry: OrderEntry, { order }: WantedOrder): Kept {
  const [is, was] = [nameOfErpOrder(order), nameOfErpOrder(entry.erpOrder)];
  const note = `ERP order ${is} is mapped to its number as well, and it was made for ERP order ${was}`;
  const concern = { kind: 'number-taken', content: 'mapped', note, cause: 'configuration' } as const;
  const sentence = `Product order ${entry.number} was made for ERP order ${was}, not for ${is}: let productOrders.number give each its own number.`;
  const claimed = { ...concern, claimant: order.id ?? order.number };
  return keepWithConcern(entry, [claimed], { sentence, looks: false });
}

/** @param mapped What it is mapped to now, which a look may see in Azumuta; undefined where its parts are others. */
export function keepRenumbered(
  entry: OrderEntry,
  mapped: MappedProductOrder | undefined,
  is: Split,
  { order }: WantedOrder,
): Kept {
  const { number, part, draft } = entry;
  // Where its parts are booked in another way, or it has ended, Azumuta shows nothing of that.
  const isSeenThere = mapped !== undefined && isSplitAlike(mapped.part, part) && !entry.end;
  const seen = isSeenThere ? wantedOtherwise(entry, mapped, order) : undefined;
  const now = `${numbersOfSplit(is)} (${wayInWords(is)})`;
  const note = `ERP order ${nameOfErpOrder(order)} is mapped to ${now} now, and keeps what it has in Azumuta, ${draft.number} (${wayInWords(part)})`;
  const made = isNothingSent(entry) ? 'is about to be made' : 'exists';
  const difference = seen ?? { content: `numbered ${now}` };
  const concern = { kind: 'changed', note, cause: 'conflict', ...difference } as const;
  const sentence = `Product order ${number} ${entry.end ? 'is not made' : made}: ${note}: change that there by hand.`;
  const looks = seen !== undefined && entry.state === 'done';
  return keepWithConcern(entry, [concern], { sentence, looks });
}

/** What a look may see done, and how it differs from what was made. */
function wantedOtherwise(entry: OrderEntry, { draft, contentHash }: MappedProductOrder, order: ErpOrder) {
  const wanted = { draft, contentHash, erpOrder: factsOf(order) };
  return { content: differencesFromWanted(entry.draft, entry, wanted).join('; '), wanted };
}

/** `each`, or `each, per 25`. */
function wayInWords({ book, per }: Pick<Split, 'book' | 'per'>): string {
  return per === undefined ? book : `${book}, per ${per}`;
}

export const otherSizeEndedSentence = 'What its parts are for is what the ERP wants.';

/**
 * A part is built, and is for more or less than its ERP order has for it now.
 * @param comesTo What the parts that count are for together.
 */
export function keepOtherSize(entry: OrderEntry, comesTo: Decimal, { order }: WantedOrder): Kept {
  const { amount } = quantityOfPart(entry.part, entry.erpOrder);
  const wants = order.quantity.amount;
  const isLess = compareDecimals(comesTo, wants) < 0;
  const remedy = isLess ? 'release another order for the rest' : 'build less of what is open in Azumuta';
  const note = `it is built for ${amount}, so the parts of its ERP order come to ${comesTo}, and the ERP wants ${wants}: ${remedy}, or correct the quantity in the ERP`;
  const content = contentsOnceBuilt.otherSize(factsOf(order));
  const concern = { kind: 'changed', content, note, cause: 'conflict' } as const;
  const sentence = `Product order ${entry.number}: ${note}.`;
  return keepWithConcern(entry, [concern], { sentence, looks: false });
}

export function numbersOfSplit(split: Split): string {
  const first = partNumber(split, 1);
  return split.of === 1 ? first : `${first} to ${partNumber(split, split.of)}`;
}

/** An ERP without ids may use its numbers again: a day later nobody repeats a call any more. */
const usedAgainMs = 86_400_000;

export function isUsedAgain(entry: OrderEntry, known: KnownErpOrder, { order, now }: WantedOrder): boolean {
  const mayUseNumbersAgain = order.id === undefined;
  if (entry.end || !mayUseNumbersAgain) return false;
  return now.getTime() - allBookedAt(known, order) >= usedAgainMs;
}

export function keepUsedAgain(entry: OrderEntry): Kept {
  const note = `The ERP wants ${entry.number} again, and it is built and booked`;
  const concern = { kind: 'used-again', content: 'used again', note, cause: 'configuration' } as const;
  const sentence = `${note}: let productOrders.number tell the orders apart that have one number.`;
  return keepWithConcern(entry, [concern], { sentence, looks: false });
}

export function keepMoreThanBooked(
  entry: OrderEntry,
  { contentHash }: MappedProductOrder,
  { order }: WantedOrder,
): Kept {
  const note = `it is built and booked, and the ERP wants ${Number(order.quantity.amount)} instead of ${Number(entry.erpOrder.amount)}: release another order for the rest`;
  const concern = { kind: 'changed', content: contentHash, note, cause: 'conflict' } as const;
  const sentence = `Product order ${entry.number}: ${note}.`;
  return keepWithConcern(entry, [concern], { sentence, looks: false });
}

/** Whether an ERP order that has another number now wants what was not booked: only a person knows whether its id was used again. */
export function wantsOther(
  { erpOrder: made }: OrderEntry,
  { order: { article, quantity } }: WantedOrder,
): boolean {
  return article !== made.article || Number(quantity.amount) > Number(made.amount);
}

export function keepOtherThanBooked(entry: OrderEntry, { order }: WantedOrder): Kept {
  const { article, quantity } = order;
  const note = `it is built and booked, and ERP order ${nameOfErpOrder(order)} wants ${quantity.amount} of ${article} now: release another order, with its own id, for what is still to be built`;
  const content = contentsOnceBuilt.otherThanBooked(factsOf(order));
  const concern = { kind: 'changed', content, note, cause: 'conflict' } as const;
  const sentence = `Product order ${entry.number}: ${note}.`;
  return keepWithConcern(entry, [concern], { sentence, looks: false });
}

/** When the last part of an ERP order was booked; infinity while one is not: the ERP lists such an order again and again. */
function allBookedAt(known: KnownErpOrder, order: ErpOrder): number {
  const all = [...known.productOrders.values()];
  const own = all.flatMap(({ entry }) => (entry && isSameErpOrder(entry.erpOrder, order) ? [entry] : []));
  const isOpen = own.some((entry) => !entry.end && !isBookedFinally(known, entry));
  const times = all.flatMap(({ bookings }) => bookings.map(({ doneAt }) => Date.parse(doneAt ?? '') || 0));
  return isOpen ? Number.POSITIVE_INFINITY : Math.max(...times);
}
