import type { CompletedProductOrder, Recording } from '../../shared/model/completions.ts';

export function recording(given: Partial<Recording> = {}): Recording {
  return {
    id: '5KKoy7m6ms89mvrTg',
    steps: [],
    finishedAt: '2026-11-24T08:00:00.000Z',
    durationSeconds: 300,
    ...given,
  };
}

/** A completed product order as read from Azumuta. */
export function completedProductOrder(given: Partial<CompletedProductOrder> = {}): CompletedProductOrder {
  return {
    productOrder: {
      id: 'SarLiLeyuNWgw3Tai',
      number: 'MO/0001',
      url: 'https://app.azumuta.com/product-orders/SarLiLeyuNWgw3Tai',
    },
    erpOrder: { number: 'MO/0001', id: '1' },
    article: 'GEAR-01',
    parameters: { Quantity: '5' },
    variants: [],
    completedAt: '2026-11-24T08:00:00.000Z',
    recordings: [recording()],
    ...given,
  };
}
