import { expect, it } from 'vitest';
import { azumutaSandboxKey, erpSandboxKey } from '../../../../infra/local/sandbox/api.ts';
import { gearboxes } from '../../../../infra/local/sandbox/azumuta/gearboxes.ts';
import { pathOfOperation } from '../../../../infra/local/sandbox/azumuta/routes.ts';
import { startSandbox } from '../../../../infra/local/sandbox/sandboxes.ts';
import { createShopFloor } from '../../../../infra/local/sandbox/shop-floor.ts';
import { forAllTests } from '../../../support/for-all-tests.ts';
import { apiOf } from './started.ts';

const azumuta = await forAllTests(startSandbox.azumuta());
const erp = await forAllTests(startSandbox.erp());
const outcomes = ['read', 'paused'];
const pull = async () => outcomes.shift() ?? Promise.reject(new Error('no answer'));
const floor = createShopFloor({ azumuta: azumuta.url, erp: erp.url }, pull);

it('releases orders in the ERP, pulls them, and says when that failed', async () => {
  const released = [];
  for (const quantity of [3, 4, 5]) released.push(await floor.release('GEAR-01', quantity));

  expect(released).toEqual([
    { number: 'MO/0001', notPulled: undefined },
    { number: 'MO/0002', notPulled: 'paused' },
    { number: 'MO/0003', notPulled: 'no answer' },
  ]);
  const newest = { number: 'MO/0003', article: 'GEAR-01', quantity: '5', inErp: 'released', booked: [] };
  expect(await floor.look()).toMatchObject({ orders: [newest, {}, {}], more: 0 });
});

it('completes in Azumuta, or says why not', async () => {
  const order = { number: 'MO/7', articleId: gearboxes[0]?.id };
  await apiOf(azumuta, azumutaSandboxKey)(pathOfOperation('createProductOrder'), order);

  await floor.complete('MO/7', 1, 0);

  expect((await floor.look()).orders[0]).toMatchObject({ number: 'MO/7', inAzumuta: 'completed' });
  await expect(floor.complete('MO/7', 1, 0)).rejects.toThrow(
    /complete at the sandbox: 409 .*MO\/7 is completed already/,
  );
});

it('shows of each part of a split order what it is for, of how many, and in which batch', async () => {
  const { number } = await floor.release('GEAR-01', 45);
  for (const [at, value] of [25, 20].entries()) {
    const part = { number: `${number}/${at + 1}`, articleId: gearboxes[0]?.id };
    const order = { ...part, parameters: [{ key: 'Quantity', value }], batchNumber: 'B-1' };
    await apiOf(azumuta, azumutaSandboxKey)(pathOfOperation('createProductOrder'), order);
  }

  const { orders } = await floor.look();
  expect(orders.filter((one) => one.number.startsWith(number))).toMatchObject([
    { number: `${number}/2`, quantity: '20', ofQuantity: '45', batch: 'B-1' },
    { number: `${number}/1`, quantity: '25', ofQuantity: '45', batch: 'B-1' },
    { number, quantity: '45' },
  ]);
});

it.each([
  ['down', 503, 503],
  ['refusing', 200, 200],
  ['well', 200, 201],
] as const)('has an ERP that is %s', async (mode, reading, booking) => {
  const { number } = await floor.release('GEAR-01', 3);
  await floor.setErp(mode);

  expect((await floor.look()).erp).toBe(mode);
  const api = apiOf(erp, erpSandboxKey);
  const order = `/api/production-orders/${encodeURIComponent(number)}`;
  expect([await api(order), await api(`${order}/bookings`, { goodQuantity: 1 })]).toMatchObject([
    { status: reading },
    { status: booking },
  ]);
});
