import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, it, onTestFinished, vi } from 'vitest';
import { routeOfOperation } from '../../../infra/local/sandbox/azumuta/routes.ts';
import { setFaults } from '../../support/faults.ts';
import { newlyNamed, nextVersion, patience, startRehearsal } from './rehearsal.ts';

const down = (route: string) => [{ kind: 'status', status: 503, route } as const];
const [creating, booking] = [
  routeOfOperation('createProductOrder'),
  'POST /api/production-orders/{number}/bookings',
];

it('is deployed, updated, rolled back, deleted and deployed again with messages in flight: all is booked once, and doctor says what is missing', async () => {
  // Prepare
  const folder = await mkdtemp(join(tmpdir(), 'life-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const stack = await startRehearsal(folder, inject('synthesizedIn') ?? folder);
  onTestFinished(stack.stop);
  const { erp, azumuta } = stack.system;
  const booked = async () =>
    Object.groupBy(await erp.bookings(), ({ order }) => order) as Record<string, unknown[]>;
  const inFlight = async () => expect(await stack.depth()).toBeGreaterThan(0);

  // Deployed: one order is completed and one is new when their partners stop to answer.
  const [first, second] = [await stack.release(), await stack.release()];
  await Promise.all([first, second].map(stack.isCreated));
  setFaults(erp, down(booking));
  setFaults(azumuta, down(creating));
  await azumuta.complete(first);
  await stack.isPlanned(first);
  const third = await stack.release();
  await inFlight();

  // Updated: another completion, and another order.
  await stack.deploy(await stack.changed('next', nextVersion));
  await azumuta.complete(second);
  await stack.isPlanned(second);
  const fourth = await stack.release();
  await inFlight();
  expect(await booked()).toEqual({});

  // Rolled back: the partners answer, and what both versions left is done.
  await stack.deploy(stack.today);
  setFaults(erp, []);
  setFaults(azumuta, []);
  await Promise.all([third, fourth].map(stack.isCreated));
  for (const number of [third, fourth]) await azumuta.complete(number);
  await vi.waitUntil(async () => Object.keys(await booked()).length === 4, patience);
  await vi.waitUntil(async () => (await stack.depth()) === 0, patience);
  expect(await stack.doctor()).toEqual({ code: 0, wrong: [] });
  expect(await stack.deadLetters()).toEqual([]);

  // Deleted and deployed again: the ledger and the secrets that stayed are not the new stack's.
  await stack.destroy();
  await stack.deploy(await stack.changed('again', newlyNamed));
  const { code, wrong } = await stack.doctor();
  expect(code).toBe(1);
  // That another table of the stack has items, it says where these are counted: check-stack.test.ts.
  expect(wrong.filter(({ says }) => says === 'is not set yet')).toHaveLength(4);
  expect(wrong.filter(({ says }) => !says.includes('not set yet'))).toEqual([]);

  // The ledger is brought back (runbook): what was booked is not booked again.
  await stack.deploy(stack.today);
  for (const number of [first, second, third, fourth]) await azumuta.trigger(number);
  await vi.waitUntil(async () => (await stack.depth()) === 0, patience);
  const counts = Object.values(await booked()).map((bookings) => bookings.length);
  expect(counts).toEqual([1, 1, 1, 1]);
  expect(await stack.doctor()).toEqual({ code: 0, wrong: [] });
}, 400_000);
