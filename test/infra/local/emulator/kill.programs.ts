import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it, vi } from 'vitest';
import { forAllTests } from '../../../support/for-all-tests.ts';
import { patient } from '../../../support/patient.ts';
import { startFixture } from './fixture.ts';
import { awsOf, lives, startGate } from './running.ts';

const lines: string[] = [];
const emulator = await forAllTests(
  startFixture({
    log: (line) => lines.push(line),
    // A message that was in flight at the kill is received again only after this.
    overrides: { functionTimeoutSeconds: 10, visibilityTimeoutSeconds: 10 },
  }),
);
const aws = awsOf(emulator);

describe('kill -9', () => {
  /** Kills the process and waits until it was restarted. */
  async function killed(name: string): Promise<void> {
    const pidOf = () => emulator.processes().find((entry) => entry.name === name)?.pid;
    const before = pidOf();
    if (before === undefined) throw new Error(`${name} does not run.`);
    process.kill(before, 'SIGKILL');
    await expect.poll(pidOf, patient).toSatisfy((pid) => pid !== undefined && pid !== before);
  }

  const isSeen = (id: string) => expect.poll(() => aws.seen(id), patient).toBeDefined();

  async function goesThrough(id: string): Promise<void> {
    const post = () => fetch(`${emulator.apiUrl}/product-orders`, { method: 'POST', body: '{}' });
    await expect.poll(post, patient).toMatchObject({ status: 202 });
    await aws.send({ id });
    await isSeen(id);
  }

  /** The next order goes through, the schedules run, and the restart is logged. */
  async function heals(name: string): Promise<void> {
    await goesThrough(`after-${name}`);
    await expect.poll(() => emulator.runSchedule('Hourly'), patient).toMatchObject({ status: 200 });
    await vi.waitUntil(() => lines.some((line) => line.startsWith(`${name} is back`)), patient);
  }

  it('restarts the queues without losing an acknowledged message, in flight or not', async () => {
    const gate = await startGate();
    await aws.send({ id: 'in flight', gate: gate.url });
    await expect.poll(() => gate.calls.length, patient).toBe(1);
    const sending = Array.from({ length: 30 }, (_, at) => aws.send({ id: `queued-${at}` }));
    await Promise.all(sending.slice(0, 15));

    await killed('sqs');
    gate.open();
    await Promise.all(sending);

    await isSeen('in flight');
    for (let at = 0; at < 30; at += 1) await isSeen(`queued-${at}`);
    await expect.poll(() => aws.depth('Orders'), patient).toEqual({ visible: 0, inFlight: 0 });
    expect(await aws.depth('Unable')).toEqual({ visible: 0, inFlight: 0 });
    await heals('sqs');
  });

  it('restarts the tables without losing an acknowledged item', async () => {
    const put = (at: number) =>
      aws.dynamodb.send(
        new PutItemCommand({
          TableName: emulator.tableName('Ledger'),
          Item: { pk: { S: 'kept' }, sk: { S: String(at) }, number: { S: 'N-kept' } },
        }),
      );
    const putting = Array.from({ length: 40 }, (_, at) => put(at));
    await Promise.all(putting.slice(0, 20));

    await killed('dynamodb');
    await Promise.all(putting);

    const count = async (name: string, value: string, IndexName?: string) => {
      const query = new QueryCommand({
        TableName: emulator.tableName('Ledger'),
        IndexName,
        KeyConditionExpression: '#k = :v',
        ExpressionAttributeNames: { '#k': name },
        ExpressionAttributeValues: { ':v': { S: value } },
      });
      return (await aws.dynamodb.send(query)).Count;
    };
    expect(await count('pk', 'kept')).toBe(40);
    expect(await count('number', 'N-kept', 'by-number')).toBe(40);
    await heals('dynamodb');
  });

  it('delivers the messages again when the services were killed in the middle of a batch', async () => {
    const gate = await startGate();
    await aws.send({ id: 'interrupted', gate: gate.url });
    const { body } = await vi.waitUntil(() => gate.calls[0], patient);

    await killed('services');
    gate.open();
    await vi.waitFor(() => aws.show('Orders', JSON.parse(body).receiptHandle), patient);

    await expect.poll(() => aws.seen('interrupted'), patient).toMatchObject({ times: 1 });
    expect(gate.calls.length).toBe(2);
    await heals('services');
  });

  it('leaves no container of the services, not even one in an endless loop', async () => {
    const hanging = emulator.invoke('Probe', { act: 'hang' }).catch(() => 'cut off');
    const name = emulator.functionName('Probe');
    const written = () => readFileSync(join(emulator.dataDir, 'logs', `${name}.log`), 'utf8');
    await expect.poll(written, patient).toContain('probe hangs');
    const container = emulator.processes().find((entry) => entry.name === name);

    await killed('services');

    await vi.waitUntil(() => !lives(container?.pid ?? 0), patient);
    expect(await hanging).toBe('cut off');
  });
});
