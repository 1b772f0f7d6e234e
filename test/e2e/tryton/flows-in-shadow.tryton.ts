import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { operatorClients } from '../../../infra/local/operator-clients.ts';
import { startLocalSystem } from '../../../infra/local/run-locally.ts';
import { azumutaSandboxBaseUrl, azumutaSandboxKey } from '../../../infra/local/sandbox/api.ts';
import { gearboxes } from '../../../infra/local/sandbox/azumuta/gearboxes.ts';
import { tryton } from '../../../shared/erp/tryton/index.ts';
import { comparisonKey } from '../../../shared/ledger/keys.ts';
import { ComparisonsForPeople } from '../../../shared/ledger/records/comparisons.ts';
import { Journeys } from '../../../shared/ledger/records/events.ts';
import { ShadowTable } from '../../../shared/ledger/shadow-table.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { newSignal } from '../../shared/erp/conformance/attempts.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { accessFromEnvironment, TrytonTestClient } from './client.ts';
import { isOfBooks, openDatabase } from './database.ts';

const patience = { timeout: 30_000, interval: 100 };
const { url, database, username, password } = accessFromEnvironment('connector');
const admin = await TrytonTestClient.fromEnvironment();
const tables = openDatabase();
process.env.ERP_CREDENTIALS = JSON.stringify({ username, password });
const system = await forAllTests(
  startLocalSystem({
    integrationFile: fileURLToPath(new URL('./plant.config.ts', import.meta.url)),
    environment: { PLANT_MODE: 'shadow' },
  }),
);
const ledger = new ShadowTable(
  operatorClients(system.emulator).dynamodb,
  system.emulator.stack.outputs.LedgerTable ?? '',
);

/**
 * What a user who only reads changes in Tryton 7.0 all the same: its session, with the time of its last call
 * (trytond/ir/session.py), and the logins that were refused (trytond/res/user.py, `LoginAttempt`).
 */
const changedByReading = ['ir_session', 'res_user_login_attempt'];

async function changedTables(act: () => Promise<void>): Promise<string[]> {
  const before = await tables.allTables();
  await act();
  const after = await tables.allTables();
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => before[name] !== after[name]);
}

/** A person types a product order into Azumuta. */
async function typeByHand(number: string, quantity: number): Promise<void> {
  const article = gearboxes.find((one) => one.number === 'GEAR-01');
  const base = azumutaSandboxBaseUrl(system.sandboxes.azumuta.url);
  const response = await fetch(`${base}/productorders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': azumutaSandboxKey },
    body: JSON.stringify({
      number,
      articleId: article?.id,
      parameters: [{ key: 'Quantity', value: quantity }],
    }),
  });
  expect(response.status).toBeLessThan(300);
}

async function untilNoted(number: string, event: string): Promise<void> {
  await vi.waitFor(async () => {
    const journey = await new Journeys(ledger, systemClock).readJourney(number);
    expect(journey.map((one) => one.event)).toContain(event);
  }, patience);
}

it('decides and compares in shadow, and changes no table of the plant, but what each login and read changes', async () => {
  // Prepare: planners plan three productions, of which people type one into Azumuta.
  const [built, wanted, further] = await admin.planProductions(3, { article: 'GEAR-01', quantity: 5 });
  if (!built || !wanted || !further) throw new Error('Tryton has planned fewer productions.');
  const comparisons = new ComparisonsForPeople(ledger, systemClock);

  // Act
  const changed = await changedTables(async () => {
    await system.emulator.runSchedule('SchedulesPull');
    for (const { number } of [built, wanted, further]) await untilNoted(number, 'would be created');
    await typeByHand(built.number, 4);
    await system.azumuta.complete(built.number, { quantity: 4, scrap: 0, serials: ['SN-S004'] });
    await untilNoted(built.number, 'would be booked');
    for (const { number } of [built, wanted, further])
      await ledger.update(comparisonKey(number), { set: { dueAt: 0 } });
    await system.emulator.runSchedule('SchedulesReconcile');
    await vi.waitFor(async () => {
      expect(await comparisons.isDue(built.number)).toBe(false);
    }, patience);
    const connector = tryton({ url, database }).connect({
      clock: systemClock,
      mayWrite: () => false,
      credentials: async () => ({ username, password }),
    });
    const order = { id: String(further.id), number: further.number };
    await connector.readOrder?.(order, newSignal());
    await connector.readRights?.(newSignal());
    await connector.close?.(newSignal());
  });

  // Assess
  expect(changed.filter(isOfBooks)).toEqual([]);
  expect(changed.filter((name) => !changedByReading.includes(name))).toEqual([]);
  const compared = await comparisons.listCompared(new Date(Date.now() - 86_400_000), new Date());
  expect(compared).toMatchObject([
    {
      number: built.number,
      outcome: 'different',
      booked: 'no',
      reasons: expect.arrayContaining(['People have not booked it in the ERP yet.']),
    },
  ]);
}, 120_000);
