import Big from 'big.js';
import { checkLine, lotLine, reasonLine } from '../../model/completion-lines.ts';
import type { BookingKey, Completion } from '../../model/completions.ts';
import { compareDecimals, type Decimal, formatQuantity } from '../../model/quantity.ts';
import { type Built, builtOf, mayClose, notBookable, requireArticle } from '../booking-rules.ts';
import type { Look } from '../connector.ts';
import { rejected } from '../failures.ts';
import { lookForComponents, type PlannedComponents, requireConsumed } from './components.ts';
import type { Reader } from './connection.ts';
import { createFamily, isOpen, openOrder } from './family.ts';
import { lotsToBook, type OdooLot } from './lots.ts';
import { type ChatterText, isMark, lastBooking, type Mark, readMarks } from './marks.ts';
import { readPlan } from './moves.ts';
import { lookForOperations, type OperationsToBook, type Reported, requireTimes } from './operations.ts';
import { readFamily, readProduct } from './order.ts';
import { type BookedProduction, decimalOf, type Product } from './records.ts';
import { lookForScrap, type ScrapToBook, withTags } from './scrap.ts';
import { inUnitOf } from './units.ts';
import { type ExpectedUse, usesOfDone } from './uses.ts';

/** A message to post, with its mark. */
export interface NoteToPost {
  readonly production: BookedProduction;
  readonly mark: Mark;
  readonly text: ChatterText;
}

/** What is left to write of a booking. */
export type ToBook = NoteToPost | QuantityToBook;

/** What is left to do of a quantity. */
export interface QuantityToBook {
  readonly production: BookedProduction;
  /** Number of the order that was completed. */
  readonly number: string;
  readonly key: BookingKey;
  /** In the unit of the order, good and scrap together. */
  readonly produced: Decimal;
  /** Absent for an order that we have finished. */
  readonly finish?: {
    /** Undefined when our mark is already the last one on the order. */
    readonly note: NoteToPost | undefined;
    readonly lots: readonly OdooLot[];
    readonly components: PlannedComponents;
    readonly operations: OperationsToBook | undefined;
    readonly leavesRest: boolean;
    /** Reads what was booked of components and operations. @throws Rejected when it is not what was recorded. */
    readonly proof: (done: BookedProduction) => Promise<void>;
  };
  readonly scraps: readonly ScrapToBook[];
}

/** Looks for notes and links, never a quantity: one message, recognised by its mark. */
export async function lookForAmendment(
  reader: Reader,
  completion: Completion,
  key: BookingKey,
): Promise<Look<ToBook>> {
  const family = await readFamily(reader, completion.erpOrder);
  const [production] = family;
  const marks = await readMarks(reader, family);
  if (marks.some((mark) => isMark(mark, 'note', key))) {
    return { receipt: { reference: referenceOfNote(production), alreadyBooked: true } };
  }
  return { toBook: { production, mark: { kind: 'note', key }, text: textOf(reader, completion) } };
}

/**
 * Looks for a quantity. The mark with our key is posted before `button_mark_done`, so a finished order is ours if its
 * *latest* booking mark has our key: a booking that stopped in between leaves a mark on an open order, on which a
 * later part may have been booked since.
 */
