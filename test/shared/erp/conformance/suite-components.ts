import { expect } from 'vitest';
import type { Completion, Component } from '../../../../shared/model/completions.ts';
import { type Decimal, sumOf } from '../../../../shared/model/quantity.ts';
import { attemptAfter, failureOf, nextAttempt } from './attempts.ts';
import { completionOf, partOf } from './completions.ts';
import { type Chapter, type PlannedOrderRef, provided } from './target.ts';

/** What was used is taken from stock once, in sum, from its lots, and no more than is open of what nobody told. */
export function componentTests({ target, cannot, plan, book, promise }: Chapter): void {
  const assembly = () => provided(target().assembly, 'assembly');
  const repeated = () => provided(target().repeated, 'component-lines');
  const consumed = async (order: PlannedOrderRef, article: string) =>
    (await target().books(order)).details?.components?.[article];

  type Used = Pick<Completion, 'components'>;
  /** @param amount Undefined: as planned. @param lots By their numbers. */
  function using(
    article: string,
    amount: Decimal | undefined,
    lots: Readonly<Record<string, Decimal>> = {},
  ): Used {
    const component: Component = {
      article,
      lots: Object.entries(lots).map(([number, of]) => ({ number, quantity: { amount: of } })),
    };
    const used = amount === undefined ? component : { ...component, quantity: { amount } };
    return { components: { all: false, beyondPlan: true, used: [used] } };
  }
  /** Reports of all operations, where the ERP takes them. */
  function reporting(minutes: number, finished: boolean): Pick<Completion, 'operations'> {
    if (cannot.operations !== undefined) return {};
    const report = { runSeconds: minutes * 60, finished };
    return { operations: assembly().operations.map((operation) => ({ operation, ...report })) };
  }

  for (const [what, amount, taken] of [
    ['of which less was used than is planned', '7', '7'],
    ['of which more was used than is planned', '12', '12'],
    ['that was used as planned', undefined, '10'],
  ] as const)
    promise(
      `takes a component in two lines once in sum, ${what}`,
      ['assembly', 'components', 'component-lines'],
      async () => {
        // Prepare
        const order = await plan({ article: repeated().article });
        const completion = completionOf(order, using(repeated().plain, amount));

        // Act
        await book(completion);
        const again = await book(completion, nextAttempt());

        // Assess
        expect(await consumed(order, repeated().plain)).toEqual({ amount: taken, lots: {} });
        expect(again.alreadyBooked).toBe(true);
      },
    );

  for (const [what, amounts] of [
    ['one lot', ['8']],
    ['two lots', ['3', '4']],
    ['two lots of which one goes beyond a line', ['7', '3']],
  ] as const)
    promise(
      `takes a component in two lines once in sum, from ${what}`,
      ['assembly', 'components', 'component-lines'],
      async () => {
        // Prepare
        const { article, lotted, lots } = repeated();
        const order = await plan({ article });
        const taken = Object.fromEntries(amounts.map((amount, at) => [lots[at], amount]));
        const completion = completionOf(order, using(lotted, sumOf(amounts), taken));

        // Act
        await book(completion);
        const again = await book(completion, nextAttempt());

        // Assess
        expect(await consumed(order, lotted)).toEqual({ amount: sumOf(amounts), lots: taken });
        expect(again.alreadyBooked).toBe(true);
      },
    );

  promise(
    'fills one line of a component before it takes the next, whatever its lots',
    ['assembly', 'components', 'component-lines', 'line-by-line'],
    async () => {
      // Prepare: the second lot begins in the first line of 5.
      const { article, lotted, lots } = repeated();
      const [first, second] = lots;
      const order = await plan({ article });

      // Act
      await book(completionOf(order, using(lotted, '7', { [first]: '3', [second]: '4' })));

      // Assess
      expect((await target().books(order)).overdrawn).toEqual([]);
    },
  );

  promise(
    'takes what each part used of a component',
    ['assembly', 'components', 'component-lines', 'partial'],
    async () => {
      // Prepare: 10 are planned of it.
      const { article, plain } = repeated();
      const order = await plan({ article });

      // Act
      await book(partOf(order, 1, '2', using(plain, '3')));
      await book(partOf(order, 2, '3', using(plain, '8')));

      // Assess: what the first part took is not the second one's.
      expect(await consumed(order, plain)).toEqual({ amount: '11', lots: {} });
      expect(await target().books(order)).toMatchObject({ state: 'done', good: '5', bookings: 2 });
    },
  );

  promise(
    'takes what each part used of a lot of a component',
    ['assembly', 'components', 'partial'],
    async () => {
      // Prepare: 5 are planned of it.
      const [{ article = '', lot = '' } = {}] = assembly().components;
      const order = await plan({ article: assembly().article });
      const used = (amount: Decimal) => using(article, amount, { [lot]: amount });

      // Act
      await book(partOf(order, 1, '2', { ...used('1'), ...reporting(1, false) }));
      await book(partOf(order, 2, '3', { ...used('5'), ...reporting(1, true) }));

      // Assess
      expect(await consumed(order, article)).toEqual({ amount: '6', lots: { [lot]: '6' } });
      expect(await target().books(order)).toMatchObject({ state: 'done', good: '5', bookings: 2 });
    },
  );

  promise(
    'issues no more than is open of a component that nobody told of',
    ['assembly', 'components', 'component-lines', 'issued-by-hand'],
    async () => {
      // Prepare: 10 are planned of it.
      const { article, plain, lotted, lots } = repeated();
      const order = await plan({ article });
      await provided(target().issueByHand, 'issued-by-hand')(order, plain, '8');

      // Act
      await book(completionOf(order, using(lotted, '10', { [lots[0]]: '10' })));

      // Assess
      expect(await consumed(order, plain)).toMatchObject({ amount: '10' });
    },
  );

  promise(
    'takes components while they are reserved for the order',
    ['assembly', 'components', 'operations', 'reservations'],
    async () => {
      // Prepare
      const order = await plan({ article: assembly().article });
      const used = assembly().components.map(({ article, lot }) => ({ article, lots: [{ number: lot }] }));
      const components = { all: false, beyondPlan: false, used };

      // Act
      await book(completionOf(order, { components, ...reporting(1, true) }));

      // Assess
      expect(await target().books(order)).toMatchObject({ state: 'done', unreserved: [] });
    },
  );

  /** The first call of a booking after which something is so. */
  async function callAfterWhich(isSo: () => Promise<boolean>, book: () => Promise<unknown>): Promise<number> {
    let at: number | undefined;
    target().faults.reset();
    for (let n = 1; n <= mostCalls; n += 1)
      target().faults.afterCall(n, async () => {
        if (at === undefined && (await isSo())) at = n;
      });
    await book();
    target().faults.reset();
    if (at === undefined) throw new Error('It was so after none of its calls.');
    return at;
  }

  promise(
    'books minutes that an attempt has left once, when another part is booked before the next attempt',
    ['assembly', 'operations', 'partial'],
    async () => {
      // Prepare: the first part is cut off when its minutes are in the ERP, all of them or some.
      const planned = () => plan({ article: assembly().article, quantity: '10' });
      const part = (order: PlannedOrderRef) => partOf(order, 1, '2', reporting(2, false));
      const minutesOf = async (order: PlannedOrderRef) => {
        const { details } = await target().books(order);
        return assembly().operations.map((operation) => details?.operations?.[operation]?.minutes ?? 0);
      };
      const probe = await planned();
      const hasMinutes = async () => (await minutesOf(probe)).some((minutes) => minutes > 0);
      const at = await callAfterWhich(hasMinutes, () => book(part(probe)));
      const order = await planned();
      target().faults.crashAt(at, 'after');
      const failure = await failureOf(book(part(order)));
      await book(partOf(order, 2, '3', reporting(3, false)));

      // Act
      await book(part(order), attemptAfter(failure));

      // Assess
      expect(await minutesOf(order)).toEqual(assembly().operations.map(() => 5));
      expect(await target().books(order)).toMatchObject({ state: 'open', good: '5', bookings: 2 });
    },
  );

  promise('leaves open what somebody plans after the look', ['partial', 'further-outputs'], async () => {
    // Prepare: without it, this part finishes the order.
    const probe = await plan();
    const before = JSON.stringify(await target().everything());
    const isWritten = async () => JSON.stringify(await target().everything()) !== before;
    const at = await callAfterWhich(isWritten, () => book(partOf(probe, 1, '5')));
    const order = await plan();
    const addOutput = provided(target().addOutput, 'further-outputs');
    target().faults.beforeCall(at, () => addOutput(order, '2'));

    // Act
    const failure = await failureOf(book(partOf(order, 1, '5')));
    if (failure !== undefined) await book(partOf(order, 1, '5'), attemptAfter(failure));

    // Assess
    expect(await target().books(order)).toMatchObject({ state: 'open', good: '5', bookings: 1 });
  });
}

/** More than any booking makes. */
const mostCalls = 100;
