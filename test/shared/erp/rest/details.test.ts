import { expect, it } from 'vitest';
import { path, type RestDetail, textAt } from '../../../../shared/erp/rest/index.ts';
import { type Answer, startServer } from '../../../support/server.ts';
import { failureOf } from '../conformance/attempts.ts';
import { listOf } from '../conformance/listing.ts';
import { type SmallRow, smallConnector, smallOptions } from './small.ts';

const at = (n: number) => `2026-11-24T10:00:${String(n).padStart(2, '0')}.000Z`;

/** Rows whose number tells their product: `A1` and `A2` are of product `A`. */
async function started(
  numbers: readonly string[],
  detail: Partial<RestDetail<SmallRow>> = {},
  answer: (product: string) => Answer | Promise<Answer> = (product) => ({
    body: { article: `Gear ${product}` },
  }),
  pageSize = 3,
) {
  const server = await startServer(({ url }) => {
    const [, resource, product = ''] = url.pathname.split('/');
    if (resource === 'products') return answer(product);
    const since = url.searchParams.get('since') ?? '';
    const rows = numbers
      .map((number, n) => ({ number, quantity: '5', changed: at(n) }))
      .filter(({ changed }) => changed >= since);
    return { body: { rows: rows.slice(0, pageSize), cursor: rows.length > pageSize ? '3' : null } };
  });
  const connector = smallConnector(server.url, {
    orders: {
      paging: { kind: 'cursor', parameter: 'cursor', next: 'cursor' },
      detail: { request: ({ number }) => ({ path: path`/products/${number.charAt(0)}` }), ...detail },
      order: (row, found) => ({
        ...smallOptions(server.url).orders.order(row),
        article: textAt(found?.json, 'article') ?? 'told by the row',
      }),
    },
  });
  return {
    products: () =>
      server.calls.flatMap(({ url }) => (url.pathname.startsWith('/products') ? [url.pathname] : [])),
    async list() {
      const { orders, unreadable } = await listOf(connector);
      return {
        orders: orders.map(({ number, article }) => `${number}: ${article}`),
        unreadable,
      };
    },
  };
}

it('asks once for a detail that rows of several pages share', async () => {
  // Prepare
  const erp = await started(['A1', 'A2', 'B1', 'A3', 'B2']);

  // Act
  const { orders } = await erp.list();

  // Assess
  expect(orders).toEqual(['A1: Gear A', 'A2: Gear A', 'B1: Gear B', 'A3: Gear A', 'B2: Gear B']);
  expect(erp.products()).toEqual(['/products/A', '/products/B']);
});

it('asks nothing for a row that holds the whole order', async () => {
  const erp = await started(['A1', 'B1'], {
    request: ({ number }) => (number === 'A1' ? undefined : { path: '/products/B' }),
  });

  const { orders } = await erp.list();

  expect(orders).toEqual(['A1: told by the row', 'B1: Gear B']);
  expect(erp.products()).toEqual(['/products/B']);
});

it.each<[string, Answer, Partial<RestDetail<SmallRow>>, string]>([
  [
    'is refused',
    { status: 404, body: { message: 'no such product' } },
    {},
    'was refused (404): no such product',
  ],
  ['is not for us', { status: 403, body: {} }, {}, 'was refused (403)'],
  [
    'cannot be asked for',
    {},
    {
      request: ({ number }) => {
        if (number === 'B1') throw new Error('no such plant');
        return { path: path`/products/${number.charAt(0)}` };
      },
    },
    'orders.detail.request fails on it with "no such plant"',
  ],
])('names the row whose detail %s, and lists the others', async (_, answer, detail, why) => {
  // Prepare
  const erp = await started(['A1', 'B1', 'C1'], detail, (product) =>
    product === 'B' ? answer : { body: { article: `Gear ${product}` } },
  );

  // Act
  const { orders, unreadable } = await erp.list();

  // Assess
  expect(orders).toEqual(['A1: Gear A', 'C1: Gear C']);
  expect(unreadable).toEqual([{ id: 'B1', reason: expect.stringContaining(why) }]);
});

it('ends the page when the ERP is down, and blames no row', async () => {
  const erp = await started(['A1', 'B1'], {}, () => ({ status: 500 }));

  const failure = await failureOf(erp.list());

  expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner' });
});

it('makes four requests at once', async () => {
  // Prepare: nobody is answered before four have asked, and a fifth would be one too many.
  let [open, most] = [0, 0];
  const { promise: allAsked, resolve } = Promise.withResolvers<void>();
  const answer = async () => {
    open += 1;
    most = Math.max(most, open);
    if (open === 4) resolve();
    await allAsked;
    open -= 1;
    return { body: {} };
  };
  const erp = await started(['A1', 'B1', 'C1', 'D1', 'E1'], {}, answer, 5);

  // Act
  await erp.list();

  // Assess
  expect(most).toBe(4);
});
