import type { ErpOrderRecord } from '../../shared/ledger/records/erp-orders.ts';
import type { NewOrder } from '../../shared/ledger/records/product-orders.ts';
import type { ErpOrder } from '../../shared/model/orders.ts';

/** A product order to put into the ledger. */
export function newOrder(given: Partial<NewOrder> & { readonly number: string }): NewOrder {
  const { number } = given;
  return {
    erpOrder: { number: `MO-${number}`, article: 'GEAR-01', amount: '5', unit: 'u' },
    draft: { number, article: 'GEAR-01', parameters: { Quantity: '5' }, variants: [] },
    contentHash: 'hash',
    part: { index: 1, first: number, book: 'alone' },
    via: 'endpoint',
    ...given,
  };
}

/** The ledger's record of an ERP order that is split into parts. */
export function splitOrder(
  number: string,
  of: number,
  given: Partial<ErpOrderRecord> & { readonly book: 'each' | 'when-all-done' },
): ErpOrderRecord {
  const { book, ...rest } = given;
  return {
    erpOrder: { number, article: 'GEAR-01', amount: String(of) },
    dueDate: undefined,
    state: 'released',
    split: { number, of, book },
    mostParts: of,
    earlier: [],
    version: 1,
    ...rest,
  };
}

/** A released order as a connector returns it. */
export function erpOrder(given: Partial<ErpOrder> = {}): ErpOrder {
  return {
    number: 'MO/0001',
    id: given.number === undefined ? '1' : `id of ${given.number}`,
    article: 'GEAR-01',
    quantity: { amount: '5', unit: 'u' },
    dueDate: undefined,
    state: 'released',
    attributes: {},
    ...given,
  };
}
