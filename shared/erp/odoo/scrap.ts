import * as z from 'zod/mini';
import type { BookingKey } from '../../model/completions.ts';
import type { Rejected } from '../../model/errors.ts';
import { compareDecimals } from '../../model/quantity.ts';
import { rejected } from '../failures.ts';
import type { Reader, Writer } from './connection.ts';
import { idOfLot, type Scrap } from './lots.ts';
import { type BookedProduction, decimalOf, idOf, many2one } from './records.ts';

/** A scrap order of Odoo. */
const documentSchema = z.object({
  id: z.number(),
  name: z.string(),
  state: z.string(),
  scrap_qty: z.number(),
  lot_id: many2one,
  move_ids: z.array(z.number()),
});
type Document = z.infer<typeof documentSchema>;

/** Scrap that is still to be booked, and the unfinished scrap order of an earlier attempt. */
export interface ScrapToBook extends Scrap {
  readonly begun?: Document;
}

/**
 * Finds which scrap is not booked yet. Scrap orders have our key as their source document. One is only made once the
 * order is done, as a person does it: good and scrap are produced together (both consume components), then the scrap is
 * taken out of stock, with one scrap order for each serial number.
 * @throws Rejected when Odoo has booked other scrap under our key.
 */
export async function lookForScrap(
  reader: Reader,
  production: BookedProduction,
  key: BookingKey,
  scraps: readonly Scrap[],
): Promise<ScrapToBook[]> {
  if (scraps.length === 0) return [];
  const ofKey = await readDocuments(reader, production, ['origin', '=', key]);
  // An emptied draft was given up by an earlier attempt.
  const documents = ofKey.filter(({ state, scrap_qty }) => state === 'done' || scrap_qty !== 0);
  const left: ScrapToBook[] = [];
  for (const scrap of scraps) {
    const at = documents.findIndex(({ lot_id }) => idOf(lot_id) === scrap.lot?.id);
    const [found] = at < 0 ? [] : documents.splice(at, 1);
    if (!found) left.push(scrap);
    else if (found.state !== 'done' || found.scrap_qty === 0) left.push({ ...scrap, begun: found });
    else if (found.move_ids.length > 1 || compareDecimals(decimalOf(found.scrap_qty), scrap.amount) !== 0)
      throw scrappedOtherwise(production, found, scrap);
  }
  const [surplus] = documents;
  if (surplus) throw scrappedOtherwise(production, surplus, undefined);
  return left;
}

/** @throws Rejected when Odoo does not validate it. */
export async function bookScrap(
  writer: Writer,
  production: BookedProduction,
  key: BookingKey,
  scrap: ScrapToBook,
): Promise<void> {
  if (scrap.begun && (await isDoneAfterAll(writer, production, scrap, scrap.begun))) return;
  const { id: production_id, name: order, product_id, product_uom_id, company_id } = production;
  const lot_id = scrap.lot && (await idOfLot(writer, production, scrap.lot));
  const values = {
    ...{ production_id, product_id: product_id[0], scrap_qty: Number(scrap.amount), origin: key, lot_id },
    ...{ product_uom_id: idOf(product_uom_id), company_id: idOf(company_id) },
  };
  const id = await writer.create('stock.scrap', values, order);
  if (id !== undefined) {
    await writer.write({ model: 'stock.scrap', method: 'action_validate', ids: [id], order });
  }
  // Seen: with too little in stock it answers with a wizard and HTTP 200.
  const [found] = id === undefined ? [] : await readDocuments(writer, production, ['id', '=', id]);
  if (found?.state === 'done') return;
  throw rejected(
    'booked-otherwise',
    `Odoo booked ${order}, but not its scrap of ${scrap.amount}: validate scrap order ${found?.name ?? ''} in Odoo (is the product still in stock?), then replay.`,
  );
}

/**
 * Whether a scrap order that an earlier attempt left is done. Its validation may still be running, and a scrap order
 * that is validated twice scraps twice (seen on 17 and 19). So we empty it: Odoo validates none of 0
 * (stock_scrap.py, `action_validate`, 17 to 19), and a running validation that has not seen that yet writes the same
 * record, is refused by PostgreSQL and tried again by Odoo. If it is done by then, it gets its quantity back;
 * otherwise it stays an empty draft for ever, and another one is made.
 */
async function isDoneAfterAll(
  writer: Writer,
  production: BookedProduction,
  { amount }: ScrapToBook,
  { id }: Document,
): Promise<boolean> {
  const writeQuantity = (scrap_qty: number) =>
    writer.write({
      model: 'stock.scrap',
      method: 'write',
      ids: [id],
      values: { scrap_qty },
      order: production.name,
    });
  await writeQuantity(0);
  const [found] = await readDocuments(writer, production, ['id', '=', id]);
  if (found?.state !== 'done') return false;
  await writeQuantity(Number(amount));
  return true;
}

function readDocuments(
  { search }: Reader,
  { id, name }: BookedProduction,
  condition: readonly unknown[],
): Promise<Document[]> {
  return search('stock.scrap', {
    domain: [['production_id', '=', id], condition],
    fields: ['name', 'state', 'scrap_qty', 'lot_id', 'move_ids'],
    sort: 'id asc',
    row: documentSchema,
    order: name,
  });
}

function scrappedOtherwise(
  production: BookedProduction,
  { name, scrap_qty, move_ids }: Document,
  scrap: Scrap | undefined,
): Rejected {
  const times = move_ids.length > 1 ? ` ${move_ids.length} times` : '';
  const instead = scrap === undefined ? 'which is more than was scrapped' : `instead of ${scrap.amount}`;
  return rejected(
    'booked-otherwise',
    `Odoo: scrap order ${name} of ${production.name} has scrapped ${decimalOf(scrap_qty)}${times}, ${instead}: correct it by hand.`,
  );
}
