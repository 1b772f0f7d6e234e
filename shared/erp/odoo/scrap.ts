import * as z from 'zod/mini';
import type { BookingKey } from '../../model/completions.ts';
import { Rejected } from '../../model/errors.ts';
import { compareDecimals } from '../../model/quantity.ts';
import type { OdooBooking, OdooLook } from './context.ts';
import { idOfLot, type Scrap } from './lots.ts';
import { type BookedProduction, decimalOf, idsSchema } from './records.ts';

/** A scrap order of Odoo. */
const documentSchema = z.object({
  id: z.number(),
  name: z.string(),
  state: z.string(),
  scrap_qty: z.number(),
  lot_id: z.union([z.tuple([z.number(), z.string()]), z.literal(false)]),
  move_ids: z.array(z.number()),
});
type Document = z.infer<typeof documentSchema>;

/** Scrap that is still to be booked, and what an earlier attempt may have left of it. */
export interface ScrapToBook extends Scrap {
  readonly begun?: Document;
}

/**
 * Which scrap is not booked yet. Scrap orders bear our key as their source document. One is only made once the order is
 * done, as a person does it: good and scrap are produced together (both consume components), then the scrap is taken
 * out of stock, one scrap order for each serial number.
 * @throws Rejected when Odoo has booked other scrap under our key.
 */
export async function lookForScrap(
  look: OdooLook,
  production: BookedProduction,
  key: BookingKey,
  scraps: readonly Scrap[],
): Promise<ScrapToBook[]> {
  if (scraps.length === 0) return [];
  const documents = (await readDocuments(look, production, [['origin', '=', key]])).filter(
    (one) => !isSetAside(one),
  );
  const left: ScrapToBook[] = [];
  for (const scrap of scraps) {
    const at = documents.findIndex(({ lot_id }) => (lot_id ? lot_id[0] : undefined) === scrap.lot?.id);
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
  booking: OdooBooking,
  production: BookedProduction,
  key: BookingKey,
  scrap: ScrapToBook,
): Promise<void> {
  if (scrap.begun && (await isDoneAfterAll(booking, production, scrap, scrap.begun))) return;
  const { client, signal } = booking;
  const lot = scrap.lot && (await idOfLot(booking, production, scrap.lot));
  const call = { model: 'stock.scrap', order: production.name, signal };
  const [id] = await client.write({
    ...call,
    method: 'create',
    creates: {
      production_id: production.id,
      product_id: production.product_id[0],
      scrap_qty: Number(scrap.amount),
      origin: key,
      ...(production.product_uom_id ? { product_uom_id: production.product_uom_id[0] } : {}),
      ...(production.company_id ? { company_id: production.company_id[0] } : {}),
      ...(lot === undefined ? {} : { lot_id: lot }),
    },
    answer: idsSchema,
  });
  if (id !== undefined)
    await client.write({ ...call, method: 'action_validate', ids: [id], answer: z.unknown() });
  // Seen: with too little in stock it answers with a wizard and HTTP 200.
  const [found] = id === undefined ? [] : await readDocuments(booking, production, [['id', '=', id]]);
  if (found?.state === 'done') return;
  throw new Rejected(
    `Odoo booked ${production.name}, but not its scrap of ${scrap.amount}: validate scrap order ${found?.name ?? ''} in Odoo (is the product still in stock?), then replay.`,
    { code: 'booked-otherwise' },
  );
}

/**
 * Whether a scrap order that an earlier attempt left is done. Its validation may be under way at this moment, and one
 * that is validated twice scraps twice (seen on 17 and 19). So it is emptied: Odoo validates none of 0
 * (stock_scrap.py, `action_validate`, 17 to 19), and a validation under way that has not seen that yet writes the same
 * record, is refused by PostgreSQL and tried again by Odoo. What is done by then gets its quantity back; what is not
 * stays an empty draft for ever, and another one is made.
 */
async function isDoneAfterAll(
  booking: OdooBooking,
  production: BookedProduction,
  { amount }: ScrapToBook,
  begun: Document,
): Promise<boolean> {
  await writeQuantity(0);
  const [found] = await readDocuments(booking, production, [['id', '=', begun.id]]);
  if (found?.state !== 'done') return false;
  await writeQuantity(Number(amount));
  return true;

  async function writeQuantity(scrap_qty: number): Promise<void> {
    await booking.client.write({
      model: 'stock.scrap',
      method: 'write',
      ids: [begun.id],
      named: { vals: { scrap_qty } },
      answer: z.unknown(),
      order: production.name,
      signal: booking.signal,
    });
  }
}

function isSetAside({ state, scrap_qty }: Document): boolean {
  return state !== 'done' && scrap_qty === 0;
}

function readDocuments(
  { client, signal }: OdooLook,
  production: BookedProduction,
  domain: readonly unknown[],
): Promise<Document[]> {
  return client.read({
    model: 'stock.scrap',
    method: 'search_read',
    named: {
      domain: [['production_id', '=', production.id], ...domain],
      fields: ['name', 'state', 'scrap_qty', 'lot_id', 'move_ids'],
      order: 'id asc',
    },
    answer: z.array(documentSchema),
    order: production.name,
    signal,
  });
}

function scrappedOtherwise(
  production: BookedProduction,
  { name, scrap_qty, move_ids }: Document,
  scrap: Scrap | undefined,
): Rejected {
  const times = move_ids.length > 1 ? ` ${move_ids.length} times` : '';
  const instead = scrap === undefined ? 'which is more than was scrapped' : `instead of ${scrap.amount}`;
  return new Rejected(
    `Odoo: scrap order ${name} of ${production.name} has scrapped ${decimalOf(scrap_qty)}${times}, ${instead}: correct it by hand.`,
    { code: 'booked-otherwise' },
  );
}
