import { expect, it } from 'vitest';
import { listedOne, prepared } from './prepared.ts';

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
