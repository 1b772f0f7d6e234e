import { expect, it } from 'vitest';
import type { ErpOrder, OrderPart } from '../../shared/model/orders.ts';
import { eachWithPlant, plant } from './acts.ts';

eachWithPlant();

/** The plant's mapping, which sends a further parameter along. */
const withColour = (colour: (number: string) => string | undefined) => ({
  productOrders: {
    parameters: ({ number, quantity }: { number: string; quantity: { amount: string } }) => {
      const more = colour(number);
      return { Quantity: Number(quantity.amount), ...(more === undefined ? {} : { Colour: more }) };
    },
  },
});

/** A later version of it sends a colour along. */
const deployRed = () =>
  plant.deploy(
    withColour(() => 'red'),
    'second',
  );

async function pulled() {
  const report = await plant.pulled();
  await plant.alerts();
  return { report, mails: plant.mails.map(({ subject }) => subject) };
}

it('is no change in the ERP when a later mapping adds a parameter: a line of the pull says so', async () => {
  // Prepare
  const orders = ['5', '3', '1'].map((quantity) => plant.plan(quantity));
  await pulled();

  // Act
  deployRed();
  const { report, mails } = await pulled();

  // Assess
  expect(report).toMatchObject({ orders: 3, remapped: 3, conflicts: 0, queued: 0 });
  expect(mails).toEqual([]);
  expect(await plant.get(orders[0]?.number ?? '')).toMatchObject({ status: 'exists' });
});

it('is told what the ERP changes after that', async () => {
  // Prepare
  const order = plant.plan('5');
  await pulled();
  deployRed();
  await pulled();

  // Act
  plant.erp.changeQuantity(order, '8');
  const { report, mails } = await pulled();

  // Assess
  expect(report).toMatchObject({ conflicts: 1 });
  expect(mails).toEqual([expect.stringContaining('not as the ERP wants it')]);
});

it('is told when the same mapping gives a parameter that it did not give before', async () => {
  // Prepare
  const colours = new Map<string, string>();
  plant.deploy(withColour((number) => colours.get(number)));
  const order = plant.plan('5');
  await pulled();

  // Act
  colours.set(order.number, 'red');
  const { report } = await pulled();

  // Assess
  expect(report).toMatchObject({ remapped: 0, conflicts: 1 });
});

it('is no change either for an order that a proxy refused after it was sent, and that is replayed after that', async () => {
  // Prepare
  let isUp = false;
  plant.answers.azumuta = ({ method }, answer) =>
    method === 'POST' && !isUp ? { status: 404, body: 'Not Found' } : answer();
  plant.plan('5');
  await pulled();
  expect(plant.letters()).toHaveLength(1);
  isUp = true;
  deployRed();

  // Act
  await plant.replayed();
  const { report } = await pulled();

  // Assess
  expect(plant.azumuta.productOrders()).toHaveLength(1);
  expect(report).toMatchObject({ orders: 1, remapped: 1, conflicts: 0 });
});

/** An order of each plant is split, and tells Azumuta what this gives as `Quantity`. */
const splitWith = (quantity: (order: ErpOrder, part: OrderPart) => string) => ({
  productOrders: {
    split: { per: 'unit' as const, book: 'each' as const },
    parameters: (order: ErpOrder, part: OrderPart) => ({ Quantity: Number(quantity(order, part)) }),
  },
});

it('is no change when a later mapping gives each part its own share instead of the whole, however large the order gets', async () => {
  // Prepare
  plant.deploy(splitWith((order) => order.quantity.amount));
  const order = plant.plan('3');
  await pulled();

  // Act
  plant.deploy(
    splitWith((_, part) => part.quantity.amount),
    'second',
  );
  const remapped = await pulled();
  plant.erp.changeQuantity(order, '5');
  const larger = await pulled();

  // Assess
  expect(remapped).toMatchObject({ report: { remapped: 3, conflicts: 0, queued: 0 }, mails: [] });
  expect(larger).toMatchObject({ report: { remapped: 3, conflicts: 0, queued: 1 }, mails: [] });
  const quantities = plant.azumuta.productOrders().map(({ parameters }) => parameters.Quantity);
  expect(quantities).toEqual([3, 3, 3, 1, 1]);
});

it('is a change when a later mapping gives a part another quantity than its share', async () => {
  // Prepare
  plant.deploy(splitWith((order) => order.quantity.amount));
  plant.plan('3');
  await pulled();

  // Act
  plant.deploy(
    splitWith(() => '2'),
    'second',
  );
  const { report } = await pulled();

  // Assess
  expect(report).toMatchObject({ remapped: 0, conflicts: 1 });
});
