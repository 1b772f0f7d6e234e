import type { BookingKey, Completion } from '../../model/completions.ts';
import { Rejected } from '../../model/errors.ts';
import { compareDecimals, type Decimal, formatQuantity } from '../../model/quantity.ts';
import { type Built, builtOf, notBookable, requireArticle } from '../booking-rules.ts';
import type { Look } from '../connector.ts';
import { componentsToPick } from './components.ts';
import type { OdooLook } from './context.ts';
import { isOpen, openOrder } from './family.ts';
import { lotsToBook, type OdooLot } from './lots.ts';
import { type ChatterText, isMark, lastBooking, type Mark, readMarks, requirePosting } from './marks.ts';
import { readFamily, readProduct } from './order.ts';
import { type BookedProduction, decimalOf, type Product } from './records.ts';
import { lookForScrap, type ScrapToBook } from './scrap.ts';
import { inUnitOf } from './units.ts';

/** A message that is to be posted, with its mark. */
export interface NoteToPost {
  readonly production: BookedProduction;
  readonly mark: Mark;
  readonly text: ChatterText;
}

/** What is left to do of a booking. */
export interface ToBook {
  readonly production: BookedProduction;
  readonly key: BookingKey;
  /** In the unit of the order, good and scrap together. */
  readonly produced: Decimal;
  /** Absent for an order that we have finished. */
  readonly finish?: {
    /** Absent when our mark is the last one on the order already. */
    readonly note?: NoteToPost;
    readonly lots: readonly OdooLot[];
    /** Ids of the components that Odoo may leave unpicked. */
    readonly picks: readonly number[];
    readonly leavesRest: boolean;
  };
  readonly scraps: readonly ScrapToBook[];
}

/** Notes and links, never a quantity: one message, recognised by its mark. */
export async function lookForAmendment(
  look: OdooLook,
  completion: Completion,
  key: BookingKey,
): Promise<Look<NoteToPost>> {
  const family = await readFamily(look, completion.erpOrder);
  const [production] = family;
  const marks = await readMarks(look, family);
  if (marks.some((mark) => isMark(mark, 'note', key))) {
    return { receipt: { reference: referenceOfNote(production), alreadyBooked: true } };
  }
  requirePosting(look, production.name);
  return { toBook: { production, mark: { kind: 'note', key }, text: textOf(completion) } };
}

/**
 * Looks for a quantity. The mark with our key is posted before `button_mark_done`, so a finished order is ours if its
 * *latest* booking mark bears our key: a booking that stopped in between leaves a mark on an open order, on which a
 * later part may have been booked since.
 */
export async function lookForQuantity(
  look: OdooLook,
  completion: Completion,
  key: BookingKey,
): Promise<Look<ToBook>> {
  const figures = builtOf(completion, 'Odoo');
  const family = await readFamily(look, completion.erpOrder);
  const marks = await readMarks(look, family);
  const isOurs = (one: BookedProduction) => isMark(lastBooking(marks, one), 'booking', key);
  const done = family.find((one) => one.state === 'done' && isOurs(one));
  const amount = formatQuantity({ amount: figures.produced });
  const production = done ?? openOrder(family, marks, completion.erpOrder, amount);
  const product = await readProduct(look, production);
  requireArticle(completion, product.default_code || production.product_id[1], 'Odoo');
  const built = await inUnitOf(look, production, figures);
  const { produced } = built;

  if (done) {
    requireQuantity(done, produced, completion);
    const { scraps } = hasScrap(built) ? await lotsToBook(look, done, product, built) : { scraps: [] };
    const left = await lookForScrap(look, done, key, scraps);
    if (left.length > 0) return { toBook: { production, key, produced, scraps: left } };
    return { receipt: { reference: referenceOf(done), alreadyBooked: true } };
  }
  requireRoom(production, family, produced);
  requirePlanned(production, product, produced);
  const leavesRest = leavesRestOf(look, production, completion, produced);
  const { lots, scraps } = await lotsToBook(look, production, product, built);
  const picks = await componentsToPick(look, production, produced);
  // An attempt before this one told it, on what another part has finished since: the mark alone is wanted here.
  const isTold = marks.some((mark) => isMark(mark, 'booking', key));
  const text = textOf(isTold ? { ...completion, notes: [], links: [], work: [] } : completion);
  const note = { production, mark: { kind: 'booking', key }, text } as const;
  if (!isOurs(production)) requirePosting(look, production.name);
  const finish = { ...(isOurs(production) ? {} : { note }), lots, picks, leavesRest };
  return { toBook: { production, key, produced, finish, scraps } };
}

