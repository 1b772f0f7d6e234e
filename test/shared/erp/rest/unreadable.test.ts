import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { rest } from '../../../../shared/erp/rest/index.ts';
import type { Watermark } from '../../../../shared/model/orders.ts';
import { startServer } from '../../../support/server.ts';
import { listOf } from '../conformance/listing.ts';
import { type Listing, minute, pagesOf, pagings, startPages } from './rows.ts';
import { connected } from './sandbox.ts';
import { rowSchema, type SmallRow, smallConnector, smallOptions } from './small.ts';

function good(number: string, n: number): SmallRow {
  return { number, quantity: '5', changed: minute(n) };
}

async function listed(rows: readonly unknown[], change: Partial<Listing> = {}, since?: Watermark) {
  const server = await startServer(() => ({ body: { rows } }));
  const { numbers, ...list } = await listOf(smallConnector(server.url, { orders: change }), since);
  return { ...list, orders: numbers };
}

/** An order function as a careless configuration has it. */
const careless = (row: SmallRow) => {
  if (row.number === 'B') throw new TypeError("Cannot read properties of undefined (reading 'code')");
  return smallOptions('').orders.order(row);
};

it.each<[string, unknown, string, string, Partial<Listing>?]>([
  [
    'of another shape',
    { ...good('B', 2), quantity: null },
    'B',
    'it is invalid for orders.row ($.quantity: found null, expected string)',
  ],
  [
    'with a quantity that is no number',
    { ...good('B', 2), quantity: 'five' },
    'B',
    'orders.order returns no valid order for it ($.quantity: found string, expected a decimal)',
  ],
  // Read as English it would be another figure: 1.250,5 is no 1.25.
  ...['5,5', '1.250,5', '1,250.5'].map((quantity): [string, unknown, string, string] => [
    `of ${quantity} pieces, with a comma`,
    { ...good('B', 2), quantity },
    'B',
    'orders.order returns no valid order for it ($.quantity: found string, expected a decimal)',
  ]),
  ...['0', '-3', '0.00'].map((quantity): [string, unknown, string, string] => [
    `of ${quantity} pieces`,
    { ...good('B', 2), quantity },
    'B',
    'orders.order returns no valid order for it ($.quantity: found string, expected a decimal above 0)',
  ]),
  [
    'with a time without zone',
    { ...good('B', 2), changed: '2026-11-24T10:02:00' },
    'B',
    '$.changedAt: found string, expected an ISO instant with a zone',
  ],
  ['without any time', { ...good('B', 2), changed: null }, 'B', 'it has no time of change; give changedAt'],
  [
    'on which orders.order fails',
    good('B', 2),
    'B',
    'orders.order fails on it with "Cannot read properties of undefined (reading \'code\')"',
    { order: careless },
  ],
  [
    'on which orders.row fails',
    good('B', 2),
    'B',
    'orders.row fails on it with "no such plant"',
    {
      row: z.pipe(
        rowSchema,
        z.transform((row) => {
          if (row.number === 'B') throw new Error('no such plant');
          return row;
        }),
      ),
    },
  ],
  ['that is null', null, '$.rows[1]', '$: found null, expected object'],
  ['without a number', { quantity: '5', changed: minute(2) }, '$.rows[1]', '$.number: found missing'],
  ['with an id only', { id: 17, changed: minute(2) }, '17', '$.number: found missing'],
  ['with a number that nobody can print', { ...good('B\u0000', 2), quantity: 5 }, '$.rows[1]', '$.quantity'],
])('names a row %s, and lists those before and behind it', async (_, row, id, why, change) => {
  // Act
  const { orders, unreadable, watermark } = await listed([good('A', 1), row, good('C', 3)], change);

  // Assess
  expect(orders).toEqual(['A', 'C']);
  expect(unreadable).toEqual([{ id, reason: expect.stringContaining(why) }]);
  expect(unreadable[0]?.reason).toContain(`Small ERP lists order ${id}, which cannot be read: `);
  expect(unreadable[0]?.reason).toMatch(/Correct the order in Small ERP, or `orders` in the configuration/);
  expect(watermark).toEqual({ changedAt: minute(3), id: 'C' });
});

/** Rows whose numbers are JSON numbers. */
const numberedSchema = z.object({ number: z.union([z.number(), z.string()]), changed: z.string() });

it.each<[string, (number: number | string) => string | number]>([
  ['as it is', (number) => number],
  ['as text', (number) => `MO-${number}`],
])(
  'names a row whose number has lost digits, passed on %s, as two orders would become one',
  async (_, give) => {
    // Prepare: what JSON.parse makes of both is 9007199254740992.
    const rows = ['9007199254740992', '9007199254740993', '17', '"9007199254740993"'].map(
      (number, n) => `{"number":${number},"changed":"${minute(n)}"}`,
    );
    const server = await startServer(() => ({
      body: `{"rows":[${rows.join(',')}]}`,
      headers: { 'content-type': 'application/json' },
    }));
    const definition = rest({
      ...smallOptions(server.url),
      orders: {
        path: '/orders',
        paging: { kind: 'none' },
        list: 'rows',
        row: numberedSchema,
        order: ({ number, changed }) => ({
          number: give(number),
          article: 'A',
          quantity: '5',
          state: 'released',
          changedAt: changed,
        }),
      },
    });

    // Act
    const { numbers, unreadable } = await listOf(connected(definition, { apiKey: 'k' }));

    // Assess
    expect(numbers).toEqual([17, '9007199254740993'].map((number) => String(give(number))));
    expect(unreadable).toMatchObject(Array(2).fill({ reason: expect.stringMatching(/JSON number/) }));
  },
);

