import Big from 'big.js';
import { checkLine, lotLine, reasonLine } from '../../model/completion-lines.ts';
import type { BookingKey, Completion } from '../../model/completions.ts';
import { compareDecimals, type Decimal, formatQuantity } from '../../model/quantity.ts';
import { type Built, builtOf, mayClose, notBookable } from '../booking-rules.ts';
import type { Look } from '../connector.ts';
import { rejected } from '../failures.ts';
import { type Needed, requireConsumed } from './components.ts';
import type { Reader } from './connection.ts';
import { type Family, isOpen, openOrder, readFamily } from './family.ts';
import { lotsToBook, type OdooLot } from './lots.ts';
import { markOf, type Note } from './marks.ts';
import { lookForOperations, type OperationsToBook, type Reported, requireTimes } from './operations.ts';
import { readProduct } from './order.ts';
import { decimalOf, type Product, type Production } from './records.ts';
import { lookForScrap, type ScrapToBook } from './scrap.ts';
import { inUnitOf } from './units.ts';
import { type ComponentsToBook, lookForComponents, usesOfDone } from './uses.ts';

/** What is left to write of a booking. */
export type ToBook = Note | QuantityToBook;

/** What is left to do of a quantity. */
export interface QuantityToBook {
  readonly production: Production;
  readonly key: BookingKey;
  /** In the unit of the order, good and scrap together. */
  readonly produced: Decimal;
  /** Absent for an order that we have finished. */
  readonly finish?: {
    /** Undefined when our mark is already the last one on the order. */
    readonly note: Note | undefined;
    readonly lots: readonly OdooLot[];
    readonly components: ComponentsToBook;
    readonly operations: OperationsToBook;
    readonly leavesRest: boolean;
    /** Reads what was booked of components and operations. @throws Rejected when it is not what was recorded. */
    readonly proof: (done: Production) => Promise<void>;
  };
  readonly scraps: readonly ScrapToBook[];
}

/** Looks for notes and links, never a quantity: one message, recognised by its mark. */
export async function lookForAmendment(
  reader: Reader,
  completion: Completion,
  key: BookingKey,
): Promise<Look<ToBook>> {
  const { own: production, marks } = await readFamily(reader, completion.erpOrder);
  const mark = markOf('note', key);
  if (marks.some((found) => found.mark === mark))
    return { receipt: { reference: referenceOfNote(production), alreadyBooked: true } };
  return { toBook: { production, mark, ...textOf(reader, completion) } };
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
  const figures = knownReasons(reader, builtOf(completion, 'Odoo'));
  const family = await readFamily(reader, completion.erpOrder);
  const mark = markOf('booking', key);
  const isOurs = (one: Production) => family.lastBooking(one)?.mark === mark;
  const done = family.members.find((one) => one.state === 'done' && isOurs(one));
  const production = done ?? openOrder(family, completion.erpOrder, figures.produced);
  const product = await readProduct(reader, production, completion);
  const built = await inUnitOf(reader, production, figures);
  const { produced } = built;
  const reported = { family, completion, key };
  const common = { production, key, produced };

  if (done) {
    requireQuantity(done, produced);
    await requireDetails(reader, done, reported, await usesOfDone(reader, done, produced, completion));
    if (built.scrapped.length > 0) {
      const { scraps } = await lotsToBook(reader, done, product, built);
      const left = await lookForScrap(reader, done, key, scraps);
      if (left.length > 0) return { toBook: { ...common, scraps: left } };
    }
    return { receipt: { reference: referenceOf(done), alreadyBooked: true } };
  }
  requireRoom(production, family, produced);
  requirePlanned(production, product, produced);
  const leavesRest = leavesRestOf(reader, production, family, completion, produced);
  const { lots, scraps: recorded } = await lotsToBook(reader, production, product, built);
  const scraps = await lookForScrap(reader, production, key, recorded);
  const components = await lookForComponents(reader, production, produced, completion);
  const scale = new Big(produced).div(figures.produced);
  const operations = await lookForOperations(reader, production, reported, { leavesRest, scale });
  // An earlier attempt has posted the text, on an order that another part finished since: only the mark is missing.
  const isTold = family.marks.some((found) => found.mark === mark);
  const text = textOf(reader, isTold ? { ...completion, ...nothingElse } : completion);
  const note = isOurs(production) ? undefined : { production, mark, ...text };
  const proof = (now: Production) => requireDetails(reader, now, reported, components.recorded);
  return {
    toBook: { ...common, finish: { note, lots, components, operations, leavesRest, proof }, scraps },
  };
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
  done: Production,
  reported: Reported,
  uses: readonly Needed[],
): Promise<void> {
  await requireConsumed(reader, done, uses, 'finished');
  await requireTimes(reader, done, reported);
}

