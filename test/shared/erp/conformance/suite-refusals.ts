import { expect } from 'vitest';
import type { Completion } from '../../../../shared/model/completions.ts';
import { Rejected, UnknownOrder } from '../../../../shared/model/errors.ts';
import type { Decimal } from '../../../../shared/model/quantity.ts';
import { failureOf } from './attempts.ts';
import { completionOf, partOf, productOrderOf } from './completions.ts';
import type { Chapter } from './target.ts';

/** The look refuses everything that can be refused, so that the ERP stays unchanged. */
export function refusalTests({ target, plan, book, promise }: Chapter): void {
  /** @param says Text that the error must contain beside the order. */
  async function expectRefused(completion: Completion, ...says: string[]): Promise<unknown> {
    // Prepare
    const before = await target().everything();

    // Act
    const failure = await failureOf(book(completion));

    // Assess
    expect(failure).toBeInstanceOf(Rejected);
    for (const text of [completion.erpOrder.number, ...says]) {
      expect(failure).toMatchObject({ message: expect.stringContaining(text) });
    }
    expect(await target().everything()).toEqual(before);
    return failure;
  }

  promise('refuses a completion of nothing, and leaves the order open', [], async () => {
    await expectRefused(completionOf(await plan(), { quantity: { amount: '0' } }), 'nothing was built');
    const noScrap = { quantity: { amount: '0' }, scrap: { amount: '0' } };
    await expectRefused(completionOf(await plan(), noScrap), 'nothing was built');
  });

  const beyondOrder = { good: 1.1, scrap: 1, recorded: ' (step "Good quantity" of recording r1)' };

  promise(
    'refuses more than the order is for, where nobody but the ERP knows for how much it is',
    [],
    async () => {
      const order = await plan();
      const quantity = { amount: '50' };
      const accepting = `npm run replay -- --order ${productOrderOf(order).number} --accept 50 --go`;
      await expectRefused(
        completionOf(order, { quantity, beyondOrder }),
        'is for 5',
        'was completed with 50 good (step "Good quantity" of recording r1)',
        accepting,
      );
    },
  );

  promise('refuses more scrap than the order is for', ['scrap'], async () => {
    const figures = { quantity: { amount: '1' }, scrap: { amount: '6' } };
    await expectRefused(completionOf(await plan(), { ...figures, beyondOrder }), 'completed with 6 scrap');
  });

  promise('refuses what is more than the order in the unit of the order', ['units'], async () => {
    const { unit = '', holds = '0' } = target().units.other ?? {};
    const order = await plan({ quantity: holds });
    const completion = completionOf(order, { quantity: { amount: '2', unit }, beyondOrder });
    await expectRefused(completion, `is for ${holds}`, 'completed with 2 good');
  });

  promise('counts what others have booked on the order with it', ['partial', 'booked-before'], async () => {
    const order = await plan();
    await book(partOf(order, 1, '3'));
    await expectRefused(partOf(order, 2, '3', { beyondOrder }), 'is for 5', '(3 are booked)');
  });

  promise('books as much as the order is for, and a tenth more', [], async () => {
    const order = await plan({ quantity: '10' });
    await book(completionOf(order, { quantity: { amount: '11' }, beyondOrder }));
    expect(await target().books(order)).toMatchObject({ good: '11', bookings: 1 });
  });

  promise('books scrap alone', ['scrap'], async () => {
    const order = await plan();
    await book(completionOf(order, { quantity: { amount: '0' }, scrap: { amount: '5' } }));
    expect(await target().books(order)).toMatchObject({ state: 'done', good: '0', scrap: '5' });
  });

  promise('refuses a unit that it cannot convert, naming it', [], async () => {
    const { foreign } = target().units;
    await expectRefused(
      completionOf(await plan(), { quantity: { amount: '5', unit: foreign } }),
      foreign,
      target().units.own,
    );
  });

  promise('accepts the unit of the order', [], async () => {
    const order = await plan();
    await book(completionOf(order, { quantity: { amount: '5', unit: target().units.own } }));
    expect(await target().books(order)).toMatchObject({ state: 'done', good: '5', bookings: 1 });
  });

  promise('converts a unit of the same kind', ['units'], async () => {
    // Prepare
    const { unit = '', holds = '0' } = target().units.other ?? {};
    const order = await plan({ quantity: holds });

    // Act
    await book(completionOf(order, { quantity: { amount: '1', unit } }));

    // Assess
    expect(await target().books(order)).toMatchObject({ state: 'done', good: holds, bookings: 1 });
  });

  promise('refuses good and scrap in different units', [], async () => {
    const quantity = { amount: '4', unit: target().units.own };
    const scrap = { amount: '1', unit: target().units.foreign };
    await expectRefused(completionOf(await plan(), { quantity, scrap }), quantity.unit, scrap.unit);
  });

  promise('rounds as the ERP does, or refuses an amount that it would round', [], async () => {
    const order = await plan();
    const completion = completionOf(order, { quantity: { amount: '2.123456' } });
    const { rounded } = target();
    if (rounded === undefined) return void (await expectRefused(completion, '2.123456'));

    // Act: the second attempt finds the booking of the first.
    const first = await book(completion);
    const second = await book(completion);

    // Assess
    expect([first.alreadyBooked, second.alreadyBooked]).toEqual([false, true]);
    expect(await target().books(order)).toMatchObject({ good: rounded, bookings: 1 });
  });

  promise('refuses more or fewer serial numbers than pieces', ['serials'], async () => {
    const { serials = '' } = target().articles;
    for (const numbers of [['A'], ['A', 'B', 'C']]) {
      const order = await plan({ article: serials, quantity: '2' });
      const lots = numbers.map((letter) => ({
        number: `${productOrderOf(order).id.slice(0, 7)}-${letter}`,
        quantity: { amount: '1' },
      }));
      await expectRefused(completionOf(order, { quantity: { amount: '2' }, lots }));
    }
  });

  promise('refuses lots that do not add up', ['lots'], async () => {
    const { lots: article = '' } = target().articles;
    const order = await plan({ article });
    const id = productOrderOf(order).id.slice(0, 7);
    const lot = (letter: string, amount: Decimal) => ({ number: `${id}-${letter}`, quantity: { amount } });
    await expectRefused(completionOf(order, { lots: [lot('A', '3'), lot('B', '3')] }));
    await expectRefused(completionOf(order, { lots: [lot('A', '9')] }));
  });

  promise('scraps only the serial numbers that are scrap', ['scrapped-serials'], async () => {
    // Prepare
    const order = await plan({ article: target().articles.serials ?? '', quantity: '3' });
    const number = (letter: string) => `${productOrderOf(order).id.slice(0, 7)}-${letter}`;
    const scrapped = true as const;
    const lots = [{ number: number('A') }, ...['B', 'C'].map((one) => ({ number: number(one), scrapped }))];

    // Act
    await book(completionOf(order, { quantity: { amount: '1' }, scrap: { amount: '2' }, lots }));

    // Assess
    const books = await target().books(order);
    expect(books).toMatchObject({ state: 'done', good: '1', scrap: '2' });
    expect([...(books.scrappedLots ?? [])].sort()).toEqual([number('B'), number('C')]);
  });

  promise('refuses scrap without its serial numbers', ['scrapped-serials'], async () => {
    const order = await plan({ article: target().articles.serials ?? '', quantity: '3' });
    const lots = ['A', 'B'].map((one) => ({ number: `${productOrderOf(order).id.slice(0, 7)}-${one}` }));
    await expectRefused(completionOf(order, { quantity: { amount: '2' }, scrap: { amount: '1' }, lots }));
  });

  promise('rejects a cancelled order, which is no unknown one', [], async () => {
    const order = await plan();
    await target().cancelOrder(order);
    const failure = await expectRefused(completionOf(order));
    expect(failure).not.toBeInstanceOf(UnknownOrder);
    expect(failure).toMatchObject({ causeCode: 'order-state' });
  });

  promise('rejects an order for another product, naming both', [], async () => {
    const { lots: article = 'SOMETHING-ELSE' } = target().articles;
    const completion = completionOf(await plan(), { article });
    expect(await expectRefused(completion, article)).toMatchObject({ causeCode: 'conflict' });
  });

  promise('leaves the ERP unchanged after every other refusal', [], async () => {
    for (const [why, prepare] of Object.entries(target().refused))
      await expectRefused(await prepare()).catch((cause: unknown) => {
        throw new Error(`It was to be refused, because ${why}.`, { cause });
      });
  });
}