it('keeps the reason short, however many fields do not fit', async () => {
  const lines = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`field${at}`, z.string()]));

  const { unreadable } = await listed([{ ...good('A', 1) }], {
    row: z.object({ ...rowSchema.shape, ...lines }),
  });

  expect(unreadable.map(({ id }) => id)).toEqual(['A']);
  expect(unreadable[0]?.reason.length).toBeLessThan(1000);
});

it('never moves the watermark back because of a row that does not fit, and names the row', async () => {
  // Prepare: its time of creation is all that can be read of it.
  const old = (number: string) => ({ number, quantity: null, changed: null, created: minute(0) });

  // Act
  const { orders, unreadable, watermark } = await listed(
    [good('A', 1), old('B'), good('C', 1), old('D')],
    {},
    { changedAt: minute(1) },
  );

  // Assess
  expect(orders).toEqual(['A', 'C']);
  expect(unreadable.map(({ id }) => id)).toEqual(['B', 'D']);
  expect(watermark?.changedAt).toBe(minute(1));
});

it('does not take a list for unsorted because of a row that does not fit', async () => {
  const { orders, watermark } = await listed([
    good('A', 1),
    { ...good('B', 9), quantity: null },
    good('C', 2),
  ]);

  expect(orders).toEqual(['A', 'C']);
  expect(watermark?.changedAt).toBe(minute(2));
});

it.each([
  ['reads no more than the name of an order that is not released', 'other', null],
  ['lists a cancelled order whose quantity the ERP set to 0', 'cancelled', '0'],
] as const)('%s', async (_, state, quantity) => {
  const order: Listing['order'] = (row) => ({
    ...smallOptions('').orders.order(row),
    state: row.number === 'B' ? state : 'released',
  });

  const { orders, unreadable } = await listed([good('A', 1), { ...good('B', 2), quantity }], { order });

  expect({ orders, unreadable }).toEqual({ orders: ['A', 'B'], unreadable: [] });
});

it('names the unreadable rows of an unsorted list, and those without a time in every run', async () => {
  const rows = [good('D', 4), { ...good('B', 2), quantity: null }, { number: 'C' }, good('A', 1)];

  const first = await listed(rows, { incremental: false });
  const later = await listed(rows, { incremental: false }, { changedAt: minute(3) });

  expect(first.orders).toEqual(['A', 'D']);
  expect(first.unreadable.map(({ id }) => id)).toEqual(['C', 'B']);
  expect(later.orders).toEqual(['D']);
  expect(later.unreadable.map(({ id }) => id)).toEqual(['C']);
  expect(later.watermark).toEqual({ changedAt: minute(3) });
});

/** Each row with its time in the ERP, told or not: whether it fits, does not, or does not even tell its time. */
const rowsInPages = fc.record({
  paging: fc.constantFrom(...pagings),
  kinds: fc.array(fc.tuple(fc.constantFrom('fits', 'misfit', 'timeless'), fc.nat(3)), { maxLength: 9 }),
  pageSize: fc.integer({ min: 1, max: 3 }),
});

it('lists all rows that fit once and names all others, in any place and by any paging', async () => {
  let table: { at: string; row: unknown }[] = [];
  let size = 1;
  const server = await startPages(
    (since) => table.filter(({ at }) => at >= since).map(({ row }) => row),
    () => size,
  );
  await fc.assert(
    fc.asyncProperty(rowsInPages, async ({ paging, kinds, pageSize }) => {
      // Prepare
      size = pageSize;
      table = kinds
        .map(([kind, at], index) => ({ kind, at: minute(at), number: `${kind} ${index}` }))
        .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
        .map(({ kind, at, number }) => ({
          at,
          row: { number, quantity: kind === 'fits' ? '5' : null, changed: kind === 'timeless' ? '?' : at },
        }));
      const numbers = kinds.map(([kind], index) => `${kind} ${index}`);

      // Act
      const pages = await pagesOf(server.url, { paging });

      // Assess
      const orders = pages.flatMap((page) => page.orders.map(({ number }) => number));
      expect(orders.toSorted()).toEqual(numbers.filter((one) => one.startsWith('fits')).toSorted());
      const named = new Set(pages.flatMap((page) => page.unreadable.map(({ id }) => id)));
      expect([...named].toSorted()).toEqual(numbers.filter((one) => !one.startsWith('fits')).toSorted());
      const watermarks = pages.map(({ watermark }) => watermark.changedAt);
      expect(watermarks).toEqual(watermarks.toSorted());
    }),
    { numRuns: 60 },
  );
});
