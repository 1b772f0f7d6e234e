import Big from 'big.js';
import { checkLine, lotLine, reasonLine } from '../../model/completion-lines.ts';
import type { BookingKey, Completion, Receipt } from '../../model/completions.ts';
import type { ErpOrderRef } from '../../model/orders.ts';
import { compareDecimals } from '../../model/quantity.ts';
import { requireWithinOrder } from '../beyond-order.ts';
import {
  type Built,
  builtOf,
  mayClose,
  notBookable,
  requireArticle,
  requireDecimals,
  requireUnit,
  scrapLotsOf,
} from '../booking-rules.ts';
import type { Look } from '../connector.ts';
import { rejected } from '../failures.ts';
import { keyAsGuid } from '../marks.ts';
import type { Reader } from './client.ts';
import { planUses, readComponents } from './components.ts';
import { planOperations, readOperations } from './operations.ts';
import { type BusinessCentralOptions, partner } from './options.ts';
import { lineIn, readOrder } from './order.ts';
import { type BcBooked, type BcOrderLine, bcNoteSchema, bookingSchema, enumText } from './records.ts';

/** A Decimal of Business Central has so many decimals. */
const mostDecimals = 5;
const longestLot = 50;
const longestReference = 100;

/** What is left to be written of a booking: one row of one page. */
export type ToBook = BookingToPost | NoteToPost;

export interface BookingToPost {
  readonly completion: Completion;
  readonly key: BookingKey;
  readonly body: Readonly<Record<string, unknown>>;
  /** What was used of each part, for a refusal that names the part only. */
  readonly used: ReadonlyMap<string, string>;
}

export interface NoteToPost {
  readonly erpOrder: ErpOrderRef;
  readonly key: BookingKey;
  readonly note: Readonly<Record<string, unknown>>;
}

/** Looks for notes and links, never a quantity. */
export async function lookForAmendment(
  reader: Reader,
  completion: Completion,
  key: BookingKey,
): Promise<Look<ToBook>> {
  const { erpOrder } = completion;
  const receipt = await findNote(reader, erpOrder, key);
  if (receipt) return { receipt };
  const { orderNo, lineNo } = await readOrder(reader, erpOrder);
  const text = linesOfNote(completion).join('\n');
  return { toBook: { erpOrder, key, note: { id: keyAsGuid(key), orderNo, lineNo, text } } };
}

/**
 * Looks for a quantity. The key of a booking is its primary key, so one that is there with it is ours, whatever has become of
 * the order since.
 * @throws Rejected for everything that can be refused before it is posted.
 */
export async function lookForQuantity(
  reader: Reader,
  completion: Completion,
  key: BookingKey,
): Promise<Look<ToBook>> {
  const { erpOrder } = completion;
  const built = builtOf(completion, partner);
  const receipt = await findOurs(reader, completion, key);
  if (receipt) return { receipt };
  const line = await readOrder(reader, erpOrder);
  requireArticle(completion, line.itemNo, partner);
  requireUnit(built, line.number, line.unit, partner);
  requireDecimals(built, line.number, mostDecimals, partner);
  requireOpen(line);
  requireWithinOrder(completion, {
    subject: `${partner}: order ${line.number}`,
    ordered: line.quantity,
    good: built.good,
    scrap: built.scrap,
    unit: line.unit,
    before: line.finishedQuantity,
  });
  requireTracked(line, built);
  const final = mayClose(completion, { amount: line.quantity, unit: line.unit }, built.produced);
  const found = { line, built, isWhole: final || compareDecimals(built.good, line.remainingQuantity) >= 0 };
  const uses = planUses(completion, completion.components ? await readComponents(reader, line) : [], found);
  const operations = completion.operations
    ? planOperations(completion, await readOperations(reader, line), found)
    : undefined;
  const details = {
    lots: built.goodLots.map(({ number, amount }) => ({ number, quantity: Number(amount) })),
    scrap: scrapByCode(line, built),
    operations,
    components: uses.toPost,
  };
  const { productOrder, completedOn } = completion;
  const body = {
    id: keyAsGuid(key),
    orderNo: line.orderNo,
    lineNo: line.lineNo,
    itemNo: line.itemNo,
    variantCode: line.variantCode,
    unit: line.unit,
    postingDate: completedOn,
    good: Number(built.good),
    scrap: Number(built.scrap),
    final,
    finish: finishes(reader.options),
    productOrder: productOrder.number,
    link: productOrder.url ?? '',
    reference: key.slice(0, longestReference),
    note: noteOf(completion, line, built).join('\n'),
    details: JSON.stringify(details),
  };
  return { toBook: { completion, key, body, used: uses.inWords } };
}

function finishes({ finish = 'planner' }: BusinessCentralOptions): boolean {
  return finish === 'complete';
}

/**
 * The receipt of what is there with our key.
 * @throws Rejected where it has other figures, or was not posted: something has ended its transaction in the middle.
 */
export async function findOurs(
  { readRows }: Reader,
  completion: Completion,
  key: BookingKey,
): Promise<Receipt | undefined> {
  const { erpOrder } = completion;
  const [booked] = await readRows(
    {
      page: 'bookings',
      filter: `id eq ${keyAsGuid(key)}`,
      what: `the booking of order ${erpOrder.number}`,
    },
    bookingSchema,
  );
  if (!booked) return undefined;
  requireAsAsked(booked, completion, key);
  return { reference: postedEntries(booked), alreadyBooked: true };
}

