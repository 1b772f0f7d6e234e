import { afterEach, expect, it } from 'vitest';
import { createLifePlant, type LifePlant } from './plant.ts';

let plant: LifePlant;
afterEach(() => plant.close());

it('carries an order from the ERP to Azumuta, and back', async () => {
  plant = createLifePlant();
  const order = plant.plan('5');
  await plant.pull();
  await plant.work();
  plant.azumuta.complete(order.number, { quantity: 4, scrap: 1 });
  await plant.work();
  await plant.alerts();
  await plant.reconcile();
  expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '4', scrap: '1' });
  expect(plant.mails).toEqual([]);
  expect(plant.letters()).toEqual([]);
});
