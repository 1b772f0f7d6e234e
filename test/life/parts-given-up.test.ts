import { describe, expect, it } from 'vitest';
import { endings } from '../../infra/ops/orders/end-order.ts';
import { overriding } from '../support/overriding.ts';
import {
  daysGoBy,
  eachWithPlant,
  endDependencies,
  kinds,
  made,
  madeInParts,
  partsBuilt,
  plant,
  quantityChanged,
  whileReading,
  withoutArticles,
} from './acts.ts';
import { hours, type LifePlant } from './plant.ts';

// Parts that are booked together, of which a person gives one up.
eachWithPlant({
  integration: { productOrders: { split: { per: 'unit', book: 'when-all-done' } } },
});

type Order = ReturnType<LifePlant['plan']>;

async function endedBy(end: 'give-up' | 'remake', order: Order, part: number): Promise<void> {
  const request = { number: `${order.number}/${part}`, go: true, note: 'booked by hand (An)' };
  await endings[end](request, endDependencies());
  await plant.work();
}

const books = (order: Order) => {
  const { state, good } = plant.erp.books(order);
  return { state, good };
};

describe('a part of an order that is booked together, which a person has given up', () => {
  it('is made good for by one that the ERP order has no more, where that is built all the same', async () => {
    const order = await madeInParts('2');
    await quantityChanged(order, '1');
    await endedBy('give-up', order, 1);
    await partsBuilt(order, 1, 2);
    await daysGoBy(3);
    expect(books(order)).toEqual({ state: 'done', good: '1' });
    expect(plant.letters()).toEqual([]);
  });

  it('leaves one letter of what is built beyond the order, however many days go by', async () => {
    const order = await madeInParts('2');
    await quantityChanged(order, '1');
    await partsBuilt(order, 1);
    await partsBuilt(order, 2);
    await daysGoBy(3);
    expect(books(order)).toEqual({ state: 'done', good: '1' });
    expect(plant.letters()).toEqual([expect.stringContaining('has only 1 part(s) now')]);
  });

  it('is not booked with the others, when it was built before', async () => {
    const order = await madeInParts('3');
    await partsBuilt(order, 2);
    await endedBy('give-up', order, 2);
    await partsBuilt(order, 1, 3);
    await daysGoBy(7);
    expect(books(order)).toEqual({ state: 'done', good: '2' });
    expect(await kinds()).toEqual([]);
  });

  it('is not awaited by the others, when it was never built', async () => {
    const order = await madeInParts('3');
    await endedBy('give-up', order, 1);
    await partsBuilt(order, 2, 3);
    await daysGoBy(7);
    expect(books(order)).toEqual({ state: 'done', good: '2' });
    expect(await kinds()).toEqual([]);
  });

  it('is not awaited by others that were built before it was given up', async () => {
    const order = await madeInParts('3');
    await partsBuilt(order, 1, 3);
    await endedBy('give-up', order, 2);
    expect(books(order)).toEqual({ state: 'done', good: '2' });
    await daysGoBy(7);
    expect(await kinds()).toEqual([]);
  });

  it('is not booked when all are built, and their booking waits for the ERP', async () => {
    // Prepare
    const order = await madeInParts('3');
    plant.answers.erp = () => ({ status: 503 });
    await partsBuilt(order, 1, 2, 3);

    // Act
    await endedBy('give-up', order, 2);
    plant.answers.erp = (_, answer) => answer();
    plant.advance(hours);
    await plant.work(2 * hours);

    // Assess
    expect(books(order)).toEqual({ state: 'done', good: '2' });
    await daysGoBy(7);
    expect(await kinds()).toEqual([]);
  });

  it('leaves the others to be booked by a replay, which ends their dead letter, where their booking was refused', async () => {
    // Prepare
    const order = await madeInParts('3');
    let isClosed = true;
    plant.answers.erp = ({ method }, answer) =>
      isClosed && method === 'POST' ? { status: 422, body: { error: 'the period is closed' } } : answer();
    await partsBuilt(order, 1, 2, 3);
    expect(plant.letters()).toHaveLength(1);

    // Act
    await endedBy('give-up', order, 2);
    isClosed = false;
    plant.advance(hours);
    await plant.replayed();

    // Assess
    expect(books(order)).toEqual({ state: 'done', good: '2' });
    await daysGoBy(7);
    expect(await kinds()).toEqual([]);
  });

  it('is not booked with the others while these are planned with it', async () => {
    // Prepare
    const order = await madeInParts('3');
    await partsBuilt(order, 1, 2);
    const request = { number: `${order.number}/2`, go: true, note: 'booked by hand (An)' };
    whileReading(() => endings['give-up'](request, endDependencies()));

    // Act
    await partsBuilt(order, 3);

    // Assess
    expect(books(order)).toEqual({ state: 'done', good: '2' });
    expect(plant.letters()).toEqual([]);
    await daysGoBy(7);
    expect(await kinds()).toEqual([]);
  });

  it('is told to a person when it was planned with the others while it was given up', async () => {
    // Prepare
    const order = await madeInParts('3');
    await partsBuilt(order, 1, 2);
    plant.azumuta.complete(`${order.number}/3`);
    const { orders } = plant.ledger;
    const dependencies = endDependencies();
    const ending = overriding(orders, {
      end: async (...given: Parameters<typeof orders.end>) => {
        await plant.work();
        return orders.end(...given);
      },
    });

    // Act
    const request = { number: `${order.number}/2`, go: true, note: 'booked by hand (An)' };
    const given = endings['give-up'](request, {
      ...dependencies,
      ledger: { ...dependencies.ledger, orders: ending },
    });

    // Assess
    await expect(given).rejects.toThrow('it is being booked with the other parts');
    expect(books(order)).toEqual({ state: 'done', good: '3' });
  });

  it('is not built into the booking when it is completed after that', async () => {
    const order = await madeInParts('3');
    await endedBy('give-up', order, 2);
    await partsBuilt(order, 1, 2, 3);
    await daysGoBy(7);
    expect(books(order)).toEqual({ state: 'done', good: '2' });
  });

  it('leaves nothing to book when all are given up', async () => {
    const order = await madeInParts('2');
    await partsBuilt(order, 1);
    await endedBy('give-up', order, 2);
    expect(books(order)).toEqual({ state: 'done', good: '1' });
    const other = await madeInParts('2');
    for (const part of [1, 2]) await endedBy('give-up', other, part);
    await partsBuilt(other, 1, 2);
    await daysGoBy(7);
    expect(books(other)).toEqual({ state: 'open', good: '0' });
    expect(await kinds()).toEqual([]);
  });

  it('leaves the others as many as the ERP has by then, when it was one too many', async () => {
    const order = await madeInParts('2');
    await quantityChanged(order, '1');
    await endedBy('give-up', order, 2);
    await partsBuilt(order, 1);
    await daysGoBy(7);
    expect(books(order)).toEqual({ state: 'done', good: '1' });
    expect(await kinds()).toEqual([]);
  });

  it('stays given up when a person has another part looked at again, though it is the first one', async () => {
    // Prepare
    const order = await madeInParts('2');
    await quantityChanged(order, '1');
    await plant.ledger.pauses.pauseFlow('bookings');
    plant.azumuta.complete(`${order.number}/1`);
    await plant.work(hours);
    await endings['give-up'](
      { number: `${order.number}/1`, go: true, note: 'booked by hand (An)' },
      endDependencies(),
    );
    await plant.ledger.pauses.resumeFlow('bookings');
    await plant.work(hours);

    // Act
    await plant.replayed({ orders: new Set([`${order.number}/2`]) });
    await plant.work(hours);

    // Assess
    expect(books(order)).toEqual({ state: 'open', good: '0' });
  });

  it('stays given up when a person replays the creation of another part', async () => {
    const correct = withoutArticles();
    const order = await madeInParts('2');
    await endedBy('give-up', order, 2);
    correct();
    await plant.replayed({ orders: new Set([`${order.number}/1`]) });
    expect(made()).toEqual([`${order.number}/1 open`]);
  });

  it('is booked with the others again once a person has it made after all', async () => {
    const order = await madeInParts('3');
    await endedBy('give-up', order, 2);
    await partsBuilt(order, 1);
    await endedBy('remake', order, 2);
    await partsBuilt(order, 3);
    expect(books(order)).toEqual({ state: 'open', good: '0' });
    expect(made()).toContain(`${order.number}/2 open`);
    await partsBuilt(order, 2);
    await daysGoBy(7);
    expect(books(order)).toEqual({ state: 'done', good: '3' });
    expect(await kinds()).toEqual([]);
  });
});

