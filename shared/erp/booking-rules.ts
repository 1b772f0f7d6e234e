import Big from 'big.js';
import type { Completion, Lot, Receipt, ScrapReason } from '../model/completions.ts';
import { afterWriting, isFailure, Rejected } from '../model/errors.ts';
import { compareDecimals, type Decimal, type Quantity, sumOf } from '../model/quantity.ts';
import { definedFields } from '../model/unread.ts';
import type { HttpResponse } from '../platform/http.ts';
import type { ErpConnector, Look } from './connector.ts';
import { rejected } from './failures.ts';

/**
 * Whether something other than the ERP's API has answered, such as a proxy, a load balancer or a maintenance page: that
 * says nothing about the order. An empty body does not count, as many APIs send a 404 without one.
 */
export function isForeignAnswer({ json, text }: HttpResponse): boolean {
  return json === undefined && text.trim() !== '';
}

/** @throws Rejected when the completion is for another product than the ERP order. */
export function requireArticle(completion: Completion, article: string, partner: string): void {
  if (completion.article === undefined || completion.article === article) return;
  throw rejected(
    'conflict',
    `${partner}: order ${completion.erpOrder.number} is for product ${article}, but what was completed is ` +
      `${completion.article}. Check the article of product order ${completion.productOrder.number}.`,
  );
}

/**
 * Whether a booking finishes its order with less than was ordered. Not while the order is for another quantity than its
 * product orders were made for: nobody at the shop floor has decided that the difference is not to be built. Figures in
 * two units cannot be compared, and count as equal.
 * @param ordered What the order is for now; undefined where the ERP does not tell it.
 */
export function mayClose(
  { final, madeFor }: { readonly final: boolean; readonly madeFor?: Quantity | undefined },
  ordered: Quantity | undefined,
  produced: Decimal,
): boolean {
  if (!final) return false;
  if (!madeFor || !ordered) return true;
  const isOtherUnit = madeFor.unit && ordered.unit && madeFor.unit !== ordered.unit;
  if (isOtherUnit) return true;
  const isSame = compareDecimals(madeFor.amount, ordered.amount) === 0;
  return isSame || compareDecimals(produced, ordered.amount) >= 0;
}

/**
 * Runs a booking, or a look at the ERP. A failure after a write was answered says so, and the next attempt looks first;
 * so does a refusal before any write was taken, which has left the ERP as it was.
 * @param act Calls `onWritten` after each write that was answered.
 */
export async function keepingTrackOfWrites<T>(act: (onWritten: () => void) => Promise<T>): Promise<T> {
  let wrote = false;
  try {
    return await act(() => {
      wrote = true;
    });
  } catch (error) {
    if (isFailure(error) && wrote) throw afterWriting(error);
    if (error instanceof Rejected && !wrote) throw error.beforeWriting();
    throw error;
  }
}

type LookFor<Reader, ToBook> = (
  reader: Reader,
  ...booked: Parameters<ErpConnector['book']>
) => Promise<Look<ToBook>>;

/** The two halves of a connector's booking: what reads and decides, and what writes the rest. */
export interface BookingHalves<Writer, ToBook> {
  readonly lookForQuantity: LookFor<Writer, ToBook>;
  readonly lookForAmendment: LookFor<Writer, ToBook>;
  readonly write: (writer: Writer, toBook: ToBook) => Promise<Receipt>;
}

/** Looks, and writes what the look has left. */
export async function bookWhatIsLeft<Writer, ToBook>(
  { lookForQuantity, lookForAmendment, write }: BookingHalves<Writer, ToBook>,
  writer: Writer,
  ...booked: Parameters<ErpConnector['book']>
): Promise<Receipt> {
  const [completion] = booked;
  const look = completion.kind === 'amendment' ? lookForAmendment : lookForQuantity;
  const found = await look(writer, ...booked);
  return 'receipt' in found ? found.receipt : write(writer, found.toBook);
}

/**
 * The same refusal, naming what was done before it, as the person who clears it up must know. Any other error is
 * returned unchanged.
 * @param words Introduce the list: `Written by then`.
 */
export function withDone(error: unknown, words: string, done: readonly string[]): unknown {
  if (!(error instanceof Rejected) || done.length === 0) return error;
  // A sentence of an ERP, or of a configuration, may have no full stop.
  const sentence = /[.!?]$/.test(error.message) ? error.message : `${error.message}.`;
  const message = `${sentence} ${words}: ${[...new Set(done)].join(', ')}.`;
  return new Rejected(message, { causeCode: error.causeCode, cause: error });
}

