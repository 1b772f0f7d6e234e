import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import { consumerOf } from '../../../shared/model/queues.ts';
import { pullStage } from '../../../shared/orders/pull.ts';
import { ago, counted } from '../cli/output.ts';
import { ledgerOf, sqsOf, type Target, whereOf } from '../cli/target.ts';
import { insightOfTarget } from '../flows/queue-insight.ts';
import { type FlowSwitch, flows, pausable, readSwitch } from '../pause/switch-flow.ts';
import { lookAtLedger } from './check-ledger.ts';
import { type Check, check, fine, notice, wrong } from './finding.ts';

const days = 86_400;

/** Queues, table, mappings, breakers: what the stack is made of. Reads only. */
export function stackChecks(
  target: Target,
  integration: CompleteIntegration | undefined,
  now: Date,
  config?: string,
): Check[] {
  return [
    ...flows.map((flow) => check(`Queue of ${flow}`, () => lookAtQueue(target, flow))),
    check('Dead letters', () => lookAtDeadLetters(target)),
    check('Ledger table', () => lookAtLedger(target)),
    ...flows.map((flow) => check(`Flow of ${flow}`, () => lookAtSwitch(target, flow, now))),
    check('Circuit breakers', () => lookAtBreakers(target)),
    check('Pull', () => lookAtPull(target, integration, now, config)),
  ];
}

async function attributesOf(target: Target, output: string): Promise<Partial<Record<string, string>>> {
  const { Attributes = {} } = await sqsOf(target).send(
    new GetQueueAttributesCommand({ QueueUrl: target.output(output), AttributeNames: ['All'] }),
  );
  return Attributes;
}

async function lookAtQueue(target: Target, flow: (typeof flows)[number]) {
  const queue = await attributesOf(target, pausable[flow].output);
  const { QueueArn: deadLettersArn } = await attributesOf(target, 'DeadLetterQueue');
  const redrive: unknown = JSON.parse(queue.RedrivePolicy ?? '{}');
  const redrivesTo =
    redrive !== null && typeof redrive === 'object' && 'deadLetterTargetArn' in redrive
      ? redrive.deadLetterTargetArn
      : undefined;
  if (deadLettersArn === undefined || redrivesTo !== deadLettersArn)
    return wrong(
      'it has no redrive to the dead letters: what crashes a function for ever is lost',
      'deploy the stack again',
    );
  if (Number(queue.MessageRetentionPeriod) < 14 * days)
    return wrong(
      `it keeps messages for ${Number(queue.MessageRetentionPeriod) / days} days instead of 14`,
      'deploy the stack again',
    );
  const waiting = Number(queue.ApproximateNumberOfMessages ?? 0);
  const hidden = Number(queue.ApproximateNumberOfMessagesNotVisible ?? 0);
  return fine(`is there: ${waiting} waiting, ${hidden} under way or waiting to be tried again`);
}

async function lookAtDeadLetters(target: Target) {
  const { ApproximateNumberOfMessages = '0', ApproximateNumberOfMessagesNotVisible = '0' } =
    await attributesOf(target, 'DeadLetterQueue');
  const letters = Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible);
  if (letters === 0) return fine('there are none');
  return notice(
    `${counted(letters, 'dead letter')} for a person`,
    'look at them, by reason',
    `npm run replay -- ${whereOf(target)}`,
  );
}

async function lookAtSwitch(target: Target, flow: (typeof flows)[number], now: Date) {
  const found = await readSwitch(target, flow);
  const { states, uuids } = found;
  if (uuids.length === 0)
    return wrong('nothing works on its queue: its event source mapping is gone', 'deploy the stack again');
  if (states.every((state) => state === 'Enabled')) return fine(`${pausable[flow].does} is switched on`);
  const paused = `${pausable[flow].does} is paused (${states.join(', ')})`;
  const resume = `npm run resume -- ${flow} ${whereOf(target)}`;
  const lost = await soonLost(target, found, now);
  return lost === undefined
    ? notice(paused, 'resume it when the maintenance is over', resume)
    : wrong(`${paused}, ${lost}`, 'resume it', resume);
}