it('books each part by itself as before where they are booked one by one', async () => {
  plant.deploy({ productOrders: { split: { per: 'unit', book: 'each' } } });
  const order = await madeInParts('3');
  await endedBy('give-up', order, 2);
  await partsBuilt(order, 1, 2, 3);
  await daysGoBy(7);
  expect(plant.erp.books(order)).toMatchObject({ good: '2' });
});

it('tells that a part is not wanted while it is open in Azumuta, though a trigger about it had the others booked', async () => {
  // Prepare
  const order = await madeInParts('2');
  await partsBuilt(order, 1);
  plant.answers.erp = ({ method }, answer) => (method === 'POST' ? { status: 503 } : answer());
  await quantityChanged(order, '1');
  const whileDown = [await kinds(), books(order).good];
  plant.answers.erp = (_, answer) => answer();

  // Act
  await plant.trigger(JSON.stringify({ productOrderNumber: `${order.number}/2`, recordingIds: ['1'] }));
  await plant.work();

  // Assess
  expect(whileDown).toEqual([['unwanted', 'waiting'], '0']);
  expect(books(order)).toEqual({ state: 'done', good: '1' });
  expect(await kinds()).toEqual(['unwanted']);
});

it('leaves the dead letter of others whose booking was refused, though it is kept at the first part', async () => {
  // Prepare
  const order = await madeInParts('3');
  await quantityChanged(order, '2');
  plant.answers.erp = ({ method }, answer) =>
    method === 'POST' ? { status: 422, body: { error: 'the period is closed' } } : answer();
  await partsBuilt(order, 2, 3);
  const openLetters = async () =>
    (await plant.ledger.knownOrders.read(`${order.number}/1`)).deadLetters.map(({ reason }) => reason);
  const refused = await openLetters();

  // Act
  await endedBy('give-up', order, 1);

  // Assess
  expect(refused).toEqual([expect.stringContaining('the period is closed')]);
  expect(await openLetters()).toEqual(refused);
});
