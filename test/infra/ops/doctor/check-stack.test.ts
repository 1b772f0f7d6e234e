import { expect, it } from 'vitest';
import { accountChecks, lookAtLedger, stackChecks } from '../../../../infra/ops/doctor/check-stack.ts';
import { ledgerIndexes, ledgerTimeToLive } from '../../../../shared/ledger/keys.ts';
import { startServer } from '../../../support/server.ts';
import { onThisMachine } from '../cli/targets.ts';

const now = new Date('2026-11-24T08:00:00Z');
const day = 86_400;
const before = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const queueArn = 'arn:aws:sqs:eu-west-1:000000000000:completions';

/** What doctor finds of the completions, where their flow is paused and their oldest message is so old. */
async function pausedFlow(oldestSeconds: number | undefined, pausedSince: Date | undefined, about: string) {
  const sent = oldestSeconds === undefined ? [] : [oldestSeconds];
  const { url: endpoint } = await startServer(({ headers }) => {
    const action = String(headers['x-amz-target']);
    // The first figure of the second queue.
    if (action.endsWith('GetMetricData'))
      return { body: { MetricDataResults: [{ Id: 'm2', Values: sent }] } };
    if (action.startsWith('AmazonSQS'))
      return { body: { Attributes: { QueueArn: queueArn, ApproximateNumberOfMessages: `${sent.length}` } } };
    if (action.startsWith('DynamoDB')) return { body: pausedSince ? { Item: marksOf(pausedSince) } : {} };
    return { body: { EventSourceMappings: [{ UUID: 'u', EventSourceArn: queueArn, State: 'Disabled' }] } };
  });
  const queues = ['ProductOrdersQueue', 'CompletionsQueue', 'DeadLetterQueue'];
  const outputs = Object.fromEntries(queues.map((name) => [name, `${endpoint}/000000000000/completions`]));
  const target = { ...onThisMachine({ ...outputs, LedgerTable: 'ledger' }, endpoint), local: false };
  const check = stackChecks(target, undefined, now).find((each) => each.about === about);
  return check?.look();
}

/** The pause of a flow, and the mark of paused bookings. */
const marksOf = (since: Date) => ({
  since: { S: since.toISOString() },
  bookingsPausedAt: { S: since.toISOString() },
});

const reading = 'reading completions from Azumuta and booking them in the ERP is paused (Disabled)';
const isOld = `${reading}, and the oldest message in its queue is 10 days old: SQS drops it at 2026-11-28T08:00:00.000Z`;
const isLong = `${reading}, for 11 days, with 1 message in its queue: SQS drops what is 14 days old`;
const booking = 'booking in the ERP is paused since';
const deadSoon = `${booking} 2026-11-14T08:00:00.000Z, for 10 days: after 13 days, what waits becomes dead letters`;

it.each([
  ['flow that will lose its oldest message', 'completions', 10 * day, undefined, 'wrong', isOld],
  // CloudWatch may not know the age of its messages.
  ['flow that was paused ten days ago', 'completions', day, before(11.5 * day), 'wrong', isLong],
  ['flow with younger messages', 'completions', 10 * day - 1, before(10 * day - 1), 'notice', reading],
  ['flow with no messages', 'completions', undefined, before(30 * day), 'notice', reading],
  // Their function runs.
  ['bookings', 'bookings', undefined, before(9 * day), 'notice', `${booking} 2026-11-15T08:00:00.000Z`],
  ['bookings that are paused for ten days', 'bookings', undefined, before(10 * day), 'wrong', deadSoon],
])('says what a paused %s will lose, and how to resume it', async (_, flow, oldest, since, result, says) => {
  const [found] = (await pausedFlow(oldest, since, `Flow of ${flow}`)) ?? [];
  const next = result === 'wrong' ? 'resume it' : 'resume it when the maintenance is over';
  const command = `npm run resume -- ${flow} --local`;
  expect(found).toEqual({ about: `Flow of ${flow}`, result, says, next, command });
});

it('reports a paused pull as paused, and not as one that has stopped', async () => {
  const next = 'resume it when the maintenance is over';
  const says = 'is paused since 2026-11-21T08:00:00.000Z';
  expect(await pausedFlow(undefined, before(3 * day), 'Pull')).toEqual([
    { about: 'Pull', result: 'notice', says, next, command: 'npm run resume -- pull --local' },
  ]);
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
      ...{ about: 'Account', result: 'notice', next: expect.stringContaining('ask AWS') },
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
    const indexes = Object.values(ledgerIndexes).map(({ name }) => ({
      IndexName: name,
      IndexStatus: 'ACTIVE',
    }));
    const ItemCount = tables[asked.TableName ?? ''];
    return { body: { Table: { TableStatus: 'ACTIVE', ItemCount, GlobalSecondaryIndexes: indexes } } };
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
