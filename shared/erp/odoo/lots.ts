import * as z from 'zod/mini';
import { Rejected } from '../../model/errors.ts';
import { compareDecimals, type Decimal, sumOf } from '../../model/quantity.ts';
import { definedFields } from '../../model/unread.ts';
import { type Built, type BuiltLot, notBookable, orRefusal } from '../booking-rules.ts';
import type { BookingTarget, OdooBooking } from './family.ts';
import { idOfReference, many2one, none } from './records.ts';

/** A lot or serial number; without an id, Odoo does not have it yet. */
export interface OdooLot {
  readonly number: string;
  readonly id?: number;
  readonly inStock?: boolean;
}

/** Scrap of one lot, where lots are tracked, and of one reason. */
export interface Scrap {
  readonly amount: Decimal;
  readonly lot?: OdooLot;
  readonly reason?: string | undefined;
}

/**
 * Which lots an order was built under, and which of them are scrap. An order takes one lot, or one serial number up to
 * 18 (`lot_producing_id`); from 19 on a serial number for each piece. Odoo accepts too many, and drops or books them
 * (seen on 19). A completion without lots uses those that a planner has set on the order.
 * @returns `lots` to be written on the order; none when the order has them, or they are not tracked.
 * @throws Rejected when the product is tracked and the lots are wrong.
 */
export async function lotsToBook(
  found: BookingTarget,
): Promise<{ readonly lots: readonly OdooLot[]; readonly scraps: readonly Scrap[] }> {
  const { production, built, isFrom19 } = found;
  const { tracking } = found.product;
  const { name, product_id, state } = production;
  const byReason = scrapByReason(built);
  if (tracking === 'none') return { lots: [], scraps: byReason };
  const scrapLots = built.scrapped.flatMap(({ number, amount }) => (number ? [{ number, amount }] : []));
  const recorded = [...built.goodLots, ...scrapLots];
  const numbers = [...new Set(recorded.map(({ number }) => number))];
  // What a planner has set on the order; from 19 on Odoo shows only the ids.
  const { lot_producing_id, lot_producing_ids = lot_producing_id ? [lot_producing_id[0]] : [] } = production;
  const planned = lot_producing_ids.map((id): OdooLot => ({ number: '', id }));
  const count = numbers.length || planned.length;
  if (count === 0) {
    const why = `Odoo tracks ${tracking} numbers of ${product_id[1]}, and the completion has none: add lots to the mapping`;
    throw notBookable('Odoo', name, why);
  }
  const isSerial = tracking === 'serial';
  const takesSeveral = isSerial && isFrom19;
  if (count > 1 && !takesSeveral) {
    const why = `Odoo takes one ${tracking} number for it, and it has ${count}: split the order, or book by hand`;
    throw notBookable('Odoo', name, why);
  }
  if (isSerial) requireOnePerPiece(found, recorded, planned.length);
  const known = await findOdooLots(found, numbers);
  if (isSerial && state !== 'done') await requireNewSerials(found, numbers.length > 0 ? known : planned);
  const lotOf = (number: string): OdooLot => known.find((lot) => lot.number === number) ?? { number };
  const lots = numbers.map(lotOf);
  if (isSerial && recorded.length > 0) {
    const ofPiece = ({ number, ...one }: Built['scrapped'][number]) =>
      number ? [{ ...one, lot: lotOf(number) }] : [];
    return { lots, scraps: built.scrapped.flatMap(ofPiece) };
  }
  const [lot] = [...lots, ...planned];
  return { lots, scraps: byReason.map((one) => ({ ...one, ...definedFields({ lot }) })) };
}

/** The scrap of each reason, or without one. */
function scrapByReason({ scrapped }: Built): Scrap[] {
  return [...Map.groupBy(scrapped, ({ reason }) => reason)].map(([reason, own]) => ({
    amount: sumOf(own.map(({ amount }) => amount)),
    ...definedFields({ reason }),
  }));
}

function requireOnePerPiece(
  { production, built: { produced, scrap } }: BookingTarget,
  recorded: readonly BuiltLot[],
  planned: number,
): void {
  const hasScrap = compareDecimals(scrap, '0') > 0;
  const numbers = recorded.map(({ number }) => number);
  const count = numbers.length > 0 ? new Set(numbers).size : planned;
  const isCounted = compareDecimals(produced, String(count)) === 0;
  // Which of those on the order is scrap, nobody knows.
  const isClear = numbers.length > 0 || planned === 1 || !hasScrap;
  const isOneEach =
    isCounted && isClear && recorded.every(({ amount }) => compareDecimals(amount, '1') === 0);
  if (isOneEach) return;
  const which = hasScrap ? ` (${scrap} of them scrap)` : '';
  const given = numbers.join(', ') || 'those on the order';
  const why = `each of its ${produced} pieces${which} needs its own serial number, and it has ${given}: let the mapping name one for each, and mark what is scrap`;
  throw notBookable('Odoo', production.name, why);
}

