import { expect } from 'vitest';
import type { ErpConnector, ReleasedOrdersPage } from '../../../../shared/erp/connector.ts';
import type { Watermark } from '../../../../shared/model/orders.ts';
import { newSignal } from './attempts.ts';
import type { Chapter } from './target.ts';

export function unreadableTests({ target, promise }: Chapter): void {
  /**
   * Plans orders, one after the other, and makes the ERP list those marked `!` without a quantity.
   * @param plan `.!.` are three orders of which the second cannot be read.
   */
  async function listed(plan: string) {
    const since = (await pagesOf(target().connector())).at(-1)?.watermark;
    const numbers: string[] = [];
    for (const _ of plan) {
      const order = { article: target().articles.plain, quantity: '5' };
      numbers.push((await target().planOrder(order)).number);
    }
    const broken = numbers.filter((_, index) => plan[index] === '!');
    withoutQuantity(broken);
    return { since, numbers, broken, fits: numbers.filter((number) => !broken.includes(number)) };
  }

  function withoutQuantity(broken: readonly string[]): void {
    const { number, quantity } = target().rowFields;
    target().faults.rewriteAnswers((body) => {
      const answer: unknown = JSON.parse(body);
      return JSON.stringify(answer, (_, value) =>
        broken.includes(value?.[number]) ? { ...value, [quantity]: null } : value,
      );
    });
  }

  promise('names an order that it cannot read, and lists those before and after it', [], async () => {
    // Prepare
    const { since, numbers, broken, fits } = await listed('.!.');

    // Act
    const pages = await pagesOf(target().connector(), since);

    // Assess
    expect(numbersOf(pages, numbers)).toEqual(fits);
    const unreadable = pages.flatMap((page) => page.unreadable);
    expect(unreadable.map(({ id }) => id)).toEqual(broken);
    const [{ reason } = { reason: '' }] = unreadable;
    expect(reason).toContain(broken[0]);
    expect(reason).toContain(`$.${target().rowFields.quantity}: found null, expected `);
    expect(reason).toContain('Correct the order in ');
  });

  promise('reads every page to its end, whichever of its orders cannot be read', [], async () => {
    for (const plan of ['.!..!', '!!!!.', '!!!']) {
      const { since, numbers, broken, fits } = await listed(plan);
      for (const pageSize of [1, 2, 3]) {
        // Act
        const pages = await pagesOf(target().connector({ pageSize }), since);

        // Assess: orders at the watermark itself may come again.
        const seen = `${plan} in pages of ${pageSize}`;
        expect(numbersOf(pages, numbers), seen).toEqual(fits);
        expect(
          pages.flatMap((page) => page.unreadable.map(({ id }) => id)),
          seen,
        ).toEqual(broken);
      }
      target().faults.reset();
    }
  });

  promise('moves its watermark past an order that it cannot read', [], async () => {
    // Prepare
    const { since, numbers } = await listed('.!');
    const last = (await pagesOf(target().connector({ pageSize: 1 }), since)).at(-1)?.watermark;

    // Act
    const again = await pagesOf(target().connector(), last);

    // Assess
    expect(numbersOf(again, numbers)).toEqual([]);
  });

  promise('lists an order again once it can be read', [], async () => {
    // Prepare
    const { since, numbers } = await listed('!');
    const last = (await pagesOf(target().connector(), since)).at(-1)?.watermark;
    target().faults.reset();
    for (const number of numbers) await target().touch({ number });

    // Act
    const again = await pagesOf(target().connector(), last);

    // Assess
    expect(numbersOf(again, numbers)).toEqual(numbers);
    expect(again.flatMap((page) => page.unreadable)).toEqual([]);
  });
}

async function pagesOf(connector: ErpConnector, since?: Watermark): Promise<ReleasedOrdersPage[]> {
  const pages: ReleasedOrdersPage[] = [];
  for await (const page of connector.releasedOrders(since, newSignal())) pages.push(page);
  return pages;
}

/** The planned orders that are listed, in the order of the list. */
function numbersOf(pages: readonly ReleasedOrdersPage[], planned: readonly string[]): string[] {
  return pages
    .flatMap((page) => page.orders.map((order) => order.number))
    .filter((number) => planned.includes(number));
}
