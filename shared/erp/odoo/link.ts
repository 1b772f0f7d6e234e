import * as z from 'zod/mini';
import { Rejected } from '../../model/errors.ts';
import type { ErpOrderRef, ProductOrderRef } from '../../model/orders.ts';
import { postMarked, readMarks } from './chatter.ts';
import type { OdooDelivery } from './delivery.ts';
import { readFamily } from './orders.ts';

/**
 * Writes the product order into the manufacturing order: into the configured field (beside others, when an
 * order became several product orders), or as a note in the chatter.
 */
export async function linkProductOrder(
  { client, options, names, signal }: OdooDelivery,
  order: ErpOrderRef,
  productOrder: ProductOrderRef,
): Promise<void> {
  const [own] = await readFamily(client, names, order, signal);
  const { linkField } = options;
  if (linkField === undefined) {
    const marks = await readMarks(client, [own.id], signal);
    if (marks.some((mark) => mark.kind === 'product-order' && mark.key === productOrder.id)) return;
    const { number, url } = productOrder;
    const text = {
      paragraphs: [`Azumuta product order ${number}`],
      links: url === undefined ? [] : [{ name: number, url }],
    };
    await postMarked(client, own, { kind: 'product-order', key: productOrder.id }, text, signal);
    return;
  }
  const [found] = await client.call({
    model: 'mrp.production',
    method: 'search_read',
    named: { domain: [['id', '=', own.id]], fields: [linkField] },
    answer: z.array(z.catchall(z.object({ id: z.number() }), z.unknown())),
    writes: false,
    order: own.name,
    signal,
  });
  const present = found?.[linkField];
  if (present !== false && typeof present !== 'string') {
    throw new Rejected(
      `Odoo's field ${linkField} of mrp.production is no text field: choose another one for linkField.`,
    );
  }
  const text = productOrder.url ?? productOrder.number;
  const entries = present ? present.split(/\s+/) : [];
  if (entries.includes(text)) return;
  await client.call({
    model: 'mrp.production',
    method: 'write',
    ids: [own.id],
    named: { vals: { [linkField]: [...entries, text].join(' ') } },
    answer: z.unknown(),
    writes: true,
    order: own.name,
    signal,
  });
}
