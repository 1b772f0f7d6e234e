import { describe, expect, it } from 'vitest';
import type { Completion, Component } from '../../../../shared/model/completions.ts';
import type { ErpOrderRef } from '../../../../shared/model/orders.ts';
import { failureOf } from './attempts.ts';
import { partOf } from './completions.ts';
import { type OdooPlant, startPlant } from './odoo-plant.ts';
import { rejection } from './rejection.ts';
import { userError } from './servers/odoo-domain.ts';
import type { OdooVersion } from './servers/odoo-models.ts';

interface Waiting {
  readonly what: string;
  readonly article: string;
  /** What was recorded of the part that waits, three of five. */
  readonly recorded: Partial<Completion>;
  /** What was recorded of the other part, two of five. Default: nothing. */
  readonly ofOther?: Partial<Completion>;
  /** What two orders, of two and of three pieces, must have consumed of their first component, and from which lots. */
  readonly consumed: readonly (readonly [amount: number, ...lots: string[]])[];
}

function used(article: string, amount: string, ...lots: readonly string[]): Partial<Completion> {
  const one: Component = {
    article,
    quantity: { amount },
    lots: lots.map((number) => ({ number })),
    recording: 'r1',
    step: 'Scan',
  };
  return { components: { all: false, beyondPlan: true, used: [one] } };
}

const kinds: readonly Waiting[] = [
  {
    what: 'components of a lot that was recorded',
    article: 'ENGINE',
    recorded: used('MOTOR', '7', 'MOTOR-2'),
    consumed: [
      [2, 'MOTOR-1'],
      [7, 'MOTOR-2'],
    ],
  },
  {
    what: 'components of a lot that was recorded, where it counts its own',
    article: 'ENGINE',
    recorded: used('MOTOR', '7', 'MOTOR-2'),
    ofOther: used('MOTOR', '1'),
    consumed: [
      [1, 'MOTOR-1'],
      [7, 'MOTOR-2'],
    ],
  },
  {
    what: 'components that were counted',
    article: 'CHAIR',
    recorded: used('LEG', '17'),
    consumed: [[8], [17]],
  },
  {
    what: 'components by lot of which nothing was recorded',
    article: 'BENCH',
    recorded: {},
    consumed: [
      [8, 'V-1'],
      [12, 'V-1'],
    ],
  },
  {
    what: 'components with manual consumption of which nothing was recorded',
    article: 'LAMP',
    recorded: {},
    consumed: [[8], [12]],
  },
];

/** What each order of a family was finished with, and has consumed of its first component. */
function booked({ books, family, nameIn }: OdooPlant, order: ErpOrderRef) {
  return family(order).map(({ id, qty_produced }) => {
    const [move] = books.where('stock.move', { raw_material_production_id: id });
    const lines = books.where('stock.move.line', { move_id: move?.id });
    const lots = [...new Set(lines.map(({ lot_id }) => nameIn('stock.lot', lot_id)))];
    return { produced: qty_produced, consumed: [move?.quantity, ...lots] };
  });
}

/** Calls of the booking of a part before the one that finishes its order. */
async function callsBeforeDone(version: OdooVersion, { article, recorded }: Waiting): Promise<number> {
  const plant = startPlant(version);
  await plant.book(partOf(plant.plan(article), 1, '3', recorded));
  return plant.faults.calls().findIndex(({ url, body }) => `${url} ${body}`.includes('button_mark_done'));
}

/** Part 1 waits: it was cut off before its order was finished. */
async function leaveBegun({ books, book }: OdooPlant, order: ErpOrderRef, amount = '3'): Promise<void> {
  books.beforeNext('mrp.production', 'button_mark_done', () => {
    throw new Error('the server dies here');
  });
  expect(await failureOf(book(partOf(order, 1, amount)))).toMatchObject({ name: 'RetryLater' });
}

