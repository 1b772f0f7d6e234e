import { describe, expect, it } from 'vitest';
import { planned } from '../../shared/integration/index.ts';
import { eachWithPlant, kinds, made, plant, takePlant } from './acts.ts';
import { hours, type LifePlant } from './plant.ts';

eachWithPlant();

type Order = ReturnType<LifePlant['plan']>;

const books = (order: Order) => {
  const { state, good } = plant.erp.books(order);
  return { state, good };
};

it('never books one product order on two ERP orders, when an operator gave it the number of the other', async () => {
  // Prepare
  const first = plant.plan('5');
  await plant.pulled();
  plant.azumuta.rename(first.number, 'MO/0002');
  plant.advance(hours);
  const second = plant.plan('5');
  await plant.pulled();

  // Act
  plant.azumuta.complete(second.number, { quantity: 5 });
  await plant.work();

  // Assess
  expect(second.number).toBe('MO/0002');
  expect([books(first), books(second)]).toEqual([
    { state: 'done', good: '5' },
    { state: 'open', good: '0' },
  ]);
  expect(plant.letters()).toEqual([
    'Azumuta calls the product order of MO/0001 MO/0002 by now: give it its own number there again, then replay.',
  ]);
});

it('finds that an order whose creation was refused is booked, when it was typed by hand and built', async () => {
  // Prepare
  plant.deploy({ productOrders: { variants: () => ['Red'], parameters: () => ({ Quantity: 5 }) } });
  const order = plant.plan('5');
  await plant.pulled();
  plant.azumuta.typeByHand(order.number, 'GEAR-01', { Quantity: 5 });
  plant.azumuta.complete(order.number);
  await plant.work();
  expect(plant.letters()).toHaveLength(1);
  expect(books(order)).toEqual({ state: 'done', good: '5' });

  // Act
  plant.advance(hours);
  await plant.replayed();

  // Assess
  expect(plant.letters()).toEqual([]);
  expect(await plant.get(order.number)).toMatchObject({ status: 'exists' });
});

it.each([
  ['booked', false],
  ['planned, while bookings are paused,', true],
] as const)(
  'is not built again when it was built, %s and removed while its creation was in doubt',
  async (_, arePaused) => {
    // Prepare
    plant.answers.azumuta = ({ method }, answer) => {
      const given = answer();
      return method === 'POST' ? { status: 502, body: {} } : given;
    };
    const order = plant.plan('5');
    await plant.pull();
    await plant.work(60_000);
    expect(await plant.ledger.orders.find(order.number)).toMatchObject({ state: 'claimed' });
    if (arePaused) await plant.ledger.pauses.begin('bookings');
    plant.azumuta.complete(order.number);
    await plant.work(60_000);
    expect(books(order)).toMatchObject({ state: arePaused ? 'open' : 'done' });
    plant.azumuta.remove(order.number);

    // Act
    await plant.work(10 * 60_000);
    await plant.ledger.pauses.end('bookings');
    await plant.work();

    // Assess
    expect(plant.azumuta.productOrders()).toEqual([]);
    expect(books(order)).toEqual({ state: 'done', good: '5' });
    expect(await plant.get(order.number)).toMatchObject({ status: 'exists' });
    expect(plant.letters()).toEqual([]);
  },
);

describe('an order that was refused in doubt, as another one has its number in Azumuta, and is not wanted meanwhile', () => {
  const hand = 'TYPED-1';

  /** Its first attempt got no answer, and then somebody typed another one with its number. */
  async function refused() {
    plant.answers.azumuta = ({ method }, answer) =>
      method === 'POST' ? { status: 502, body: {} } : answer();
    const order = plant.plan('5');
    await plant.pull();
    await plant.work(60_000);
    plant.azumuta.typeByHand(order.number, plant.erp.articles.plain, { Quantity: 2 });
    plant.answers.azumuta = (_, answer) => answer();
    await plant.work();
    expect(plant.letters()).toEqual([expect.stringContaining('which is not the one that is wanted')]);
    plant.advance(hours);
    return order;
  }

  it.each([
    [
      'deleted, and its dead letter was replayed meanwhile',
      'rest',
      async (order: Order) => {
        plant.erp.remove(order);
        await plant.replayed();
      },
    ],
    [
      'cancelled, and its dead letter is open',
      'sap-s4hana',
      async (order: Order) => {
        plant.erp.cancel(order);
        await plant.pulled();
      },
    ],
  ] as const)('is made once the ERP wants it again: one that was %s', async (_, erp, happens) => {
    // Prepare
    takePlant({ erp });
    const order = await refused();
    await happens(order);
    expect(await kinds()).toContain('unwanted');
    plant.azumuta.rename(order.number, hand);

    // Act
    plant.advance(hours);
    plant.erp.releaseAgain(order);
    await plant.pulled();

    // Assess
    expect(made().toSorted()).toEqual([`${order.number} open`, `${hand} open`].toSorted());
    expect(await kinds()).toEqual([]);
  });

  it('is a dead letter again while the other still has its number', async () => {
    const order = await refused();
    plant.erp.remove(order);
    await plant.replayed();
    plant.advance(hours);
    plant.erp.releaseAgain(order);
    await plant.pulled();
    expect(await kinds()).toEqual(['dead-letter']);
    expect(plant.letters()).toHaveLength(1);
  });
});

