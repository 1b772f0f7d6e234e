import * as z from 'zod/mini';
import type { BookingKey } from '../../model/completions.ts';
import { Rejected } from '../../model/errors.ts';
import { compareDecimals, type Decimal } from '../../model/quantity.ts';
import { notBookable, orRefusal } from '../booking-rules.ts';
import { rejected } from '../failures.ts';
import type { BookingTarget, OdooBooking } from './family.ts';
import { idOfLot, type Scrap } from './lots.ts';
import { decimalOf, idOfReference, many2one, type OdooProduction, reference } from './records.ts';

/**
 * A scrap order of Odoo. All drafts are called *New*: Odoo names one when it is validated (stock_scrap.py:144 (17.0),
 * :151 (18.0), :155 (19.0)).
 */
const scrapOrderSchema = z.object({
  id: z.number(),
  name: z.string(),
  origin: z.string(),
  state: z.string(),
  scrap_qty: z.number(),
  lot_id: many2one,
  move_ids: z.array(z.number()),
  /** Its reasons, from 18 on (stock_scrap.py:56 and :230 (18.0), :233 (19.0); 17.0 has none). */
  scrap_reason_tag_ids: z.optional(z.array(z.number())),
});
type ScrapOrder = z.infer<typeof scrapOrderSchema>;

export interface ScrapToBook extends Scrap {
  /** Id of its reason. */
  readonly tag?: number;
  /** The unfinished scrap orders of earlier attempts. */
  readonly begun: readonly ScrapOrder[];
}

/**
 * Source document of a scrap order that Odoo has answered with a question, so that no validation of it can be under way:
 * it is validated again, while one whose validation got no answer is given up.
 */
function originOfAsked(key: BookingKey): string {
  return `${key} asked`;
}

/**
 * Finds which scrap is not booked yet. Scrap orders have our key as their source document. One is only made once the
 * order is done, as a person does it: good and scrap are produced together (both consume components), then the scrap is
 * taken out of stock, with one scrap order for each serial number. A draft has scrapped nothing: one may have been made
 * late, by a call that our side had given up.
 * @throws Rejected when Odoo has booked other scrap under our key, or does not know a reason.
 */
export async function lookForScrap(found: BookingTarget, scraps: readonly Scrap[]): Promise<ScrapToBook[]> {
  const { production, key } = found;
  const wanted = await withTags(found, scraps);
  if (scraps.length === 0 || production.state !== 'done') return wanted;
  const ours = ['origin', 'in', [key, originOfAsked(key)]];
  const documents = await readScrapOrders(found, ours);
  // An empty draft was given up by an earlier attempt.
  const drafts = documents.filter(({ state, scrap_qty }) => state !== 'done' && scrap_qty !== 0);
  const done = documents.filter(({ state }) => state === 'done');
  const left = wanted.flatMap((scrap): ScrapToBook[] => {
    const isOf = ({ lot_id, scrap_reason_tag_ids: [tag] = [] }: ScrapOrder) =>
      idOfReference(lot_id) === scrap.lot?.id && tag === scrap.tag;
    const own = done.find(isOf);
    if (!own) return [{ ...scrap, begun: drafts.filter(isOf) }];
    done.splice(done.indexOf(own), 1);
    if (own.scrap_qty === 0) return [{ ...scrap, begun: [own] }];
    if (own.move_ids.length > 1 || compareDecimals(decimalOf(own.scrap_qty), scrap.amount) !== 0)
      throw scrappedOtherwise(production, own, scrap);
    return [];
  });
  const [surplus] = done;
  if (surplus) throw scrappedOtherwise(production, surplus, undefined);
  return left;
}

/** With the ids of their reasons. @throws Rejected for a reason that Odoo does not know. */
async function withTags(
  { search, production }: BookingTarget,
  scraps: readonly Scrap[],
): Promise<ScrapToBook[]> {
  const untagged = scraps.map((scrap) => ({ ...scrap, begun: [] }));
  if (scraps.every(({ reason }) => reason === undefined)) return untagged;
  const row = z.object({ id: z.number(), name: z.string() });
  const tags = await search('stock.scrap.reason.tag', { domain: [], row });
  return untagged.map((scrap) => {
    if (scrap.reason === undefined) return scrap;
    const tag = tags.find(({ name }) => name === scrap.reason);
    if (tag) return { ...scrap, tag: tag.id };
    const known = tags.map(({ name }) => name).join(', ') || 'none';
    const why = `it does not know the scrap reason ${scrap.reason} (${known}): create it under Inventory, Configuration, Scrap Reasons, or let the mapping give one of those`;
    throw notBookable('Odoo', production.name, why);
  });
}