/** What a call answers, or its refusal; any other failure is thrown. */
export function orRefusal<T>(call: Promise<T>): Promise<T | Rejected> {
  return call.catch((error: unknown) => {
    if (error instanceof Rejected) return error;
    throw error;
  });
}

/** The figures of a completion, which agree with each other. */
export interface Built {
  /** 0 when all of it is scrap. */
  readonly good: Decimal;
  readonly scrap: Decimal;
  /** Good and scrap together, as the ERP consumes components for both; above 0. */
  readonly produced: Decimal;
  /** Unit of both; undefined for the order's own. */
  readonly unit?: string | undefined;
  /** They add up to what is good; none when no lot was recorded. */
  readonly goodLots: readonly BuiltLot[];
  /** All of the scrap, by lot and reason as far as they are known; none without scrap. */
  readonly scrapped: readonly Scrapped[];
}

/** Some of the scrap. */
export interface Scrapped {
  readonly amount: Decimal;
  /** Its lot or serial number. */
  readonly number?: string | undefined;
  readonly reason?: string | undefined;
}

export type BuiltLot = Scrapped & { readonly number: string };

/** The scrap by its lots, whatever the reasons; none when its lots were not recorded. */
export function scrapLotsOf({ scrapped }: Pick<Built, 'scrapped'>): BuiltLot[] {
  return [...Map.groupBy(scrapped, ({ number }) => number)].flatMap(([number, of]) =>
    number === undefined ? [] : [{ number, amount: sumOf(of.map(({ amount }) => amount)) }],
  );
}

/**
 * Checks the figures of a completion, before the ERP is asked.
 * @throws Rejected when nothing was built, or units or lots contradict each other, as no ERP could book that.
 */
export function builtOf(completion: Completion, partner: string): Built {
  const refuse: Refuse = (why) => notBookable(partner, completion.erpOrder.number, why);
  const good = completion.quantity?.amount ?? '0';
  const scrap = completion.scrap?.amount ?? '0';
  const produced = sumOf([good, scrap]);
  const negative = [good, scrap].find((amount) => compareDecimals(amount, '0') < 0);
  if (negative !== undefined)
    throw refuse(`${negative} is less than nothing: let the mapping give 0 or more`);
  if (compareDecimals(produced, '0') === 0)
    throw refuse(`nothing was built: cancel the order in ${partner}, or correct what was recorded`);
  const { goodLots, scrapLots } = separateScrapLots(completion.lots, good, scrap, refuse);
  const scrapped = assignScrapReasons(completion.scrapReasons ?? [], scrap, scrapLots, refuse);
  return { good, scrap, produced, unit: requireOneUnit(completion, refuse), goodLots, scrapped };
}

/** The scrap by its lots and reasons. Of several lots, each has its own reason, or all of them the only one. */
function assignScrapReasons(
  reasons: readonly ScrapReason[],
  scrap: Decimal,
  lots: readonly BuiltLot[],
  refuse: Refuse,
): Scrapped[] {
  const explained = sumOf(reasons.map(({ quantity }) => quantity.amount));
  const rest = new Big(scrap).minus(explained);
  if (rest.lt(0))
    throw refuse(
      `its reasons are for ${explained} scrap, and there is only ${scrap}: let the mapping give both`,
    );
  const [lot, ...others] = lots;
  if (others.length === 0) {
    const number = definedFields({ number: lot?.number });
    return [
      ...reasons.map(({ quantity: { amount }, reason }) => ({ amount, reason, ...number })),
      ...(rest.gt(0)
        ? [{ amount: rest.toFixed(), ...number, ...definedFields({ reason: lot?.reason }) }]
        : []),
    ];
  }
  const [first, ...further] = reasons;
  const isPartlyForFirst = first && (further.length > 0 || rest.gt(0));
  if (isPartlyForFirst && lots.some(({ reason }) => reason === undefined))
    throw refuse(
      'its scrapped lots do not say for which reason each is scrap: let the mapping give each lot its reason',
    );
  return lots.map((one) => ({ ...definedFields({ reason: first?.reason }), ...one }));
}