describe.each<OdooVersion>([17, 18, 19])('a part of odoo %i that waits', (version) => {
  it.each(kinds)(
    'neither gives components to the part that is booked before it, nor loses any to it: $what',
    async (kind) => {
      const calls = await callsBeforeDone(version, kind);
      for (let n = 1; n <= calls; n += 1) {
        // Prepare
        const plant = startPlant(version);
        const order = plant.plan(kind.article);
        const waiting = partOf(order, 1, '3', kind.recorded);
        plant.faults.crashAt(n, 'after');
        await failureOf(plant.book(waiting));

        // Act
        await plant.book(partOf(order, 2, '2', kind.ofOther));
        await plant.book(waiting);

        // Assess
        expect(booked(plant, order), `cut off after call ${n}`).toEqual([
          { produced: 2, consumed: kind.consumed[0] },
          { produced: 3, consumed: kind.consumed[1] },
        ]);
      }
    },
  );

  it.each(kinds)('does not, wherever the other one is cut off as well: $what', async (kind) => {
    const calls = await callsBeforeDone(version, kind);
    for (let [n, isCut] = [1, true]; isCut; n += 1) {
      // Prepare
      const plant = startPlant(version);
      const order = plant.plan(kind.article);
      const waiting = partOf(order, 1, '3', kind.recorded);
      const other = partOf(order, 2, '2', kind.ofOther);
      plant.faults.crashAt(calls, 'after');
      await failureOf(plant.book(waiting));
      plant.faults.crashAt(n, 'after');
      isCut = (await failureOf(plant.book(other))) !== undefined;
      plant.faults.reset();

      // Act
      await plant.book(other);
      await plant.book(waiting);

      // Assess
      expect(booked(plant, order), `the other one cut off after call ${n}`).toEqual([
        { produced: 2, consumed: kind.consumed[0] },
        { produced: 3, consumed: kind.consumed[1] },
      ]);
    }
  });

  it('undoes nothing that a person finishes before its components are put back, and tells it where it has', async () => {
    // Prepare: the order is read right before its components are put back.
    const measured = startPlant(version);
    const same = measured.plan();
    await leaveBegun(measured, same);
    measured.faults.reset();
    await measured.book(partOf(same, 2, '2'));
    const putBack = measured.faults.calls().findIndex(({ body }) => body.includes('move_raw_ids')) + 1;
    const finished = async (call: number) => {
      const plant = startPlant(version);
      const order = plant.plan();
      await leaveBegun(plant, order);
      plant.faults.beforeCall(call, () => plant.bookByHand(order, 5, 'no rest'));
      const failure = await failureOf(plant.book(partOf(order, 2, '2')));
      return { failure, consumed: booked(plant, order)[0]?.consumed };
    };

    // Act
    const [before, meanwhile] = [await finished(putBack - 1), await finished(putBack)];

    // Assess
    expect(before).toMatchObject({ failure: { name: 'RetryLater', scope: 'order' }, consumed: [20] });
    const says =
      'changed by us after somebody finished it meanwhile.*The LEG was consumed with 0 instead of 8';
    expect(meanwhile.failure).toMatchObject(rejection(says, 'booked-otherwise'));
  });

  it('leaves the order listed as open work when Odoo refuses the other part', async () => {
    // Prepare: both are of the whole quantity, so the order is to be closed.
    const plant = startPlant(version);
    const order = plant.plan();
    await leaveBegun(plant, order, '5');
    plant.books.beforeNext('mrp.production', 'button_mark_done', () => {
      throw userError('The work center is closed.');
    });

    // Act
    const failure = await failureOf(plant.book(partOf(order, 2, '5')));

    // Assess
    const says = 'Written by then: its components as they were before an unfinished booking, our note.';
    expect(failure).toMatchObject(rejection(says, 'refused-by-erp'));
    expect(await plant.listed()).toMatchObject([{ number: order.number, state: 'released' }]);
  });
});
