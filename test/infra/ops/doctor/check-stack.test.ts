import { expect, it } from 'vitest';
import { accountChecks, lookAtLedger, stackChecks } from '../../../../infra/ops/doctor/check-stack.ts';
import { readStackSituation, stackReadsOf } from '../../../../infra/ops/flows/situation.ts';
import configured from '../../../../integration.config.ts';
import { scheduledRunsOf } from '../../../../shared/integration/scheduled-runs.ts';
import { ledgerTimeToLive } from '../../../../shared/ledger/keys.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import { startServer } from '../../../support/server.ts';
import { onThisMachine } from '../cli/targets.ts';

it('counts what waits in a queue as every other view does', async () => {
  const ApproximateNumberOfMessages = '2';
  const others = { ApproximateNumberOfMessagesDelayed: '1', ApproximateNumberOfMessagesNotVisible: '3' };
  const Attributes = { ApproximateNumberOfMessages, ...others };
  // What SQS and DynamoDB answer has different names.
  const { url } = await startServer(() => ({ body: { Attributes, Items: [] } }));
  const queues = { ProductOrdersQueue: url, CompletionsQueue: url, DeadLetterQueue: url };
  const target = onThisMachine({ ...queues, LedgerTable: 'ledger', TimeZone: 'UTC' }, url);
  const [finding] = (await stackChecks(target, undefined, new Date())[0]?.look()) ?? [];
  const situation = await readStackSituation(stackReadsOf(target, systemClock));
  expect(finding?.says).toBe('is there: 3 waiting, 3 under way or waiting to be tried again');
  expect(situation.queues['product-orders']).toMatchObject({ waiting: 3, underWay: 3 });
});

it('takes a pull for stopped after the silence after which its alarm rings, and not before', async () => {
  // Prepare
  const { silentMs } = scheduledRunsOf(configured.schedule).pull;
  const endedAt = '2026-11-24T06:00:00.000Z';
  const { url } = await startServer(() => ({ body: { Item: { endedAt: { S: endedAt } } } }));
  const target = onThisMachine({ LedgerTable: 'ledger' }, url);
  const lookAfter = async (ms: number) => {
    const checks = stackChecks(target, configured, new Date(Date.parse(endedAt) + ms));
    return checks.find(({ about }) => about === 'Pull')?.look();
  };

  // Act
  const [allowed, tooLong] = [await lookAfter(silentMs), await lookAfter(silentMs + 1)];

  // Assess
  expect(allowed).toMatchObject([{ result: 'fine', says: 'every 5 minutes, ran last 15 min ago' }]);
  expect(tooLong).toMatchObject([{ result: 'wrong', next: expect.stringContaining('switched on') }]);
});

/** What doctor finds in an account that runs so many functions at once. */
async function accountWith(containers: number) {
  const { url, calls } = await startServer(() => ({
    body: { AccountLimit: { ConcurrentExecutions: containers, UnreservedConcurrentExecutions: containers } },
  }));
  const [check] = accountChecks({ ...onThisMachine({}, url), local: false });
  return {
    found: await check?.look(),
    asked: calls.map(({ method, url: { pathname } }) => `${method} ${pathname}`),
  };
}

it('names the command that raises the limit of a new account, which runs ten functions at once', async () => {
  const { found, asked } = await accountWith(10);
  expect(asked).toEqual(['GET /2016-08-19/account-settings']);
  expect(found).toMatchObject([
    {
      about: 'Account',
      result: 'notice',
      next: expect.stringContaining('ask AWS'),
      says: expect.stringContaining('no more than 10 containers'),
      command: expect.stringContaining('request-service-quota-increase --service-code lambda'),
    },
  ]);
});

it('accepts the usual limit of a thousand, and does not check the platform on this machine', async () => {
  expect((await accountWith(1000)).found).toMatchObject([{ result: 'fine' }]);
  expect(accountChecks(onThisMachine({}))).toEqual([]);
});

const own = 'AzumutaErp-demo-local-LedgerTable9343E4AA-NEW';
const retained = 'AzumutaErp-demo-local-LedgerTable9343E4AA-OLD';
const restored = 'AzumutaErp-demo-local-LedgerRestored';

/** What doctor finds of the stack's table where DynamoDB has these, with so many items each. */
async function ledgerAmong(tables: Readonly<Record<string, number>>) {
  const { url: endpoint } = await startServer(({ headers, body }) => {
    const action = String(headers['x-amz-target']).split('.')[1];
    const asked: { TableName?: string; ExclusiveStartTableName?: string } = JSON.parse(body);
    // A page for each name, as an account has hundreds.
    const names = Object.keys(tables);
    const next = names.indexOf(asked.ExclusiveStartTableName ?? '') + 1;
    if (action === 'ListTables')
      return {
        body: {
          TableNames: names.slice(next, next + 1),
          LastEvaluatedTableName: names[next + 1] && names[next],
        },
      };
    const isForgetting = { AttributeName: ledgerTimeToLive, TimeToLiveStatus: 'ENABLED' };
    if (action === 'DescribeTimeToLive') return { body: { TimeToLiveDescription: isForgetting } };
    return { body: { Table: { ItemCount: tables[asked.TableName ?? ''] } } };
  });
  return lookAtLedger({ ...onThisMachine({ LedgerTable: own }, endpoint), local: false });
}

it('reports an empty ledger beside one that was retained or restored for this stack', async () => {
  expect(await ledgerAmong({ other: 7, [own]: 0, [retained]: 1200, [restored]: 1 })).toMatchObject({
    result: 'wrong',
    says: `it is empty, but this stack also has ${retained} (1200 items) and ${restored} (1 item): what is recorded there may be done twice`,
    next: expect.stringContaining('"Bringing a ledger back"'),
  });
});

it.each([
  ['one that stayed is empty, too', { [own]: 0, [retained]: 0 }],
  ['the others are of another stack', { [own]: 0, 'AzumutaErp-demo-localNorth-LedgerTable9343E4AA-X': 9 }],
  ['it remembers by itself', { [own]: 3, [retained]: 1200 }],
])('accepts a ledger when %s', async (_, tables) => {
  expect(await ledgerAmong(tables)).toMatchObject({ result: 'fine' });
});
