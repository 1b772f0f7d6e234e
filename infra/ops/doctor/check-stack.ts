import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  paginateListTables,
} from '@aws-sdk/client-dynamodb';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import { ledgerIndexes, ledgerTimeToLive } from '../../../shared/ledger/keys.ts';
import { pullStage } from '../../../shared/ledger/records/pauses.ts';
import { consumerOf, queueKeepsDays } from '../../../shared/model/queues.ts';
import { duration } from '../../../shared/model/time.ts';
import { readQueue } from '../../../shared/platform/aws/queue.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { valueAt } from '../../../shared/platform/places.ts';
import { problemsOf } from '../../../shared/situation/problems.ts';
import type { Situation } from '../../../shared/situation/read.ts';
import { counted } from '../cli/output.ts';
import { policyWords } from '../cli/policy-words.ts';
import { ledgerOf, queueUrlsOf, sqsOf, type Target, whereOf } from '../cli/target.ts';
import { insightOfTarget } from '../flows/queue-insight.ts';
import { situationOf, stackReadsOf } from '../flows/situation.ts';
import {
  type Flow,
  type FlowSwitch,
  flows,
  queueOfFlow,
  readSwitch,
  switches,
} from '../pause/switch-flow.ts';
import { type Check, check, fine, notice, wrong } from './finding.ts';

const days = 86_400;

const keptSeconds = queueKeepsDays * days;
/** Leaves some days to resume a flow before anything is lost. */
const tooOldSeconds = 10 * days;
/** A run or two may be skipped while another is under way; more mean that the pull has stopped. */
const maxPeriods = 3;

/** Checks the queues, the table, the event source mappings and the circuit breakers of the stack. Reads only. */
export function stackChecks(
  target: Target,
  integration: CompleteIntegration | undefined,
  now: Date,
  config?: string,
): Check[] {
  return [
    ...flows.map((flow) => check(`Queue of ${flow}`, () => lookAtQueue(target, flow))),
    check('People', async () =>
      problemFindings(await situationOf(stackReadsOf(target, systemClock)), whereOf(target)),
    ),
    check('Ledger table', () => lookAtLedger(target)),
    ...flows.map((flow) => check(`Flow of ${flow}`, () => lookAtSwitch(target, flow, now))),
    check('Flow of bookings', () => lookAtBookings(target, now)),
    check('Pull', () => lookAtPull(target, integration?.schedule.pull, now, config)),
  ];
}

async function lookAtQueue(target: Target, flow: Flow) {
  const sqs = sqsOf(target);
  const { attributes, waiting, underWay } = await readQueue(sqs, queueUrlsOf(target)[queueOfFlow[flow]]);
  const deadLetters = await readQueue(sqs, target.output('DeadLetterQueue'));
  const redrivesTo = valueAt(JSON.parse(attributes.RedrivePolicy ?? '{}'), 'deadLetterTargetArn');
  if (!deadLetters.arn || redrivesTo !== deadLetters.arn)
    return wrong(
      'it has no redrive to the dead letters: a message that crashes its function every time is lost',
      'deploy the stack again',
    );
  if (Number(attributes.MessageRetentionPeriod) < 14 * days)
    return wrong(
      `it keeps messages for ${Number(attributes.MessageRetentionPeriod) / days} days instead of 14`,
      'deploy the stack again',
    );
  return fine(`is there: ${waiting} waiting, ${underWay} under way or waiting to be tried again`);
}

/**
 * What a person must see to, as every other view says it. Pauses are told with their flow.
 * @param where Options that select the stack on a command line.
 */
export function problemFindings(situation: Situation, where: string) {
  const found = problemsOf(situation, where)
    .filter(({ kind }) => kind !== 'paused')
    .map(({ what, why, next, command }) =>
      notice(`${what} ${why}`.replace(/\.$/, ''), next.replace(/\.$/, ''), command),
    );
  return found.length > 0 ? found : fine('nobody has to see to anything');
}