it('books a product order that was made again after its booking was refused', async () => {
  // Prepare: two serial numbers are missing
  const order = plant.plan('3', 'serials');
  await plant.pulled();
  plant.azumuta.complete(order.number, { serials: ['S1'] });
  await plant.work();
  expect(plant.letters()).toHaveLength(1);

  // Act
  plant.advance(hours);
  plant.azumuta.remove(order.number);
  plant.azumuta.typeByHand(order.number, plant.erp.articles.serials, { Quantity: 3 });
  plant.azumuta.complete(order.number, { serials: ['S1', 'S2', 'S3'] });
  await plant.work();
  await plant.replayed();

  // Assess
  expect(books(order)).toEqual({ state: 'done', good: '3' });
  expect(plant.letters()).toEqual([]);
  expect(await plant.ledger.bookings.of(order.number)).toMatchObject([{ state: 'done' }]);
});

it('is told which of our orders was built under the number of another, and is booked by the replay that it names', async () => {
  // Prepare
  const [first, second] = [plant.plan('5'), plant.plan('7')];
  await plant.pulled();
  const renamed = plant.azumuta.productOrders().find(({ number }) => number === first.number);
  plant.azumuta.rename(first.number, second.number);

  // Act
  plant.azumuta.complete(second.number, { id: String(renamed?.id), quantity: 5 });
  await plant.work();

  // Assess
  const [letter = ''] = plant.letters();
  expect(letter).toMatch(
    /^Azumuta calls the product order of MO\/0001 MO\/0002 by now, and recording \S+ is of it: give it its own number there again\./,
  );
  expect(letter).toContain('npm run replay -- --order MO/0001 --go --stack <stack>');
  await plant.replayed({ orders: new Set([first.number]) });
  expect([books(first), books(second)]).toEqual([
    { state: 'done', good: '5' },
    { state: 'open', good: '0' },
  ]);
});

describe('a second product order of one number', () => {
  const sentence =
    /^Azumuta has two product orders MO\/0001: recording .+ is of the one with id .+, and what is booked under this number is that with id/;

  it('is told when it is completed instead of ours, which an operator has copied', async () => {
    // Prepare
    const order = plant.plan('5', 'plain', { dueDate: '2027-02-01' });
    await plant.pulled();
    const copy = plant.azumuta.typeByHand(order.number, 'GEAR-01', { Quantity: 5 });

    // Act
    plant.azumuta.complete(order.number, { ...(copy ? { id: copy.id } : {}), quantity: 5 });
    await plant.work();

    // Assess
    expect(books(order)).toEqual({ state: 'open', good: '0' });
    expect(plant.letters()).toEqual([expect.stringMatching(sentence)]);
  });

  it('is told when it is completed after the first, which is booked', async () => {
    // Prepare
    plant.deploy({ completions: { quantity: planned, final: () => false } });
    const order = plant.plan('10');
    plant.azumuta.typeByHand(order.number, 'GEAR-01', { Quantity: 4 });
    plant.azumuta.complete(order.number);
    await plant.work();
    plant.advance(hours);
    const second = plant.azumuta.typeByHand(order.number, 'GEAR-01', { Quantity: 6 });

    // Act
    plant.azumuta.complete(order.number, second ? { id: second.id } : {});
    await plant.work();

    // Assess
    expect([books(order).good, plant.letters()]).toEqual(['4', [expect.stringMatching(sentence)]]);
  });
});
