import { expect, it } from 'vitest';
import { planned } from '../../shared/integration/index.ts';
import type { ErpOrder } from '../../shared/model/orders.ts';
import { eachWithPlant, plant, whileReading } from './acts.ts';
import { days, hours, type LifePlant } from './plant.ts';

eachWithPlant({
  integration: { productOrders: { split: { per: 'unit', book: 'when-all-done' } } },
});

type Order = ReturnType<LifePlant['plan']>;

async function made(quantity: string): Promise<Order> {
  const order = plant.plan(quantity, 'plain', { dueDate: '2026-12-01' });
  await plant.pulled();
  expect(plant.azumuta.productOrders()).toHaveLength(Number(quantity));
  return order;
}

async function built(order: Order, ...parts: readonly number[]): Promise<void> {
  for (const part of parts) plant.azumuta.complete(`${order.number}/${part}`);
  await plant.work();
}

async function reduced(order: Order, quantity: string): Promise<void> {
  plant.advance(hours);
  plant.erp.changeQuantity(order, quantity);
  await plant.pulled();
}

const concerns = async ({ number }: Order, part: number) =>
  (await plant.ledger.knownOrders.read(`${number}/${part}`)).concerns.map(({ note }) => note);

it('has the part removed that was not built, and is booked with those that were', async () => {
  const order = await made('4');
  await built(order, 1, 3, 4);
  await reduced(order, '3');
  expect(await concerns(order, 4)).toEqual([]);
  expect(await concerns(order, 2)).toEqual([
    'The ERP order has 3 parts now, and part 2 is the one that is not built: remove it in Azumuta by hand, unless it is built by now',
  ]);
  expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '3' });
});

it('counts the parts that are booked one by one, too', async () => {
  plant.deploy({ productOrders: { split: { per: 'unit', book: 'each' } } });
  const order = await made('4');
  await built(order, 4);
  expect(plant.erp.books(order)).toMatchObject({ state: 'open', good: '1' });
  await reduced(order, '3');
  expect(await concerns(order, 4)).toEqual([]);
  expect(await concerns(order, 3)).toEqual([
    'The ERP order has 3 parts now, and part 3 is the one that is not built: remove it in Azumuta by hand, unless it is built by now',
  ]);
});

it('is booked with the first that are built when it has fewer parts, whichever they are', async () => {
  const order = await made('4');
  await built(order, 4);
  await reduced(order, '3');
  await built(order, 2, 3);
  expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '3' });
  expect(plant.letters()).toEqual([]);
});

it('tells that a part is not wanted any more once a surplus one was built instead of it', async () => {
  const order = await made('2');
  await reduced(order, '1');
  expect(await concerns(order, 2)).toHaveLength(1);
  await built(order, 2);
  expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '1' });
  expect(await plant.ledger.orders.find(`${order.number}/1`)).toMatchObject({ awaiting: 'completion' });
  plant.advance(days);
  await plant.looked();
  expect(await concerns(order, 1)).toEqual([
    'The ERP does not release it any more: remove it in Azumuta by hand, unless it is built by now',
  ]);
});

it('goes on asking for the first part after something was added to another one that was booked without it', async () => {
  const order = await made('2');
  await reduced(order, '1');
  await built(order, 2);
  plant.azumuta.reopen(`${order.number}/2`);
  plant.advance(hours);
  plant.azumuta.complete(`${order.number}/2`, { quantity: null, recordings: 1 });
  await plant.work();
  const { bookings } = await plant.ledger.knownOrders.read(`${order.number}/1`);
  expect(bookings.map(({ kind, state }) => [kind, state])).toEqual([
    ['quantity', 'done'],
    ['amendment', 'done'],
  ]);
  expect(await plant.ledger.orders.find(`${order.number}/1`)).toMatchObject({ awaiting: 'completion' });
});

it('tells a person of a part that was removed, made again and built once more after it was booked', async () => {
  const order = await made('2');
  await built(order, 1, 2);
  expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '2' });
  plant.azumuta.remove(`${order.number}/2`);
  plant.azumuta.typeByHand(`${order.number}/2`, 'GEAR-01');
  plant.advance(hours);
  await built(order, 2);
  expect(plant.letters()).toEqual([expect.stringContaining('was made again in Azumuta as')]);
  expect(plant.erp.books(order)).toMatchObject({ good: '2' });
});

it('says nothing of figures when a part is triggered again after all were booked together', async () => {
  const order = await made('2');
  await built(order, 1, 2);
  plant.advance(hours);
  plant.azumuta.triggerAgain(`${order.number}/2`);
  await plant.work();
  plant.advance(hours);
  plant.azumuta.triggerAgain(`${order.number}/1`);
  await plant.work();
  expect([...(await concerns(order, 1)), ...(await concerns(order, 2))]).toEqual([]);
});

