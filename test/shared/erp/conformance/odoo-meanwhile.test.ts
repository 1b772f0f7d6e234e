import { describe, expect, it } from 'vitest';
import type { Completion } from '../../../../shared/model/completions.ts';
import type { ErpOrderRef } from '../../../../shared/model/orders.ts';
import { attemptAfter, failureOf, firstAttempt } from './attempts.ts';
import { completionOf, partOf, quantityKey } from './completions.ts';
import { type OdooPlant, startPlant } from './odoo-plant.ts';
import { rejection } from './rejection.ts';
import { userError } from './servers/odoo-domain.ts';
import type { OdooVersion } from './servers/odoo-models.ts';

const production = 'mrp.production';

/** What was built and consumed for an order, in stock moves. */
function moved({ books }: OdooPlant, order: ErpOrderRef) {
  const of = (field: string) =>
    books.where('stock.move', { state: 'done', [field]: Number(order.id) }).map(({ quantity }) => quantity);
  return { built: of('production_id'), consumed: of('raw_material_production_id') };
}

/** Six motors of a lot that nothing is reserved from. */
const sixMotors: Partial<Completion> = {
  components: {
    all: false,
    beyondPlan: true,
    used: [{ article: 'MOTOR', quantity: { amount: '6' }, lots: [{ number: 'MOTOR-2' }] }],
  },
};

/** What an order has consumed of the lots of a component, and how many reservations nobody needs any more. */
function motorsOf({ books, nameIn }: OdooPlant) {
  const [motor] = books.where('product.product', { default_code: 'MOTOR' });
  const lines = books.where('stock.move.line', { product_id: motor?.id });
  return {
    consumed: lines.map(({ lot_id, quantity, state }) => [nameIn('stock.lot', lot_id), quantity, state]),
    left: books.where('stock.move.line', { move_id: false }).length,
  };
}

describe.each<OdooVersion>([17, 18, 19])('what people do in odoo %i while we book', (version) => {
  it('is no matter when somebody reserves the components again just before we write their lots', async () => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan('ENGINE');
    plant.books.beforeNext(production, 'write', () => {
      plant.press('do_unreserve', order);
      plant.press('action_assign', order);
    });

    // Act
    await plant.book(completionOf(order, sixMotors));

    // Assess
    expect(motorsOf(plant)).toEqual({ consumed: [['MOTOR-2', 6, 'done']], left: 0 });
  });

  it('is no matter when it is our own call, given up and late, that writes the lots just before we do', async () => {
    // Prepare: the calls of both attempts are the same, but for the note of the first.
    const measured = startPlant(version);
    await measured.book(completionOf(measured.plan('ENGINE'), sixMotors));
    const writing = measured.faults.calls().findIndex(({ body }) => body.includes('qty_producing":')) + 1;
    const plant = startPlant(version);
    const completion = completionOf(plant.plan('ENGINE'), sixMotors);
    const key = quantityKey(completion.productOrder);
    const [giveUp, late, through] = [
      new AbortController(),
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
    ];
    plant.faults.beforeCall(writing, () => {
      giveUp.abort();
      return late.promise;
    });
    plant.faults.afterCall(writing, () => through.resolve());
    const failure = await failureOf(plant.connect().book(completion, key, firstAttempt(giveUp.signal)));
    plant.faults.beforeCall(writing - 1, () => {
      late.resolve();
      return through.promise;
    });

    // Act
    await plant.connect().book(completion, key, attemptAfter(failure));

    // Assess
    await through.promise;
    expect(motorsOf(plant)).toEqual({ consumed: [['MOTOR-2', 6, 'done']], left: 0 });
  });

  it('is not overwritten when a person finishes the order just before our note', async () => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan();
    plant.books.beforeNext(production, 'message_post', () => plant.bookByHand(order, 4, 'no rest'));

    // Act
    const failure = await failureOf(plant.book(completionOf(order)));
    const again = await failureOf(plant.book(completionOf(order)));

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order', wrote: 'known' });
    expect(again).toMatchObject(rejection('finished with 4 instead of 5', 'booked-otherwise'));
    expect(moved(plant, order)).toEqual({ built: [4], consumed: [16] });
  });

  it('is told when a person finishes the order just before our quantity, which overwrites theirs', async () => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan();
    let isFinished = false;
    plant.books.beforeNext(production, 'write', () => {
      isFinished = true;
      plant.bookByHand(order, 4, 'no rest');
    });

    // Act
    const failure = await failureOf(plant.book(completionOf(order)));

    // Assess
    expect(isFinished).toBe(true);
    const says = 'somebody finished it meanwhile.*The LEG.*16 instead of 20';
    expect(failure).toMatchObject(rejection(says, 'booked-otherwise'));
    expect(moved(plant, order).consumed).toEqual([16]);
  });

  it('is told at every replay, until somebody has corrected what was consumed', async () => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan();
    plant.books.beforeNext(production, 'write', () => plant.bookByHand(order, 4, 'no rest'));
    await failureOf(plant.book(completionOf(order)));

    // Act
    const replayed = await failureOf(plant.book(completionOf(order)));
    for (const move of plant.books.where('stock.move', { raw_material_production_id: Number(order.id) }))
      move.quantity = 20;
    const corrected = await plant.book(completionOf(order));

    // Assess
    expect(replayed).toMatchObject(rejection('The LEG.*16 instead of 20', 'booked-otherwise'));
    expect(corrected.alreadyBooked).toBe(true);
  });

  it('is looked at again when a planner changes the quantity just before the order is finished', async () => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan();
    const completion = completionOf(order, { madeFor: { amount: '5' } });
    plant.books.beforeNext(production, 'set_qty_producing', () =>
      plant.books.changeQuantity(plant.row(order), 8),
    );

    // Act
    const failure = await failureOf(plant.book(completion));
    await plant.book(completion);

    // Assess: the planner's three more stay open.
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order', wrote: 'known' });
    expect(plant.family(order).map(({ state, product_qty }) => [state, product_qty])).toEqual([
      ['done', 5],
      ['confirmed', 3],
    ]);
    expect(moved(plant, order)).toEqual({ built: [5], consumed: [20] });
  });

  it.each(['write', 'button_mark_done'])(
    'is told as it is when the order is cancelled just before %s',
    async (method) => {
      // Prepare
      const plant = startPlant(version);
      const order = plant.plan();
      plant.books.beforeNext(production, method, () => plant.press('action_cancel', order));

      // Act
      await failureOf(plant.book(completionOf(order)));
      const failure = await failureOf(plant.book(completionOf(order)));

      // Assess
      expect(failure).toMatchObject(rejection('is cancelled', 'order-state'));
      expect(plant.row(order)).toMatchObject({ state: 'cancel', qty_produced: 0 });
    },
  );

  it.each([
    ['5', 'our note.'],
    ['2', 'our note, the quantity being produced (2).'],
  ])('leaves the order listed as open work when Odoo refuses to finish %s of it', async (amount, written) => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan();
    const part = partOf(order, 1, amount);
    plant.books.beforeNext(production, 'button_mark_done', () => {
      throw userError('The work center is closed.');
    });

    // Act
    const failure = await failureOf(plant.book(part));
    const listed = await plant.listed();
    await plant.book(part);

    // Assess
    const says = `${order.number}.*The work center is closed.*Written by then: ${written}`;
    expect(failure).toMatchObject(rejection(says, 'refused-by-erp'));
    expect(listed).toMatchObject([{ number: order.number, state: 'released' }]);
    expect(moved(plant, order)).toEqual({ built: [Number(amount)], consumed: [Number(amount) * 4] });
  });
});