async function lookAtSwitch(target: Target, flow: Flow, now: Date) {
  const found = await readSwitch(target, flow);
  const { states, uuids } = found;
  if (uuids.length === 0)
    return wrong('no function reads its queue: its event source mapping is gone', 'deploy the stack again');
  if (states.every((state) => state === 'Enabled')) return fine(`${switches[flow].does} is switched on`);
  const paused = `${switches[flow].does} is paused (${states.join(', ')})`;
  return pausedFinding(target, flow, paused, await soonLost(target, found, now));
}

function pausedFinding(target: Target, flow: string, paused: string, lost?: string) {
  const resume = `npm run resume -- ${flow} ${whereOf(target)}`;
  return lost === undefined
    ? notice(paused, 'resume it when the maintenance is over', resume)
    : wrong(`${paused}, ${lost}`, 'resume it', resume);
}

/** They are paused by a mark in the ledger: their function goes on, and makes a dead letter of a message in time. */
async function lookAtBookings(target: Target, now: Date) {
  const { bookingsPausedAt } = await ledgerOf(target).breaker.state('erp');
  if (bookingsPausedAt === undefined) return fine('booking in the ERP is switched on');
  const pausedSeconds = (now.getTime() - Date.parse(bookingsPausedAt)) / 1000;
  const lost = `for ${daysOf(pausedSeconds)}: after ${policyWords.longestAge}, what waits becomes dead letters`;
  const paused = `booking in the ERP is paused since ${bookingsPausedAt}`;
  return pausedFinding(target, 'bookings', paused, pausedSeconds < tooOldSeconds ? undefined : lost);
}

/**
 * Says what the queue of a paused flow will soon lose. CloudWatch has no age of messages that were received three times
 * before the pause (queue-insight.ts), so an old pause counts as old messages.
 */
async function soonLost(target: Target, { flow, waiting, underWay }: FlowSwitch, now: Date) {
  const messages = waiting + underWay;
  if (messages === 0) return undefined;
  const queue = queueOfFlow[flow];
  const oldestSeconds = (await insightOfTarget(target, { now: () => now })(queue)) ?? 0;
  if (oldestSeconds >= tooOldSeconds) {
    const dropped = new Date(now.getTime() + (keptSeconds - oldestSeconds) * 1000);
    return `and the oldest message in its queue is ${daysOf(oldestSeconds)} old: SQS drops it at ${dropped.toISOString()}`;
  }
  const { since } = await ledgerOf(target).pauses.of(consumerOf[queue]);
  const pausedSeconds = since === undefined ? 0 : (now.getTime() - since.getTime()) / 1000;
  if (pausedSeconds < tooOldSeconds) return undefined;
  return `for ${daysOf(pausedSeconds)}, with ${counted(messages, 'message')} in its queue: SQS drops what is ${daysOf(keptSeconds)} old`;
}

async function lookAtPull(
  target: Target,
  pull: CompleteIntegration['schedule']['pull'] | undefined,
  now: Date,
  config?: string,
) {
  const { watermark, endedAt } = await ledgerOf(target).pullState.state();
  const { since } = await ledgerOf(target).pauses.of(pullStage);
  if (pull === 'off') return fine('is off: the ERP calls the order endpoint');
  if (since !== undefined) return pausedFinding(target, 'pull', `is paused since ${since.toISOString()}`);
  const every = pull === undefined ? '' : `every ${counted(pull.everyMinutes, 'minute')}, `;
  if (endedAt === undefined)
    return notice(
      `${every}has not run yet`,
      'wait for its first run; a dry run shows what it will find',
      `npm run pull -- --dry-run ${whereOf(target, config)}`,
    );
  const seconds = Math.max(0, (now.getTime() - Date.parse(endedAt)) / 1000);
  const upTo = watermark === undefined ? '' : `, and has read up to ${watermark.changedAt}`;
  const says = `${every}ran last ${duration(seconds)} ago${upTo}`;
  if (pull === undefined || seconds <= maxPeriods * pull.everyMinutes * 60) return fine(says);
  return wrong(says, 'check that its schedule is switched on, and read the log group of pull-product-orders');
}

