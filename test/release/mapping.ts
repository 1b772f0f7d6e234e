import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { mapCompletion } from '../../shared/integration/mapping/completions.ts';
import { isWanted, mapProductOrders } from '../../shared/integration/mapping/product-orders.ts';
import { Rejected } from '../../shared/model/errors.ts';
import type { ErpOrder } from '../../shared/model/orders.ts';
import { completedProductOrder, recording } from '../support/completions.ts';
import { erpOrder } from '../support/orders.ts';

export const sampleOrders: readonly ErpOrder[] = [
  erpOrder({ attributes: { customer: 'Müller & Söhne', side: 'Left' }, dueDate: '2026-11-30' }),
  erpOrder({ number: 'MO/0002', article: 'GEAR-01-RED', quantity: { amount: '2.5', unit: 'kg' } }),
  erpOrder({ number: 'MO/0003', attributes: { customer: 'nobody' }, state: 'cancelled' }),
  erpOrder({ number: 'MO/0013', quantity: { amount: '13' } }),
];

const step = { name: 'Good quantity', value: '4' };
export const sampleCompletions = [
  completedProductOrder(),
  completedProductOrder({
    productOrder: { id: 'SarLiLeyuNWgw3Tai', number: 'MO/0001/2' },
    recordings: [
      recording({
        startedAt: '2026-11-24T07:55:00.000Z',
        workInstruction: { id: 'wi', version: 3, name: 'Inspection' },
        operator: 'An Peeters',
        steps: [step, { name: 'Scrap quantity', value: 1 }, { name: 'Serial number', value: ['S-1', 'S-2'] }],
      }),
    ],
  }),
] as const;

/** What a configuration makes of these orders and completions, or the code of the cause for which it rejects one. */
export function mappedBy(
  integration: CompleteIntegration,
  orders: readonly ErpOrder[] = sampleOrders,
  completions: readonly (typeof sampleCompletions)[number][] = sampleCompletions,
) {
  const outcome = <T>(map: () => T) => {
    try {
      return { becomes: map() };
    } catch (error) {
      if (error instanceof Rejected) return { rejected: error.code };
      throw error;
    }
  };
  const { productOrders } = integration;
  const split = { ...productOrders, split: { per: 'unit', book: 'each' } as const };
  return {
    orders: orders.map((order) => ({
      order,
      wanted: isWanted(productOrders, order),
      ...outcome(() => mapProductOrders(productOrders, order)),
      split: outcome(() => mapProductOrders(split, order)),
    })),
    completions: completions.flatMap((completed) =>
      (['quantity', 'amendment'] as const).map((kind) => ({
        ...{ kind, completed },
        ...outcome(() => mapCompletion(integration, kind, [completed])),
      })),
    ),
  };
}
