import { describe, expect, it, onTestFinished } from 'vitest';
import type { ErpConnector, ErpDefinition } from '../../../../shared/erp/connector.ts';
import { odoo } from '../../../../shared/erp/odoo/index.ts';
import { sapS4Hana } from '../../../../shared/erp/sap-s4hana/index.ts';
import { RetryLater } from '../../../../shared/model/errors.ts';
import type { Watermark } from '../../../../shared/model/orders.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import { failureOf } from './attempts.ts';
import { startFaultProxy, type Upstream } from './fault-proxy.ts';
import { listOf } from './listing.ts';
import { createOdoo } from './servers/odoo.ts';
import { createSap } from './servers/sap-s4hana.ts';

/** Changes the rows of an answer, wherever they are in it. */
type Change = (row: Record<string, unknown>) => Record<string, unknown> | null;

async function sap(change: Change) {
  const login = { auth: 'basic', user: 'AZUMUTA', secret: 'right-password' } as const;
  const server = createSap(login);
  const credentials = { username: login.user, password: login.secret };
  return behind(server, change, credentials, (url, pageSize) =>
    sapS4Hana({ url, auth: 'basic', goodsMovements: 'backflush', pageSize }),
  );
}

async function odoo19(change: Change) {
  const login = { database: 'plant', username: 'azumuta@example.com', apiKey: 'right-key' };
  const server = createOdoo(19, login);
  return behind(server, change, login, (url, pageSize) =>
    odoo({ url, database: 'plant', version: 19, backorder: 'keep', pageSize }),
  );
}

/** A server that stops after the test, and a connector that gets changed answers from it. */
async function behind<Books>(
  server: { readonly answer: Upstream; readonly books: Books },
  change: Change,
  credentials: Readonly<Record<string, string>>,
  connector: (url: string, pageSize: number) => ErpDefinition,
) {
  const { url, rewriteAnswers } = await proxyOf(server.answer, change);
  return {
    books: server.books,
    rewriteAnswers,
    connect: (pageSize: number) =>
      connector(url, pageSize).connect({ clock: systemClock, credentials: async () => credentials }),
  };
}

async function proxyOf(server: string | Upstream, change: Change) {
  const proxy = await startFaultProxy(server);
  onTestFinished(() => proxy.close());
  proxy.rewriteAnswers((body) => {
    const answer: unknown = JSON.parse(body, (_, value) =>
      value !== null && typeof value === 'object' && !Array.isArray(value) ? change(value) : value,
    );
    return JSON.stringify(answer);
  });
  return proxy;
}

async function listed(connector: ErpConnector, since?: Watermark) {
  const { numbers, ...list } = await listOf(connector, since);
  return { ...list, orders: numbers };
}

describe('sap-s4hana', () => {
  it.each([1, 2, 3, 9])('continues after rows without a number, in pages of %i', async (pageSize) => {
    // Prepare: the first two of five, and the last one.
    const { books, connect } = await sap((row) => (row.Material === 'FG227' ? null : row));
    for (const material of ['FG227', 'FG227', 'FG226', 'FG226', 'FG227']) books.plan(material, '5');
    const [first, second] = books.orders.filter(({ Material }) => Material === 'FG226');

    // Act
    const { orders, unreadable, watermark } = await listed(connect(pageSize));

    // Assess
    expect(orders).toEqual([first?.ManufacturingOrder, second?.ManufacturingOrder]);
    expect(watermark?.id).toBe(second?.ManufacturingOrder);
    expect(unreadable.length).toBeGreaterThan(0);
    for (const { id, reason } of unreadable) {
      expect(id).toMatch(/^\$\.d\.results\[\d\]$/);
      expect(reason).toContain('$: found null, expected object');
    }
  });

  it.each([
    ['no unit', { ProductionUnit: null }, '$.ProductionUnit: found null'],
    [
      'a quantity that is none',
      { TotalQuantity: 'five' },
      '$.TotalQuantity: found string, expected a decimal',
    ],
    ['a date that is none', { MfgOrderPlannedEndDate: '/Date(9999999999999999)/' }, 'expected a date'],
    ['a change time that is no text', { LastChangeDateTime: {} }, '$.LastChangeDateTime: found object'],
  ])('names an order with %s', async (_, change, why) => {
    // Prepare
    const { books, connect } = await sap((row) => (row.Material === 'FG227' ? { ...row, ...change } : row));
    const [, misfit] = ['FG226', 'FG227', 'FG226'].map((material) => books.plan(material, '5'));

    // Act
    const { orders, unreadable } = await listed(connect(2));

    // Assess
    expect(orders.length).toBe(2);
    expect(unreadable).toEqual([{ id: misfit?.ManufacturingOrder, reason: expect.stringContaining(why) }]);
  });

  it('lists an order that was never changed when its creation time cannot be read', async () => {
    const created = { MfgOrderCreationDate: '/Date(8640000000000001)/', MfgOrderCreationTime: 'PT1H1M1S' };
    const { books, connect } = await sap((row) => ({ ...row, ...created }));
    const order = books.plan('FG226', '5', null);

    const { orders } = await listed(connect(2), { changedAt: '2026-01-01T00:00:00.000Z' });

    expect(orders).toEqual([order.ManufacturingOrder]);
  });
});

describe('odoo', () => {
  it.each([1, 2, 3, 9])('continues after orders without a change time, in pages of %i', async (pageSize) => {
    // Prepare
    const { books, connect } = await odoo19((row) =>
      row.product_qty === 7 ? { ...row, write_date: false } : row,
    );
    const planned = [7, 7, 5, 7, 5].map((quantity) => books.plan('CHAIR', quantity));

    // Act
    const { orders, unreadable, watermark } = await listed(connect(pageSize));

    // Assess
    const names = (quantity: number) =>
      planned.filter((row) => row.product_qty === quantity).map(({ name }) => name);
    expect(orders).toEqual(names(5));
    expect(watermark?.id).toBe(String(planned[4]?.id));
    expect(unreadable.map(({ id }) => id)).toEqual(names(7));
    expect(unreadable[0]?.reason).toContain('$.write_date: found boolean, expected string');
  });

  it.each<[string, Change, string]>([
    [
      'is not shown',
      (row) => (row.default_code === 'BATCH' ? { ...row, id: 0 } : row),
      '$: found missing, expected object',
    ],
    [
      'has a code that is none',
      (row) => (row.default_code === 'BATCH' ? { ...row, default_code: null } : row),
      '$.default_code: found null, expected string or false',
    ],
  ])('names an order whose product %s', async (_, change, why) => {
    // Prepare
    const { books, connect } = await odoo19(change);
    const [first, misfit, third] = ['CHAIR', 'BATCH', 'CHAIR'].map((article) => books.plan(article, 5));

    // Act
    const { orders, unreadable, watermark } = await listed(connect(9));

    // Assess
    expect(orders).toEqual([first?.name, third?.name]);
    expect(unreadable).toEqual([{ id: misfit?.name, reason: expect.stringContaining(why) }]);
    expect(unreadable[0]?.reason).toContain('its product The BATCH');
    expect(watermark?.id).toBe(String(third?.id));
  });
});

it.each([
  ['SAP', sap],
  ['Odoo', odoo19],
])('reports that %s is down when its answer is not a list', async (_, start) => {
  const { connect, rewriteAnswers } = await start((row) => row);
  rewriteAnswers(() => JSON.stringify({ d: { results: null } }));

  const failure = await failureOf(listed(connect(9)));

  expect(failure).toBeInstanceOf(RetryLater);
  expect(failure).toMatchObject({ scope: 'partner' });
});