const daysOf = (seconds: number) => counted(Math.floor(seconds / days), 'day');

/** The consumers of the queues run up to ten containers. With fewer than these, a trigger may find none. */
const enoughContainers = 50;

/** Checks whether AWS lets the account do what a plant needs. The platform on this machine has no account. */
export function accountChecks({ local, aws }: Pick<Target, 'local' | 'aws'>): Check[] {
  if (local) return [];
  return [
    check('Account', async () => {
      const { AccountLimit } = await new LambdaClient(aws).send(new GetAccountSettingsCommand());
      const containers = AccountLimit?.UnreservedConcurrentExecutions ?? 0;
      if (containers >= enoughContainers)
        return fine(`runs up to ${containers} containers of functions at once`);
      return notice(
        `runs no more than ${containers} containers of functions at once, for everything in it: when all are busy, triggers and orders are refused (503)`,
        'ask AWS for the usual 1000, which costs nothing',
        'aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000',
      );
    }),
  ];
}

/** Checks that the ledger's table works, and is not an empty one while another has items. Reads only. */
export async function lookAtLedger(target: Target) {
  const client = new DynamoDBClient(target.aws);
  const TableName = target.output('LedgerTable');
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  if (Table?.TableStatus !== 'ACTIVE')
    return wrong(
      `its state is ${Table?.TableStatus ?? 'unknown'}`,
      'wait until it is ACTIVE, and look again',
    );
  const { GlobalSecondaryIndexes = [], ItemCount = 0 } = Table;
  const active = GlobalSecondaryIndexes.filter(({ IndexStatus }) => IndexStatus === 'ACTIVE');
  const missing = Object.values(ledgerIndexes).filter(
    ({ name }) => !active.some(({ IndexName }) => IndexName === name),
  );
  if (missing.length > 0)
    return wrong(
      `the index ${missing.map(({ name }) => name).join(', ')} is missing, or still being built`,
      'deploy this version; a new index of a full table takes some minutes',
    );
  // The local store has no time to live.
  if (!target.local) {
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    const { AttributeName, TimeToLiveStatus } = TimeToLiveDescription ?? {};
    if (AttributeName !== ledgerTimeToLive || !/^ENABL/.test(TimeToLiveStatus ?? ''))
      return wrong(
        'nothing in it ever expires: time to live is off',
        `aws dynamodb update-time-to-live --table-name ${TableName} --time-to-live-specification Enabled=true,AttributeName=${ledgerTimeToLive}`,
      );
  }
  const forgotten = ItemCount > 0 ? [] : await earlierLedgers(client, target.stackName, TableName);
  if (forgotten.length > 0)
    return wrong(
      `it is empty, but this stack also has ${forgotten.join(' and ')}: what is recorded there may be done twice`,
      'pause the flows, and bring it back (infra/RUNBOOK.md, "Bringing a ledger back"), or delete the other if nobody needs it; DynamoDB counts items every six hours',
    );
  return fine(`is there, with its ${active.length} indexes`);
}

/** Tables of this stack that were retained or restored, and have items. CloudFormation names them after the stack. */
async function earlierLedgers(client: DynamoDBClient, stackName: string, current: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { TableNames = [] } of paginateListTables({ client }, {}))
    for (const TableName of TableNames) {
      if (TableName === current || !TableName.startsWith(`${stackName}-Ledger`)) continue;
      const { Table } = await client.send(new DescribeTableCommand({ TableName }));
      const items = Table?.ItemCount ?? 0;
      if (items > 0) found.push(`${TableName} (${counted(items, 'item')})`);
    }
  return found;
}