export async function lookForQuantity(
  reader: Reader,
  completion: Completion,
  key: BookingKey,
): Promise<Look<ToBook>> {
  const { number } = completion.erpOrder;
  const figures = knownReasons(reader, builtOf(completion, 'Odoo'));
  const family = await readFamily(reader, completion.erpOrder);
  const marks = await readMarks(reader, family);
  const isOurs = (one: BookedProduction) => isMark(lastBooking(marks, one), 'booking', key);
  const done = family.find((one) => one.state === 'done' && isOurs(one));
  const amount = formatQuantity({ amount: figures.produced });
  const production = done ?? openOrder(family, marks, completion.erpOrder, amount);
  const { product, another } = await readProduct(reader, production, completion.article);
  // An order with this id keeps its product, whose reference anybody may change: then none has the old one.
  const isKnown = completion.erpOrder.id !== undefined && !another;
  if (!isKnown) requireArticle(completion, product.default_code || production.product_id[1], 'Odoo');
  const built = await inUnitOf(reader, production, figures);
  const { produced } = built;
  const reported = { family, completion, key };
  const common = { production, number, key, produced };

  if (done) {
    requireQuantity(done, produced, number);
    const expected = async () => {
      const plan = await readPlan(reader, done, produced, { detailed: true, isDone: true });
      return usesOfDone(reader, done, completion, plan);
    };
    await requireDetails(reader, done, reported, expected);
    const { scraps } = hasScrap(built) ? await lotsToBook(reader, done, product, built) : { scraps: [] };
    const left = await lookForScrap(reader, done, key, await withTags(reader, done, scraps));
    if (left.length > 0) return { toBook: { ...common, scraps: left } };
    return { receipt: { reference: referenceOf(done), alreadyBooked: true } };
  }
  requireRoom(production, family, produced);
  requirePlanned(production, product, produced);
  const whole = decimalOf(createFamily(family, marks).wholeQuantity(family[0]));
  const leavesRest = leavesRestOf(reader, production, whole, completion, produced);
  const { lots, scraps } = await lotsToBook(reader, production, product, built);
  const tagged = await withTags(reader, production, scraps);
  const components = await lookForComponents(reader, production, produced, completion);
  const scale = new Big(produced).div(figures.produced);
  const operations = await lookForOperations(reader, production, reported, { leavesRest, scale });
  // An earlier attempt has posted the text, on an order that another part finished since: only the mark is missing.
  const isTold = marks.some((mark) => isMark(mark, 'booking', key));
  const text = textOf(reader, isTold ? { ...completion, ...nothingElse } : completion);
  const note = isOurs(production)
    ? undefined
    : ({ production, mark: { kind: 'booking', key }, text } as const);
  const toScrap = tagged.map((scrap) => ({ ...scrap, begun: [] }));
  const proof = (now: BookedProduction) => requireDetails(reader, now, reported, async () => components.uses);
  const finish = { note, lots, components, operations, leavesRest, proof };
  return { toBook: { ...common, finish, scraps: toScrap } };
}

/** Up to 17 a scrap order has no reason, so reasons stand in the note. */
function keepsReasons({ options: { version = 19 } }: Reader): boolean {
  return version >= 18;
}

function knownReasons(reader: Reader, built: Built): Built {
  if (keepsReasons(reader)) return built;
  return { ...built, scrapped: built.scrapped.map(({ reason: _, ...one }) => one) };
}

/** @throws Rejected when an order that is done has other components or minutes than were recorded. */
async function requireDetails(
  reader: Reader,
  done: BookedProduction,
  reported: Reported,
  expected: () => Promise<readonly ExpectedUse[]>,
): Promise<void> {
  const uses = reported.completion.components ? await expected() : [];
  if (uses.length > 0) await requireConsumed(reader, done, uses, 'finished');
  await requireTimes(reader, done, reported);
}

/** What a person split off is an order of its own, which Azumuta builds separately: it is not booked here. */
function requireRoom(
  production: BookedProduction,
  family: readonly BookedProduction[],
  produced: Decimal,
): void {
  const left = decimalOf(production.product_qty);
  const others = family.filter((one) => isOpen(one) && one.id !== production.id);
  if (others.length === 0 || compareDecimals(produced, left) <= 0) return;
  const names = others.map(({ name }) => name).join(', ');
  throw rejected(
    'conflict',
    `Odoo: order ${production.name} was split (${names} next to it) and is for ${left}, but ${produced} were built: book by hand what belongs to which.`,
  );
}

/**
 * More pieces than planned may be booked, unless each has a serial number: the first builds of Odoo 19 find no number
 * for the surplus (odoo/odoo#234359), Odoo 19 completes an order for one piece by itself (mrp_production.py:2332, 19.0,
 * `_auto_production_checks`), and earlier versions set one piece whatever they were given (:1209 (17.0), :1262 (18.0),
 * `_set_qty_producing`).
 */