/** What a person split off is an order of its own, which Azumuta builds separately: it is not booked here. */
function requireRoom(production: Production, { members }: Family, produced: Decimal): void {
  const left = decimalOf(production.product_qty);
  const others = members.filter((one) => isOpen(one) && one.id !== production.id);
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
function requirePlanned({ name, product_qty }: Production, { tracking }: Product, produced: Decimal): void {
  const planned = decimalOf(product_qty);
  if (tracking !== 'serial' || compareDecimals(produced, planned) <= 0) return;
  const why = `it is for ${planned}, and Odoo books no more serial numbers than that: set its quantity to the ${produced} that were built, then replay`;
  throw notBookable('Odoo', name, why);
}

/** Whether Odoo must keep a backorder for the rest. */
function leavesRestOf(
  { options, decimals }: Reader,
  { name, product_qty, product_uom_id: [, unit] }: Production,
  { own, wholeQuantity }: Family,
  { final, madeFor }: Completion,
  produced: Decimal,
): boolean {
  const planned = decimalOf(product_qty);
  if (compareDecimals(produced, planned) >= 0) return false;
  // What the order is for, with the rests that our bookings have left of it.
  const whole = decimalOf(wholeQuantity(own));
  const was = new Big(madeFor?.amount ?? whole).round(decimals, Big.roundHalfUp).toFixed();
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
export function requireQuantity({ name, qty_produced }: Production, produced: Decimal): void {
  const booked = decimalOf(qty_produced);
  if (compareDecimals(booked, produced) === 0) return;
  throw rejected(
    'booked-otherwise',
    `Odoo's manufacturing order ${name} was finished with ${booked} instead of ${produced}: correct it by hand.`,
  );
}

export function referenceOf({ name }: Pick<Production, 'name'>): string {
  return `${name} done`;
}

export function referenceOfNote({ name }: Pick<Production, 'name'>): string {
  return `note on ${name}`;
}

/** Of a completion whose text is posted already. */
const nothingElse = { notes: [], links: [], work: [], scrapReasons: [], checks: [], lots: [] };

function textOf(reader: Reader, completion: Completion): Pick<Note, 'paragraphs' | 'links'> {
  const { kind, productOrder, quantity, scrap, notes, links, work, lots } = completion;
  const { scrapReasons = [], checks = [] } = completion;
  const scrapped = scrap && compareDecimals(scrap.amount, '0') > 0 ? `, ${formatQuantity(scrap)} scrap` : '';
  const good = formatQuantity(quantity ?? { amount: '0' });
  const booked =
    kind === 'quantity' ? [`Azumuta product order ${productOrder.number}: ${good} good${scrapped}.`] : [];
  // Work orders are optional in Odoo, so time worked is only written into the note.
  const worked = work.map(
    ({ seconds, date, operation }) => `${operation ?? 'Worked'}: ${Math.round(seconds / 60)} min on ${date}`,
  );
  const reasons = [...scrapReasons.map(reasonLine), ...lots.filter(({ reason }) => reason).map(lotLine)];
  const told = keepsReasons(reader) ? [] : reasons.map((line) => `Scrap ${line}`);
  // Odoo's community edition keeps no inspections.
  const checked = checks.length > 0 ? [checks.map(checkLine).join('\n')] : [];
  return { paragraphs: [...booked, ...notes, ...worked, ...told, ...checked], links };
}
