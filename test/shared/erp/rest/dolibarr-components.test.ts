import { describe, expect, it } from 'vitest';
import type { Completion, Component } from '../../../../shared/model/completions.ts';
import { attemptAfter, failureOf, firstAttempt } from '../conformance/attempts.ts';
import { completionOf, partOf } from '../conformance/completions.ts';
import { rejection } from '../conformance/rejection.ts';
import { order, started } from './dolibarr-plant.ts';
import { statuses } from './dolibarr-records.ts';

/** An order of 5 plans 10 of WOOD, and 5 of SETUP. */
const plan = { components: [{ fk_product: 52, qty: 5 }] };

/** @param amounts By article; undefined: as planned. */
function using(amounts: Readonly<Record<string, string | undefined>>, all = false): Partial<Completion> {
  const used = Object.entries(amounts).map(([article, amount]): Component => {
    const component: Component = { article, lots: [], recording: 'r1' };
    return amount === undefined ? component : { ...component, quantity: { amount } };
  });
  return { components: { all, beyondPlan: true, used } };
}

function consumedIn({ movements }: ReturnType<typeof started>) {
  const names: Readonly<Record<number, string>> = { 51: 'WOOD', 52: 'SETUP' };
  return movements.flatMap(({ fk_product, qty }) =>
    names[fk_product] ? [`${names[fk_product]} ${qty}`] : [],
  );
}

describe('what was used of the components', () => {
  it.each<[string, Partial<Completion>, string[]]>([
    ['more of one, and the other as planned', using({ WOOD: '12' }), ['WOOD 12', 'SETUP 5']],
    ['less of one, which does not close the order by itself', using({ WOOD: '7' }), ['WOOD 7', 'SETUP 5']],
    ['both as they were recorded', using({ WOOD: '11', SETUP: '4' }), ['WOOD 11', 'SETUP 4']],
    ['one as planned, and nothing else', using({ WOOD: undefined }, true), ['WOOD 10']],
    ['nothing of one, of which no movement of 0 is sent', using({ SETUP: '0' }), ['WOOD 10']],
  ])('is taken line by line, and the order is closed: %s', async (_, used, expected) => {
    const plant = started([plan]);

    await plant.book(completionOf(order, used));

    expect(consumedIn(plant)).toEqual(expected);
    expect(plant.orders[0]?.status).toBe(statuses.produced);
  });

  it('is taken part by part, and the last part closes the order', async () => {
    const plant = started([plan]);

    await plant.book(partOf(order, 1, '2', using({ WOOD: '3' })));
    const between = plant.orders[0]?.status;
    await plant.book(partOf(order, 2, '3', using({ WOOD: '5' })));

    expect(consumedIn(plant)).toEqual(['WOOD 3', 'SETUP 2', 'WOOD 5', 'SETUP 3']);
    expect([between, plant.orders[0]?.status]).toEqual([statuses.inProgress, statuses.produced]);
  });

  it('is taken once, at whatever call the connection is cut', async () => {
    const completion = completionOf(order, { ...using({ WOOD: '7' }), notes: ['Wood was short'] });
    const whole = started([plan]);
    await whole.book(completion);
    const points = whole.faults.calls().flatMap(
      (_, at) =>
        [
          [at + 1, 'before'],
          [at + 1, 'after'],
        ] as const,
    );

    for (const [n, point] of points) {
      // Prepare
      const plant = started([plan]);
      plant.faults.crashAt(n, point);

      // Act
      const failure = await failureOf(plant.book(completion));
      if (failure) await plant.book(completion, attemptAfter(failure));

      // Assess
      expect([n, point, consumedIn(plant)]).toEqual([n, point, ['WOOD 7', 'SETUP 5']]);
      expect(plant.orders[0]?.status).toBe(statuses.produced);
    }
    expect(points.length).toBeGreaterThan(10);
  });

  it.each<[string, Partial<Completion>, string]>([
    [
      'one that the order does not have',
      using({ STEEL: '1' }),
      'STEEL (recording r1) is none of its components',
    ],
    [
      'a lot, which its API cannot book',
      {
        components: {
          all: false,
          beyondPlan: true,
          used: [{ article: 'WOOD', lots: [{ number: 'L-1' }], recording: 'r1' }],
        },
      },
      'a lot of component WOOD was recorded',
    ],
  ])('is refused before anything is written: %s', async (_, used, says) => {
    const plant = started([plan]);

    const failure = await failureOf(plant.book(completionOf(order, used), firstAttempt()));

    expect(failure).toMatchObject(rejection(says));
    expect([plant.movements, plant.orders[0]?.note_private]).toEqual([[], '']);
  });

  it('is as it always was where nobody recorded any', async () => {
    const plant = started([plan]);

    await plant.book();

    expect(consumedIn(plant)).toEqual(['WOOD 10', 'SETUP 5']);
  });
});
