import { describe, expect, it } from 'vitest';
import { daysGoBy, eachWithPlant, kinds, plant } from './acts.ts';
import type { LifePlant } from './plant.ts';

eachWithPlant();

type Order = ReturnType<LifePlant['plan']>;

const writesOf = (order: Order) => plant.erp.books(order).bookings.length;
const bookingsOf = (order: Order) => plant.ledger.bookings.listOfOrder(order.number);

/**
 * A person gives the order up after the command has seen that nothing is under way, and while its booking is sent: the ERP
 * posts it or not, and its answer is lost.
 */
async function givenUpWhileBooked(order: Order, isPosted: boolean): Promise<void> {
  let isFirst = true;
  plant.answers.erp = async ({ method }, answer) => {
    if (!isFirst || method === 'GET') return answer();
    isFirst = false;
    if (isPosted) answer();
    const entry = await plant.ledger.orders.find(order.number);
    if (!entry) throw new Error('The order is not known.');
    await plant.ledger.orders.end(entry, { how: 'given up', because: 'booked by hand (An)' });
    return { status: 502, headers: {}, body: 'Bad gateway' };
  };
  plant.azumuta.complete(order.number);
  await plant.work();
}

describe('a booking that is in doubt when its order is given up', () => {
  it('is looked up by its own message, and is booked where the ERP has it', async () => {
    const order = plant.plan('5');
    await plant.pulled();
    await givenUpWhileBooked(order, true);
    expect(await bookingsOf(order)).toMatchObject([{ state: 'done', attempts: 2 }]);
    expect(writesOf(order)).toBe(1);
  });

  it('is given up with its order where the ERP does not have it, and nothing is written', async () => {
    const order = plant.plan('5');
    await plant.pulled();
    await givenUpWhileBooked(order, false);
    expect(await bookingsOf(order)).toMatchObject([
      { state: 'rejected', discarded: true, reason: expect.stringContaining('the ERP does not have it') },
    ]);
    expect(writesOf(order)).toBe(0);
  });

  it.each([true, false])(
    'is asked about by nobody after that, and nobody is told (posted: %s)',
    async (isPosted) => {
      const order = plant.plan('5');
      await plant.pulled();
      await givenUpWhileBooked(order, isPosted);
      const { erp } = plant.calls;
      await daysGoBy(3);
      expect(await plant.ledger.due.listOverdue(undefined, 10)).toEqual([]);
      expect(await kinds()).toEqual([]);
      expect(plant.letters()).toEqual([]);
      expect(plant.calls.erp - erp).toBeLessThan(10);
    },
  );
});
