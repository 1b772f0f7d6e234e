import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { stackChecks } from '../../../../infra/ops/doctor/check-stack.ts';
import { startServer } from '../../../support/server.ts';
import { onThisMachine } from '../cli/targets.ts';

const now = new Date('2026-11-24T08:00:00Z');
const day = 86_400;
const before = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const queueArn = 'arn:aws:sqs:eu-west-1:000000000000:completions';

/** What doctor finds of the completions, where their flow is paused and their oldest message is so old. */
async function pausedFlow(
  oldestSeconds: number | undefined,
  pausedSince?: Date,
  about = 'Flow of completions',
) {
  const sent = oldestSeconds === undefined ? [] : [before(oldestSeconds)];
  const messages = sent.map((at) => ({ sentTimestamp: at.getTime(), body: '{}' }));
  const { url: endpoint } = await startServer(({ headers, url }) => {
    const action = String(headers['x-amz-target']);
    if (url.pathname.startsWith('/_fauxqs/'))
      return { body: { messages: { ready: messages, delayed: [], inflight: [] } } };
    if (action.startsWith('AmazonSQS'))
      return { body: { Attributes: { QueueArn: queueArn, ApproximateNumberOfMessages: `${sent.length}` } } };
    if (action.startsWith('DynamoDB')) return { body: pausedSince ? { Item: marksOf(pausedSince) } : {} };
    return { body: { EventSourceMappings: [{ UUID: 'u', EventSourceArn: queueArn, State: 'Disabled' }] } };
  });
  const folder = await mkdtemp(join(tmpdir(), 'doctor-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'ports.json'), JSON.stringify({ sqs: Number(new URL(endpoint).port) }));
  const queues = ['ProductOrdersQueue', 'CompletionsQueue', 'DeadLetterQueue'];
  const outputs = Object.fromEntries(queues.map((name) => [name, `${endpoint}/000000000000/completions`]));
  const target = {
    ...onThisMachine({ ...outputs, LedgerTable: 'ledger' }, endpoint),
    platform: { folder },
  };
  const check = stackChecks(target, undefined, now).find((each) => each.about === about);
  return check?.look();
}

/** The pause of a flow, and the mark of paused bookings. */
const marksOf = (since: Date) => ({
  since: { S: since.toISOString() },
  bookingsPausedAt: { S: since.toISOString() },
});

it('says when a paused flow will lose its oldest message, which is ten days old', async () => {
  expect(await pausedFlow(10 * day)).toEqual([
    {
      about: 'Flow of completions',
      result: 'wrong',
      says: 'reading completions from Azumuta and booking them in the ERP is paused (Disabled), and the oldest message in its queue is 10 days old: SQS drops it at 2026-11-28T08:00:00.000Z',
      next: 'resume it',
      command: 'npm run resume -- completions --local',
    },
  ]);
});

it('warns of a flow that was paused ten days ago, as CloudWatch may not know the age of its messages', async () => {
  expect(await pausedFlow(day, before(11.5 * day))).toMatchObject([
    {
      result: 'wrong',
      says: 'reading completions from Azumuta and booking them in the ERP is paused (Disabled), for 11 days, with 1 message in its queue: SQS drops what is 14 days old',
    },
  ]);
});

it.each([
  ['younger messages', 10 * day - 1, before(10 * day - 1)],
  ['no messages', undefined, before(30 * day)],
])('expects no loss of a paused flow with %s', async (_which, oldestSeconds, pausedSince) => {
  expect(await pausedFlow(oldestSeconds, pausedSince)).toMatchObject([
    {
      result: 'notice',
      says: 'reading completions from Azumuta and booking them in the ERP is paused (Disabled)',
    },
  ]);
});

it.each([
  [9, 'notice', 'booking in the ERP is paused since 2026-11-15T08:00:00.000Z'],
  [
    10,
    'wrong',
    'booking in the ERP is paused since 2026-11-14T08:00:00.000Z, for 10 days: after 13 days, what waits becomes dead letters',
  ],
])('reports bookings that are paused for %i days, though their function runs', async (days, result, says) => {
  const command = 'npm run resume -- bookings --local';
  expect(await pausedFlow(undefined, before(days * day), 'Flow of bookings')).toMatchObject([
    { result, says, command },
  ]);
});

it('reports a paused pull as paused, and not as one that has stopped', async () => {
  expect(await pausedFlow(undefined, before(3 * day), 'Pull')).toEqual([
    {
      about: 'Pull',
      result: 'notice',
      says: 'is paused since 2026-11-21T08:00:00.000Z',
      next: 'resume it when the maintenance is over',
      command: 'npm run resume -- pull --local',
    },
  ]);
});