/** @param why What is invalid, and what to do, without a full stop. */
export type Refuse = (why: string) => Rejected;

/** The one unit of all figures; quantities of 0 count as without one. */
function requireOneUnit(
  { quantity, scrap, lots, scrapReasons = [] }: Completion,
  refuse: Refuse,
): string | undefined {
  const units = [quantity, scrap, ...[...lots, ...scrapReasons].map((one) => one.quantity)].flatMap((one) =>
    one?.unit === undefined || compareDecimals(one.amount, '0') === 0 ? [] : [one.unit],
  );
  const [unit, ...others] = new Set(units);
  if (others.length === 0) return unit;
  throw refuse(`its figures are in ${[unit, ...others].join(' and ')}: let the mapping give all in one unit`);
}

function separateScrapLots(recorded: readonly Lot[], good: Decimal, scrap: Decimal, refuse: Refuse) {
  const lots = dropRepeatedLots(recorded);
  const scrapped = lots.filter((lot) => lot.scrapped);
  const others = lots.filter((lot) => !lot.scrapped);
  const [batch, ...further] = others;
  // Scrap of a single batch has the batch's number; the serial numbers of scrap cannot be guessed.
  const isOfBatch = batch !== undefined && further.length + scrapped.length === 0 && scrap !== '0';
  return {
    goodLots: isOfBatch && good === '0' ? [] : shareAmongLots(others, good, 'good', refuse),
    scrapLots: isOfBatch
      ? [{ number: batch.number, amount: scrap }]
      : shareAmongLots(scrapped, scrap, 'scrap', refuse),
  };
}

/** A number that was recorded twice, without a quantity, is one lot. */
function dropRepeatedLots(lots: readonly Lot[]): Lot[] {
  const nameOf = ({ number, scrapped }: Lot) => `${scrapped ?? false} ${number}`;
  const uncounted = new Map(lots.map((lot) => [lot.quantity ? '' : nameOf(lot), lot]));
  return lots.filter((lot) => lot.quantity || uncounted.get(nameOf(lot)) === lot);
}

/** The amount of each lot. */
export function shareAmongLots(
  lots: readonly Lot[],
  amount: Decimal,
  what: string,
  refuse: Refuse,
): BuiltLot[] {
  if (lots.length === 0) return [];
  const rest = new Big(amount).minus(sumOf(lots.map((lot) => lot.quantity?.amount ?? '0')));
  const uncounted = lots.filter((lot) => lot.quantity === undefined).length;
  // Several lots without a quantity are serial numbers: one piece each.
  const each = uncounted === 1 ? rest : new Big(1);
  const adds = uncounted === 0 ? rest.eq(0) : rest.gt(0) && each.times(uncounted).eq(rest);
  if (adds)
    return lots.map(({ number, quantity, reason }) => ({
      number,
      amount: quantity?.amount ?? each.toFixed(),
      ...definedFields({ reason }),
    }));
  const numbers = lots.map(({ number }) => number).join(', ');
  const remedy = 'let the mapping give each lot its quantity, or a serial number for each piece';
  throw refuse(`its lots (${numbers}) do not add up to ${amount} ${what}: ${remedy}`);
}

/** The refusal of invalid figures or lots: why, and what to do, without a full stop. */
export function notBookable(partner: string, number: string, why: string): Rejected {
  return rejected('quantity-or-lots', `${partner}: order ${number} cannot be booked, as ${why}.`);
}

/** @throws Rejected for a figure with more decimals than the ERP keeps, as it would round it. */
export function requireDecimals(built: Built, number: string, most: number, partner: string): void {
  const shares = [...built.goodLots, ...built.scrapped].map(({ amount }) => amount);
  const longer = [built.good, built.scrap, ...shares].find((amount) =>
    new Big(amount).round(most).cmp(amount),
  );
  if (longer === undefined) return;
  const why = `${longer} has more decimals than ${partner} keeps (${most}): let the mapping round it`;
  throw notBookable(partner, number, why);
}

/** @throws Rejected for another unit than the order's: for an ERP that shows no other, so that nothing can be converted. */
export function requireUnit({ unit }: Built, number: string, own: string, partner: string): void {
  if (unit === undefined || unit === own) return;
  throw rejected(
    'quantity-or-lots',
    `${partner}: order ${number} is counted in ${own}, but what was built is in ${unit}: let the mapping give it in ${own}.`,
  );
}
