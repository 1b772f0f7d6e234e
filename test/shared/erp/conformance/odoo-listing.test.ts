import { describe, expect, it } from 'vitest';
import type { ErpOrderRef } from '../../../../shared/model/orders.ts';
import { failureOf, newSignal } from './attempts.ts';
import { partOf } from './completions.ts';
import { asListed } from './listing.ts';
import { type OdooPlant, startPlant } from './odoo-plant.ts';
import { rejection } from './rejection.ts';
import { operationTypes } from './servers/odoo-masters.ts';
import type { OdooVersion } from './servers/odoo-models.ts';

const read = ({ connect }: OdooPlant, order: ErpOrderRef) => connect().readOrder?.(order, newSignal());

describe.each<OdooVersion>([17, 18, 19])('one order of odoo %i', (version) => {
  it('is read as it is listed once a person has split it, and so are the orders split off', async () => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan('CHAIR', 9);
    plant.books.splitByHand(plant.row(order), [3, 4, 2]);
    await plant.book(partOf(order, 1, '1'));
    const listed = await plant.listed();

    // Act
    const found = await Promise.all(listed.map((one) => read(plant, one)));

    // Assess
    expect(listed.map(({ quantity }) => quantity.amount)).toEqual(['4', '2', '3']);
    expect(found.map((one) => one && asListed(one))).toEqual(listed);
    expect(await read(plant, { number: order.number })).toEqual(found.at(-1));
  });

  it.each([
    ['confirmed', 'released'],
    ['draft', 'other'],
    ['to_close', 'other'],
    ['cancel', 'cancelled'],
  ])('is, when what our booking has left of it is %s, %s', async (state, expected) => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan('CHAIR', 5);
    const row = { state };

    // Act
    const whole = Object.assign(plant.row(order), row) && (await read(plant, order));
    Object.assign(plant.row(order), { state: 'confirmed' });
    await plant.book(partOf(order, 1, '2'));
    Object.assign(plant.family(order).at(-1) ?? {}, row);
    const rest = await read(plant, order);

    // Assess: an order of which a part is built was not withdrawn as a whole.
    expect(whole?.state).toBe(expected);
    expect(rest?.state).toBe(expected === 'released' ? 'released' : 'other');
    expect(rest?.quantity.amount).toBe(state === 'cancel' ? '2' : '5');
  });

  it.each([
    ['confirmed', 'other'],
    ['progress', 'other'],
    ['cancel', 'cancelled'],
    ['done', 'other'],
  ])('is, when a subcontractor builds it and it is %s, %s', async (state, expected) => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan();
    Object.assign(plant.row(order), { picking_type_id: operationTypes.subcontracting, state });

    // Act
    const found = [await read(plant, order), await read(plant, { number: order.number })];

    // Assess
    expect(found).toMatchObject([
      { id: order.id, article: 'CHAIR', state: expected },
      { id: order.id, state: expected },
    ]);
  });

  it('keeps its whole quantity when all of its parts are booked', async () => {
    const plant = startPlant(version);
    const order = plant.plan('CHAIR', 5);
    await plant.book(partOf(order, 1, '2'));
    await plant.book(partOf(order, 2, '3'));

    expect(await read(plant, order)).toMatchObject({ state: 'other', quantity: { amount: '5' } });
  });

  it('is released still when a person has booked the order beside it, although it is no new work', async () => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan('CHAIR', 9);
    const [, other] = plant.books.splitByHand(plant.row(order), [4, 5]);
    plant.press('button_mark_done', order);

    // Act
    const found = await read(plant, { number: String(other?.name), id: String(other?.id) });

    // Assess
    expect(await plant.listed()).toEqual([]);
    expect(found).toMatchObject({ state: 'released', quantity: { amount: '5' } });
  });

  it('is refused when two companies have orders of its number, and no id distinguishes them', async () => {
    // Prepare
    const plant = startPlant(version);
    const [order, theirs] = [plant.plan(), plant.plan()];
    Object.assign(plant.row(theirs), { name: order.number, company_id: 2 });

    // Act
    const failure = await failureOf(Promise.resolve(read(plant, { number: order.number })));

    // Assess
    expect(failure).toMatchObject({
      name: 'Rejected',
      causeCode: 'order-data',
      message: `Odoo has several orders ${order.number} (ids ${order.id}, ${theirs.id}): give them numbers of their own.`,
    });
    expect(await read(plant, order)).toMatchObject({ id: order.id });
  });
});

describe.each<OdooVersion>([17, 18, 19])('a listing of odoo %i', (version) => {
  it('lists the fields that the mapping asks for', async () => {
    const { plan, listed, connect, row } = startPlant(version);
    const [whole, manual] = [plan(), plan()];
    Object.assign(row(whole), { origin: 'SO0042', date_deadline: '2031-05-06 07:00:00' });

    const orders = await listed(connect({ orderFields: ['x_drawing'] }));

    expect(orders).toMatchObject([
      {
        number: whole.number,
        attributes: { x_drawing: 'D-0007', origin: 'SO0042' },
        dueDate: '2031-05-06T07:00:00Z',
        quantity: { amount: '5', unit: 'Units' },
      },
      { number: manual.number, quantity: { amount: '5', unit: 'Units' } },
    ]);
    expect(orders[1]?.dueDate).toBeUndefined();
    expect(orders[1]?.attributes).not.toHaveProperty('origin');
  });

  it('does not list an order that is only to be closed, unless the options ask for it', async () => {
    const { plan, listed, connect, row } = startPlant(version);
    const [begun, built] = [plan(), plan()];
    row(begun).state = 'progress';
    row(built).state = 'to_close';

    const orders = await listed();
    const asked = await listed(connect({ states: ['to_close'] }));

    expect(orders.map(({ number }) => number)).toEqual([begun.number]);
    expect(asked.map(({ number }) => number)).toEqual([built.number]);
  });

  it('does not list what a subcontractor builds, as Odoo does not, unless its operation type is active', async () => {
    // Prepare
    const { plan, listed, row, books } = startPlant(version);
    const [own, theirs] = [plan(), plan()];
    const subcontracting = books.find('stock.picking.type', operationTypes.subcontracting);
    row(theirs).picking_type_id = subcontracting?.id;

    // Act
    const orders = await listed();
    Object.assign(subcontracting ?? {}, { active: true });
    const activated = await listed();

    // Assess
    expect(orders.map(({ number }) => number)).toEqual([own.number]);
    expect(activated.map(({ number }) => number)).toEqual([own.number, theirs.number]);
  });

  it('rejects a field that Odoo does not have, naming it', async () => {
    const { listed, connect } = startPlant(version);

    const failure = await failureOf(listed(connect({ orderFields: ['x_missing'] })));

    expect(failure).toMatchObject(rejection('x_missing'));
  });
});