it('has the link of a recording that came to another part while their booking was refused', async () => {
  // Prepare
  const order = await made('2');
  let [refuses, isPosted] = [true, false];
  plant.answers.erp = ({ method, url }, answer) => {
    // It books, and does not let us see it.
    if (refuses && isPosted && method === 'GET') return { status: 409, body: { error: 'not now' } };
    isPosted ||= method === 'POST' && url.pathname.endsWith('/bookings');
    return answer();
  };
  await built(order, 1, 2);
  expect(plant.letters()).toHaveLength(1);
  plant.azumuta.reopen(`${order.number}/1`);
  plant.advance(hours);
  plant.azumuta.complete(`${order.number}/1`, { quantity: null, recordings: 1 });
  await plant.work();
  const first = plant.azumuta.productOrders().find(({ number }) => number === `${order.number}/1`);
  expect(first?.recordings).toHaveLength(3);

  // Act
  refuses = false;
  plant.advance(hours);
  await plant.replayed();

  // Assess
  const links = plant.erp.books(order).links.join();
  expect(plant.erp.books(order)).toMatchObject({ state: 'done' });
  for (const { id } of first?.recordings ?? []) expect(links).toContain(id);
});

it('is booked once, and only the surplus part is told, when two hints see different parts of it at one moment', async () => {
  // Prepare
  const order = await made('4');
  await reduced(order, '3');
  await built(order, 2, 3);
  whileReading(async () => {
    plant.azumuta.complete(`${order.number}/1`);
    plant.advance(10_000);
    await plant.work(10_000);
    expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '3' });
  });

  // Act
  await built(order, 4);

  // Assess
  const { bookings } = await plant.ledger.knownOrders.read(`${order.number}/1`);
  expect(bookings.map(({ parts, state }) => ({ parts, state }))).toEqual([
    { parts: [1, 2, 3], state: 'done' },
  ]);
  expect(plant.erp.books(order)).toMatchObject({ good: '3' });
  expect(plant.letters()).toEqual([
    `Product order ${order.number}/4 is completed, and its ERP order ${order.number} has only 3 part(s) now: book it in the ERP by hand.`,
  ]);
});

it('waits with its first part until all are booked, however long that takes', async () => {
  const order = await made('2');
  await built(order, 1);
  const waits = async () => (await plant.ledger.orders.find(`${order.number}/1`))?.awaiting !== undefined;
  expect(await waits()).toBe(true);
  plant.azumuta.triggerAgain(`${order.number}/1`);
  plant.advance(2 * hours);
  await plant.work();
  expect(await waits()).toBe(true);
  // The trigger of the last part is lost.
  plant.azumuta.complete(`${order.number}/2`);
  plant.triggers.length = 0;
  plant.advance(10 * days);
  await plant.looked();
  expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '2' });
  expect(await waits()).toBe(false);
});

it('waits no more once all are booked, also where a wait was left and the part is removed then', async () => {
  // Prepare
  const order = await made('2');
  const awaited = () => plant.ledger.due.listOverdue(new Date('2099-01-01'), 100);
  await built(order, 1, 2);
  expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '2' });
  const afterBooking = await awaited();

  // Act
  await plant.ledger.orders.awaitCompletion(`${order.number}/2`);
  const left = await awaited();
  plant.azumuta.remove(`${order.number}/2`);
  plant.advance(30 * days);
  await plant.reconcile();

  // Assess
  expect([afterBooking, left, await awaited()]).toEqual([[], [`${order.number}/2`], []]);
  expect(await concerns(order, 2)).toEqual([]);
});

it('is not used again while a part is open, and is when all are booked and the ERP wants it a day later', async () => {
  // Prepare: an ERP without ids
  plant.deploy({ productOrders: { split: { per: 'unit', book: 'each' } } });
  const order = plant.plan('2', 'plain', { dueDate: '2026-12-01' });
  const post = () =>
    plant.post({ number: order.number, article: 'GEAR-01', quantity: '2', unit: 'u', dueDate: '2026-12-01' });
  await post();
  await plant.work();
  await built(order, 1);

  // Act
  plant.advance(2 * days);
  const open = await post();
  await built(order, 2);
  plant.advance(2 * days);
  const again = await post();

  // Assess
  expect(open.status).toBe('exists');
  expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '2' });
  expect(again.productOrders).toMatchObject([1, 2].map(() => ({ reason: expect.stringContaining('again') })));
});

it.each(['each', 'when-all-done'] as const)(
  'is booked as planned with what its parts are for, though each part carries the quantity of the whole order (%s)',
  async (book) => {
    // Prepare
    plant.deploy({
      productOrders: {
        split: { per: 'unit', book },
        parameters: (whole: ErpOrder) => ({ Quantity: Number(whole.quantity.amount) }),
      },
      completions: { quantity: planned },
    });
    const order = await made('4');

    // Act
    await built(order, 1, 2, 3, 4);

    // Assess
    expect(plant.erp.books(order)).toMatchObject({ good: '4' });
    expect(plant.letters()).toEqual([]);
  },
);
