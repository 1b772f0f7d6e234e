import { describe, expect, it } from 'vitest';
import { endings } from '../../infra/ops/orders/end-order.ts';
import type { Answer } from '../support/server.ts';
import { eachWithPlant, endDependencies, plant, takePlant } from './acts.ts';
import { days, type LifePlant } from './plant.ts';

// The ERP posts its orders, and posts no change.
eachWithPlant({ integration: { schedule: { pull: 'off' } } });

type Order = ReturnType<LifePlant['plan']>;
const posted = ({ number, id }: Order, more: object = {}) => ({
  number,
  id,
  article: 'GEAR-01',
  quantity: '5',
  dueDate: '2026-12-01',
  ...more,
});
const concerns = async ({ number }: Order) =>
  (await plant.ledger.knownOrders.read(number)).concerns.map(({ kind, note }) => `${kind}: ${note}`);

const kindsOf = async ({ number }: Order) =>
  (await plant.ledger.knownOrders.read(number)).concerns.map(({ kind }) => kind);

async function made(more: object = {}): Promise<Order> {
  const order = plant.plan('5', 'plain', { dueDate: '2026-12-01' });
  await plant.post(posted(order, more));
  await plant.work();
  expect(plant.azumuta.productOrders()).toMatchObject([
    { number: order.number, parameters: { Quantity: 5 } },
  ]);
  return order;
}

async function day(count = 1): Promise<void> {
  plant.advance(count * days);
  plant.table.expire();
  await plant.looked();
}

/** What the ERP answers when it is asked for one order. */
function erpShows(change: ((row: Record<string, unknown>) => Answer['body']) | undefined): void {
  plant.answers.erp = (received, answer) => {
    const given = answer();
    const isOne = /\/production-orders\/[^/]+$/.test(received.url.pathname) && received.method === 'GET';
    if (!isOne || !change) return given;
    const body = change(given.body as Record<string, unknown>);
    return body === undefined ? { status: 404, body: { error: 'unknown' } } : { ...given, body };
  };
}

describe('the daily look at an open order', () => {
  it('says nothing of an order that the ERP has as it was posted, under fields of its own', async () => {
    const order = await made({ unit: 'pieces', attributes: { colour: 'red' } });
    await day();
    expect(await concerns(order)).toEqual([]);
    expect(plant.letters()).toEqual([]);
  });

  it('tells once that an order was deleted in the ERP, and that it is there again', async () => {
    const order = await made();
    erpShows(() => undefined);
    for (let at = 0; at < 3; at++) {
      await day();
      await plant.alerts();
    }
    const told = plant.mails.map(({ subject }) => subject);
    expect(await concerns(order)).toEqual([
      'unwanted: The ERP does not have it any more: remove it in Azumuta by hand, unless it is built by now',
    ]);
    const subject = `${order.number}: product order is not wanted any more`;
    expect(told).toEqual(
      [subject, `Still open: ${subject}`, `Still open: ${subject}`].map((one) => `life-production: ${one}`),
    );
    erpShows(undefined);
    await day();
    expect(await concerns(order)).toEqual([]);
  });

  it('tells that an order was put back', async () => {
    const order = await made();
    erpShows((row) => ({ ...row, status: 'planned' }));
    await day();
    expect(await concerns(order)).toEqual([
      'unwanted: The ERP does not release it any more: remove it in Azumuta by hand, unless it is built by now',
    ]);
  });

  it('tells of another quantity that nobody posted', async () => {
    const order = await made();
    plant.erp.changeQuantity(order, '8');
    await day();
    expect(await concerns(order)).toEqual(['changed: parameters["Quantity"] is 5, wanted 8']);
  });

  it('takes another due date, so that nobody is told of an order that is not late', async () => {
    await made();
    plant.erp.changeDueDate(plant.erp.plan({ article: 'plain', quantity: '1' }), '2027-01-01');
    const [order] = plant.azumuta.productOrders();
    plant.erp.changeDueDate({ number: String(order?.number) }, '2027-02-01');
    for (let at = 0; at < 20; at++) {
      await day();
      await plant.alerts();
    }
    expect(plant.mails.map(({ subject }) => subject)).toEqual([]);
  });

  it('follows an article that was renamed in the ERP, so that what is built can be booked', async () => {
    const order = await made();
    plant.deploy({ productOrders: { article: () => 'GEAR-01', parameters: () => ({ Quantity: 5 }) } });
    erpShows((row) => ({ ...row, product: 'GEAR-01-B' }));
    await day();
    plant.azumuta.complete(order.number);
    await plant.work();
    expect(plant.letters()).toEqual([]);
    expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '5' });
  });

  it('creates an order that could not be mapped, once the mapping is corrected', async () => {
    plant.deploy({ productOrders: { article: () => '' } });
    const order = plant.plan('5', 'plain', { dueDate: '2026-12-01' });
    await plant.post(posted(order));
    plant.deploy({});
    const before = await concerns(order);
    await day();
    expect(before).toEqual([
      expect.stringContaining(
        'refused: Mapping productOrders.article gave something wrong for MO/0001: found empty text',
      ),
    ]);
    expect(await concerns(order)).toEqual([]);
    expect(plant.azumuta.productOrders()).toMatchObject([{ number: order.number, article: 'GEAR-01' }]);
  });

  it('tells that an order was deleted which could not be mapped any more', async () => {
    // Prepare: it is in Azumuta, and the mapping refuses what the ERP wants since
    const order = await made();
    plant.deploy({ productOrders: { article: () => '' } });
    plant.erp.changeQuantity(order, '8');
    await day();
    expect(await kindsOf(order)).toEqual(['refused']);

    // Act
    erpShows(() => undefined);
    await day();

    // Assess
    expect(await kindsOf(order)).toEqual(['unwanted']);
  });

  it('tells of it as well where a person has settled that it could not be mapped', async () => {
    // Prepare
    const order = await made();
    plant.deploy({ productOrders: { article: () => '' } });
    plant.erp.changeQuantity(order, '8');
    await day();
    const settled = { number: order.number, kind: 'refused', go: true, note: 'Ann: it is built as it is' };
    await endings.settle(settled, endDependencies());

    // Act
    erpShows(() => undefined);
    await day();

    // Assess
    expect(await kindsOf(order)).toEqual(['unwanted']);
  });

  it('says nothing more of an order that could not be mapped, and was deleted', async () => {
    plant.deploy({ productOrders: { article: () => '' } });
    const order = plant.plan('5');
    await plant.post(posted(order));
    expect(await concerns(order)).toHaveLength(1);
    erpShows(() => undefined);
    await day();
    expect(await concerns(order)).toEqual([]);
  });

  it('asks once for all parts of an ERP order', async () => {
    plant.deploy({ productOrders: { split: { per: 'unit', book: 'when-all-done' } } });
    const order = plant.plan('5', 'plain', { dueDate: '2026-12-01' });
    await plant.post(posted(order));
    await plant.work();
    expect(plant.azumuta.productOrders()).toHaveLength(5);
    const before = plant.calls.erp;
    await day();
    expect(plant.calls.erp - before).toBe(1);
  });

  it('leaves no message and no letter behind while the ERP is down', async () => {
    await made();
    plant.answers.erp = () => ({ status: 503, body: {} });
    for (let at = 0; at < 8; at++) await day();
    expect(plant.letters()).toEqual([]);
    expect(plant.queues.messages('https://sqs.invalid/product-orders')).toEqual([]);
  });

  it('keeps all records of an order that is open for two years', async () => {
    plant.deploy({ productOrders: { split: { per: 'unit', book: 'when-all-done' } } });
    const order = plant.plan('2', 'plain', { dueDate: '2026-12-01' });
    await plant.post(posted(order, { quantity: '2' }));
    await plant.work();
    plant.azumuta.complete(`${order.number}/2`);
    await plant.work();
    for (let at = 0; at < 36; at++) await day(20);
    plant.azumuta.complete(`${order.number}/1`);
    await plant.work();
    expect(plant.letters()).toEqual([]);
    expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '2' });
  });
});

