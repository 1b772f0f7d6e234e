import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  paginateListTables,
} from '@aws-sdk/client-dynamodb';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import { type ScheduledRuns, scheduledRunsOf } from '../../../shared/integration/scheduled-runs.ts';
import { ledgerTimeToLive } from '../../../shared/ledger/keys.ts';
import { hasEnded } from '../../../shared/life/life.ts';
import { liveFromInWords } from '../../../shared/model/mode.ts';
import { type QueueName, queueNames } from '../../../shared/model/queues.ts';
import { dayMs, duration } from '../../../shared/model/time.ts';
import { readQueue } from '../../../shared/platform/aws/queue.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { placesInWords, readOrdersNow } from '../../../shared/situation/open-orders.ts';
import { withOwnReasons } from '../../../shared/situation/own-reasons.ts';
import { problemsOf } from '../../../shared/situation/problems.ts';
import type { Situation } from '../../../shared/situation/read.ts';
import { counted } from '../cli/output.ts';
import {
  dueTermsOfTarget,
  ledgerOf,
  liveLedgerOf,
  modeOf,
  optionsForTarget,
  queueUrlsOf,
  sqsOf,
  type Target,
} from '../cli/target.ts';
import { readStackSituation, stackReadsOf } from '../flows/situation.ts';
import { type DoctorCheck, defineCheck, fine, notice, wrong } from './finding.ts';

/** Of each kind. */
const mostConcernsRead = 1000;

export function stackChecks(
  target: Target,
  integration: CompleteIntegration | undefined,
  now: Date,
  config?: string,
): DoctorCheck[] {
  const pull = integration && scheduledRunsOf(integration.schedule).pull;
  return [
    ...(modeOf(target) === 'shadow' ? [defineCheck('Shadow', () => lookAtMode(target, now))] : []),
    ...liveFromChecks(target, now),
    ...queueNames.map((queue) => defineCheck(`Queue of ${queue}`, () => lookAtQueue(target, queue))),
    defineCheck('People', async () =>
      problemFindings(
        await withOwnReasons(await readStackSituation(stackReadsOf(target, systemClock)), ledgerOf(target)),
        optionsForTarget(target),
      ),
    ),
    defineCheck('Ledger table', () => lookAtLedger(target)),
    defineCheck('Pull', () => lookAtPull(target, pull, now, config)),
  ];
}

/** In shadow: what it means, and how much of what was begun live waits for its end. */
export async function lookAtMode(target: Target, now: Date) {
  const live = liveLedgerOf(target);
  const open = await live.concerns.listOpen(() => mostConcernsRead);
  const orders = await readOrdersNow(live, open, { ...dueTermsOfTarget(target), at: now });
  const waiting = orders.all.filter(({ stage }) => !hasEnded(stage));
  const until =
    "once it has shown what you expect, set deployment.mode to 'live' and deployment.liveFrom to the instant from which on completions are booked, and deploy";
  const says = 'nothing is written to Azumuta or the ERP, and nothing that is decided now counts later';
  if (waiting.length === 0) return notice(says, until);
  const places = placesInWords(waiting.map(({ place }) => place));
  return notice(`${says}; what was begun live waits until it is live again: ${places}`, until);
}

/** Farther ahead than a change of shift or a weekend, it is rather a wrong year. */
const soonMs = 3 * dayMs;

function liveFromChecks({ outputs }: Pick<Target, 'outputs'>, now: Date): DoctorCheck[] {
  const { LiveFrom: liveFrom } = outputs;
  return liveFrom === undefined ? [] : [defineCheck('Live', async () => lookAtLiveFrom(liveFrom, now))];
}

/** From when on it books, and what becomes of what was completed before. */
export function lookAtLiveFrom(liveFrom: string, now: Date) {
  const { says, aheadMs } = liveFromInWords(liveFrom, now);
  if (aheadMs <= 0) return fine(says);
  if (aheadMs <= soonMs) return notice(says, 'nothing is to be done, if that is the instant that you mean');
  return wrong(says, 'set deployment.liveFrom to the instant that you mean, and deploy');
}

