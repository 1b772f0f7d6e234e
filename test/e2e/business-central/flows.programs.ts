import { fileURLToPath } from 'node:url';
import { afterAll, expect, it, vi } from 'vitest';
import { startLocalSystem } from '../../../infra/local/run-locally.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { serveBusinessCentral } from './serve.ts';

const patience = { timeout: 60_000, interval: 100 };
const bc = await forAllTests(serveBusinessCentral());
// Tests of other files run in the same process.
afterAll(() => vi.unstubAllEnvs());
for (const [name, value] of Object.entries(bc.environment)) vi.stubEnv(name, value);
const integrationFile = fileURLToPath(new URL('./plant.config.ts', import.meta.url));
const system = await forAllTests(startLocalSystem({ integrationFile }));

it('turns a line that was released into a product order, and posts it once with its lot, note and link', async () => {
  // Prepare
  const order = bc.plant.plan({ article: 'GEAR-01', quantity: '5' });
  const { number } = order;

  // Act: the schedule pulls it, operators build it
  const run = await system.emulator.runSchedule('SchedulesPull');
  expect(run.payload).toMatchObject({ outcome: 'read' });
  await vi.waitFor(() => expect(bc.plant.books(order).productOrders).toHaveLength(1), patience);
  await system.azumuta.complete(number, { quantity: 4, scrap: 0, serials: ['SN-0004'] });
  await vi.waitFor(() => expect(bc.plant.books(order).bookings).toHaveLength(1), patience);
  await system.azumuta.trigger(number);
  await vi.waitFor(async () => {
    const journey = await system.ledger.journeys.readJourney(number);
    expect(journey.filter(({ event }) => event === 'booked')).toHaveLength(1);
  }, patience);

  // Assess
  const { good, lots, notes, bookings } = bc.plant.books(order);
  expect({ good, lots }).toEqual({ good: '4', lots: ['SN-0004'] });
  expect(bookings).toHaveLength(1);
  expect(notes.join('\n')).toContain(number);
  expect(notes.join('\n')).toContain('/recordings/');
}, 240_000);
