import { expect, it } from 'vitest';
import { azumutaSandboxKey } from '../../../../infra/local/sandbox/api.ts';
import { gearboxes } from '../../../../infra/local/sandbox/azumuta/gearboxes.ts';
import { remoteSandboxes } from '../../../../infra/local/sandbox/remote.ts';
import { startSandbox } from '../../../../infra/local/sandbox/sandboxes.ts';
import { forAllTests } from '../../../support/for-all-tests.ts';
import { apiOf } from './started.ts';

const azumuta = await forAllTests(startSandbox.azumuta());
const erp = await forAllTests(startSandbox.erp());
/** Typed into Azumuta. */
async function createdOrder(number: string): Promise<{ readonly id: string }> {
  const [article] = gearboxes.articles;
  const order = { number, articleId: article?.id };
  const { text } = await apiOf(azumuta, azumutaSandboxKey)('/api/v1/productorders', order);
  return JSON.parse(text);
}

const people = remoteSandboxes({ azumuta: azumuta.url, erp: erp.url });

it('releases orders in the ERP, and reads its books, from another process', async () => {
  const released = await people.release({ product: 'GEAR-01', quantity: 3 });

  expect(released).toMatchObject([{ number: 'MO/0001', product: 'GEAR-01', quantity: '3' }]);
  expect([await people.orders(), await people.bookings()]).toEqual([released, []]);
});

it('completes in Azumuta, or says why not', async () => {
  const { id } = await createdOrder('MO/7');

  const done = await people.complete('MO/7', { quantity: 1 });

  expect(done).toMatchObject({ id, status: 'completed' });
  expect(await people.productOrders()).toMatchObject([{ id, status: 'completed' }]);
  await expect(people.complete('MO/7', {})).rejects.toThrow(
    /complete at the sandbox: 409 .*MO\/7 is completed already/,
  );
});

it('sets the ERP’s faults, and refuses those that it does not know', async () => {
  const fault = { kind: 'status', status: 503 } as const;
  await people.setErpFaults([fault]);

  expect(await people.erpFaults()).toEqual([fault]);
  await expect(people.setErpFaults([{ ...fault, status: 200 }])).rejects.toThrow('400');
});
