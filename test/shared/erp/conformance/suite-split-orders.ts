import { expect } from 'vitest';
import type { Completion } from '../../../../shared/model/completions.ts';
import { attemptAfter, failureOf, firstAttempt, nextAttempt } from './attempts.ts';
import { completionOf, productOrderOf, quantityKey } from './completions.ts';
import type { Chapter, PlannedOrderRef } from './target.ts';

export function partTests({ target, promise }: Chapter): void {
  const plan = (): Promise<PlannedOrderRef> =>
    target().planOrder({ article: target().articles.plain, quantity: '5' });
  const book = (completion: Completion) =>
    target().connector().book(completion, quantityKey(completion.productOrder), firstAttempt());

  promise('books part after part, and leaves the order open in between', ['partial'], async () => {
    // Prepare
    const order = await plan();
    const first = completionOf(order, { quantity: { amount: '2' }, final: false }, productOrderOf(order, 1));
    const second = completionOf(order, { quantity: { amount: '3' }, final: true }, productOrderOf(order, 2));

    // Act
    await book(first);
    const between = await target().books(order);
    await book(second);

    // Assess
    expect(between).toMatchObject({ state: 'open', good: '2', bookings: 1 });
    expect(await target().books(order)).toMatchObject({ state: 'done', good: '5', bookings: 2 });
  });

  promise('recognises an earlier part after later parts were booked', ['partial'], async () => {
    // Prepare
    const order = await plan();
    const parts = [1, 2, 3].map((part) =>
      completionOf(order, { quantity: { amount: '1' }, final: false }, productOrderOf(order, part)),
    );
    for (const part of parts) await book(part);
    const [first] = parts;
    if (!first) throw new Error('no parts');

    // Act
    const receipt = await target().connector().book(first, quantityKey(first.productOrder), nextAttempt());

    // Assess
    expect(receipt.alreadyBooked).toBe(true);
    expect(await target().books(order)).toMatchObject({ state: 'open', good: '3', bookings: 3 });
  });

  promise(
    'finishes the order with the part that completes it, whichever part comes last',
    ['partial'],
    async () => {
      // Prepare: nobody knows which part will be the last, so none is final.
      const order = await plan();
      const parts = [1, 2, 3].map((n) =>
        completionOf(
          order,
          { quantity: { amount: n === 3 ? '1' : '2' }, final: false },
          productOrderOf(order, n),
        ),
      );

      // Act
      const states: string[] = [];
      for (const part of parts.toReversed()) {
        await book(part);
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
      const first = { quantity: { amount: '2' }, scrap: { amount: '1' }, final: false };
      const second = { quantity: { amount: '2' }, final: false };

      // Act
      await book(completionOf(order, first, productOrderOf(order, 1)));
      const between = await target().books(order);
      await book(completionOf(order, second, productOrderOf(order, 2)));

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
    await book(completionOf(order, { quantity: { amount: '0.1' }, final: false }, productOrderOf(order, 1)));
    await book(completionOf(order, { quantity: { amount: '0.2' }, final: false }, productOrderOf(order, 2)));

    // Assess
    expect(await target().books(order)).toMatchObject({ good: '0.3', bookings: 2 });
  });

  promise(
    'writes its notes once when another part is booked between two attempts',
    ['partial', 'notes', 'links'],
    async () => {
      const told = (order: PlannedOrderRef): Completion =>
        completionOf(order, {
          quantity: { amount: '2' },
          final: false,
          notes: ['All checks in order'],
          links: [{ name: 'Report', url: 'https://app.azumuta.com/recordings/1' }],
        });
      const other = (order: PlannedOrderRef): Completion =>
        completionOf(order, { quantity: { amount: '3' }, final: false }, productOrderOf(order, 2));
      target().faults.reset();
      await book(told(await plan()));
      const calls = target().faults.callCount();

      for (let n = 1; n <= calls; n += 1) {
        // Prepare
        const order = await plan();
        target().faults.reset();
        target().faults.crashAt(n, 'after');
        const failure = await failureOf(book(told(order)));
        await book(other(order));

        // Act
        await target()
          .connector()
          .book(told(order), quantityKey(productOrderOf(order)), attemptAfter(failure));

        // Assess
        const { notes, links, ...figures } = await target().books(order);
        expect(figures, `call ${n}`).toMatchObject({ state: 'done', good: '5', bookings: 2 });
        const noted = notes.filter((text) => text.includes('All checks in order'));
        expect([noted.length, links.length], `call ${n}`).toEqual([1, 1]);
      }
    },
  );
}
