import { describe, expect, it } from 'vitest';
import { endings } from '../../infra/ops/orders/end-order.ts';
import { eachWithPlant, endDependencies, kinds, made, plant } from './acts.ts';
import { days } from './plant.ts';

eachWithPlant();

/** An order that was posted, built and booked. */
async function booked() {
  const planned = plant.plan('2');
  const { number, id } = planned;
  const order = { number, id, article: 'GEAR-01', quantity: '2' };
  await plant.post(order);
  await plant.work();
  plant.azumuta.complete(number);
  await plant.work();
  expect(plant.erp.books(planned)).toMatchObject({ state: 'done', good: '2' });
  plant.advance(40 * days);
  return order;
}

describe('an ERP order that is numbered anew after it was built and booked', () => {
  it('needs nobody, and is not made again', async () => {
    const order = await booked();
    const answer = await plant.post({ ...order, number: 'P-9' });
    await plant.work();
    expect(answer).toMatchObject({ status: 'exists', productOrders: [{ number: order.number }] });
    expect(await kinds()).toEqual([]);
    expect(made()).toEqual([`${order.number} completed`]);
  });

  it('is told with what to release, where the ERP wants something else under its id', async () => {
    const order = await booked();
    const other = { ...order, number: 'P-9', article: 'GEAR-02', quantity: '3' };
    const answer = await plant.post(other);
    await plant.work();
    const [{ reason }] = answer.productOrders;
    expect(reason).toBe(
      `Product order ${order.number}: it is built and booked, and ERP order P-9 (${order.id}) wants 3 of GEAR-02 now: release another order, with its own id, for what is still to be built.`,
    );
    expect(await kinds()).toEqual(['changed']);
    // The ERP has corrected it.
    await plant.post({ ...order, number: 'P-9' });
    expect(await kinds()).toEqual([]);
  });

  it('is told no more once it is built and booked, where a person had settled what it wants', async () => {
    // Prepare
    const { number, id } = plant.plan('2');
    const order = { number, id, article: 'GEAR-01', quantity: '2' };
    await plant.post(order);
    await plant.work();
    const other = { ...order, number: 'P-9', quantity: '3' };
    await plant.post(other);
    const open = await kinds();
    const settling = { number, kind: 'changed', go: true, note: 'It remains so (An)' };
    await endings.settle(settling, endDependencies());

    // Act
    plant.azumuta.complete(number);
    await plant.work();
    await plant.post(other);
    const onceBooked = await kinds();
    await plant.post({ ...other, quantity: '4' });

    // Assess
    expect(open).toEqual(['changed']);
    expect(onceBooked).toEqual([]);
    expect(await kinds()).toEqual(['changed']);
  });

  it('is made where it has its own id', async () => {
    const order = await booked();
    await plant.post({ ...order, id: 'own', number: 'P-9', quantity: '3' });
    await plant.work();
    expect(made()).toContain('P-9 open');
  });
});
