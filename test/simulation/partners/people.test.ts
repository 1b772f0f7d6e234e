import { expect, it } from 'vitest';
import { bookedWhole, listedOne, prepared } from './prepared.ts';

it('books on an order of the sandbox ERP whose number has changed', async () => {
  // Prepare
  const rehearsal = prepared('rest');
  const { erp } = rehearsal;
  const planned = erp.plan({ article: 'plain', quantity: '5' });
  const order = await listedOne(rehearsal);

  // Act
  const renamed = erp.rename?.(planned, 'MO/RENAMED');
  await bookedWhole(rehearsal, order);

  // Assess
  expect(renamed).toBe(true);
  expect((await rehearsal.listed()).map(({ number }) => number)).not.toContain(planned.number);
  expect(erp.books(planned)).toMatchObject({ state: 'done', good: '5' });
});

it('lists an order of SAP that is released again', async () => {
  // Prepare
  const { erp, listed } = prepared('sap-s4hana');
  const planned = erp.plan({ article: 'plain', quantity: '5' });
  erp.cancel(planned);

  // Act
  const again = erp.releaseAgain(planned);

  // Assess
  expect(again).toBe(true);
  expect(erp.releaseAgain(planned)).toBe(false);
  expect(await listed()).toMatchObject([{ number: planned.number, state: 'released' }]);
});

it.each(
  (['odoo 17', 'odoo 19', 'sap-s4hana', 'rest'] as const).flatMap((name) =>
    (['putBack', 'remove'] as const).map((act) => ({ name, act })),
  ),
)('lists an order of $name no more after $act, until it is released again', async ({ name, act }) => {
  // Prepare
  const { erp, listed } = prepared(name);
  const planned = erp.plan({ article: 'plain', quantity: '5' });

  // Act
  const isDone = [erp[act](planned), erp[act](planned)];
  const meanwhile = await listed();
  const isAgain = [erp.releaseAgain(planned), erp.releaseAgain(planned)];

  // Assess
  expect([isDone, isAgain, meanwhile]).toEqual([[true, false], [true, false], []]);
  expect(await listed()).toMatchObject([{ number: planned.number, state: 'released' }]);
  expect(erp.books(planned)).toMatchObject({ state: 'open', bookings: [] });
});

it.each(['odoo 17', 'odoo 19'] as const)(
  'lets people act on the backorder that a booking left in %s',
  async (name) => {
    // Prepare
    const rehearsal = prepared(name);
    const { erp, azumuta } = rehearsal;
    const planned = erp.plan({ article: 'plain', quantity: '5' });
    const order = await listedOne(rehearsal);
    const { id } = await rehearsal.create(order);
    azumuta.complete(order.number, { quantity: 3 });
    await rehearsal.book(await rehearsal.collect(id, order, false));

    // Act
    const acts = [
      erp.changeQuantity(planned, '4'),
      erp.finishByHand(planned),
      erp.changeQuantity(planned, '1'),
    ];

    // Assess
    expect(acts).toEqual([true, true, false]);
    const mark = erp.markOf(`${id}#quantity`);
    expect(erp.books(planned)).toMatchObject({
      state: 'done',
      bookings: [
        { mark, good: '3' },
        { mark: undefined, good: '4' },
      ],
    });
  },
);
