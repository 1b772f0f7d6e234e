import { expect } from 'vitest';
import type { Completion, Component } from '../../../../shared/model/completions.ts';
import { Rejected } from '../../../../shared/model/errors.ts';
import { type Decimal, sumOf } from '../../../../shared/model/quantity.ts';
import { failureOf, firstAttempt } from './attempts.ts';
import { amendmentOf, assemblyOf, completionOf, detailsOf, productOrderOf } from './completions.ts';
import { type Assembly, type Capability, type Chapter, type PlannedOrderRef, provided } from './target.ts';

/** What was recorded besides the quantity is where the table of the connector's page says, or refused before it writes. */
export function detailTests({ target, cannot, plan, book, promise }: Chapter): void {
  const assembly = () => provided(target().assembly, 'assembly');
  const planAssembly = () => plan({ article: assembly().article });

  promise('books all of it, each part where it belongs', ['assembly'], async () => {
    // Prepare
    const order = await planAssembly();

    // Act
    await book(assemblyOf(order, assembly(), cannot));

    // Assess
    const { details, ...books } = await target().books(order);
    expect(books).toMatchObject({ state: 'done', good: '3', scrap: '2', bookings: 1 });
    expect(details).toEqual(detailsOf(assembly(), cannot));
  });

  promise('books a component that was not used as such', ['assembly', 'components'], async () => {
    const order = await planAssembly();
    const [first, second] = assembly().components;
    const used = [
      { article: first?.article ?? '', quantity: { amount: '5' }, lots: [{ number: first?.lot ?? '' }] },
    ];

    await book(assemblyOf(order, assembly(), cannot, { components: { all: true, beyondPlan: false, used } }));

    const { details } = await target().books(order);
    expect(details?.components?.[first?.article ?? '']).toEqual({
      amount: '5',
      lots: { [first?.lot ?? '']: '5' },
    });
    expect(details?.components?.[second?.article ?? '']?.amount ?? '0').toBe('0');
  });

  promise('adds the checks of a later recording', ['assembly', 'checks', 'amendments'], async () => {
    // Prepare
    const order = await planAssembly();
    await book(assemblyOf(order, assembly(), cannot));
    const { id } = productOrderOf(order);
    const checks = [{ name: 'Torque 6', value: 46, unit: 'Nm', passed: false, recording: 'late' }];

    // Act
    const connector = target().connector();
    await connector.book(amendmentOf(order, { checks }), `${id}#recording#late`, firstAttempt());

    // Assess
    const { details } = await target().books(order);
    expect(details?.checks).toContain('!Torque 6');
    expect(details).toMatchObject({ ...detailsOf(assembly(), cannot), checks: expect.anything() });
  });

  type Wrong = (order: PlannedOrderRef, made: Assembly) => Partial<Completion>;
  const usedOf =
    (differs: {
      readonly article?: string;
      readonly amount?: string;
      readonly lots?: Component['lots'];
    }): Wrong =>
    (_, { components: [first] }) => {
      const { article = first?.article ?? '', amount = '5', lots = [] } = differs;
      const one = { article, quantity: { amount }, lots, recording: 'r1', step: 'Scan' };
      return { components: { all: false, beyondPlan: false, used: [one] } };
    };
  /** A lot of which 1 is in stock. */
  const usedOfScarce =
    (amounts: readonly Decimal[]): Wrong =>
    (order, made) => {
      const number = provided(made.scarceLot, 'lot-stock');
      const lots = amounts.map((amount) => ({ number, quantity: { amount } }));
      return usedOf({ amount: sumOf(amounts), lots })(order, made);
    };
  const reportedOf =
    (...names: readonly (string | 0)[]): Wrong =>
    (_, { operations: [first = ''] }) => ({
      operations: names.map((name) => ({
        operation: name || first,
        runSeconds: 60,
        finished: true,
        recording: 'r1',
      })),
    });
  const refused: readonly (readonly [string, readonly Capability[], Wrong, string])[] = [
    [
      'a component that the order does not have',
      ['components'],
      usedOf({ article: 'NOT-THERE' }),
      'NOT-THERE',
    ],
    [
      'more of a component than is planned',
      ['components'],
      usedOf({ amount: '7' }),
      'step "Scan" of recording r1',
    ],
    [
      'a lot of a component that nobody knows',
      ['components'],
      usedOf({ lots: [{ number: 'NO-LOT' }] }),
      'NO-LOT',
    ],
    [
      'a lot of a component that holds less than was used',
      ['components', 'lot-stock'],
      usedOfScarce(['5']),
      'step "Scan" of recording r1',
    ],
    [
      'a lot of a component that holds less than two recordings used',
      ['components', 'lot-stock'],
      usedOfScarce(['1', '1']),
      'step "Scan" of recording r1',
    ],
    ['an operation that is not in the routing', ['operations'], reportedOf('NOT-THERE'), 'NOT-THERE'],
    ['an operation twice', ['operations'], reportedOf(0, 0), 'recording r1'],
  ];
  for (const [what, needs, wrong, says] of refused)
    promise(`refuses ${what} before it writes`, ['assembly', ...needs], async () => {
      // Prepare
      const order = await planAssembly();
      const before = await target().everything();

      // Act
      const failure = await failureOf(book(completionOf(order, wrong(order, assembly()))));

      // Assess
      expect(failure).toBeInstanceOf(Rejected);
      for (const text of [order.number, says])
        expect(failure).toMatchObject({ message: expect.stringContaining(text) });
      expect(await target().everything()).toEqual(before);
    });
}