async function lookAtQueue(target: Target, queue: QueueName) {
  const { waiting, underWay } = await readQueue(sqsOf(target), queueUrlsOf(target)[queue]);
  return fine(`is there: ${waiting} waiting, ${underWay} under way or waiting to be tried again`);
}

/** What needs a person, as every other view says it. */
export function problemFindings(situation: Situation, where: string) {
  const found = problemsOf(situation, where).map(({ kind, what, why, next, command }) =>
    (kind === 'paused-too-long' ? wrong : notice)(
      `${what} ${why}`.replace(/\.$/, ''),
      next.replace(/\.$/, ''),
      command,
    ),
  );
  return found.length > 0 ? found : fine('nothing needs a person, and nothing is paused');
}

/** @param pull Undefined where no configuration says how often it runs. */
async function lookAtPull(target: Target, pull: ScheduledRuns | undefined, now: Date, config?: string) {
  const { watermark, endedAt } = await ledgerOf(target).pullState.readState();
  if (pull && !pull.isOn)
    return fine('is off at this stage: the ERP posts its orders, or a person pulls them');
  if ((await ledgerOf(target).pauses.readPaused()).pull) return fine('is paused');
  const every = pull === undefined ? '' : `${pull.inWords}, `;
  if (endedAt === undefined)
    return notice(
      `${every}has not run yet`,
      'wait for its first run; a dry run shows what it will find',
      `npm run pull -- --dry-run ${optionsForTarget(target, config)}`,
    );
  const seconds = Math.max(0, (now.getTime() - Date.parse(endedAt)) / 1000);
  const upTo = watermark === undefined ? '' : `, and has read up to ${watermark.changedAt}`;
  const says = `${every}ran last ${duration(seconds)} ago${upTo}`;
  if (pull === undefined || seconds * 1000 <= pull.silentMs) return fine(says);
  return wrong(says, 'check that its schedule is switched on, and read the log group of pull-product-orders');
}

/** Consumers, pull, endpoints and what else is in the account. With fewer than these, a trigger may find none. */
const enoughContainers = 50;

/** Checks whether AWS lets the account do what a plant needs. The platform on this machine has no account. */
export function accountChecks({ local, aws }: Pick<Target, 'local' | 'aws'>): DoctorCheck[] {
  if (local) return [];
  return [
    defineCheck('Account', async () => {
      const { AccountLimit } = await new LambdaClient(aws).send(new GetAccountSettingsCommand());
      const containers = AccountLimit?.UnreservedConcurrentExecutions ?? 0;
      if (containers >= enoughContainers)
        return fine(`runs up to ${containers} containers of functions at once`);
      return notice(
        `runs no more than ${containers} containers of functions at once, for everything in it: when all are busy, triggers and orders are refused (503)`,
        'ask AWS for the usual 1000, which costs nothing, with the rights of an administrator',
        'aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000',
      );
    }),
  ];
}

/** Checks that the ledger's table forgets, and is not an empty one while another has items. Reads only. */
export async function lookAtLedger(target: Target) {
  const client = new DynamoDBClient(target.aws);
  const TableName = target.output('LedgerTable');
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  // The local store has no time to live.
  if (!target.local) {
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    const { AttributeName, TimeToLiveStatus } = TimeToLiveDescription ?? {};
    if (AttributeName !== ledgerTimeToLive || !/^ENABL/.test(TimeToLiveStatus ?? ''))
      return wrong(
        'nothing in it ever expires: time to live is off',
        'switch it on, with the rights of an administrator',
        `aws dynamodb update-time-to-live --table-name ${TableName} --time-to-live-specification Enabled=true,AttributeName=${ledgerTimeToLive}`,
      );
  }
  const forgotten =
    (Table?.ItemCount ?? 0) > 0 ? [] : await earlierLedgers(client, target.stackName, TableName);
  if (forgotten.length > 0)
    return wrong(
      `it is empty, but this stack also has ${forgotten.join(' and ')}: what is recorded there may be done twice`,
      'pause the flows, and bring it back (infra/RUNBOOK.md, "Bringing a ledger back"), or delete the other if nobody needs it; DynamoDB counts items every six hours',
    );
  return fine('is there');
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