/** Nobody books what was split off: it is another order, which Azumuta builds for itself. */
function requireRoom(
  production: BookedProduction,
  family: readonly BookedProduction[],
  produced: Decimal,
): void {
  const left = decimalOf(production.product_qty);
  const others = family.filter((one) => isOpen(one) && one.id !== production.id);
  if (others.length === 0 || compareDecimals(produced, left) <= 0) return;
  const names = others.map(({ name }) => name).join(', ');
  throw new Rejected(
    `Odoo: order ${production.name} was split (${names} beside it) and is for ${left}, but ${produced} were built: book by hand what belongs to which.`,
    { code: 'conflict' },
  );
}

/**
 * More pieces than planned may be booked, unless each has a serial number. What Odoo 19 does with those depends: its
 * first builds find no number for what is too much (odoo/odoo#234359), and an order for one piece it completes by itself
 * (mrp_production.py, `_auto_production_checks`), where earlier versions set one piece whatever was told
 * (`_set_quantities`).
 */
function requirePlanned(production: BookedProduction, product: Product, produced: Decimal): void {
  const planned = decimalOf(production.product_qty);
  if (product.tracking !== 'serial' || compareDecimals(produced, planned) <= 0) return;
  throw notBookable(
    'Odoo',
    production.name,
    `it is for ${planned}, and Odoo books no more serial numbers than that: set its quantity to the ${produced} that were built, then replay`,
  );
}

/** Whether Odoo must keep a backorder for the rest. */
function leavesRestOf(
  { options }: OdooLook,
  { name, product_qty }: BookedProduction,
  { final }: Completion,
  produced: Decimal,
): boolean {
  const planned = decimalOf(product_qty);
  if (final || compareDecimals(produced, planned) >= 0) return false;
  if (options.backorder === 'keep') return true;
  throw new Rejected(
    `Odoo: ${produced} of ${planned} of ${name} are complete, and booking a part would close the order: ` +
      `set backorder to 'keep' in the configuration, or book the product orders together when all are done.`,
    { code: 'configuration' },
  );
}

export function requireQuantity(
  done: BookedProduction,
  produced: Decimal,
  { erpOrder }: Pick<Completion, 'erpOrder'>,
): void {
  const booked = decimalOf(done.qty_produced);
  if (compareDecimals(booked, produced) === 0) return;
  throw new Rejected(
    `Odoo's manufacturing order ${erpOrder.number} (${done.name}) was finished with ${booked} instead of ${produced}: correct it by hand.`,
    { code: 'booked-otherwise' },
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

function textOf(completion: Completion): ChatterText {
  const { kind, productOrder, quantity, scrap, notes, links, work } = completion;
  const scrapped = scrap && compareDecimals(scrap.amount, '0') > 0 ? `, ${formatQuantity(scrap)} scrap` : '';
  const good = formatQuantity(quantity ?? { amount: '0' });
  const booked =
    kind === 'quantity' ? [`Azumuta product order ${productOrder.number}: ${good} good${scrapped}.`] : [];
  // Work orders are optional in Odoo, so time worked is told and not booked.
  const worked = work.map(
    ({ seconds, date, operation }) => `${operation ?? 'Worked'}: ${Math.round(seconds / 60)} min on ${date}`,
  );
  return { paragraphs: [...booked, ...notes, ...worked], links };
}
