import * as z from 'zod/mini';
import { Rejected } from '../../model/errors.ts';
import { compareDecimals, type Decimal } from '../../model/quantity.ts';
import { type Built, type BuiltLot, notBookable } from '../booking-rules.ts';
import type { OdooBooking, OdooLook } from './context.ts';
import { type BookedProduction, idsSchema, type Product } from './records.ts';

/** A lot or serial number of Odoo; without an id it is not there yet. */
export interface OdooLot {
  readonly number: string;
  readonly id?: number;
}

/** A piece of scrap: of one lot, where lots are tracked. */
export interface Scrap {
  readonly amount: Decimal;
  readonly lot?: OdooLot;
}

export interface LotsToBook {
  /** To be written on the order; none when they stand there, or are not tracked. */
  readonly lots: readonly OdooLot[];
  readonly scraps: readonly Scrap[];
}

/**
 * Which lots an order was built under, and which of them are scrap. An order takes one lot, or one serial number up to
 * 18 (`lot_producing_id`); from 19 on a serial number for each piece. Too many are accepted, and dropped or booked (seen
 * on 19). Without lots of the completion, those count that a planner has set on the order.
 * @param built In the unit of the order.
 * @throws Rejected when the product is tracked and they do not fit.
 */
export async function lotsToBook(
  look: OdooLook,
  production: BookedProduction,
  product: Product,
  built: Built,
): Promise<LotsToBook> {
  const isScrap = compareDecimals(built.scrap, '0') > 0;
  if (product.tracking === 'none') return { lots: [], scraps: isScrap ? [{ amount: built.scrap }] : [] };
  const told = [...built.goodLots, ...built.scrapLots];
  const numbers = [...new Set(told.map(({ number }) => number))];
  const planned = plannedLots(production);
  const count = numbers.length || planned.length;
  if (count === 0) {
    throw notBookable(
      'Odoo',
      production.name,
      `Odoo tracks ${product.tracking} numbers of ${production.product_id[1]}, and the completion has none: add lots to the mapping`,
    );
  }
  const isSerial = product.tracking === 'serial';
  if (count > 1 && (look.names.lot === 'lot_producing_id' || !isSerial)) {
    const remedy = 'split the order, or book by hand';
    throw notBookable(
      'Odoo',
      production.name,
      `Odoo takes one ${product.tracking} number for it, and it has ${count}: ${remedy}`,
    );
  }
  if (isSerial) requireOnePerPiece(production, built, told, planned.length);
  const found = await findLots(look, production, numbers);
  const lotOf = (number: string): OdooLot => found.find((lot) => lot.number === number) ?? { number };
  const lots = numbers.map(lotOf);
  if (isSerial && told.length > 0) {
    return { lots, scraps: built.scrapLots.map(({ number, amount }) => ({ amount, lot: lotOf(number) })) };
  }
  const [batch] = [...lots, ...planned];
  return { lots, scraps: isScrap && batch ? [{ amount: built.scrap, lot: batch }] : [] };
}

/** From 19 on Odoo tells their ids only. */
function plannedLots({ lot_producing_id, lot_producing_ids }: BookedProduction): OdooLot[] {
  const ids = lot_producing_ids ?? (lot_producing_id ? [lot_producing_id[0]] : []);
  return ids.map((id) => ({ number: '', id }));
}

function requireOnePerPiece(
  production: BookedProduction,
  { produced, scrap }: Built,
  told: readonly BuiltLot[],
  planned: number,
): void {
  const distinct = new Set(told.map(({ number }) => number)).size;
  const fits =
    told.length === 0
      ? compareDecimals(produced, String(planned)) === 0 &&
        (planned === 1 || compareDecimals(scrap, '0') === 0)
      : compareDecimals(produced, String(distinct)) === 0 &&
        told.every(({ amount }) => compareDecimals(amount, '1') === 0);
  if (fits) return;
  const which = compareDecimals(scrap, '0') > 0 ? `, ${scrap} of them scrap` : '';
  const numbers = told.length > 0 ? told.map(({ number }) => number).join(', ') : 'those on the order';
  throw notBookable(
    'Odoo',
    production.name,
    `each of its ${produced} pieces${which}, needs a serial number of its own, and it has ${numbers}: let the mapping name one for each, and mark what is scrap`,
  );
}

/** Those that are there already; of several with one number the oldest counts. */
async function findLots(
  { client, signal }: OdooLook,
  production: BookedProduction,
  numbers: readonly string[],
): Promise<OdooLot[]> {
  if (numbers.length === 0) return [];
  const company = production.company_id ? [production.company_id[0]] : [];
  const found = await client.read({
    model: 'stock.lot',
    method: 'search_read',
    named: {
      domain: [
        ['name', 'in', numbers],
        ['product_id', '=', production.product_id[0]],
        // A lot without a company is everybody's (from 18 on).
        ['company_id', 'in', [false, ...company]],
      ],
      fields: ['name'],
      order: 'id asc',
    },
    answer: z.array(z.object({ id: z.number(), name: z.string() })),
    order: production.name,
    signal,
  });
  return found.map(({ id, name }) => ({ number: name, id }));
}

/**
 * The lot's id; it is created if need be. Odoo lets two that create it at once have two of the same number (seen): it is
 * looked for again, the oldest counts, and ours is taken back.
 */
export async function idOfLot(
  booking: OdooBooking,
  production: BookedProduction,
  lot: OdooLot,
): Promise<number> {
  if (lot.id !== undefined) return lot.id;
  const { client, signal } = booking;
  const call = { model: 'stock.lot', order: production.name, signal };
  const created = await client
    .write({
      ...call,
      method: 'create',
      creates: {
        name: lot.number,
        product_id: production.product_id[0],
        ...(production.company_id ? { company_id: production.company_id[0] } : {}),
      },
      answer: idsSchema,
    })
    // It has come up since we looked, or it is refused for good.
    .catch((error: unknown) => error);
  if (created instanceof Error && !(created instanceof Rejected)) throw created;
  const [oldest] = await findLots(booking, production, [lot.number]);
  if (oldest?.id === undefined) {
    if (created instanceof Error) throw created;
    throw new Rejected(
      `Odoo did not create lot ${lot.number} for ${production.name}: check our user's rights.`,
      { code: 'refused-by-erp' },
    );
  }
  const ours = idsSchema.safeParse(created).data?.[0];
  if (ours !== undefined && ours !== oldest.id) {
    await client
      .write({ ...call, method: 'unlink', ids: [ours], answer: z.unknown() })
      .catch((error: unknown) => {
        // Whoever uses ours by now keeps it.
        if (!(error instanceof Rejected)) throw error;
      });
  }
  return oldest.id;
}
