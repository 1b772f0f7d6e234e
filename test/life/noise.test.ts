import { expect, it } from 'vitest';
import { queueUrlOf } from '../simulation/world/plant.ts';
import { eachWithPlant, plant } from './acts.ts';
import { hours } from './plant.ts';

eachWithPlant();

const minutes = 60_000;
const orders = 5;
const repeated = 100;

/** Completes some orders, each of whose triggers comes so often. */
async function storm(times: number) {
  const planned = Array.from({ length: orders }, () => plant.plan('1'));
  await plant.pulled();
  for (const { number } of planned) plant.azumuta.complete(number);
  const triggers = plant.triggers.splice(0);
  const before = { writes: plant.writes(), azumuta: plant.calls.azumuta };
  for (let nth = 0; nth < times; nth += 1) {
    plant.triggers.push(...triggers);
    await plant.sendTriggers();
  }
  await plant.work();
  return {
    writes: (plant.writes() - before.writes) / orders,
    reads: (plant.calls.azumuta - before.azumuta) / orders,
    booked: planned.filter((order) => plant.erp.books(order).good === '1').length,
    letters: plant.letters(),
  };
}

it('costs no more than one trigger of each order, when all come at once', async () => {
  // Prepare
  const once = await storm(1);

  // Act
  const often = await storm(repeated);

  // Assess
  expect([once.booked, often.booked]).toEqual([orders, orders]);
  expect(often.letters).toEqual([]);
  expect(often.reads - once.reads).toBeLessThanOrEqual(0.1);
  expect(often.writes - once.writes).toBeLessThanOrEqual(2);
});

/** Forged triggers, each with another number, and what they cost in half an hour. */
async function forged(count: number) {
  // The first run of the alerts counts the last thirty days.
  await plant.alerts();
  const before = { writes: plant.writes(), azumuta: plant.calls.azumuta };
  for (let nth = 0; nth < count; nth += 1)
    await plant.trigger(JSON.stringify({ productOrderNumber: `FORGED-${nth}` }));
  await plant.work();
  await plant.alerts();
  return {
    writes: (plant.writes() - before.writes) / count,
    reads: (plant.calls.azumuta - before.azumuta) / count,
    letters: plant.letters(),
    mails: plant.mails.map(({ subject, text }) => `${subject}\n${text}`),
  };
}

it('costs little and leaves no dead letter when triggers name numbers that nobody knows', async () => {
  // Act
  const { writes, reads, letters, mails } = await forged(60);

  // Assess: the writes of the alert are shared
  expect([letters, mails.length]).toEqual([[], 1]);
  expect(reads).toBeLessThanOrEqual(4);
  expect(writes).toBeLessThanOrEqual(6.2);
  expect(mails[0]).toMatch(/1 hour with triggers of product orders that nobody knows/);
  expect(mails[0]).toMatch(/neither the ledger nor Azumuta knows, 60 in this hour: FORGED-\d+, FORGED-\d+,/);
});

it('books a product order that somebody typed by hand and Azumuta shows a few seconds late', async () => {
  // Prepare
  const number = plant.plan('3').number;
  await plant.trigger(JSON.stringify({ productOrderNumber: number }));
  await plant.work(1000);

  // Act
  plant.azumuta.typeByHand(number, 'GEAR-01', { Quantity: 3 });
  plant.azumuta.complete(number, { quantity: 3 });
  plant.triggers.length = 0;
  await plant.work(60_000);

  // Assess
  expect(plant.erp.books({ number })).toMatchObject({ good: '3' });
});

it('reads each version of a work instruction once for all orders, whichever container books them', async () => {
  // Prepare
  const read: string[] = [];
  plant.answers.azumuta = ({ url: { pathname } }, answer) => {
    if (pathname.includes('/workinstructions/')) read.push(pathname);
    return answer();
  };

  // Act
  for (let nth = 0; nth < 3; nth += 1) {
    const order = plant.plan('1');
    await plant.pulled();
    plant.azumuta.complete(order.number);
    await plant.work();
    plant.deploy({});
  }

  // Assess: an article has two of them
  expect(new Set(read).size).toBe(2);
  expect(read).toHaveLength(2);
});

it('sends one message a day of an order that is cancelled while orders are paused, however often it is pulled', async () => {
  // Prepare: a list of what has changed overlaps, so each pull reads the order again
  const order = plant.plan('5');
  await plant.pulled();
  await plant.ledger.pauses.pauseFlow('orders');
  plant.erp.cancel(order);

  // Act
  for (let pulls = 0; pulls < 3 * 24 * 6; pulls += 1) {
    plant.advance(10 * minutes);
    await plant.pull();
    if (pulls % (24 * 6) === 0) await plant.reconcile();
  }
  const waiting = plant.queues.messages(queueUrlOf('product-orders')).length;
  await plant.ledger.pauses.resumeFlow('orders');
  plant.azumuta.remove(order.number);
  await plant.work(3 * hours);

  // Assess
  expect(waiting).toBe(3);
  expect((await plant.ledger.knownOrders.read(order.number)).concerns).toEqual([]);
});
