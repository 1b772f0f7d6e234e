import { createHash } from 'node:crypto';
import type { Completion } from '../../../../shared/model/completions.ts';
import type { ErpOrderRef, ProductOrderRef } from '../../../../shared/model/orders.ts';

const meteorAlphabet = '23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz';

/** A product order as Azumuta would have created it from this ERP order: the same one every time. */
export function productOrderOf(order: ErpOrderRef, part = 1): ProductOrderRef {
  const digest = createHash('sha256')
    .update(`${order.number}/${order.id ?? ''}/${part}`)
    .digest();
  const id = [...digest.subarray(0, 17)].map((byte) => meteorAlphabet[byte % meteorAlphabet.length]).join('');
  const number = `${order.number}/${part}`;
  return { id, number, url: `https://app.azumuta.com/productorders/${id}` };
}

/** A completion of a whole order of 5, without scrap, lots, notes or links, unless `differs` gives them. */
export function completionOf(
  order: ErpOrderRef,
  differs: Partial<Completion> = {},
  productOrder = productOrderOf(order),
): Completion {
  return {
    kind: 'quantity',
    erpOrder: order,
    productOrder,
    completedAt: '2026-11-24T10:00:00Z',
    completedOn: '2026-11-24',
    quantity: { amount: '5' },
    final: true,
    lots: [],
    notes: [],
    links: [],
    work: [],
    ...differs,
  };
}

/** One of several product orders of an ERP order, of which nobody knows whether it is the last one. */
export function partOf(
  order: ErpOrderRef,
  n: number,
  amount: string,
  differs: Partial<Completion> = {},
): Completion {
  return completionOf(order, { quantity: { amount }, final: false, ...differs }, productOrderOf(order, n));
}

export function quantityKey(productOrder: ProductOrderRef): string {
  return `${productOrder.id}#quantity`;
}

/** An amendment by a later recording. */
export function amendmentOf(order: ErpOrderRef, differs: Partial<Completion> = {}): Completion {
  const { quantity: _, ...rest } = completionOf(order, { kind: 'amendment', final: false, ...differs });
  return rest;
}
