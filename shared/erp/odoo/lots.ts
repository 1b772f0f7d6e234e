import * as z from 'zod/mini';
import type { Completion } from '../../model/completions.ts';
import { Rejected } from '../../model/errors.ts';
import type { OdooBooking } from './context.ts';
import { type BookedProduction, idsSchema, type Product } from './records.ts';

export interface LotsToWrite {
  /** Values for the manufacturing order. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The lot that scrap comes from. */
  readonly lot?: number;
}

/**
 * The lots that were built, found or created. One lot or serial number per order up to 18
 * (`lot_producing_id`); from 19 on a serial number per piece, and still one lot (`lot_producing_ids`).
 * @throws Rejected when the product is tracked and no lot came, or the version takes fewer.
 */
export async function lotsToWrite(
  { client, names, signal }: OdooBooking,
  production: BookedProduction,
  product: Product,
  completion: Completion,
): Promise<LotsToWrite> {
  const numbers = [...new Set(completion.lots.map((lot) => lot.number))];
  const { name } = production;
  if (product.tracking === 'none') return { values: {} };
  if (numbers.length === 0) {
    throw new Rejected(
      `Odoo tracks ${product.tracking} numbers of ${production.product_id[1]}, but the completion of ${name} has none: add lots to the mapping.`,
      { code: 'quantity-or-lots' },
    );
  }
  if (numbers.length > 1 && (names.lot === 'lot_producing_id' || product.tracking === 'lot')) {
    throw new Rejected(
      `Odoo takes one ${product.tracking} number per manufacturing order here, but the completion of ${name} has ${numbers.length}: split the order, or book by hand.`,
      { code: 'quantity-or-lots' },
    );
  }
  const ids: number[] = [];
  for (const number of numbers) ids.push(await findOrCreateLot(number));
  const [lot] = ids;
  const values =
    names.lot === 'lot_producing_id' ? { lot_producing_id: lot } : { lot_producing_ids: [[6, 0, ids]] };
  return { values, ...(lot === undefined ? {} : { lot }) };

  async function findOrCreateLot(number: string): Promise<number> {
    const [found] = await client.call({
      model: 'stock.lot',
      method: 'search_read',
      named: {
        domain: [
          ['name', '=', number],
          ['product_id', '=', product.id],
        ],
        fields: ['name'],
        limit: 1,
      },
      answer: z.array(z.object({ id: z.number() })),
      writes: false,
      signal,
    });
    if (found) return found.id;
    const [created] = await client.call({
      model: 'stock.lot',
      method: 'create',
      creates: {
        name: number,
        product_id: product.id,
        ...(production.company_id ? { company_id: production.company_id[0] } : {}),
      },
      answer: idsSchema,
      writes: true,
      order: name,
      signal,
    });
    if (created === undefined)
      throw new Rejected(`Odoo did not create lot ${number} for ${name}: check our user's rights.`, {
        code: 'refused-by-erp',
      });
    return created;
  }
}
