import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErpConnector } from '../../../../shared/erp/connector.ts';
import { odoo } from '../../../../shared/erp/odoo/index.ts';
import type { OdooCredentials, OdooOptions } from '../../../../shared/erp/odoo/options.ts';
import type { Completion } from '../../../../shared/model/completions.ts';
import { Rejected } from '../../../../shared/model/errors.ts';
import type { ErpOrder, ErpOrderRef } from '../../../../shared/model/orders.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import { failureOf, firstAttempt, newSignal, nextAttempt } from './attempts.ts';
import { completionOf, productOrderOf, quantityKey } from './completions.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { type OdooServer, startOdoo } from './servers/odoo.ts';
import type { OdooVersion } from './servers/odoo-models.ts';

const login = { database: 'plant', username: 'azumuta@example.com', apiKey: 'right-key' };

describe.each<OdooVersion>([17, 19])('odoo %i', (version) => {
  let server: OdooServer;
  let faults: FaultProxy;
  beforeAll(async () => {
    server = await startOdoo(version, login);
    faults = await startFaultProxy(server.url);
  });
  afterAll(async () => {
    await faults.close();
    await server.close();
  });

  function connect(
    options: Partial<OdooOptions> = {},
    credentials: (options?: { readonly refresh?: boolean }) => Promise<OdooCredentials> = async () => login,
  ): ErpConnector {
    const whole: OdooOptions = { url: faults.url, database: 'plant', version, backorder: 'keep', ...options };
    return odoo(whole).connect({ clock: systemClock, credentials });
  }
  function plan(article = 'CHAIR', quantity = 5): ErpOrderRef {
    const row = server.books.plan(article, quantity);
    return { number: String(row.name), id: String(row.id) };
  }
  const part = (order: ErpOrderRef, n: number, amount: string): Completion =>
    completionOf(order, { quantity: { amount }, final: false }, productOrderOf(order, n));
  const book = (completion: Completion, connector = connect()) =>
    connector.book(completion, quantityKey(completion.productOrder), firstAttempt());
  const rowsNamed = (order: ErpOrderRef) =>
    server.books.rows('mrp.production').filter((row) => String(row.name).startsWith(order.number));
  async function listed(connector: ErpConnector): Promise<ErpOrder[]> {
    const orders: ErpOrder[] = [];
    for await (const page of connector.releasedOrders(undefined, newSignal())) orders.push(...page.orders);
    return orders;
  }

  it('refuses to close an order with a part of it when backorders are off, and writes nothing', async () => {
    // Prepare
    const order = plan();

    // Act
    const failure = await failureOf(book(part(order, 1, '2'), connect({ backorder: 'skip' })));

    // Assess
    expect(failure).toBeInstanceOf(Rejected);
    expect(failure).toHaveProperty('message', expect.stringContaining("set backorder to 'keep'"));
    expect(rowsNamed(order)).toMatchObject([{ name: order.number, state: 'confirmed', qty_producing: 0 }]);
    expect(server.books.rows('mail.message').filter((one) => one.res_id === Number(order.id))).toEqual([]);
  });

  it('does not take a wizard for success, and names it', async () => {
    // Prepare
    const order = plan();
    server.books.asksAboutConsumption = true;

    // Act
    const failure = await failureOf(book(completionOf(order)));
    server.books.asksAboutConsumption = false;

    // Assess
    expect(failure).toBeInstanceOf(Rejected);
    expect(failure).toHaveProperty('message', expect.stringContaining('mrp.consumption.warning'));
    expect(failure).toHaveProperty('message', expect.stringContaining(order.number));
  });

  it('finishes on replay what a wizard held up, with one note', async () => {
    // Prepare
    const order = plan();
    server.books.asksAboutConsumption = true;
    await failureOf(book(completionOf(order)));
    server.books.asksAboutConsumption = false;

    // Act
    const receipt = await book(completionOf(order));

    // Assess
    expect(receipt.alreadyBooked).toBe(false);
    const notes = server.books.rows('mail.message').filter((one) => one.res_id === Number(order.id));
    expect(notes.length).toBe(1);
  });

  it('books a part that was interrupted after another part took its place', async () => {
    // Prepare: the first part leaves its mark, and stops before the order is finished.
    const order = plan();
    const [first, second] = [part(order, 1, '2'), part(order, 2, '2')];
    server.books.asksAboutConsumption = true;
    await failureOf(book(first));
    server.books.asksAboutConsumption = false;
    await book(second);

    // Act
    const receipt = await connect().book(first, quantityKey(first.productOrder), nextAttempt());

    // Assess
    expect(receipt.alreadyBooked).toBe(false);
    const family = rowsNamed(order).map((row) => [row.name, row.state, row.qty_produced]);
    expect(family).toEqual([
      [`${order.number}-001`, 'done', 2],
      [`${order.number}-002`, 'done', 2],
      [`${order.number}-003`, 'confirmed', 0],
    ]);
  });

  it('does not claim an order that was finished by hand with another quantity after our mark', async () => {
    // Prepare
    const order = plan();
    const completion = completionOf(order, { quantity: { amount: '5' } });
    server.books.asksAboutConsumption = true;
    await failureOf(book(completion));
    server.books.asksAboutConsumption = false;
    const ids = [Number(order.id)];
    const context = { skip_backorder: true };
    server.books.call('mrp.production', 'write', { ids, named: { vals: { qty_producing: 3 } }, context });
    server.books.call('mrp.production', 'button_mark_done', { ids, named: {}, context });

    // Act
    const failure = await failureOf(
      connect().book(completion, quantityKey(completion.productOrder), nextAttempt()),
    );

    // Assess
    expect(failure).toBeInstanceOf(Rejected);
    expect(failure).toHaveProperty('message', expect.stringContaining('3 instead of 5'));
  });

  it('does not add to what somebody else began to book', async () => {
    // Prepare: a person booked 2 of 5 and kept a backorder.
    const order = plan();
    const ids = [Number(order.id)];
    const context = { skip_backorder: true, mo_ids_to_backorder: ids };
    server.books.call('mrp.production', 'write', { ids, named: { vals: { qty_producing: 2 } }, context });
    server.books.call('mrp.production', 'button_mark_done', { ids, named: {}, context });

    // Act
    const failure = await failureOf(book(completionOf(order)));

    // Assess
    expect(failure).toBeInstanceOf(Rejected);
    expect(rowsNamed(order).map((row) => row.state)).toEqual(['done', 'confirmed']);
  });

  it('rejects a tracked product without a lot before it writes', async () => {
    // Prepare
    const order = plan('BATCH');

    // Act
    const failure = await failureOf(book(completionOf(order)));

    // Assess
    expect(failure).toBeInstanceOf(Rejected);
    expect(server.books.rows('mrp.production').find((row) => row.id === Number(order.id))?.state).toBe(
      'confirmed',
    );
  });

  it('uses a lot that exists already', async () => {
    // Prepare
    const [order, other] = [plan('BATCH'), plan('BATCH')];
    const lots = [{ number: `B-${order.id}` }];

    // Act
    await book(completionOf(order, { lots }));
    await book(completionOf(other, { lots }));

    // Assess
    const made = server.books.rows('stock.lot').filter((lot) => lot.name === `B-${order.id}`);
    expect(made.length).toBe(1);
  });

  it('lists the fields that the mapping wants, and no backorders', async () => {
    // Prepare
    const order = plan();
    await book(part(order, 1, '2'));
    const whole = plan();

    // Act
    const orders = await listed(connect({ orderFields: ['x_drawing'] }));

    // Assess
    expect(orders.find((one) => one.number === whole.number)).toMatchObject({
      attributes: { x_drawing: 'D-0007', origin: 'SO0042' },
      dueDate: '2031-05-06T07:00:00Z',
      quantity: { amount: '5', unit: 'Units' },
    });
    expect(orders.map((one) => one.number)).not.toContain(`${order.number}-002`);
  });

  it('rejects a field that Odoo does not have, naming it', async () => {
    const failure = await failureOf(listed(connect({ orderFields: ['x_missing'] })));

    expect(failure).toBeInstanceOf(Rejected);
    expect(failure).toHaveProperty('message', expect.stringContaining('x_missing'));
  });

  it('reads the secret again when Odoo refuses it, and goes on with the new key', async () => {
    // Prepare
    const order = plan();
    let reads = 0;
    const connector = connect({}, async ({ refresh } = {}) => {
      if (refresh) reads += 1;
      return { username: login.username, apiKey: reads > 0 ? login.apiKey : 'rotated-away' };
    });

    // Act
    await book(completionOf(order), connector);

    // Assess
    expect(reads).toBe(1);
    expect(rowsNamed(order)[0]?.state).toBe('done');
  });
});

describe('odoo', () => {
  it('stops the flow and gives nothing up when the secret has no username, which JSON-RPC needs', async () => {
    // Prepare
    const server = await startOdoo(17, login);
    const row = server.books.plan('CHAIR', 5);
    const definition = odoo({ url: server.url, database: 'plant', version: 17, backorder: 'skip' });
    const connector = definition.connect({ clock: systemClock, credentials: async () => ({ apiKey: 'k' }) });

    // Act
    const completion = completionOf({ number: String(row.name) });
    const failure = await failureOf(connector.book(completion, 'K#quantity', firstAttempt()));
    await server.close();

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner', unauthorized: true });
    expect(failure).toHaveProperty('message', expect.stringContaining('username'));
  });

  it('names the option that does not fit', () => {
    // A configuration written in plain JavaScript can hold anything.
    const misspelt = JSON.parse('{"url":"https://x.example","database":"d","backorder":"maybe"}');

    expect(() => odoo(misspelt)).toThrow(/\$\.backorder/);
  });
});
