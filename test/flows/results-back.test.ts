import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorClients } from '../../infra/local/operator.ts';
import { type Plant, startPlant } from '../../infra/local/plant.ts';
import { azumutaSandboxKey, erpSandboxKey } from '../../infra/local/sandbox/keys.ts';
import { eventually } from '../local/eventually.ts';
import { callsOf } from './calls.ts';

let folder: string;
let plant: Plant;
let calls: ReturnType<typeof callsOf>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'results-back-'));
  plant = await startPlant({ integrationFile: 'integration.config.ts', dataDir: folder });
  calls = callsOf(plant);
}, 60_000);
afterAll(async () => {
  await plant?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** An order that exists in Azumuta and is linked in the ERP. */
async function builtOrder(quantity = '5'): Promise<string> {
  const { order } = await plant.erp.releaseAndSend(plant.orderEndpoint, { product: 'GEAR-01', quantity });
  await eventually(async () =>
    (await plant.erp.orders()).find(({ number, azumutaId }) => number === order.number && azumutaId !== null),
  );
  return order.number;
}

const bookingsOf = async (number: string) =>
  (await plant.erp.bookings()).filter(({ order }) => order === number);
const booked = (number: string) =>
  eventually(async () => ((await bookingsOf(number)).length > 0 ? bookingsOf(number) : undefined));

describe('a completion is booked in the ERP', () => {
  it('once, although two triggers tell of it, with what the operators recorded', async () => {
    // Prepare
    const number = await builtOrder();
    await plant.azumuta.forgetCalls();

    // Act
    await plant.azumuta.complete(number, { quantity: 4, scrap: 1, serials: ['SN-17'] });
    const [booking, ...others] = await booked(number);

    // Assess
    expect(others).toEqual([]);
    expect(booking).toMatchObject({
      goodQuantity: '4',
      scrapQuantity: '1',
      final: true,
      lots: [{ number: 'SN-17' }],
    });
    expect(booking?.reference).toMatch(/^\w{17}#quantity$/);
    expect(booking?.notes.join()).toContain('Assemble housing');
    expect(booking?.links.length).toBeGreaterThan(0);
    const read = await plant.azumuta.calls('path');
    const recordings = Object.entries(read).filter(([path]) => path.includes('/recordings/'));
    expect(recordings.length).toBeGreaterThan(0);
    expect(recordings.every(([, count]) => count === 1)).toBe(true);
  });

  it('reads each version of a work instruction from Azumuta only once for all orders', async () => {
    const numbers = [await builtOrder(), await builtOrder(), await builtOrder()];
    await plant.azumuta.forgetCalls();
    for (const number of numbers) await plant.azumuta.complete(number);
    for (const number of numbers) await booked(number);
    expect((await plant.azumuta.calls())['GET /api/v1/workinstructions/{id}'] ?? 0).toBe(0);
  });

  it('a re-opened order with new recordings adds notes, never quantity', async () => {
    // Prepare
    const number = await builtOrder();
    await plant.azumuta.complete(number);
    await booked(number);

    // Act
    await plant.azumuta.reopen(number);
    await plant.azumuta.complete(number, { recordings: 1 });
    const bookings = await eventually(async () => {
      const all = await bookingsOf(number);
      return all.length > 1 ? all : undefined;
    });

    // Assess
    expect(bookings.map(({ kind }) => kind)).toEqual(['production', 'notes']);
    expect(bookings.filter(({ goodQuantity }) => goodQuantity !== '0')).toHaveLength(1);
  });

  it('an order that somebody else completed in the ERP is left to a person, with the reason', async () => {
    const number = await builtOrder();
    await plant.erp.finish(number);
    await plant.azumuta.complete(number);
    await eventually(async () =>
      (await calls.deadLetters()).find(
        ({ orderNumber, stage }) => orderNumber === number && stage === 'deliver-completion',
      ),
    );
    const [deadLetter] = (await calls.deadLetters()).filter(({ orderNumber }) => orderNumber === number);
    expect(deadLetter?.reason).toContain('completed by somebody else');
    expect((await bookingsOf(number)).filter(({ reference }) => reference !== null)).toEqual([]);
  });

  it('an answer of Azumuta that does not fit is a dead letter with the path, and nothing is half booked', async () => {
    // Prepare
    const number = await builtOrder();
    await plant.azumuta.setFaults([
      { kind: 'malformed', as: 'wrong-shape', route: 'GET /api/v1/recordings/{id}' },
    ]);

    // Act
    await plant.azumuta.complete(number);
    const deadLetter = await eventually(async () =>
      (await calls.deadLetters()).find(({ orderNumber }) => orderNumber === number),
    );
    await plant.azumuta.setFaults([]);

    // Assess
    expect(deadLetter).toMatchObject({ stage: 'collect-completion', reason: expect.stringContaining('$.') });
    expect(await bookingsOf(number)).toEqual([]);
  });
});

describe('the webhook door', () => {
  it('refuses a wrong token and keeps nothing of it', async () => {
    const before = (await calls.deadLetters()).length;
    expect(await calls.webhook({ query: 'productOrderNumber=X', token: 'wrong' })).toMatchObject({
      status: 401,
    });
    expect(await calls.webhook({ query: 'nonsense', event: 'nope', token: 'wrong' })).toMatchObject({
      status: 401,
    });
    expect(await calls.deadLetters()).toHaveLength(before);
  });

  it.each([
    ['an unknown event', { event: 'product-order-started', query: 'number=A' }, 404, 'Unknown event'],
    [
      'a body over 64 KB',
      { body: JSON.stringify({ number: 'A', more: 'x'.repeat(65_536) }) },
      413,
      'larger than',
    ],
    ['a body that is not JSON', { body: 'number=A' }, 400, 'not JSON'],
    ['no order number', { query: 'recordingId=SarLiLeyuNWgw3Tai' }, 400, 'No product order number'],
  ])('keeps %s as one dead letter, and says what was wrong', async (_name, call, status, reason) => {
    // Act: twice the same
    const answer = await calls.webhook(call);
    await calls.webhook(call);

    // Assess
    expect(answer.status).toBe(status);
    expect(answer.answer).toContain(reason);
    const kept = (await calls.deadLetters()).filter(
      (letter) => letter.stage === 'receive-webhook' && letter.reason?.includes(reason),
    );
    // Each container keeps it once; copies of several bear the same id.
    expect(new Set(kept.map(({ messageId }) => messageId)).size).toBe(1);
  });

  it('believes no trigger: what Azumuta does not call completed is not booked', async () => {
    const number = await builtOrder();
    expect(await calls.webhook({ query: `productOrderNumber=${encodeURIComponent(number)}` })).toMatchObject({
      status: 202,
    });
    await eventually(async () => {
      const [order] = (await plant.azumuta.productOrders()).filter((each) => each.number === number);
      const read = await plant.azumuta.calls('path');
      return read[`GET /api/v1/productorders/${order?.id}`] ? true : undefined;
    });
    expect(await bookingsOf(number)).toEqual([]);
  });
});

describe('no secret is in logs, ledger or dead letters', () => {
  it('after a booking, a partner that fails, a wrong token, and a dead letter', async () => {
    // Prepare
    const secrets = [
      azumutaSandboxKey,
      erpSandboxKey,
      plant.orderEndpoint.key,
      new URL(plant.webhookUrl).pathname.split('/').at(-1) ?? '',
    ];
    const number = await builtOrder();

    // Act
    await plant.erp.setFaults([{ kind: 'status', status: 503, times: 1 }]);
    await plant.azumuta.complete(number);
    await calls.webhook({ query: 'number=', token: 'wrong' });
    await calls.webhook({ query: 'what=nonsense' });
    await eventually(() => retry());
    await plant.erp.setFaults([]);

    // Assess
    const { dynamodb } = operatorClients(plant.platform);
    const [table] = plant.platform.stack.tables;
    const { Items: ledger = [] } = await dynamodb.send(new ScanCommand({ TableName: table?.name }));
    const kept = { logs: logs(), ledger, deadLetters: await calls.deadLetters() };
    for (const [where, what] of Object.entries(kept)) {
      const text = JSON.stringify(what);
      expect(text.length, `something is in the ${where}`).toBeGreaterThan(200);
      for (const secret of secrets) expect(text.includes(secret), `${where} hold a secret`).toBe(false);
    }
  });

  const logs = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.log'))
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'));
  const retry = async () => logs().find((log) => log.includes('"Retried":1'));
});
