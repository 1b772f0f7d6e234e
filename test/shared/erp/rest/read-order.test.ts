import { expect, it } from 'vitest';
import { path, type RestOptions, textAt, valueAt } from '../../../../shared/erp/rest/index.ts';
import { type Answer, startServer } from '../../../support/server.ts';
import { failureOf, newSignal } from '../conformance/attempts.ts';
import { order, type SmallRow, smallConnector, smallOptions } from './small.ts';

type Orders = RestOptions<SmallRow>['orders'];
type One = NonNullable<Orders['one']>;

const row = { number: 'MO/0001', quantity: '5', changed: '2026-11-24T10:00:00.000Z' };
const read = (shown: Partial<One> = {}, orders: Partial<Orders> = {}) => ({
  ...orders,
  one: { request: ({ number }) => ({ path: path`/orders/${number}` }), ...shown } satisfies One,
});

async function started(orders: Partial<Orders>, answer: Answer = { body: row }) {
  const server = await startServer(({ url }) =>
    url.pathname.startsWith('/products') ? { body: { article: 'Gear' } } : answer,
  );
  const connector = smallConnector(server.url, { orders });
  return {
    paths: () => server.calls.map(({ url }) => url.pathname),
    read: async () => connector.readOrder?.(order, newSignal()),
  };
}

it('reads the answer as a row of the list, with its detail', async () => {
  // Prepare
  const erp = await started(
    read(
      { row: ({ json }) => valueAt(json, 'rows.0') },
      {
        detail: { request: ({ number }) => ({ path: path`/products/${number}` }) },
        order: (one, found) => ({
          ...smallOptions('').orders.order(one),
          article: textAt(found?.json, 'article') ?? '',
        }),
      },
    ),
    { body: { rows: [row] } },
  );

  // Act
  const found = await erp.read();

  // Assess
  expect(found).toEqual({
    number: 'MO/0001',
    article: 'Gear',
    quantity: { amount: '5' },
    state: 'released',
    changedAt: '2026-11-24T10:00:00.000Z',
    attributes: {},
  });
  expect(erp.paths()).toEqual(['/orders/MO%2F0001', '/products/MO%2F0001']);
});

it.each<[string, Answer, Partial<One>]>([
  ['a 404', { status: 404, body: { message: 'no such order' } }, {}],
  ['what `unknown` says', { body: [] }, { unknown: ({ json }) => valueAt(json, '0') === undefined }],
  ['what `unknown` says of a 410', { status: 410, body: {} }, { accepts: [410], unknown: () => true }],
])('finds that the ERP does not have the order by %s', async (_, answer, shown) => {
  const erp = await started(read(shown), answer);

  expect(await erp.read()).toBeUndefined();
});

const person = { name: 'Rejected' };
const waits = { name: 'RetryLater', scope: 'order' };
it.each<[string, Answer, Partial<One>, object, string]>([
  [
    'another 4xx',
    { status: 410, body: { message: 'It moved' } },
    {},
    person,
    'refused to show order MO/0001 (410): It moved',
  ],
  ['an error in a 200', { body: { error: 'Not now' } }, {}, waits, 'with an error instead of order MO/0001'],
  [
    'a row that does not fit',
    { body: { ...row, quantity: 5 } },
    {},
    person,
    'Small ERP lists order MO/0001, which cannot be read: it is invalid for orders.row ($.quantity',
  ],
  [
    'another answer than `row` expects',
    { body: {} },
    { row: ({ json }) => valueAt(json, '0') },
    person,
    'Small ERP lists order $, which cannot be read',
  ],
  [
    'a function that throws',
    { body: row },
    {
      row: () => {
        throw new Error('no rows');
      },
    },
    person,
    'erp.orders.one.row failed for order MO/0001: no rows',
  ],
])('takes %s for no word about the order', async (_, answer, shown, kind, why) => {
  const erp = await started(read(shown), answer);

  const failure = await failureOf(erp.read());

  expect(failure).toMatchObject({ ...kind, message: expect.stringContaining(why) });
});
