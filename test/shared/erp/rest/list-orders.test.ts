import { expect, it } from 'vitest';
import type { RestPaging } from '../../../../shared/erp/rest/index.ts';
import { type Answer, startServer } from '../../../support/server.ts';
import { failureOf, newSignal } from '../conformance/attempts.ts';
import { firstPage } from '../conformance/listing.ts';
import { rejection } from '../conformance/rejection.ts';
import { type Listing, minute, numbersOf, pagesOf, pagings, row, startRows } from './rows.ts';
import { smallConnector } from './small.ts';

it.each(
  pagings.flatMap((paging) => [
    // A long group of equal times.
    { paging, kind: paging.kind, minutes: [2, 2, 2, 2, 2, 2], pageSize: 2, moved: 2 },
    { paging, kind: paging.kind, minutes: [2, 2, 2, 2, 2, 3, 4], pageSize: 2, moved: 2 },
    // Our own link changes a known one on a full page, after it was read once more.
    ...[2, 3, 4].map((moved) => ({ paging, kind: paging.kind, minutes: [1, 2, 3], pageSize: 1, moved })),
  ]),
)(
  'misses no order by $kind, and moves no watermark back, when the first of $minutes moves to the end after call $moved',
  async ({ paging, minutes, pageSize, moved }) => {
    // Prepare: the others move up.
    const rows = minutes.map((n, at) => row(String(at + 1), minute(n)));
    const server = await startRows(rows, {
      pageSize,
      meddle(call) {
        if (call === moved) rows.splice(0, 1, row('1', minute(9)));
      },
    });

    // Act
    const pages = await pagesOf(server.url, { paging });

    // Assess
    expect(numbersOf(pages)).toEqual(expect.arrayContaining(minutes.map((_, at) => String(at + 1))));
    const watermarks = pages.map(({ watermark }) => watermark.changedAt);
    expect(watermarks).toEqual([...watermarks].sort());
  },
);

it('ends before a group that never stops changing, so that the next listing begins there', async () => {
  const rows = Array.from({ length: 100 }, (_, at) => row(String(at), minute(2)));
  rows.push(row('last', minute(3)));
  const server = await startRows(rows, {
    meddle(call) {
      rows.shift();
      rows.push(row(`moved ${call}`, minute(9)));
    },
  });

  const pages = await pagesOf(server.url, { paging: { kind: 'page', parameter: 'page' } });

  expect(pages.length).toBeGreaterThan(0);
  expect(new Set(pages.map(({ watermark }) => watermark.changedAt))).toEqual(new Set([minute(2)]));
});

it('sorts an unsorted list, by the time of creation where an order was never changed', async () => {
  // Prepare
  const rows = [
    row('1', minute(5)),
    row('2', null, { created: '2026-11-24T11:02:00+01:00' }),
    row('3', minute(3)),
    row('4', null, { created: minute(1) }),
  ];
  const server = await startServer(({ url }) => {
    const page = Number(url.searchParams.get('page'));
    return { body: { rows: rows.slice((page - 1) * 3, page * 3) } };
  });
  const paging = { kind: 'page', parameter: 'page' } as const;

  // Act
  const pages = await pagesOf(server.url, { paging, incremental: false }, { changedAt: minute(2) });

  // Assess
  expect(pages).toMatchObject([
    {
      orders: [{ number: '2' }, { number: '3' }, { number: '1' }],
      watermark: { changedAt: minute(2) },
    },
  ]);
});

it('names orders that are neither released nor cancelled, as they may have been, and moves the watermark behind them', async () => {
  const server = await startRows([row('1', minute(1)), row('2', minute(2))], { pageSize: 9 });
  const order: Listing['order'] = ({ number, quantity, changed }) => ({
    number,
    article: 'A',
    quantity,
    changedAt: changed,
    state: number === '2' ? 'other' : 'cancelled',
  });

  const pages = await pagesOf(server.url, { order });

  expect(pages).toMatchObject([
    {
      orders: [
        { number: '1', state: 'cancelled', changedAt: minute(1) },
        { number: '2', state: 'other', changedAt: minute(2) },
      ],
      watermark: { changedAt: minute(2), id: '2' },
    },
  ]);
});

it('keeps numbers, units, dates and decimals as they are', async () => {
  const server = await startRows([row('000123/04', minute(1), { quantity: '2.50' })], { pageSize: 9 });
  const order: Listing['order'] = ({ number, quantity, changed }) => ({
    number,
    id: 17,
    article: '0042',
    quantity,
    unit: 'kg',
    dueDate: '2026-12-01',
    changedAt: changed,
    state: 'released',
    attributes: { customer: 'De Smet' },
  });

  const [page] = await pagesOf(server.url, { order });

  expect(page?.orders).toEqual([
    {
      number: '000123/04',
      id: '17',
      article: '0042',
      quantity: { amount: '2.5', unit: 'kg' },
      dueDate: '2026-12-01',
      state: 'released',
      changedAt: minute(1),
      attributes: { customer: 'De Smet' },
    },
  ]);
});