/**
 * A serial number is built once. Odoo says so only when the order is finished (mrp_production.py:2542 (17.0), :2598 (18.0),
 * :2717 (19.0), `_check_sn_uniqueness`), and not which one it is.
 * @param serials Those that Odoo has. @throws Rejected for one that is in stock, or was built and is neither scrapped nor unbuilt.
 */
async function requireNewSerials(found: BookingTarget, serials: readonly OdooLot[]): Promise<void> {
  const { product_id, name } = found.production;
  const inStock = serials.find((one) => one.inStock);
  const built = inStock ? undefined : await findBuiltSerial(found, serials);
  if (!inStock && !built) return;
  const [number, what] = inStock
    ? [inStock.number, 'is in stock already']
    : [built?.number, `was built before, by ${built?.by}`];
  const where = 'Odoo shows where it came from under Inventory, Products, Lots/Serial Numbers, Traceability';
  const remedy = `${where}. Correct the serial number in the recording; or scrap or unbuild the earlier piece in Odoo, then replay; or book by hand`;
  throw notBookable('Odoo', name, `serial number ${number} of ${product_id[1]} ${what}: ${remedy}`);
}

/** A line of `stock.move.line`, by which a piece was moved. */
const movedSerialSchema = z.object({ lot_id: many2one, reference: z.union([z.string(), none]) });

/**
 * One of these that was built more often than it was scrapped or unbuilt since, and by which order: as Odoo counts it
 * (mrp_production.py:2607 (17.0), :2664 (18.0), `_is_finished_sn_already_produced`; :2788 (19.0),
 * `_are_finished_serials_already_produced`), but that what was taken back out of scrap is left to Odoo, which then refuses it.
 */
async function findBuiltSerial(
  { search, isFrom19 }: BookingTarget,
  serials: readonly OdooLot[],
): Promise<{ readonly number: string; readonly by: string } | undefined> {
  const linesOf = (ids: readonly number[], domain: readonly unknown[]) =>
    search('stock.move.line', {
      domain: [['lot_id', 'in', ids], ['state', '=', 'done'], ...domain],
      sort: 'id asc',
      row: movedSerialSchema,
    });
  const ids = serials.flatMap(({ id }) => id ?? []);
  if (ids.length === 0) return undefined;
  const built = await linesOf(ids, [
    ['quantity', '=', 1],
    ['location_id.usage', '=', 'production'],
    ['move_id.unbuild_id', '=', false],
  ]);
  if (built.length === 0) return undefined;
  // From 19 on a location of scrap is any that counts losses (stock_location.py, `scrap_location` up to 18.0).
  const scrapped = isFrom19
    ? ['location_dest_id.usage', '=', 'inventory']
    : ['location_dest_id.scrap_location', '=', true];
  const unbuilt = ['&', ['location_dest_id.usage', '=', 'production'], ['move_id.unbuild_id', '!=', false]];
  const builtIds = built.flatMap(({ lot_id }) => idOfReference(lot_id) ?? []);
  const takenBack = await linesOf([...new Set(builtIds)], ['|', scrapped, ...unbuilt]);
  const timesOf = (lines: typeof built, id: number | undefined) =>
    lines.filter(({ lot_id }) => idOfReference(lot_id) === id).length;
  const left = built.findLast(({ lot_id }) => {
    const id = idOfReference(lot_id);
    return timesOf(built, id) > timesOf(takenBack, id);
  });
  return left?.lot_id ? { number: left.lot_id[1], by: left.reference || 'another order' } : undefined;
}

/** Those of these lots that Odoo has; of several with one number the oldest comes first. */
async function findOdooLots(
  { search, production }: BookingTarget,
  numbers: readonly string[],
): Promise<OdooLot[]> {
  if (numbers.length === 0) return [];
  const found = await search('stock.lot', {
    domain: [
      ['name', 'in', numbers],
      ['product_id', '=', production.product_id[0]],
      // A lot without a company is everybody's (from 18 on).
      ['company_id', 'in', [false, production.company_id[0]]],
    ],
    sort: 'id asc',
    row: z.object({ id: z.number(), name: z.string(), product_qty: z.number() }),
  });
  return found.map(({ id, name, product_qty }) => ({ number: name, id, inStock: product_qty > 0 }));
}

/**
 * The lot's id; the lot is created if need be. When two create it at once, Odoo has two of the same number (seen), so
 * it is looked for again: the oldest counts, and ours is removed.
 */
export async function idOfLot(booking: OdooBooking, { id, number }: OdooLot): Promise<number> {
  if (id !== undefined) return id;
  const { product_id, company_id } = booking.production;
  const values = { name: number, product_id: product_id[0], company_id: company_id[0] };
  // It is refused if somebody has created it since we looked.
  const created = await orRefusal(booking.create('stock.lot', [values]));
  const [oldest] = await findOdooLots(booking, [number]);
  const ours = created instanceof Rejected ? undefined : created[0];
  const used = oldest?.id ?? ours;
  if (used === undefined) throw created;
  // If somebody uses ours by now, it is kept.
  if (ours !== undefined && ours !== used) await orRefusal(booking.write('stock.lot', 'unlink', [ours]));
  return used;
}
