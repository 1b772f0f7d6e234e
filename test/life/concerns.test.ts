import { describe, expect, it } from 'vitest';
import type { ErpOrder } from '../../shared/model/orders.ts';
import type { PlannedOrderRef } from '../shared/erp/conformance/target.ts';
import { eachWithPlant, erpLists, kinds, made, plant, subjects } from './acts.ts';
import { days, hours } from './plant.ts';

eachWithPlant();

const posted = ({ number, id }: PlannedOrderRef, more: object = {}) => ({
  number,
  id,
  article: 'GEAR-01',
  quantity: '5',
  unit: 'u',
  dueDate: '2026-12-10',
  ...more,
});

/** Pulls, works, and tells people. */
async function round(after = hours): Promise<void> {
  plant.advance(after);
  await plant.pulled();
  await plant.alerts();
}

/** A product order in Azumuta. */
async function released(quantity = '5'): Promise<PlannedOrderRef> {
  const order = plant.plan(quantity, 'plain', { dueDate: '2026-12-10' });
  await round(0);
  expect(made()).toContain(`${order.number} open`);
  return order;
}

/** Azumuta shows other parameters of all product orders, as somebody changed them there. */
function edit(quantity: number): void {
  plant.answers.azumuta = (received, answer) => {
    const given = answer();
    const { body } = given as { body?: { data?: unknown[] } };
    for (const order of body?.data ?? [body])
      for (const parameter of (order as { parameters?: { key: string; value: unknown }[] })?.parameters ?? [])
        if (parameter.key === 'Quantity' && received.method === 'GET') parameter.value = quantity;
    return given;
  };
}

describe('an order that was cancelled and removed in Azumuta, as people were asked', () => {
  it('is over at the next look, and nobody is told of it for ever', async () => {
    const order = await released();
    plant.erp.cancel(order);
    await round();
    expect(await kinds()).toEqual(['unwanted']);
    plant.azumuta.remove(order.number);
    for (let day = 0; day < 30; day++) {
      plant.advance(days);
      await plant.looked();
      await plant.alerts();
    }
    expect(await kinds()).toEqual([]);
    expect(subjects()).toHaveLength(2);
  });

  it('is created anew when the ERP releases it again', async () => {
    const order = await released();
    plant.erp.cancel(order);
    await round();
    plant.azumuta.remove(order.number);
    erpLists((row) => ({ ...row, status: 'released', changedAt: plant.clock.now().toISOString() }));
    await round();
    await round();
    expect(made()).toEqual([`${order.number} open`]);
    expect(await kinds()).toEqual([]);
    expect((await plant.post(posted(order))).status).toBe('exists');
  });
});

it('is not asked about in Azumuta for its completion while the ERP does not want it', async () => {
  const order = await released();
  plant.erp.cancel(order);
  await round();
  plant.advance(60 * days);
  const { azumuta } = plant.calls;
  await plant.reconcile();
  expect(await kinds()).toEqual(['unwanted']);
  expect(plant.calls.azumuta).toBe(azumuta);
});

describe('an order that is changed in the ERP', () => {
  it('is over once Azumuta has it so, and answered as it is', async () => {
    const order = await released();
    plant.erp.changeQuantity(order, '8');
    await round();
    expect(await kinds()).toEqual(['changed']);
    expect(await plant.post(posted(order, { quantity: '8' }))).toMatchObject({ status: 'conflict' });
    edit(8);
    await round();
    await plant.reconcile();
    await round();
    expect(await kinds()).toEqual([]);
    expect(await plant.post(posted(order, { quantity: '8' }))).toMatchObject({ status: 'exists' });
  });

  it('is told though the mapping refuses the change, until it is mapped again', async () => {
    plant.deploy({
      productOrders: {
        parameters: ({ quantity }: ErpOrder) => {
          if (Number(quantity.amount) > 100) throw new Error('no batch above 100');
          return { Quantity: Number(quantity.amount) };
        },
      },
    });
    const order = await released();
    plant.erp.changeQuantity(order, '500');
    await round();
    await round();
    expect(await kinds()).toEqual(['refused']);
    expect(plant.mails.at(-1)?.text).toContain('no batch above 100');
    plant.erp.changeQuantity(order, '5');
    await round();
    expect(await kinds()).toEqual([]);
  });
});

it.each([false, true])(
  'follows an article that was renamed in the ERP; while its booking waits: %s',
  async (waits) => {
    plant.deploy({ productOrders: { article: () => 'GEAR-01', parameters: () => ({ Quantity: 5 }) } });
    const order = await released();
    if (waits) {
      plant.answers.erp = () => ({ status: 503 });
      plant.azumuta.complete(order.number);
      await plant.work();
      expect(await plant.ledger.bookings.listOfOrder(order.number)).toMatchObject([{ state: 'waiting' }]);
    }
    plant.answers.erp = (_, answer) =>
      JSON.parse(JSON.stringify(answer()).replaceAll('"GEAR-01"', '"GEAR-01B"'));
    plant.erp.touch(order);
    await round();
    if (!waits) plant.azumuta.complete(order.number);
    await round();
    expect(plant.letters()).toEqual([]);
    expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '5' });
  },
);