it.each([true, false])(
  'says that an order may be missing when a row comes on two pages, and lists the others (incremental: %s)',
  async (incremental) => {
    // Prepare: the ERP has no fixed order among equal times: one row is on both pages each time, and one could be on none.
    const [a, b, c] = ['a', 'b', 'c'].map((number) => row(number, minute(2)));
    const rows = [[a, b], [c, a], []];
    const server = await startServer(({ url }) => ({
      body: { rows: rows[Number(url.searchParams.get('page')) - 1] },
    }));
    const orders = { paging: { kind: 'page', parameter: 'page' }, incremental } as const;
    const listing = smallConnector(server.url, { orders }).releasedOrders(undefined, newSignal());
    const numbers: string[] = [];

    // Act
    const failure = await failureOf(
      (async () => {
        for await (const page of listing) numbers.push(...numbersOf([page]));
      })(),
    );

    // Assess
    expect(numbers.toSorted()).toEqual(['a', 'b', 'c']);
    expect(failure).toMatchObject({
      name: 'Rejected',
      causeCode: 'configuration',
      message: `Small ERP may have orders that its list does not show: it lists a of ${minute(2)} on two pages; let orders.query sort by a unique second key, such as the id.`,
    });
  },
);

it.each([
  ['https and a host that only the ERP knows', 'https://erp.internal:8443/orders'],
  ['http and a host that only the ERP knows', 'http://erp.internal/orders'],
  ['another host and no scheme', '//erp.internal/orders'],
  ['a path alone', '/orders'],
  ['a path below that of its page', 'orders'],
])('follows a link to the next page on our own host, with its query as it is: %s', async (_, begins) => {
  // Prepare
  const token = 'a+b%20c%2B=';
  const server = await startServer(({ url }) => {
    const page = Number(url.searchParams.get('page') ?? 1);
    const next = page < 3 ? `${begins}?page=${page + 1}&$skiptoken=${token}` : undefined;
    return { body: { rows: [row(String(page), minute(page))], '@odata.nextLink': next } };
  });

  // Act
  const listed = await pagesOf(server.url, { paging: { kind: 'nextLink', next: '@odata.nextLink' } });

  // Assess
  expect(numbersOf(listed)).toEqual(['1', '2', '3']);
  const followed = server.calls.filter(({ url }) => url.searchParams.has('page'));
  const tokens = followed.map(({ url }) => url.searchParams.get('$skiptoken'));
  expect(new Set(tokens)).toEqual(new Set(['a+b c+=']));
});

it.each([
  ['moved up by one that was added before them', [['a', 'b', 'c'], ['b', 'c', 'd'], []]],
  ['come again as the first of the next page', [['a', 'b'], ['b', 'c'], []]],
])('says nothing about rows that %s', async (_, pages) => {
  const server = await startServer(({ url }) => {
    const numbers = pages[Number(url.searchParams.get('page')) - 1] ?? [];
    return { body: { rows: numbers.map((number) => row(number, minute(2))) } };
  });

  const listed = await pagesOf(server.url, {
    paging: { kind: 'page', parameter: 'page' },
    incremental: false,
  });

  expect(numbersOf(listed)).toEqual([...new Set(pages.flat())]);
});

it.each<[string, Answer, Partial<Listing>]>([
  ['a GraphQL connection', { body: { pageInfo: { hasNextPage: true } } }, {}],
  ['OData', { body: { '@odata.nextLink': '/orders?$skip=1' } }, {}],
  ['a Link header', { body: {}, headers: { link: '</orders?page=2>; rel="next"' } }, {}],
  [
    'a page that names its next one elsewhere',
    { body: { next: 'x' } },
    { paging: { kind: 'cursor', parameter: 'after', next: 'orders.cursor' } },
  ],
])(
  'says that further orders are lost, once the others are listed, where %s has more than it holds',
  async (_, answer, change) => {
    // Prepare
    const rows = [row('1', minute(1))];
    const server = await startServer(() => ({
      ...answer,
      body: { orders: { rows, ...Object(answer.body) } },
    }));
    const list = 'orders.rows';
    const connector = smallConnector(server.url, { orders: { list, ...change } });

    // Act
    const { value } = await firstPage(connector);
    const failure = await failureOf(pagesOf(server.url, { list, ...change }));

    // Assess
    expect(numbersOf([value])).toEqual(['1']);
    expect(failure).toMatchObject(
      rejection('its answer says that more follow, but orders.paging finds no next page', 'configuration'),
    );
  },
);

it.each<[RestPaging, (string | null)[]]>([
  [{ kind: 'offset' }, [null, '1', '2', '3']],
  [{ kind: 'cursor', next: 'next' }, [null, '2', '3']],
])('asks for the pages of $kind in the body', async (paging, expected) => {
  // Prepare
  const rows = ['1', '2', '3'].map((number) => row(number, minute(Number(number))));
  const server = await startServer(({ body }) => {
    const { after } = JSON.parse(body);
    const at = paging.kind === 'offset' ? Number(after ?? 0) : Number(after ?? 1) - 1;
    return { body: { rows: rows.slice(at, at + 1), next: at < 2 ? String(at + 2) : null } };
  });

  // Act
  const pages = await pagesOf(server.url, {
    method: 'POST',
    path: '/graphql',
    query: undefined,
    paging,
    incremental: false,
    body: (since, position) => ({ since, after: position ?? null }),
  });

  // Assess
  expect(numbersOf(pages)).toEqual(['1', '2', '3']);
  const asked = server.calls.map(({ body }) => JSON.parse(body).after);
  expect(asked.slice(0, expected.length)).toEqual(expected);
  expect(server.calls.map(({ url }) => url.search).join('')).toBe('');
});
