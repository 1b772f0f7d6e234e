import { expect } from 'vitest';
import { attemptAfter, failureOf, firstAttempt, nextAttempt } from './attempts.ts';
import { assemblyOf, partOf, windowOf } from './completions.ts';
import { type Chapter, type PlannedOrderRef, provided } from './target.ts';

export function partTests({ target, cannot, plan, book, promise }: Chapter): void {
  promise('recognises an earlier part after later parts were booked', ['partial'], async () => {
    // Prepare
    const order = await plan();
    for (const n of [1, 2, 3]) await book(partOf(order, n, '1'));

    // Act
    const receipt = await book(partOf(order, 1, '1'), nextAttempt());

    // Assess
    expect(receipt.alreadyBooked).toBe(true);
    expect(await target().books(order)).toMatchObject({ state: 'open', good: '3', bookings: 3 });
  });

  promise(
    'finishes the order with the part that completes it, whichever part comes last',
    ['partial'],
    async () => {
      // Prepare
      const order = await plan();

      // Act
      const states: string[] = [];
      for (const n of [3, 2, 1]) {
        await book(partOf(order, n, n === 3 ? '1' : '2'));
        states.push((await target().books(order)).state);
      }

      // Assess
      expect(states).toEqual(['open', 'open', 'done']);
      const books = await target().books(order);
      expect(books).toMatchObject({ good: '5', scrap: '0', bookings: 3 });
      if (books.consumed !== undefined) expect(books.consumed).toBe('5');
    },
  );

  promise(
    'counts scrap when it decides whether a part completes the order',
    ['partial', 'scrap'],
    async () => {
      // Prepare
      const order = await plan();

      // Act
      await book(partOf(order, 1, '2', { scrap: { amount: '1' } }));
      const between = await target().books(order);
      await book(partOf(order, 2, '2'));

      // Assess
      expect(between).toMatchObject({ state: 'open' });
      expect(await target().books(order)).toMatchObject({
        state: 'done',
        good: '4',
        scrap: '1',
        bookings: 2,
      });
    },
  );

  promise('books decimals exactly', ['partial'], async () => {
    // Prepare: 0.1 and 0.2 do not add up in binary.
    const order = await plan();

    // Act
    await book(partOf(order, 1, '0.1'));
    await book(partOf(order, 2, '0.2'));

    // Assess
    expect(await target().books(order)).toMatchObject({ good: '0.3', bookings: 2 });
  });

  promise(
    'writes its notes once when another part is booked between two attempts',
    ['every-call', 'partial', 'notes', 'links'],
    async () => {
      const links = [{ name: 'Report', url: 'https://app.azumuta.com/recordings/1' }];
      const told = (order: PlannedOrderRef) =>
        partOf(order, 1, '2', { notes: ['All checks in order'], links });
      target().faults.reset();
      await book(told(await plan()));
      const calls = target().faults.callCount();

      for (let n = 1; n <= calls; n += 1) {
        // Prepare
        const order = await plan();
        target().faults.reset();
        target().faults.crashAt(n, 'after');
        const failure = await failureOf(book(told(order)));
        await book(partOf(order, 2, '3'));

        // Act
        await book(told(order), attemptAfter(failure));

        // Assess
        const { notes, links, ...figures } = await target().books(order);
        expect(figures, `call ${n}`).toMatchObject({ state: 'done', good: '5', bookings: 2 });
        const noted = notes.filter((text) => text.includes('All checks in order'));
        expect([noted.length, links.length], `call ${n}`).toEqual([1, 1]);
      }
    },
  );

  promise(
    'leaves an order open until the booking that covers all parts that are left, however many bookings come before it',
    ['partial'],
    async () => {
      // Prepare: where the ERP can close one, the last covers one part less than is left, as a person has given that up
      const order = await plan();
      const [amounts, good] = cannot.closing ? [['2', '2', '1'], '5'] : [['2', '1', '1'], '4'];

      // Act
      const states: string[] = [];
      for (const [n, amount] of amounts.entries()) {
        const { completion, key } = windowOf(order, n + 1, amount, { final: n === 2 });
        await target().connector().book(completion, key, firstAttempt());
        states.push((await target().books(order)).state);
      }

      // Assess
      expect(states).toEqual(['open', 'open', 'done']);
      expect(await target().books(order)).toMatchObject({ good, bookings: 3 });
    },
  );

  promise(
    'finishes no operation before the booking that covers all parts that are left',
    ['partial', 'assembly', 'operations'],
    async () => {
      // Prepare
      const assembly = provided(target().assembly, 'assembly');
      const order = await plan({ article: assembly.article });
      const finishedOnes = async () => {
        const { operations = {} } = (await target().books(order)).details ?? {};
        return Object.values(operations).filter(({ finished }) => finished).length;
      };
      const { operations = [] } = assemblyOf(order, assembly, cannot);

      // Act
      const finished: number[] = [];
      for (const [n, amount] of ['2', '2', '1'].entries()) {
        const final = n === 2;
        const reported = operations.map((one) => ({ ...one, finished: final }));
        const { completion, key } = windowOf(order, n + 1, amount, { final, operations: reported });
        await target().connector().book(completion, key, firstAttempt());
        finished.push(await finishedOnes());
      }

      // Assess
      expect(finished).toEqual([0, 0, operations.length]);
      expect(await target().books(order)).toMatchObject({ state: 'done', good: '5', bookings: 3 });
    },
  );
}
