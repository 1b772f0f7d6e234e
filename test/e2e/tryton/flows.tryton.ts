import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { startLocalSystem } from '../../../infra/local/run-locally.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { accessFromEnvironment, TrytonTestClient } from './client.ts';

const patience = { timeout: 30_000, interval: 100 };
const { username, password } = accessFromEnvironment('connector');
const admin = await TrytonTestClient.fromEnvironment();
process.env.ERP_CREDENTIALS = JSON.stringify({ username, password });
const system = await forAllTests(
  startLocalSystem({ integrationFile: fileURLToPath(new URL('./plant.config.ts', import.meta.url)) }),
);

it('turns a production planned in Tryton into a product order, and books it as done with quantity, lot, note and link', async () => {
  // Prepare: a planner plans
  const { id, number } = await admin.planProduction({
    article: 'GEAR-01',
    quantity: 5,
    reference: 'SO-2026-17',
  });

  // Act: the schedule pulls it, operators build it
  const run = await system.emulator.runSchedule('SchedulesPull');
  expect(run.payload).toMatchObject({ outcome: 'read' });
  await vi.waitFor(async () => {
    expect(await system.ledger.orders.find(number)).toHaveProperty('linkedAt', expect.anything());
  }, patience);
  const [productOrder] = (await system.azumuta.productOrders()).filter((order) => order.number === number);
  await system.azumuta.complete(number, { quantity: 4, scrap: 0, serials: ['SN-0004'] });
  const books = await vi.waitFor(async () => {
    const production = await admin.readProduction(id);
    expect(production.state).toBe('done');
    return production;
  }, patience);

  // Assess: Tryton's own books
  expect(productOrder).toMatchObject({
    article: { number: 'GEAR-01' },
    parameters: [expect.objectContaining({ key: 'Quantity', value: '5' })],
  });
  expect(books.quantity).toBe(4);
  expect(books.lots).toEqual(['SN-0004']);
  expect(books.notes.join('\n')).toContain(number);
  expect(books.links.map(({ url }) => url)).toEqual(
    expect.arrayContaining([
      new URL(`/product-orders/${productOrder?.id}`, system.sandboxes.azumuta.url).href,
      expect.stringContaining('/recordings/'),
    ]),
  );

  // And a repeated trigger books nothing again
  await system.azumuta.trigger(number);
  await vi.waitFor(async () => {
    const journey = await system.ledger.journeys.readJourney(number);
    expect(journey.filter(({ event }) => event === 'booked')).toHaveLength(1);
  }, patience);
}, 90_000);
