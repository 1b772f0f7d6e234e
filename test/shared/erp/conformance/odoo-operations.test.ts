import { describe, expect, it } from 'vitest';
import type { Completion, Operation } from '../../../../shared/model/completions.ts';
import type { ErpOrderRef } from '../../../../shared/model/orders.ts';
import { failureOf } from './attempts.ts';
import { completionOf, partOf } from './completions.ts';
import { type OdooPlant, startPlant } from './odoo-plant.ts';
import { rejection } from './rejection.ts';
import { userError } from './servers/odoo-domain.ts';
import type { OdooVersion } from './servers/odoo-models.ts';

/** What each operation has handled, by its name; the others report nothing. */
function counted(counts: Readonly<Record<string, number>>): Partial<Completion> {
  const operations = Object.entries(counts).map(
    ([operation, good]): Operation => ({ operation, good: { amount: String(good) }, finished: true }),
  );
  return { operations };
}

/** One of five was lost at the first operation; the second reports nothing. */
const oneLost: Partial<Completion> = {
  quantity: { amount: '4' },
  scrap: { amount: '1' },
  ...counted({ Weld: 5, Assemble: 4, Pack: 4 }),
};

/** What an order and its rests have produced and consumed, and what their work orders have counted. */
function booked({ books, family }: OdooPlant, order: ErpOrderRef) {
  return family(order).map(({ id, state, qty_produced }) => {
    const moves = books.where('stock.move', { raw_material_production_id: id });
    const workorders = books.where('mrp.workorder', { production_id: id });
    return {
      state,
      produced: qty_produced,
      consumed: moves.map(({ quantity }) => quantity),
      counts: workorders.map((one) => one.qty_produced),
    };
  });
}

const calls = ({ faults }: OdooPlant) => faults.calls().map(({ url, body }) => `${url} ${body}`);

describe.each<OdooVersion>([17, 18, 19])('quantities of operations in odoo %i', (version) => {
  const wholeWithOneLost = [{ state: 'done', produced: 5, consumed: [5, 5, 5], counts: [5, 5, 4, 4] }];

  it('do not change what the order is finished with', async () => {
    const plant = startPlant(version);
    const order = plant.plan('ENGINE');

    await plant.book(completionOf(order, oneLost));

    expect(booked(plant, order)).toEqual(wholeWithOneLost);
    expect(plant.books.rows('stock.scrap')).toMatchObject([{ scrap_qty: 1, state: 'done' }]);
  });

  it('change neither that, nor what a person has picked, wherever an attempt is cut off', async () => {
    for (let [n, isCut] = [1, true]; isCut; n += 1) {
      // Prepare: a person takes one gear less.
      const plant = startPlant(version);
      const order = plant.plan('ENGINE');
      const gear = plant.books.rows('stock.move')[1];
      const byHand = { quantity: 4, picked: true, manual_consumption: true };
      const vals = { move_raw_ids: [[1, gear?.id, byHand]] };
      plant.books.call('mrp.production', 'write', { ids: [Number(order.id)], named: { vals }, context: {} });
      plant.faults.crashAt(n, 'after');

      // Act
      isCut = (await failureOf(plant.book(completionOf(order, oneLost)))) !== undefined;
      plant.faults.reset();
      await plant.book(completionOf(order, oneLost));

      // Assess
      const [whole] = wholeWithOneLost;
      expect(booked(plant, order), `call ${n}`).toEqual([{ ...whole, consumed: [5, 4, 5] }]);
    }
  });

  it('leave to each part what it was built and consumed with', async () => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan('ENGINE');

    // Act
    await plant.book(partOf(order, 1, '2', counted({ Weld: 2, Assemble: 1 })));
    await plant.book(partOf(order, 2, '3', counted({ Pack: 2 })));

    // Assess
    expect(booked(plant, order)).toEqual([
      { state: 'done', produced: 2, consumed: [2, 2, 2], counts: [2, 2, 1, 2] },
      { state: 'done', produced: 3, consumed: [3, 3, 3], counts: [3, 3, 3, 2] },
    ]);
  });

  it('do not change it where a person has counted them, and stay', async () => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan('ENGINE');
    const pack = plant.books.rows('mrp.workorder').at(-1);
    const vals = { qty_produced: 4 };
    plant.books.call('mrp.workorder', 'write', { ids: [Number(pack?.id)], named: { vals }, context: {} });
    const minutes = { operations: [{ operation: 'Weld', runSeconds: 600, finished: true }] };

    // Act
    await plant.book(completionOf(order, minutes));

    // Assess
    expect(booked(plant, order)).toEqual([
      { state: 'done', produced: 5, consumed: [5, 5, 5], counts: [5, 5, 5, 4] },
    ]);
  });

  it.each<[string, Partial<Completion>]>([
    ['that reports its own', counted({ Weld: 2, Assemble: 1, Pack: 1 })],
    ['that reports nothing', {}],
  ])('of a part that waits do not change another part %s', async (_, reported) => {
    // Prepare
    const waitingWith = counted({ Weld: 3, Paint: 3, Pack: 1 });
    const measured = startPlant(version);
    await measured.book(partOf(measured.plan('ENGINE'), 1, '3', waitingWith));
    const before = calls(measured).findIndex((call) => call.includes('button_mark_done'));

    for (let n = 1; n <= before; n += 1) {
      const plant = startPlant(version);
      const order = plant.plan('ENGINE');
      const waiting = partOf(order, 1, '3', waitingWith);
      plant.faults.crashAt(n, 'after');
      await failureOf(plant.book(waiting));

      // Act
      await plant.book(partOf(order, 2, '2', reported));
      await plant.book(waiting);

      // Assess: what was counted stays where the other part counts nothing.
      const [first, second] = booked(plant, order);
      expect(first, `call ${n}`).toMatchObject({ produced: 2, consumed: [2, 2, 2] });
      if (reported.operations) expect(first?.counts, `call ${n}`).toEqual([2, 2, 1, 1]);
      expect(second, `call ${n}`).toEqual({
        state: 'done',
        produced: 3,
        consumed: [3, 3, 3],
        counts: [3, 3, 3, 1],
      });
    }
  });

  it('leave an order listed as open work, whose operations are open, when Odoo refuses to finish it', async () => {
    // Prepare
    const plant = startPlant(version);
    const order = plant.plan('ENGINE');
    plant.books.beforeNext('mrp.production', 'button_mark_done', () => {
      throw userError('The work center is closed.');
    });

    // Act
    const failure = await failureOf(plant.book(completionOf(order, oneLost)));
    const listed = await plant.listed();
    const open = plant.books.where('mrp.workorder', { state: 'ready' });
    await plant.book(completionOf(order, oneLost));

    // Assess
    expect(failure).toMatchObject(rejection('The work center is closed.', 'refused-by-erp'));
    expect(listed).toMatchObject([{ number: order.number, state: 'released' }]);
    expect(open).not.toEqual([]);
    expect(booked(plant, order)).toEqual(wholeWithOneLost);
  });

  it('end before the order only where they differ, as in 19 the least of them would be its quantity', async () => {
    // Prepare
    const plant = startPlant(version);
    const whole = counted({ Weld: 5, Paint: 5, Assemble: 5, Pack: 5 });
    const ending = async (differs: Partial<Completion>) => {
      plant.faults.reset();
      await plant.book(completionOf(plant.plan('ENGINE'), differs));
      return calls(plant).filter((call) => call.includes('button_finish')).length;
    };

    // Act
    const endings = [await ending(whole), await ending(oneLost)];

    // Assess
    expect(endings).toEqual(version < 19 ? [0, 0] : [0, 1]);
  });
});
