import { expect, it } from 'vitest';
import { eachWithPlant, plant, takePlant } from './acts.ts';
import { hours } from './plant.ts';

eachWithPlant();

const made = () =>
  plant.azumuta
    .productOrders()
    .map(({ number }) => number)
    .sort();
const records = () =>
  plant.table
    .items()
    .filter(({ pk, leadsTo }) => String(pk).startsWith('ERP-ORDER#') && leadsTo === undefined);

it('knows an order that was posted without its id by the id that the pull brings, also when it is renamed', async () => {
  // Prepare
  const order = plant.plan('5');
  await plant.post({ number: order.number, article: 'GEAR-01', quantity: '5', unit: 'u' });
  await plant.work();
  plant.advance(hours);
  plant.erp.touch(order);
  await plant.pull();

  // Act
  plant.advance(hours);
  plant.erp.rename?.(order, `${order.number}-A`);
  await plant.pulled();
  plant.azumuta.complete(order.number);
  await plant.work();

  // Assess
  expect(made()).toEqual([order.number]);
  expect(records()).toHaveLength(1);
  expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '5' });
});

it('keeps one record of an order that comes with its id, then without, and grows', async () => {
  // Prepare
  takePlant({
    integration: { productOrders: { split: { per: 'unit', book: 'when-all-done' } } },
  });
  const order = plant.plan('1');
  const posted = { number: order.number, article: 'GEAR-01', unit: 'u' };
  await plant.pull();
  await plant.post({ ...posted, quantity: '1' });
  plant.advance(hours);
  plant.erp.changeQuantity(order, '3');
  await plant.post({ ...posted, quantity: '3' });
  await plant.pulled();

  // Act
  for (const number of made()) plant.azumuta.complete(number);
  await plant.work();

  // Assess
  expect(made()).toEqual([1, 2, 3].map((part) => `${order.number}/${part}`));
  expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '3' });
});
