import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { operatorLedger } from '../../../../infra/local/operator-clients.ts';
import { RetryLater } from '../../../../shared/model/errors.ts';
import { claimedOrder } from '../../../support/bookings.ts';
import { forAllTests } from '../../../support/for-all-tests.ts';
import { newOrder } from '../../../support/orders.ts';
import { startServer } from '../../../support/server.ts';
import { typed } from '../commands/typed.ts';
import { startReplayStores } from '../replay/replay-run.ts';
import { credentials } from '../stores.ts';

const { store, table, replaying, empty } = await forAllTests(startReplayStores());
const ledger = operatorLedger(table.table);

/** The folder of a platform that has both stores at one address. */
async function platform(): Promise<string> {
  const { url: awsEndpoint } = await startServer(async ({ headers, body }) => {
    const [target, type] = [String(headers['x-amz-target']), String(headers['content-type'])];
    const authorization = String(headers.authorization);
    const signed = { 'x-amz-target': target, 'content-type': type, authorization, 'x-amz-date': 'any' };
    const to = target.startsWith('DynamoDB') ? table.url : store.endpoint;
    const answer = await fetch(to, { method: 'POST', headers: signed, body });
    return { status: answer.status, body: await answer.text(), headers: { 'content-type': type } };
  });
  const { queueUrls } = replaying;
  const outputs = {
    ...{ LedgerTable: table.tableName, TimeZone: 'UTC', DeadLetterQueue: queueUrls['dead-letters'] },
    ...{ ProductOrdersQueue: queueUrls['product-orders'], CompletionsQueue: queueUrls.completions },
  };
  const at = { pid: process.pid, stackName: 'S', region: 'eu-west-1', apiUrl: awsEndpoint };
  const folder = mkdtempSync(join(tmpdir(), 'alert-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'platform.json'), JSON.stringify({ ...at, awsEndpoint, credentials, outputs }));
  return folder;
}

it('says that nothing is open only when nothing is: not with unknown letters, overdue orders, or in an outage', async () => {
  // Prepare
  const folder = await platform();
  const listed = async () => {
    const { code, output } = await typed('alert', ['--local', folder]);
    return [code, output.split('\n').find((line) => /nothing is open|belongs|overdue|down/.test(line))];
  };

  // Act: each is over before the next one begins.
  const calm = await listed();
  await store.putBare('nonsense');
  const unknown = await listed();
  await empty();
  await ledger.orders.put(newOrder({ number: 'PO-1', dueDate: '2001-01-01' }));
  await ledger.claims.complete(
    await claimedOrder(ledger, 'PO-1'),
    { awaiting: 'completion' },
    { event: 'created' },
  );
  const overdue = await listed();
  await ledger.orders.setAwaited('PO-1', false);
  const refused = new RetryLater('It answered 401.', { scope: 'partner', unauthorized: true });
  await ledger.breaker.recordFailure('erp', refused, { permit: 'call' }, 'owner');
  const outage = await listed();

  // Assess
  expect([calm, unknown, overdue, outage]).toEqual([
    [0, expect.stringContaining('nothing is open')],
    [3, '1 dead letter belongs to no known order.'],
    [3, '1 product order is overdue.'],
    [3, expect.stringContaining('The ERP has been down')],
  ]);
});