it('follows an article that was renamed in Azumuta, once the mapping has its new code', async () => {
  // Prepare
  plant.deploy({ productOrders: { article: () => 'GEAR-01', parameters: () => ({ Quantity: 5 }) } });
  const order = await released();
  plant.answers.azumuta = (_, answer) =>
    JSON.parse(JSON.stringify(answer()).replaceAll('GEAR-01', 'GEAR-01B'));
  plant.azumuta.complete(order.number);
  await round();
  const before = plant.letters().length;

  // Act: the mapping is corrected, and the letter replayed
  plant.deploy({ productOrders: { article: () => 'GEAR-01B', parameters: () => ({ Quantity: 5 }) } });
  plant.erp.touch(order);
  await round();
  await plant.replayed();
  await round();

  // Assess
  expect(before).toBe(1);
  expect(plant.letters()).toEqual([]);
  expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '5' });
});

describe('an order that is built and booked', () => {
  it.each([
    ['cancelled', (order: PlannedOrderRef) => plant.erp.cancel(order)],
    ['reduced', (order: PlannedOrderRef) => plant.erp.changeQuantity(order, '3')],
  ])('needs nobody when it is %s afterwards', async (_, change) => {
    const order = await released();
    plant.azumuta.complete(order.number);
    await round();
    erpLists((row) => ({ ...row, status: 'cancelled', changedAt: plant.clock.now().toISOString() }));
    change(order);
    await round();
    expect(await kinds()).toEqual([]);
    expect(subjects()).toEqual([]);
  });

  it('is told when the ERP wants more, until it does not', async () => {
    const order = await released();
    plant.azumuta.complete(order.number);
    await round();
    expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '5' });
    const more = await plant.post(posted(order, { quantity: '8' }));
    expect(more.productOrders).toMatchObject([{ reason: expect.stringContaining('release another order') }]);
    expect(await kinds()).toEqual(['changed']);
    await plant.post(posted(order));
    expect(await kinds()).toEqual([]);
  });

  it('needs nobody any more where it was put back, and released again as it was built', async () => {
    const order = await released();
    plant.erp.putBack(order);
    plant.advance(days);
    await plant.looked();
    expect(await kinds()).toEqual(['unwanted']);
    plant.erp.releaseAgain(order);
    plant.azumuta.complete(order.number);
    await plant.work();
    expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '5' });
    plant.advance(days);
    await plant.looked();
    expect(await kinds()).toEqual([]);
  });
});

it('is not made anew where it is built, and removed in Azumuta before it is booked', async () => {
  // Prepare
  const order = await released();
  plant.answers.erp = () => ({ status: 503 });
  plant.azumuta.complete(order.number);
  await plant.work();
  await plant.ledger.concerns.begin(order.number, {
    kind: 'unwanted',
    content: 'cancelled',
    note: 'It was cancelled in the ERP',
    cause: 'order-state',
  });
  plant.azumuta.remove(order.number);

  // Act
  await plant.post(posted(order));
  await plant.work();
  const open = await kinds();
  plant.answers.erp = (_, answer) => answer();
  plant.advance(days);
  await plant.work();

  // Assess
  expect(open).not.toContain('unwanted');
  expect((await plant.ledger.orders.find(order.number))?.end).toBeUndefined();
  expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '5' });
});

it('needs nobody for a withdrawn order of which a planner tells what was read before', async () => {
  const order = await released();
  plant.erp.cancel(order);
  await round();
  const [before] = (await plant.ledger.knownOrders.read(order.number)).concerns;
  plant.azumuta.remove(order.number);
  await round(days);
  await plant.looked();
  expect(await kinds()).toEqual([]);
  if (before) await plant.ledger.concerns.begin(order.number, before);
  expect(await kinds()).toEqual(['unwanted']);
  plant.advance(days);
  await plant.looked();
  expect(await kinds()).toEqual([]);
});

it('tells an order that the plant does not accept any more, also at the endpoint', async () => {
  const accept = ({ attributes }: { readonly attributes: Readonly<Record<string, unknown>> }) =>
    attributes.line !== 'other';
  plant.deploy({ productOrders: { accept } });
  const order = await released();
  const answer = await plant.post(posted(order, { attributes: { line: 'other' } }));
  const unknown = await plant.post({ number: 'NEW', article: 'GEAR-01', attributes: { line: 'other' } });
  expect([answer.status, unknown.status]).toEqual(['conflict', 'rejected']);
  expect(await kinds()).toEqual(['unwanted']);
  expect(made()).toHaveLength(1);
});
