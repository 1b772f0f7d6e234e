import { describe, expect, it } from 'vitest';
import { Rejected } from '../../../../shared/model/errors.ts';
import type { ErpOrder, ErpOrderRef } from '../../../../shared/model/orders.ts';
import { failureOf } from './attempts.ts';
import { completionOf, partOf } from './completions.ts';
import { listOf } from './listing.ts';
import { type OdooPlant, startPlant } from './odoo-plant.ts';
import type { OdooVersion } from './servers/odoo-models.ts';

const wholeOf = (listed: readonly ErpOrder[]) =>
  listed.map(({ number, id, quantity }) => ({ number, id, amount: quantity.amount }));
const numbersOf = async ({ listed }: OdooPlant) => (await listed()).map(({ number }) => number);
const statesOf = ({ family }: OdooPlant, order: ErpOrderRef) =>
  family(order).map((row) => [String(row.name).slice(-3), row.state, row.qty_produced]);

/** What our booking has left of an order. */
function restOf({ family }: OdooPlant, order: ErpOrderRef) {
  const rest = family(order).find(({ state }) => state === 'confirmed');
  if (!rest) throw new Error('no rest');
  return rest;
}

describe.each<OdooVersion>([17, 18, 19])('an order of odoo %i that was split', (version) => {
  it('is listed as the same order with its whole quantity when our booking split it', async () => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan('CHAIR', 5);
    const [before] = await plant.listed();

    // Act
    await plant.book(partOf(order, 1, '2'));
    const [after, ...others] = await plant.listed();
    await plant.book(partOf(order, 2, '1'));
    const third = await plant.listed();

    // Assess: the mapping gets the order's own attributes, also those that Odoo does not copy to the rest.
    const { attributes: { state, ...was } = {}, ...same } = before ?? {};
    const whole = {
      ...was,
      name: `${order.number}-001`,
      backorder_sequence: 1,
      write_date: expect.any(String),
    };
    expect(state).toBe('confirmed');
    expect(after).toEqual({ ...same, changedAt: expect.any(String), attributes: { ...whole, state } });
    expect(others).toEqual([]);
    expect(wholeOf(third)).toEqual(wholeOf(before ? [before] : []));
  });

  it('is listed with the quantity that a person gives its rest, and not after the rest is cancelled', async () => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan('CHAIR', 5);
    await plant.book(partOf(order, 1, '2'));
    const rest = restOf(plant, order);

    // Act
    rest.product_qty = 7;
    const grown = await plant.listed();
    plant.press('action_cancel', rest);

    // Assess
    expect(wholeOf(grown)).toMatchObject([{ id: order.id, amount: '9' }]);
    expect(await plant.listed()).toEqual([]);
  });

  it('is not listed as new work when its rest is booked during the listing', async () => {
    // Prepare: the page has been read, but the families of its orders have not
    const plant = startPlant(version);
    const order = plant.plan('CHAIR', 5);
    await plant.book(partOf(order, 1, '2'));
    const reader = plant.connect();
    await plant.listed(reader);
    let isBooked = false;
    plant.faults.reset();
    for (let call = 2; call <= 12; call++) {
      plant.faults.beforeCall(call, async () => {
        const { body = '' } = plant.faults.calls().at(-1) ?? {};
        if (isBooked || !body.includes('=like')) return;
        isBooked = true;
        await plant.book(partOf(order, 2, '3'));
      });
    }

    // Act
    const listed = await plant.listed(reader);

    // Assess
    expect(isBooked).toBe(true);
    expect(wholeOf(listed)).toEqual([{ number: order.number, id: order.id, amount: '5' }]);
  });

  it('is not listed as new work when a person booked a part of it', async () => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan();
    plant.bookByHand(order, 2);

    // Act
    const failure = await failureOf(plant.book(completionOf(order)));

    // Assess
    expect(await numbersOf(plant)).toEqual([]);
    expect(failure).toBeInstanceOf(Rejected);
    expect(plant.family(order).map((row) => row.state)).toEqual(['done', 'confirmed']);
  });

  it('is booked to its end when all of its bookings happen within one second', async () => {
    // Prepare: Odoo shows its times without their fractions.
    const plant = startPlant(version, () => new Date('2030-01-01T00:00:00.400Z'));
    const order = plant.plan('CHAIR', 5);

    // Act
    for (const part of [1, 2, 3, 4]) await plant.book(partOf(order, part, '1'));
    const listed = await plant.listed();
    await plant.book(partOf(order, 5, '1'));

    // Assess
    expect(wholeOf(listed)).toEqual([{ number: order.number, id: order.id, amount: '5' }]);
    expect(statesOf(plant, order)).toEqual(
      ['001', '002', '003', '004', '005'].map((suffix) => [suffix, 'done', 1]),
    );
  });

  it('keeps what our booking leaves of it, where a person has taken its suffix off after a split', async () => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan('CHAIR', 5);
    plant.books.splitByHand(plant.row(order), [3, 2]);
    const before = await plant.listed();
    Object.assign(plant.row(order), { name: order.number });

    // Act
    await plant.book(partOf(order, 1, '1'));
    const after = await plant.listed();
    await plant.book(partOf(order, 2, '2'));

    // Assess
    expect(before.map(({ quantity }) => quantity.amount)).toEqual(['3', '2']);
    expect(wholeOf(after)).toEqual(expect.arrayContaining(wholeOf(before)));
    expect(after).toHaveLength(2);
    expect(await numbersOf(plant)).toEqual([`${order.number}-002`]);
  });

  it('becomes separate orders when a person split it, each booked on its own', async () => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan('CHAIR', 9);
    plant.books.splitByHand(plant.row(order), [3, 3, 3]);
    const parts = await plant.listed();

    // Act
    for (const part of parts.toReversed()) {
      await plant.book(completionOf(part, { quantity: { amount: '3' } }));
    }

    // Assess
    expect(statesOf(plant, order)).toEqual([
      ['001', 'done', 3],
      ['002', 'done', 3],
      ['003', 'done', 3],
    ]);
  });

  it('keeps its own rest apart from the orders that a person split off', async () => {
    // Prepare: the order came with 9, and is built piece by piece; -002 and -003 are separate orders.
    const plant = startPlant(version);
    const order = plant.plan('CHAIR', 9);
    plant.books.splitByHand(plant.row(order), [3, 3, 3]);

    // Act
    await plant.book(partOf(order, 1, '1'));
    const listed = await plant.listed();
    await plant.book(partOf(order, 2, '1'));
    await plant.book(partOf(order, 3, '1'));
    const surplus = await failureOf(plant.book(partOf(order, 4, '1')));

    // Assess
    expect(listed.map(({ number, quantity }) => [number, quantity.amount])).toEqual([
      [`${order.number}-002`, '3'],
      [`${order.number}-003`, '3'],
      [order.number, '3'],
    ]);
    expect(statesOf(plant, order)).toEqual([
      ['001', 'done', 1],
      ['002', 'confirmed', 0],
      ['003', 'confirmed', 0],
      ['004', 'done', 1],
      ['005', 'done', 1],
    ]);
    expect(surplus).toMatchObject({ name: 'Rejected', causeCode: 'order-state' });
  });

  it('is booked only up to the quantity of a rest that a person split again', async () => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan('CHAIR', 9);
    await plant.book(partOf(order, 1, '1'));
    const rest = restOf(plant, order);
    plant.books.splitByHand(rest, [5, 3]);

    // Act, Assess
    await plant.expectRefused(partOf(order, 2, '8'), `${order.number}-003 next to it.*5.*8`, 'conflict');
    await plant.book(partOf(order, 2, '5'));
    expect(await numbersOf(plant)).toEqual([`${order.number}-003`]);
  });

  it('reports that a part was cancelled, whoever split it off', async () => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan('CHAIR', 9);
    plant.books.splitByHand(plant.row(order), [4, 5]);
    const { watermark } = await listOf(plant.connect());
    const [, part] = plant.family(order);
    await plant.book(completionOf(order, { quantity: { amount: '4' } }));
    plant.press('action_cancel', part ?? {});

    // Act
    const { orders } = await listOf(plant.connect(), watermark);

    // Assess
    expect(orders).toMatchObject([{ number: `${order.number}-002`, state: 'cancelled' }]);
  });

  it('is not confused with an order of the same name in another company', async () => {
    // Prepare: the other company's order is done by hand; one part of ours is cancelled, so that only one is open.
    const plant = startPlant(version);
    const [order, theirs] = [plant.plan('CHAIR', 9), plant.plan()];
    const [first, second] = plant.books.splitByHand(plant.row(order), [4, 5]);
    Object.assign(first ?? {}, { state: 'cancel' });
    Object.assign(plant.row(theirs), { name: order.number, company_id: 2 });
    plant.bookByHand(theirs, 2);
    const rest = plant.books.rows('mrp.production').at(-1);
    plant.bookByHand({ number: String(rest?.name), id: String(rest?.id) }, 3);

    // Act
    const orders = await plant.listed();

    // Assess
    expect(orders.map(({ id }) => id)).toEqual([String(second?.id)]);
  });
});
