import * as z from 'zod/mini';
import { path, type RestOptions, textAt } from '../../../../shared/erp/rest/index.ts';

export const rowSchema = z.object({
  number: z.string(),
  quantity: z.string(),
  changed: z.nullable(z.string()),
  created: z.optional(z.string()),
});

export type SmallRow = z.output<typeof rowSchema>;

/** The least that can be said about an ERP; tests change the part that they are about. */
export function smallOptions(baseUrl: string): RestOptions<SmallRow> {
  return {
    name: 'Small ERP',
    baseUrl,
    auth: { kind: 'apiKey' },
    orders: {
      path: '/orders',
      query: (since) => ({ since }),
      paging: { kind: 'none' },
      list: 'rows',
      row: rowSchema,
      order: ({ number, quantity, changed, created }) => ({
        number,
        article: 'A',
        quantity,
        state: 'released',
        changedAt: changed,
        createdAt: created,
      }),
    },
    book: {
      lookUp: [
        {
          name: 'bookings',
          request: ({ completion }) => ({ path: path`/orders/${completion.erpOrder.number}/bookings` }),
          done: ({ json }, { key }) => (textAt(json, 'key') === key ? `booking ${key}` : undefined),
        },
      ],
      steps: [
        {
          name: 'the quantity',
          request: ({ completion, key }) => ({
            path: path`/orders/${completion.erpOrder.number}/bookings`,
            body: { key },
          }),
        },
      ],
    },
  };
}
