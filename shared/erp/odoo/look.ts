import Big from 'big.js';
import { checkLine, lotLine, reasonLine } from '../../model/completion-lines.ts';
import type { BookingKey, Completion } from '../../model/completions.ts';
import { compareDecimals, formatQuantity } from '../../model/quantity.ts';
import { requireWithinOrder } from '../beyond-order.ts';
import { type Built, builtOf, mayClose, notBookable } from '../booking-rules.ts';
import type { Look } from '../connector.ts';
import { rejected } from '../failures.ts';
import type { Reader } from './client.ts';
import { type Needed, requireConsumed, requirePlanConsumed } from './components.ts';
import { type BookingTarget, findOpenOrder, isOpen, readFamily } from './family.ts';
import { lotsToBook, type OdooLot } from './lots.ts';
import { type ChatterNote, markOf } from './marks.ts';
import { lookForOperations, type OperationsToBook, requireTimes } from './operations.ts';
import { readProduct } from './order.ts';
import { decimalOf, type OdooProduction } from './records.ts';
import { lookForScrap, type ScrapToBook } from './scrap.ts';
import { convertToOrderUnit } from './units.ts';
import { type ComponentsToBook, lookForComponents, usesOfDone } from './uses.ts';

export type ToBook = ChatterNote | QuantityToBook;