function requirePlanned(production: BookedProduction, product: Product, produced: Decimal): void {
  const planned = decimalOf(production.product_qty);
  if (product.tracking !== 'serial' || compareDecimals(produced, planned) <= 0) return;
  const why = `it is for ${planned}, and Odoo books no more serial numbers than that: set its quantity to the ${produced} that were built, then replay`;
  throw notBookable('Odoo', production.name, why);
}

/**
 * Whether Odoo must keep a backorder for the rest.
 * @param whole What the order is for, with the rests that our bookings have left of it.
 */
function leavesRestOf(
  { options, names }: Reader,
  { name, product_qty, product_uom_id }: BookedProduction,
  whole: Decimal,
  completion: Completion,
  produced: Decimal,
): boolean {
  const planned = decimalOf(product_qty);
  if (compareDecimals(produced, planned) >= 0) return false;
  const { final, madeFor } = completion;
  const [, unit] = product_uom_id || [0, ''];
  const was = new Big(madeFor?.amount ?? whole).round(names.decimals, Big.roundHalfUp).toFixed();
  const known = { final, madeFor: madeFor && { ...madeFor, amount: was } };
  if (mayClose(known, { amount: whole, unit }, produced)) return false;
  if (options.backorder === 'keep') return true;
  if (final) {
    throw rejected(
      'conflict',
      `Odoo: ${name} is for ${whole} now, its product order was made for ${was}, and ${produced} were built: booking them would close it. ` +
        `Set its quantity back to ${was} in Odoo, then replay; or book by hand, then discard this.`,
    );
  }
  throw rejected(
    'configuration',
    `Odoo: ${produced} of ${planned} of ${name} are complete, and booking a part would close the order: ` +
      `set backorder to 'keep' in the configuration, or book the product orders together when all are done.`,
  );
}

/** @throws Rejected when the order was finished with another quantity. */
export function requireQuantity(done: BookedProduction, produced: Decimal, number: string): void {
  const booked = decimalOf(done.qty_produced);
  if (compareDecimals(booked, produced) === 0) return;
  throw rejected(
    'booked-otherwise',
    `Odoo's manufacturing order ${number} (${done.name}) was finished with ${booked} instead of ${produced}: correct it by hand.`,
  );
}

export function referenceOf({ name }: BookedProduction): string {
  return `${name} done`;
}

export function referenceOfNote({ name }: BookedProduction): string {
  return `note on ${name}`;
}

function hasScrap({ scrap }: Built): boolean {
  return compareDecimals(scrap, '0') > 0;
}

/** Of a completion whose text is posted already. */
const nothingElse = { notes: [], links: [], work: [], scrapReasons: [], checks: [], lots: [] };

function textOf(reader: Reader, completion: Completion): ChatterText {
  const { kind, productOrder, quantity, scrap, notes, links, work, lots, checks = [] } = completion;
  const scrapped = scrap && compareDecimals(scrap.amount, '0') > 0 ? `, ${formatQuantity(scrap)} scrap` : '';
  const good = formatQuantity(quantity ?? { amount: '0' });
  const booked =
    kind === 'quantity' ? [`Azumuta product order ${productOrder.number}: ${good} good${scrapped}.`] : [];
  // Work orders are optional in Odoo, so time worked is only written into the note.
  const worked = work.map(
    ({ seconds, date, operation }) => `${operation ?? 'Worked'}: ${Math.round(seconds / 60)} min on ${date}`,
  );
  const reasons = keepsReasons(reader)
    ? []
    : [
        ...(completion.scrapReasons ?? []).map(reasonLine),
        ...lots.filter(({ reason }) => reason).map(lotLine),
      ];
  const told = [...booked, ...notes, ...worked, ...reasons.map((line) => `Scrap ${line}`)];
  // Odoo's community edition keeps no inspections.
  return { paragraphs: checks.length > 0 ? [...told, checks.map(checkLine).join('\n')] : told, links };
}
