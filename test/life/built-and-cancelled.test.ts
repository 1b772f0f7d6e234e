import { describe, expect, it } from 'vitest';
import { eachWithPlant, plant, takePlant } from './acts.ts';
import { hours, type LifePlant } from './plant.ts';

eachWithPlant();

type Order = ReturnType<LifePlant['plan']>;

const minutes = 60_000;
const isBooking = ({ method, url }: { readonly method: string; readonly url: URL }) =>
  method === 'POST' && url.pathname.endsWith('/bookings');

async function inAzumuta(): Promise<Order> {
  const order = plant.plan('5');
  await plant.pulled();
  return order;
}

/** Built, and the ERP refuses its booking until the answer that this returns is called. */
async function builtAndRefused(): Promise<{ readonly order: Order; readonly correct: () => void }> {
  const order = await inAzumuta();
  plant.answers.erp = (received, answer) =>
    isBooking(received) ? { status: 422, body: { error: { message: 'closed period' } } } : answer();
  plant.azumuta.complete(order.number);
  await plant.work();
  expect(plant.letters()).toHaveLength(1);
  const correct = () => {
    plant.answers.erp = (_, answer) => answer();
  };
  return { order, correct };
}

async function builtAndPlanned(): Promise<Order> {
  const order = await inAzumuta();
  await plant.ledger.pauses.pauseFlow('bookings');
  plant.azumuta.complete(order.number);
  await plant.work(10 * minutes);
  return order;
}

async function cancelled(order: Order): Promise<void> {
  plant.advance(hours);
  plant.erp.cancel(order);
  await plant.pull();
  await plant.work(10 * minutes);
}

const unwanted = async ({ number }: Order) =>
  (await plant.ledger.knownOrders.read(number)).concerns
    .filter(({ kind }) => kind === 'unwanted')
    .map(({ note }) => note);
const leaveIt =
  'It was cancelled in the ERP, and it is built: leave it in Azumuta. Book it in the ERP by hand, or have the ERP want it again and replay it';

describe('an order that is built, and then cancelled in the ERP', () => {
  it('is told as built when its booking was refused: a person books or replays it', async () => {
    const { order } = await builtAndRefused();
    await cancelled(order);
    expect(await unwanted(order)).toEqual([leaveIt]);
  });

  it('is told as built when its booking is planned', async () => {
    const order = await builtAndPlanned();
    await cancelled(order);
    expect(await unwanted(order)).toEqual([leaveIt]);
  });

  it('is removed only unless it is built, while its trigger is on its way', async () => {
    const order = await inAzumuta();
    plant.azumuta.complete(order.number);
    plant.triggers.length = 0;
    await cancelled(order);
    expect(await unwanted(order)).toEqual([
      'It was cancelled in the ERP: remove it in Azumuta by hand, unless it is built by now',
    ]);
  });

  it('is booked once a person does what is told: the ERP wants it again, and it is replayed', async () => {
    const { order, correct } = await builtAndRefused();
    plant.erp.putBack(order);
    plant.advance(hours);
    await plant.looked();
    correct();
    plant.erp.releaseAgain(order);
    await plant.pulled();
    await plant.replayed();
    await plant.looked();
    expect(plant.erp.books(order)).toMatchObject({ good: '5', bookings: [expect.anything()] });
    expect(await unwanted(order)).toEqual([]);
  });
});

it('tells of a part that is built, and that waits for others, as of any that is built', async () => {
  takePlant({ integration: { productOrders: { split: { per: 'unit', book: 'when-all-done' } } } });
  const order = plant.plan('2');
  await plant.pulled();
  plant.azumuta.complete(`${order.number}/2`);
  await plant.work();
  await cancelled(order);
  expect(await unwanted({ ...order, number: `${order.number}/2` })).toEqual([leaveIt]);
  expect(await unwanted({ ...order, number: `${order.number}/1` })).toEqual([
    'It was cancelled in the ERP: remove it in Azumuta by hand, unless it is built by now',
  ]);
});

it('tells the caller of a part that is one too many, and built', async () => {
  takePlant({ integration: { productOrders: { split: { per: 'unit', book: 'each' } } } });
  const { number, id } = plant.plan('2');
  const posted = { number, id, article: 'GEAR-01', unit: 'u' };
  await plant.post({ ...posted, quantity: '2' });
  await plant.work();
  await plant.ledger.pauses.pauseFlow('bookings');
  for (const part of [1, 2]) plant.azumuta.complete(`${number}/${part}`);
  await plant.work(10 * minutes);
  const { productOrders } = await plant.post({ ...posted, quantity: '1' });
  expect(productOrders[1].reason).toBe(
    `The ERP order has 1 part now, and part 2 is one too many, and it is built: leave product order ${number}/2 in Azumuta. Book it in the ERP by hand, or have the ERP want it again and replay it.`,
  );
});
