import { describe, expect, it } from 'vitest';
import { eachWithPlant, plant, takePlant } from './acts.ts';
import { hours, type LifePlant } from './plant.ts';

eachWithPlant();

type Order = ReturnType<LifePlant['plan']>;

const minutes = 60_000;

/** A trigger came, and Azumuta says that the order is open: nobody but a person can say what is meant. */
async function openedAgain(): Promise<Order> {
  takePlant({
    integration: {
      schedule: { pull: { everyMinutes: 5, from: '2026-11-01T00:00:00Z' }, reconcile: 'off' },
    },
  });
  const order = plant.plan('5');
  await plant.pulled();
  plant.azumuta.complete(order.number);
  plant.azumuta.reopen(order.number);
  return order;
}

/** A trigger came of a second product order with the number, which somebody has typed and completed. */
async function typedAndCompleted(): Promise<Order> {
  const order = plant.plan('5');
  await plant.pulled();
  const [own] = plant.azumuta.productOrders();
  plant.azumuta.typeByHand(order.number, 'GEAR-01', { Quantity: 5 });
  const copy = plant.azumuta.productOrders().find(({ id }) => id !== own?.id);
  plant.azumuta.complete(order.number, { id: copy?.id });
  return order;
}

/** Azumuta shows for so long that the product order with this id is open. */
function azumutaIsLate(id: string, forMs: number): void {
  const until = plant.clock.now().getTime() + forMs;
  const asOpen = (one: Record<string, unknown>) =>
    one.id === id ? { ...one, status: 'in-progress', completedAt: null } : one;
  plant.answers.azumuta = ({ url }, answer) => {
    const given = answer() as { body?: Record<string, unknown> };
    const { body } = given;
    if (!body || !url.pathname.includes('productorders') || plant.clock.now().getTime() >= until)
      return given;
    const { data } = body;
    return { ...given, body: Array.isArray(data) ? { ...body, data: data.map(asOpen) } : asOpen(body) };
  };
}

describe('a completion that Azumuta shows some seconds late', () => {
  it.each([
    ['asked for half an hour about an open order', openedAgain],
    ['found a second product order of the number', typedAndCompleted],
  ])('is booked, although the hint before it is a dead letter, which %s', async (_, prepare) => {
    // Prepare
    const order = await prepare();
    await plant.work();
    expect(plant.letters()).toHaveLength(1);
    plant.advance(5 * minutes);

    // Act
    const [own] = plant.azumuta.productOrders();
    const id = String(own?.id);
    azumutaIsLate(id, 30_000);
    plant.azumuta.complete(order.number, { id });
    await plant.work(4 * hours);

    // Assess
    expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '5' });
  });
});
