import * as z from 'zod/mini';
import type { BookingKey, Completion } from '../../model/completions.ts';
import { Rejected } from '../../model/errors.ts';
import { compareDecimals } from '../../model/quantity.ts';
import type { OdooBooking } from './context.ts';
import { type BookedProduction, idsSchema } from './records.ts';

const scrapSchema = z.object({ id: z.number(), state: z.string() });

/**
 * Scraps finished products, as a person does: good and scrap are produced together (both consume components),
 * then the scrap is taken out of stock with a scrap order. It can only be made once the order is done, so it
 * bears our key as its source document, and a next attempt finds and validates it.
 */
export async function bookScrap(
  { client, signal }: OdooBooking,
  production: BookedProduction,
  completion: Completion,
  key: BookingKey,
  lot?: number,
): Promise<void> {
  const { scrap } = completion;
  if (!scrap || compareDecimals(scrap.amount, '0') <= 0) return;
  const found = await readScrap();
  if (found?.state === 'done') return;
  const id = found?.id ?? (await createScrap(scrap.amount));
  await client.call({
    model: 'stock.scrap',
    method: 'action_validate',
    ids: [id],
    answer: z.unknown(),
    writes: true,
    order: production.name,
    signal,
  });
  // Seen: with too little in stock it answers with a wizard and HTTP 200.
  const validated = await readScrap();
  if (validated?.state !== 'done') {
    throw new Rejected(
      `Odoo booked ${production.name}, but not its scrap of ${scrap.amount}: validate the scrap order of ${completion.erpOrder.number} in Odoo (is the product still in stock?).`,
      { code: 'booked-otherwise' },
    );
  }

  async function readScrap(): Promise<z.infer<typeof scrapSchema> | undefined> {
    const [first] = await client.call({
      model: 'stock.scrap',
      method: 'search_read',
      named: {
        domain: [
          ['production_id', '=', production.id],
          ['origin', '=', key],
        ],
        fields: ['state'],
      },
      answer: z.array(scrapSchema),
      writes: false,
      signal,
    });
    return first;
  }

  async function createScrap(amount: string): Promise<number> {
    const [created] = await client.call({
      model: 'stock.scrap',
      method: 'create',
      creates: {
        production_id: production.id,
        product_id: production.product_id[0],
        scrap_qty: Number(amount),
        origin: key,
        ...(production.product_uom_id ? { product_uom_id: production.product_uom_id[0] } : {}),
        ...(production.company_id ? { company_id: production.company_id[0] } : {}),
        ...(lot === undefined ? {} : { lot_id: lot }),
      },
      answer: idsSchema,
      writes: true,
      order: production.name,
      signal,
    });
    if (created === undefined)
      throw new Rejected(
        `Odoo did not create the scrap order of ${production.name}: check our user's rights.`,
        { code: 'refused-by-erp' },
      );
    return created;
  }
}