describe('an order that was raised while its product order is open', () => {
  it.each(['odoo 17', 'odoo 19', 'sap-s4hana', 'rest'] as const)('keeps its rest open in %s', async (erp) => {
    takePlant({ erp });
    const order = plant.plan('3');
    await plant.pulled();
    plant.erp.changeQuantity(order, '99');
    plant.azumuta.complete(order.number);
    await plant.work();
    expect(plant.erp.books(order)).toMatchObject({ state: 'open', good: '3' });
    expect(plant.letters()).toEqual([]);
  });
});

describe('the replay of a creation that was refused', () => {
  /** The mapping names an article that Azumuta does not have. */
  async function refused(): Promise<Order> {
    plant.deploy({ productOrders: { article: () => 'GEAR-99', parameters: () => ({ Quantity: 1 }) } });
    const order = plant.plan('5', 'plain', { dueDate: '2026-12-01' });
    await plant.post(posted(order));
    await plant.work();
    expect(plant.letters()).toHaveLength(1);
    return order;
  }

  it('maps the order anew, as the mapping was corrected', async () => {
    const order = await refused();
    plant.deploy({});
    plant.erp.changeQuantity(order, '7');
    await plant.replayed();
    expect(plant.azumuta.productOrders()).toMatchObject([
      { number: order.number, article: 'GEAR-01', parameters: { Quantity: 7 } },
    ]);
    expect(plant.letters()).toEqual([]);
  });

  it('creates nothing that was cancelled meanwhile', async () => {
    const order = await refused();
    plant.deploy({});
    plant.erp.cancel(order);
    await plant.replayed();
    expect(plant.azumuta.productOrders()).toEqual([]);
    expect(plant.letters()).toEqual([]);
  });

  it('says why the order cannot be mapped now', async () => {
    await refused();
    plant.deploy({ productOrders: { article: () => '' } });
    await plant.replayed();
    expect(plant.azumuta.productOrders()).toEqual([]);
    expect(plant.letters()).toEqual([
      expect.stringContaining(
        'Mapping productOrders.article gave something wrong for MO/0001: found empty text',
      ),
    ]);
  });
});
