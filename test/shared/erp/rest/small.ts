import * as z from 'zod/mini';
import { path, type RestOptions, rest, textAt } from '../../../../shared/erp/rest/index.ts';
import { type Answer, type Received, startServer } from '../../../support/server.ts';
import { firstAttempt } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import { connected } from './sandbox.ts';

export const rowSchema = z.object({
  number: z.string(),
  quantity: z.string(),
  changed: z.nullable(z.string()),
  created: z.optional(z.string()),
});

export type SmallRow = z.output<typeof rowSchema>;
type Book = RestOptions<SmallRow>['book'];
export type Step = Book['steps'][number];

export const order = { number: 'MO/0001' };
export const key = 'SarLiLeyuNWgw3Tai#quantity';
export const apiKey = 'canary-5f1c';

export const lookUp: Book['lookUp'][number] = {
  name: 'bookings',
  request: ({ completion }) => ({ path: path`/orders/${completion.erpOrder.number}/bookings` }),
  done: ({ json }, { key }) => (textAt(json, 'key') === key ? `booking ${key}` : undefined),
};
export const step: Step = {
  name: 'the quantity',
  request: ({ completion, key }) => ({
    path: path`/orders/${completion.erpOrder.number}/bookings`,
    body: { key },
  }),
};

/** A step of a relay, which books each key once. */
export const byKey: Step = {
  name: 'the quantity',
  once: 'byKey',
  tried: '12 January 2027, An Peeters, the test environment',
  request: ({ key, built }) => ({ path: '/book', body: { key, good: built.good, scrap: built.scrap } }),
  proof: ({ json }) => ({
    key: textAt(json, 'key'),
    reference: textAt(json, 'reference'),
    good: textAt(json, 'good'),
    scrap: textAt(json, 'scrap'),
  }),
};

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
    book: { lookUp: [lookUp], steps: [step] },
  };
}

type Options = RestOptions<SmallRow>;

/** A connector to it, with these changes. */
export function smallConnector(
  baseUrl: string,
  {
    orders,
    book,
    ...changes
  }: Partial<Omit<Options, 'orders' | 'book'>> & {
    orders?: Partial<Options['orders']>;
    book?: Partial<Options['book']>;
  } = {},
  secret: unknown = { apiKey },
) {
  const options = smallOptions(baseUrl);
  const definition = rest({
    ...options,
    ...changes,
    orders: { ...options.orders, ...orders },
    book: { ...options.book, ...book },
  });
  return connected(definition, secret);
}

/** It remembers one booking, or answers the write as told. */
export async function startSmallErp(
  write?: (received: Received) => Answer,
  change: { book?: Partial<Book>; step?: Partial<Step> } = {},
) {
  let booked: unknown;
  const server = await startServer((received) => {
    if (received.method === 'GET') return { body: booked ?? {} };
    if (write) return write(received);
    booked = JSON.parse(received.body);
    return { status: 201 };
  });
  const book = { steps: [{ ...step, ...change.step }], ...change.book };
  const connector = smallConnector(server.url, { book });
  return {
    url: server.url,
    calls: server.calls,
    book: (attempt = firstAttempt(), completion = completionOf(order)) =>
      connector.book(completion, key, attempt),
  };
}