/** @throws Rejected when Odoo does not validate it. */
export async function bookScrap(
  booking: OdooBooking,
  { amount, lot, tag, begun }: ScrapToBook,
): Promise<void> {
  const { key, write, create } = booking;
  const { id: production_id, name, product_id, product_uom_id, company_id } = booking.production;
  const asked = begun.find(({ origin }) => origin === originOfAsked(key));
  for (const draft of begun) if (draft !== asked && (await isDoneAfterAll(booking, amount, draft))) return;
  const lot_id = lot && (await idOfLot(booking, lot));
  const [location_id, place] = await locationOf(booking, lot_id);
  const values = {
    production_id,
    product_id: product_id[0],
    scrap_qty: Number(amount),
    origin: key,
    lot_id,
    product_uom_id: product_uom_id[0],
    company_id: company_id[0],
    location_id,
    ...(tag === undefined ? {} : { scrap_reason_tag_ids: [[6, 0, [tag]]] }),
  };
  if (asked) await writeScrapOrder(booking, asked.id, values);
  const [id] = asked ? [asked.id] : await create('stock.scrap', [values]);
  // Seen: with too little in stock it answers with a wizard and HTTP 200.
  const answer = await orRefusal(write('stock.scrap', 'action_validate', [id]));
  const [found] = await readScrapOrders(booking, ['id', '=', id]);
  if (found?.state === 'done') return;
  await writeScrapOrder(booking, id, { origin: originOfAsked(key) });
  const said = answer instanceof Rejected ? answer.message : `Odoo finds too little of it at ${place}.`;
  const why = `Odoo booked ${name}, but not its scrap of ${amount}: ${said} Its scrap order is the draft with source document ${originOfAsked(key)}: set the location where the product is and validate it, or move the product back; then replay. If Odoo asks, do not confirm: that leaves less than nothing in stock.`;
  throw rejected('booked-otherwise', why);
}

/**
 * Where most of what was built lies: putaway rules may have sent it to a shelf, which Odoo does not look up for scrap, and
 * 17 looks in the company's first warehouse (`_compute_location_id`: stock/models/stock_scrap.py:63 (17.0),
 * mrp/models/stock_scrap.py:24 (18.0), :26 (19.0)). The scrap's own move is a move of the order, too
 * (mrp/models/stock_scrap.py:33 (17.0), :41 (18.0), :43 (19.0), `_prepare_move_values`).
 */
async function locationOf(
  { search, production }: OdooBooking,
  lot: number | undefined,
): Promise<readonly [number | undefined, string]> {
  const lines = await search('stock.move.line', {
    domain: [
      ['move_id.production_id', '=', production.id],
      ['move_id.scrap_id', '=', false],
      ['product_id', '=', production.product_id[0]],
      ['lot_id', '=', lot ?? false],
      ['state', '=', 'done'],
    ],
    row: z.object({ location_dest_id: reference, quantity: z.number() }),
  });
  const [most] = lines.toSorted((a, b) => b.quantity - a.quantity);
  return most?.location_dest_id ?? [undefined, 'its location'];
}

/**
 * Whether a scrap order that an earlier attempt left is done. Its validation may still be running, and a scrap order
 * that is validated twice scraps twice (seen on 17 and 19). So we empty it: Odoo validates none of 0
 * (stock_scrap.py:196 (17.0), :203 (18.0), :207 (19.0), `action_validate`), and a running validation that has not seen
 * that yet writes the same record, is refused by PostgreSQL and tried again by Odoo. If it is done by then, it gets its
 * quantity back; otherwise it remains an empty draft for ever, as users may not delete it
 * (stock/security/ir.model.access.csv:54 (17.0), :55 (18.0), :41 (19.0), `access_stock_scrap_user`), and another one is
 * made.
 */
async function isDoneAfterAll(booking: OdooBooking, amount: Decimal, { id }: ScrapOrder): Promise<boolean> {
  await writeScrapOrder(booking, id, { scrap_qty: 0 });
  const [found] = await readScrapOrders(booking, ['id', '=', id]);
  if (found?.state !== 'done') return false;
  await writeScrapOrder(booking, id, { scrap_qty: Number(amount) });
  return true;
}

function writeScrapOrder({ write }: OdooBooking, id: number, values: Readonly<Record<string, unknown>>) {
  return write('stock.scrap', 'write', [id], { values });
}

function readScrapOrders(found: BookingTarget, condition: readonly unknown[]): Promise<ScrapOrder[]> {
  const { search, production, keepsReasons } = found;
  const fields = Object.keys(scrapOrderSchema.shape);
  return search('stock.scrap', {
    domain: [['production_id', '=', production.id], condition],
    fields: fields.filter((field) => keepsReasons || field !== 'scrap_reason_tag_ids'),
    sort: 'id asc',
    row: scrapOrderSchema,
  });
}

function scrappedOtherwise(
  production: OdooProduction,
  { name, scrap_qty, move_ids }: ScrapOrder,
  scrap: Scrap | undefined,
): Rejected {
  const times = move_ids.length > 1 ? ` ${move_ids.length} times` : '';
  const instead = scrap === undefined ? 'which is more than was scrapped' : `instead of ${scrap.amount}`;
  const why = `Odoo: scrap order ${name} of ${production.name} has scrapped ${decimalOf(scrap_qty)}${times}, ${instead}: correct it by hand.`;
  return rejected('booked-otherwise', why);
}
