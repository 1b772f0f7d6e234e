import { expect } from 'vitest';
import { Rejected } from '../../../../shared/model/errors.ts';
import type { ErpOrder, ErpOrderRef } from '../../../../shared/model/orders.ts';
import { failureOf, newSignal } from './attempts.ts';
import { completionOf, partOf } from './completions.ts';
import { asListed, listOf } from './listing.ts';
import { complaintsOfCells } from './open-cells.ts';
import type { Chapter, OtherFact, PlannedOrderRef } from './target.ts';

export function readingTests({ target, cannot, plan, book, promise }: Chapter): void {
  async function read(order: ErpOrderRef): Promise<ErpOrder | undefined> {
    const { readOrder } = target().connector();
    if (!readOrder) throw new Error('This connector reads no order: `cannot.read` says so.');
    return readOrder(order, newSignal());
  }
  const listable = (order: ErpOrder | undefined) => order && asListed(order);
  const listed = async ({ number }: ErpOrderRef) =>
    (await listOf(target().connector())).orders.find((order) => order.number === number);

  /** What a planner changes each of them to. A fact that is added needs a change of it in the books of each ERP. */
  const otherValues: Readonly<Record<OtherFact, string>> = {
    dueDate: '2031-07-08',
  };

  promise(
    'reads a released order as it lists it, by its id or its number, and writes nothing',
    ['read'],
    async () => {
      // Prepare
      const order = await plan();
      const expected = await listed(order);
      const before = await target().everything();

      // Act
      const found = [await read(order), await read({ number: order.number })];

      // Assess
      expect(expected).toMatchObject({ number: order.number, state: 'released' });
      expect(found.map(listable)).toEqual([listable(expected), listable(expected)]);
      expect(await target().everything()).toEqual(before);
    },
  );

  promise('reads what a planner has changed', ['read'], async () => {
    // Prepare
    const order = await plan();
    const before = await read(order);
    await target().changeQuantity(order, '7');
    const expected: [name: string, value: string][] = [];
    for (const name of Object.keys(otherValues) as OtherFact[]) {
      const change = target().changeFact[name];
      if (typeof change !== 'function') {
        expect(complaintsOfCells({ [name]: change })).toEqual([]);
        continue;
      }
      await change(order, otherValues[name]);
      expected.push([name, otherValues[name]]);
    }

    // Act
    const found = await read(order);

    // Assess
    expect(listable(found)).toEqual(listable(await listed(order)));
    expect(found?.quantity.unit).toBe(before?.quantity.unit);
    expect(found?.quantity.amount).toBe('7');
    for (const [name, value] of expected) expect(found).toHaveProperty(name, expect.stringContaining(value));
  });

  promise('reads an order that we have booked a part of as it was before', ['read', 'partial'], async () => {
    // Prepare
    const order = await plan();
    const { changedAt: _, attributes: __, produced: ___, ...before } = (await read(order)) ?? {};

    for (const n of [1, 2]) {
      // Act
      await book(partOf(order, n, '2'));

      // Assess
      expect(await read(order), `after part ${n}`).toMatchObject(before);
    }
  });

  for (const [what, state, needs, end] of [
    [
      'a cancelled order as cancelled',
      'cancelled',
      'cancelled-listed',
      (one: PlannedOrderRef) => target().cancelOrder(one),
    ],
    [
      'an order that somebody has finished as not released',
      'other',
      'read',
      (one: PlannedOrderRef) => target().finishByHand(one),
    ],
    [
      'an order that we have finished as not released',
      'other',
      'read',
      (one: PlannedOrderRef) => book(completionOf(one)),
    ],
  ] as const)
    promise(`reads ${what}`, ['read', needs], async () => {
      const order = await plan();
      await end(order);

      const { id, number, state: found } = (await read(order)) ?? {};

      expect({ ...(id === undefined ? {} : { id }), number, state: found }).toEqual({
        ...(order.id === undefined ? {} : { id: order.id }),
        number: order.number,
        state,
      });
    });

  /** Orders of which nothing was produced yet, or by somebody, or by us, by what became of them. */
  async function produceInEachWay(): Promise<readonly [how: string, ErpOrderRef][]> {
    const some = { quantity: { amount: '4' }, ...(cannot.scrap ? {} : { scrap: { amount: '1' } }) };
    const planned = {
      'nothing yet': await plan(),
      'finished by somebody': await plan(),
      'booked as a whole': await plan(),
      'booked in part': await plan(),
      'booked in part, and the rest by somebody': await plan(),
    };
    await target().finishByHand(planned['finished by somebody']);
    await book(completionOf(planned['booked as a whole'], some));
    if (cannot.partial === undefined) {
      await book(partOf(planned['booked in part'], 1, '2'));
      await book(partOf(planned['booked in part, and the rest by somebody'], 1, '2'));
    }
    await target().finishByHand(planned['booked in part, and the rest by somebody']);
    return Object.entries(planned);
  }

  promise('tells how much was produced of an order, by us or by people', ['read', 'produced'], async () => {
    for (const [how, order] of await produceInEachWay()) {
      const found = await read(order);

      const { good } = await target().books(order);
      expect(found?.produced?.good, how).toBe(good);
    }
  });

  promise(
    'tells the scrap of an order, by us or by people',
    ['read', 'produced', 'produced-scrap'],
    async () => {
      for (const [how, order] of await produceInEachWay()) {
        const found = await read(order);

        const { scrap } = await target().books(order);
        expect(found?.produced?.scrap, how).toBe(scrap);
      }
    },
  );

  promise('reads nothing for an order that the ERP does not have', ['read'], async () => {
    const { id, number } = await plan();
    const unknown = number.replace(/\d(?=\D*$)/, '').concat('987654');

    expect(await read({ number: unknown })).toBeUndefined();
    if (id !== undefined) expect(await read({ number, id: id.replace(/.$/, '987654') })).toBeUndefined();
  });

  promise(
    'refuses an order that cannot be read with the sentence that its listing has',
    ['read'],
    async () => {
      // Prepare
      const order = await plan();
      const { number, quantity } = target().rowFields;
      target().faults.rewriteAnswers((body) =>
        JSON.stringify(JSON.parse(body), (_, value) =>
          String(value?.[number]) === order.number ? { ...value, [quantity]: null } : value,
        ),
      );
      const { unreadable } = await listOf(target().connector());

      // Act
      const failure = await failureOf(read(order));

      // Assess
      expect(failure).toBeInstanceOf(Rejected);
      expect(failure).toMatchObject({
        causeCode: 'order-data',
        message: unreadable.find(({ id }) => id === order.number)?.reason,
      });
    },
  );

  promise(
    'takes the answer of something else than the ERP for no word about the order',
    ['every-call', 'read'],
    async () => {
      const order = await plan();
      const page = { headers: { 'content-type': 'text/html' }, body: '<html>Maintenance</html>' };
      for (const status of [200, 404, 503]) {
        target().faults.reset();
        await read(order);
        const calls = target().faults.callCount();
        for (let n = 1; n <= calls; n += 1) {
          target().faults.reset();
          target().faults.beforeCall(n, () => target().faults.answerNext({ status, ...page }));

          const failure = await failureOf(read(order));

          expect(failure, `${status} at call ${n}`).toMatchObject({ name: 'RetryLater', scope: 'partner' });
        }
      }
    },
  );
}
