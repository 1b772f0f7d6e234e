import { expect } from 'vitest';
import { attemptAfter, failureOf, nextAttempt } from './attempts.ts';
import { partOf } from './completions.ts';
import type { Chapter, PlannedOrderRef } from './target.ts';

export function partTests({ target, plan, book, promise }: Chapter): void {
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
}
