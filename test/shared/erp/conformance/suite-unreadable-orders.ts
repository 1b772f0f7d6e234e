import { expect } from 'vitest';
import { listOf } from './listing.ts';
import type { Chapter } from './target.ts';

export function unreadableTests({ target, plan: planOne, promise }: Chapter): void {
  /**
   * Plans orders, one after the other, and makes the ERP list those marked `!` without a quantity.
   * @param plan `.!.` are three orders of which the second cannot be read.
   */
  async function listed(plan: string) {
    const { watermark: since } = await listOf(target().connector());
    const numbers: string[] = [];
    for (const _ of plan) numbers.push((await planOne()).number);
    const broken = numbers.filter((_, index) => plan[index] === '!');
    withoutQuantity(broken);
    return {
      since,
      numbers,
      broken,
      fits: numbers.filter((number) => !broken.includes(number)),
      /** Which of them are listed since then or since a watermark, and which are named as unreadable. */
      async again(pageSize?: number, from = since) {
        const list = await listOf(target().connector(pageSize === undefined ? {} : { pageSize }), from);
        return { ...list, found: list.numbers.filter((number) => numbers.includes(number)) };
      },
    };
  }

  function withoutQuantity(broken: readonly string[]): void {
    const { number, quantity } = target().rowFields;
    target().faults.rewriteAnswers((body) => {
      const answer: unknown = JSON.parse(body);
      return JSON.stringify(answer, (_, value) =>
        broken.includes(String(value?.[number])) ? { ...value, [quantity]: null } : value,
      );
    });
  }

  promise('names each order that it cannot read, whichever, and lists the others', [], async () => {
    for (const plan of ['.!..!', '!!!!.', '!!!']) {
      const { again, broken, fits } = await listed(plan);
      for (const pageSize of [1, 2, 3, undefined]) {
        // Act
        const { found, unreadable } = await again(pageSize);

        // Assess: orders at the watermark itself may come again.
        const named = unreadable.map(({ id }) => id);
        expect({ found, named }, `${plan} in pages of ${pageSize}`).toEqual({ found: fits, named: broken });
        for (const { id, reason } of unreadable) {
          expect(reason).toContain(id);
          expect(reason).toContain(`$.${target().rowFields.quantity}: found null, expected `);
          expect(reason).toContain('Correct the order in ');
        }
      }
      target().faults.reset();
    }
  });

  promise('moves its watermark past an order that it cannot read', ['changes'], async () => {
    // Prepare
    const { again } = await listed('.!');
    const { watermark } = await again(1);

    // Act
    const { found } = await again(undefined, watermark);

    // Assess
    expect(found).toEqual([]);
  });

  promise('lists an order again once it can be read', [], async () => {
    // Prepare
    const { again, numbers } = await listed('!');
    const { watermark } = await again();
    target().faults.reset();
    for (const number of numbers) await target().touch({ number });

    // Act
    const { found, unreadable } = await again(undefined, watermark);

    // Assess
    expect({ found, unreadable }).toEqual({ found: numbers, unreadable: [] });
  });
}
