import type { NewOrder } from '../../shared/ledger/records/product-orders.ts';
import type { ErpOrder } from '../../shared/model/orders.ts';

/** A product order to put into the ledger. */
export function newOrder(given: Partial<NewOrder> & { readonly number: string }): NewOrder {
  const { number } = given;
  return {
    erpOrder: { number: `MO-${number}`, article: 'GEAR-01', unit: 'u' },
    draft: { number, article: 'GEAR-01', parameters: { Quantity: '5' }, variants: [] },
    contentHash: 'hash',
    part: { index: 1, first: number, book: 'alone' },
    via: 'endpoint',
    ...given,
  };
}

/** A released order as a connector tells it. */
export function erpOrder(given: Partial<ErpOrder> = {}): ErpOrder {
  return {
    number: 'MO/0001',
    id: '1',
    article: 'GEAR-01',
    quantity: { amount: '5', unit: 'u' },
    state: 'released',
    attributes: {},
    ...given,
  };
}