/** So old does SQS drop a message. */
const keptSeconds = 14 * days;
/** Leaves some days to resume before anything is lost. */
const tooOldSeconds = 10 * days;

/**
 * What the queue of a paused flow will lose soon. CloudWatch tells no age of messages that were received three times
 * before the pause (queue-insight.ts): when the pause itself is so old, they may be there.
 */
async function soonLost(target: Target, { flow, waiting, underWay }: FlowSwitch, now: Date) {
  const messages = waiting + underWay;
  if (messages === 0) return undefined;
  const { queue } = pausable[flow];
  const { insight, close } = insightOfTarget(target, { now: () => now });
  const { oldestSeconds = 0 } = await insight(queue).finally(close);
  if (oldestSeconds >= tooOldSeconds) {
    const dropped = new Date(now.getTime() + (keptSeconds - oldestSeconds) * 1000);
    return `and the oldest message in its queue is ${daysOf(oldestSeconds)} old: SQS drops it at ${dropped.toISOString()}`;
  }
  const { since } = await ledgerOf(target).pauses.of(consumerOf[queue]);
  const pausedSeconds = since === undefined ? 0 : (now.getTime() - since.getTime()) / 1000;
  if (pausedSeconds < tooOldSeconds) return undefined;
  return `for ${daysOf(pausedSeconds)}, with ${counted(messages, 'message')} in its queue: SQS drops what is ${daysOf(keptSeconds)} old`;
}

function daysOf(seconds: number): string {
  return counted(Math.floor(seconds / days), 'day');
}

async function lookAtBreakers(target: Target) {
  const { breaker } = ledgerOf(target);
  const findings = [];
  for (const [partner, name] of [
    ['azumuta', 'Azumuta'],
    ['erp', 'The ERP'],
  ] as const) {
    const { open, reason, openedAt } = await breaker.state(partner);
    if (open)
      findings.push(
        notice(
          `${name} is unwell since ${openedAt}, and calls to it wait: ${(reason ?? '').replace(/\.$/, '')}`,
          'nothing is lost; mend what the reason names, and calls go on by themselves within five minutes',
        ),
      );
  }
  return findings.length > 0 ? findings : fine('are closed: both partners are called');
}

/** A run or two may be skipped while another is under way; more than this is silence. */
const maxPeriods = 3;

async function lookAtPull(
  target: Target,
  integration: CompleteIntegration | undefined,
  now: Date,
  config?: string,
) {
  const { pullState, pauses } = ledgerOf(target);
  const { watermark, endedAt } = await pullState.state();
  const { since } = await pauses.of(pullStage);
  const pull = integration?.schedule.pull;
  if (pull === 'off') return fine('is off: the ERP calls the order endpoint');
  if (since !== undefined)
    return notice(
      `is paused since ${since.toISOString()}`,
      'resume it when the maintenance is over',
      `npm run resume -- pull ${whereOf(target)}`,
    );
  const every = pull === undefined ? '' : `every ${counted(pull.everyMinutes, 'minute')}, `;
  if (endedAt === undefined)
    return notice(
      `${every}has not run yet`,
      'wait for its first run; a dry run shows what it will find',
      `npm run pull -- --dry-run ${whereOf(target, config)}`,
    );
  const last = new Date(endedAt);
  const upTo = watermark === undefined ? '' : `, and has read up to ${watermark.changedAt}`;
  if (pull !== undefined && now.getTime() - last.getTime() > maxPeriods * pull.everyMinutes * 60_000)
    return wrong(
      `${every}ran last ${ago(last, now)}${upTo}`,
      'look whether its schedule is switched on, and into the log group of pull-product-orders',
    );
  return fine(`${every}ran last ${ago(last, now)}${upTo}`);
}
