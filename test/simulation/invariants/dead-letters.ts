import { queueKeepsDays } from '../../../shared/model/queues.ts';
import type { ScenarioEvent } from '../scenario/scenario-event.ts';
import { minuteMs } from '../world/moments.ts';
import { queueUrlOf } from '../world/plant.ts';
import type { World } from '../world/world.ts';
import { createFindings, type Find, type Finding } from './finding.ts';
import { operatorName, sinceOf } from './watch.ts';

export interface DeadLetter {
  readonly body: string;
  readonly stage: string;
  readonly reason: string;
  readonly order: string;
  /** Key of the booking that was refused; empty if there is none. */
  readonly booking: string;
  /** Id of the original message; undefined if SQS itself moved it. */
  readonly messageId: string | undefined;
}

/** The contents of the dead-letter queue. */
export function deadLettersOf({ plant }: World): readonly DeadLetter[] {
  return plant.queues.messages(queueUrlOf('dead-letters')).map(({ body, attributes }) => ({
    body,
    stage: textOf(attributes.stage) ?? 'none: moved by SQS',
    reason: textOf(attributes.reason) ?? '',
    order: textOf(attributes.orderNumber) ?? '',
    booking: textOf(attributes.booking) ?? '',
    messageId: textOf(attributes.messageId),
  }));
}

const textOf = (attribute: string | { readonly StringValue: string } | undefined) =>
  typeof attribute === 'object' ? attribute.StringValue : attribute;

/**
 * Checks dead letters before any are sent again: each is recorded and counted, and none has a cause that passes by
 * itself.
 */
export function judgeDeadLetters(world: World): readonly Finding[] {
  const { find, all } = createFindings();
  const deadLetters = deadLettersOf(world).filter(({ stage }) => stage !== 'receive-webhook');
  judgeRecords(world, deadLetters, find);
  judgeOtherRecordings(world, deadLetters, find);
  for (const { stage, reason, messageId, body } of deadLetters) {
    if (body.includes(operatorName)) find('personal', `A dead letter of ${stage} names an operator.`);
    if (messageId === undefined)
      find('recorded', `SQS itself moved a message to the dead-letter queue: ${body}`);
    else if (
      [...world.happened].every((one) => passes(one) || isElsewhere(one, stage)) &&
      deathsOf(stage, world) < maxUnfinished
    )
      find('passing', `${stage} made a dead letter of a failure that passes by itself: ${reason}`);
  }
  const counted = world.plant.logged.filter((line) => line.includes('"DeadLettered":1')).length;
  const total = new Set(deadLetters.flatMap(({ messageId }) => messageId ?? [])).size;
  // A function that dies between sending the dead letter and logging it does not count it; the queue's own metric does.
  if (counted + diedOrSlow(world) < total)
    find('recorded', `${total} dead letters, but only ${counted} are counted.`);
  return all();
}

/** Each dead letter needs its record in the ledger, and each open record its dead letter, until SQS has forgotten that. */
function judgeRecords({ plant, time }: World, deadLetters: readonly DeadLetter[], find: Find): void {
  const records = new Map<unknown, boolean>();
  const forgottenBefore = time.now() - queueKeepsDays * 24 * 60 * minuteMs;
  for (const item of plant.table.items()) {
    const { sk, isDead } = item;
    const isForgotten = sinceOf(item) <= forgottenBefore;
    const isExpected = isDead === true && !isForgotten;
    if (String(sk).startsWith(recordPrefix)) records.set(String(sk).slice(recordPrefix.length), isExpected);
  }
  const existing = new Set(deadLetters.map(({ messageId }) => messageId));
  for (const { messageId, stage, reason } of deadLetters)
    if (messageId !== undefined && !records.has(messageId))
      find('recorded', `The ledger has no record of a dead letter of ${stage}: ${reason}`);
  for (const [messageId, isExpected] of records)
    if (isExpected && !existing.has(String(messageId)))
      find('recorded', `The ledger has a record of dead letter ${String(messageId)}, which does not exist.`);
}

/** A refused recording that came later stops no other one of its hint: each stands in a booking, whatever its state. */
function judgeOtherRecordings(world: World, deadLetters: readonly DeadLetter[], find: Find): void {
  const booked = new Set(world.plant.table.items().flatMap(({ recordingIds }) => recordingIds ?? []));
  for (const { booking } of deadLetters) {
    const [, id] = /^([^#, ]+)#recording#/.exec(booking) ?? [];
    const order = world.azumuta.productOrders().find((one) => one.id === id && one.status === 'completed');
    for (const recording of order?.recordings ?? [])
      if (world.wasTriggerAccepted(recording.id) && !booked.has(recording.id))
        find(
          'recordings',
          `Recording ${recording.id} of ${order?.number} is in no booking besides ${booking}.`,
        );
  }
}

/** A message becomes a dead letter after so many attempts that never finish (shared/worker/process-record.ts). */
const maxUnfinished = 5;

function deathsOf(stage: string, { happened }: World): number {
  return [...happened].filter(
    (one) => one.kind === 'call' && one.stage === stage && /dies|hangs/.test(one.accident),
  ).length;
}

const recordPrefix = 'DEAD-LETTER#';

/**
 * Whether the failure ends by itself, or when an administrator finishes what they began; waiting messages then
 * continue.
 */
function passes(event: ScenarioEvent): boolean {
  if (event.kind === 'call') return !isVerdict.test(event.accident);
  if (event.kind === 'outage') return !isVerdict.test(event.how);
  // SQS keeps a message for 14 days; long before that, one that waits for its partner becomes a dead letter.
  if (event.kind === 'nothing is received') return event.minutes < 5 * 24 * 60;
  return passing.has(event.kind);
}

/** Whether it was a call of another function. */
function isElsewhere(event: ScenarioEvent, stage: string): boolean {
  return event.kind === 'call' && event.stage !== stage;
}

/** Answers with which the partner itself says that one order cannot be processed. */
const isVerdict = /refuses it|403|404|page/;
const passing: ReadonlySet<ScenarioEvent['kind']> = new Set([
  'indexes lag',
  'message comes twice',
  'delete is lost',
  'trigger',
  'ERP sends a built order again',
  'run',
  'flow is paused',
  'plant is closed',
  'ERP restarts',
  'ERP commits late',
  'order is locked',
  'planner touches',
  'alert run',
  'recording is corrected afterwards',
  'configuration is deployed anew',
  'planner moves the due date',
  'secret is rotated',
  'dead letters are sent again',
  'person follows the advice',
]);

function diedOrSlow({ happened }: World): number {
  return [...happened].filter((one) => one.kind === 'call' && /dies|slow|never|reports/.test(one.accident))
    .length;
}