export interface QuantityToBook {
  readonly found: BookingTarget;
  /** Absent for an order that we have finished. */
  readonly finish?: {
    /** Undefined when our mark is already the last one on the order. */
    readonly note: ChatterNote | undefined;
    readonly lots: readonly OdooLot[];
    readonly components: ComponentsToBook;
    readonly operations: OperationsToBook;
    readonly leavesRest: boolean;
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
    return { receipt: { reference: `note on ${production.name}`, alreadyBooked: true } };
  return { toBook: { production, mark, ...composeNoteText(reader, completion) } };
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
  const mapped = builtOf(completion, 'Odoo');
  const figures = reader.keepsReasons ? mapped : withoutReasons(mapped);
  const family = await readFamily(reader, completion.erpOrder);
  const isOurs = (one: OdooProduction) => family.lastBooking(one)?.mark === markOf('booking', key);
  const done = family.members.find((one) => one.state === 'done' && isOurs(one));
  const production = done ?? findOpenOrder(family, completion.erpOrder, figures.produced);
  const product = await readProduct(reader, production, completion);
  const built = await convertToOrderUnit(reader, production, figures);
  const scale = new Big(built.produced).div(figures.produced);
  const found = { ...reader, completion, key, family, production, product, built, scale };
  if (!done) return { toBook: await lookAtOpen(found) };

  const recorded = await usesOfDone(found);
  await requireFinishedAsBuilt(found, recorded);
  await requirePlanConsumed(found, recorded);
  const { scraps } = built.scrapped.length > 0 ? await lotsToBook(found) : { scraps: [] };
  const left = await lookForScrap(found, scraps);
  if (left.length > 0) return { toBook: { found, scraps: left } };
  return { receipt: { reference: `${done.name} done`, alreadyBooked: true } };
}

async function lookAtOpen(found: BookingTarget): Promise<QuantityToBook> {
  const { completion, key, family, production } = found;
  const mark = markOf('booking', key);
  // An earlier attempt has posted the text, on an order that another part finished since: only the mark is missing.
  const hasText = family.marks.some((one) => one.mark === mark);
  // A booking that has begun goes on, whatever others have booked since.
  if (!hasText) requireWithinWholeOrder(found);
  requireRoom(found);
  requirePlanned(found);
  const leavesRest = leavesRestOf(found);
  const { lots, scraps } = await lotsToBook(found);
  const toScrap = await lookForScrap(found, scraps);
  const components = await lookForComponents(found);
  const operations = await lookForOperations(found, leavesRest);
  const { paragraphs, links } = composeNoteText(found, completion);
  const text = hasText ? { paragraphs: paragraphs.slice(0, 1), links: [] } : { paragraphs, links };
  const note = family.lastBooking(production)?.mark === mark ? undefined : { production, mark, ...text };
  return { found, finish: { note, lots, components, operations, leavesRest }, scraps: toScrap };
}

function withoutReasons(built: Built): Built {
  return { ...built, scrapped: built.scrapped.map(({ reason: _, ...one }) => one) };
}

/** What an order is for, and what was booked on it before, count with the rests that our bookings have left of it. */
function requireWithinWholeOrder({ completion, family, production, built }: BookingTarget): void {
  const whole = new Big(family.wholeQuantity(family.own));
  requireWithinOrder(completion, {
    subject: `Odoo: ${family.own.name}`,
    ordered: whole.toFixed(),
    before: whole.minus(decimalOf(production.product_qty)).toFixed(),
    good: built.good,
    scrap: built.scrap,
    unit: production.product_uom_id[1],
  });
}

/** What a person split off is another order, which Azumuta builds separately: it is not booked here. */
function requireRoom({ production, family, built: { produced } }: BookingTarget): void {
  const left = decimalOf(production.product_qty);
  const others = family.members.filter((one) => isOpen(one) && one.id !== production.id);
  if (others.length === 0 || compareDecimals(produced, left) <= 0) return;
  const names = others.map(({ name }) => name).join(', ');
  const why = `Odoo: order ${production.name} was split (${names} next to it) and is for ${left}, but ${produced} were built: book by hand what belongs to which.`;
  throw rejected('conflict', why);
}

/**
 * More pieces than planned may be booked, unless each has a serial number: the first builds of Odoo 19 find no number
 * for the surplus (odoo/odoo#234359), Odoo 19 completes an order for one piece by itself (mrp_production.py:2332, 19.0,
 * `_auto_production_checks`), and earlier versions set one piece whatever they were given (:1209 (17.0), :1262 (18.0),
 * `_set_qty_producing`).
 */
function requirePlanned({ production, product: { tracking }, built: { produced } }: BookingTarget): void {
  const planned = decimalOf(production.product_qty);
  if (tracking !== 'serial' || compareDecimals(produced, planned) <= 0) return;
  const why = `it is for ${planned}, and Odoo books no more serial numbers than that: set its quantity to the ${produced} that were built, then replay`;
  throw notBookable('Odoo', production.name, why);
}

/** Whether Odoo must keep a backorder for the rest. */
function leavesRestOf({ options, decimals, completion, production, family, built }: BookingTarget): boolean {
  const { name, product_qty, product_uom_id } = production;
  const { final, madeFor } = completion;
  const { produced } = built;
  const planned = decimalOf(product_qty);
  if (compareDecimals(produced, planned) >= 0) return false;
  // What the order is for, with the rests that our bookings have left of it.
  const whole = decimalOf(family.wholeQuantity(family.own));
  const was = new Big(madeFor?.amount ?? whole).round(decimals, Big.roundHalfUp).toFixed();
  const known = { final, madeFor: madeFor && { ...madeFor, amount: was } };
  if (mayClose(known, { amount: whole, unit: product_uom_id[1] }, produced)) return false;
  if (options.backorder === 'keep') return true;
  if (final) {
    const why = `Odoo: ${name} is for ${whole} now, its product order was made for ${was}, and ${produced} were built: booking them would close it. Set its quantity back to ${was} in Odoo, then replay; or book by hand, then discard this.`;
    throw rejected('conflict', why);
  }
  const why = `Odoo: ${produced} of ${planned} of ${name} are complete, and booking a part would close the order: set backorder to 'keep' in the configuration, or book the product orders together when all are done.`;
  throw rejected('configuration', why);
}

/** @throws Rejected when the order was finished with another quantity, other components or minutes. */
export async function requireFinishedAsBuilt(
  found: BookingTarget,
  recorded: readonly Needed[],
): Promise<void> {
  const { production, built } = found;
  const booked = decimalOf(production.qty_produced);
  if (compareDecimals(booked, built.produced) !== 0) {
    const why = `Odoo's manufacturing order ${production.name} was finished with ${booked} instead of ${built.produced}: correct it by hand.`;
    throw rejected('booked-otherwise', why);
  }
  await requireConsumed(found, recorded, 'finished');
  await requireTimes(found);
}

function composeNoteText(reader: Reader, completion: Completion): Pick<ChatterNote, 'paragraphs' | 'links'> {
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
  const reasonNotes = reader.keepsReasons ? [] : reasons.map((line) => `Scrap ${line}`);
  // Odoo's community edition keeps no inspections.
  const checked = checks.length > 0 ? [checks.map(checkLine).join('\n')] : [];
  return { paragraphs: [...booked, ...notes, ...worked, ...reasonNotes, ...checked], links };
}