function postedEntries({ firstEntryNo, lastEntryNo, capacityEntries }: BcBooked): string {
  const ledger = capacityEntries ? 'capacity ' : '';
  return firstEntryNo === lastEntryNo
    ? `${ledger}entry ${firstEntryNo}`
    : `${ledger}entries ${firstEntryNo} to ${lastEntryNo}`;
}

function requireAsAsked(booked: BcBooked, completion: Completion, key: BookingKey): void {
  const { erpOrder, quantity, scrap } = completion;
  const ours = lineIn(erpOrder);
  const isOfOrder = ours?.orderNo === booked.orderNo && ours.lineNo === booked.lineNo;
  const [good, lost] = [quantity?.amount ?? '0', scrap?.amount ?? '0'];
  const row = `its booking ${keyAsGuid(key)}`;
  const isPosted = booked.firstEntryNo > 0 && booked.lastEntryNo >= booked.firstEntryNo;
  if (!isPosted)
    throw rejected(
      'booked-otherwise',
      `${partner}: order ${erpOrder.number} has ${row} without entries: another extension has ended its posting in the middle. Look at the entries with this External Document No., book the rest by hand, and settle it.`,
    );
  const asked = isOfOrder && isSame(booked.good, good) && isSame(booked.scrap, lost);
  const posted = isSame(booked.postedGood, good) && isSame(booked.postedScrap, lost);
  if (asked && posted) return;
  throw rejected(
    'booked-otherwise',
    `${partner}: order ${erpOrder.number} was completed with ${good} good and ${lost} scrap, and ${row} has ${booked.postedGood} good and ${booked.postedScrap} scrap on ${booked.orderNo}/${booked.lineNo}: correct it there by hand.`,
  );
}

function isSame(one: string, other: string): boolean {
  return compareDecimals(one, other) === 0;
}

/** The receipt of an amendment. */
export async function findNote(
  { readRows }: Reader,
  { number }: ErpOrderRef,
  key: BookingKey,
): Promise<Receipt | undefined> {
  const id = keyAsGuid(key);
  const asked = { page: 'bookingNotes', filter: `id eq ${id}`, what: `the note of order ${number}` } as const;
  const [note] = await readRows(asked, bcNoteSchema);
  return note && { reference: `note ${id}`, alreadyBooked: true };
}

/** @throws Rejected for an order on which nothing can be posted. */
function requireOpen({ number, status, blocked, lastOperation, lastOperationFlushing }: BcOrderLine): void {
  const flushing = enumText(lastOperationFlushing);
  const isFlushed = lastOperation !== '' && flushing !== 'Manual';
  const why = [
    status === 'Finished' && 'is finished there already, and not by this completion: check who finished it',
    status !== 'Released' && `is ${enumText(status)}, not released`,
    blocked && 'is blocked there: unblock it, then replay',
    isFlushed &&
      `posts the output of its last operation ${lastOperation} by itself (${flushing}): let its flushing method be Manual`,
  ].find((one) => one !== false);
  if (why !== undefined) throw rejected('order-state', `${partner}: order ${number} ${why}.`);
}

/** Item tracking of the output, as its item wants it. Scrap makes no stock, so its lots are a note. */
function requireTracked({ number, itemNo, lotRequired, serialRequired }: BcOrderLine, built: Built): void {
  const { good, goodLots, scrapped } = built;
  const isGood = compareDecimals(good, '0') > 0;
  const numbers = [...goodLots, ...scrapped].flatMap((one) => one.number ?? []);
  const long = numbers.find((one) => one.length > longestLot);
  const isOnePiece = goodLots.every(({ amount }) => compareDecimals(amount, '1') === 0);
  const isEachNumbered = isOnePiece && new Big(goodLots.length).eq(good);
  const why = [
    long !== undefined &&
      `lot ${long} has more than ${longestLot} characters: let the shop floor record a shorter one`,
    lotRequired &&
      isGood &&
      goodLots.length === 0 &&
      `item ${itemNo} needs a lot number: let the mapping give it`,
    serialRequired &&
      !isEachNumbered &&
      `each of its ${good} pieces needs a serial number, and it has ${goodLots.length}: let the mapping give one for each`,
  ].find((one) => one !== false);
  if (why !== undefined) throw notBookable(partner, number, why);
}

/** A scrap code needs an operation (MfgItemJournalLine.TableExt.al of microsoft/BCApps, field 5896). */
function scrapByCode({ lastOperation }: BcOrderLine, { scrapped }: Built) {
  if (lastOperation === '') return [];
  return scrapped.flatMap(({ amount, reason }) =>
    reason === undefined ? [] : [{ code: reason, quantity: Number(amount) }],
  );
}

/** What has no place in a posting is a line of the booking's note. */
function noteOf(completion: Completion, { lastOperation }: BcOrderLine, built: Built): string[] {
  const { unit } = built;
  const quantityOf = (amount: string) => (unit === undefined ? { amount } : { amount, unit });
  const reasons = lastOperation === '' ? built.scrapped : [];
  return [
    ...linesOfNote(completion),
    ...reasons.flatMap(({ amount, reason }) =>
      reason === undefined ? [] : [`Scrap: ${reasonLine({ reason, quantity: quantityOf(amount) })}`],
    ),
    ...scrapLotsOf(built).map(
      ({ number, amount }) => `Scrapped: ${lotLine({ number, quantity: quantityOf(amount) })}`,
    ),
  ];
}

function linesOfNote({ notes, links, checks = [] }: Completion): string[] {
  return [...notes, ...links.map(({ name, url }) => `${name}: ${url}`), ...checks.map(checkLine)];
}
