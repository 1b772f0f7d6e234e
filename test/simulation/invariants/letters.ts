import type { Happening } from '../scenario/happening.ts';
import { queueUrlOf } from '../world/plant.ts';
import type { World } from '../world/world.ts';
import { createFindings, type Find, type Finding } from './finding.ts';
import { operatorName } from './watch.ts';

export interface Letter {
  readonly body: string;
  readonly stage: string;
  readonly reason: string;
  readonly order: string;
  /** Id that its message had at first; undefined for one that SQS moved by itself. */
  readonly messageId: string | undefined;
}

/** What waits in the dead-letter queue. */
export function lettersOf({ plant }: World): readonly Letter[] {
  return plant.queues.messages(queueUrlOf('dead-letters')).map(({ body, attributes }) => ({
    body,
    stage: textOf(attributes.stage) ?? 'none: moved by SQS',
    reason: textOf(attributes.reason) ?? '',
    order: textOf(attributes.orderNumber) ?? '',
    messageId: textOf(attributes.messageId),
  }));
}

const textOf = (attribute: string | { readonly StringValue: string } | undefined) =>
  typeof attribute === 'object' ? attribute.StringValue : attribute;

/** Whether people hear of what waits for them, and of nothing else, before anything of it is sent again. */
export function judgeLetters(world: World): readonly Finding[] {
  const { find, all } = createFindings();
  const letters = lettersOf(world).filter(({ stage }) => stage !== 'receive-webhook');
  judgeNotes(world, letters, find);
  for (const { stage, reason, messageId, body } of letters) {
    if (body.includes(operatorName)) find('personal', `A dead letter of ${stage} names an operator.`);
    if (messageId === undefined) find('noted', `SQS has put a message aside by itself: ${body}`);
    else if (
      [...world.happened].every((one) => passes(one) || isElsewhere(one, stage)) &&
      deathsOf(stage, world) < maxUnfinished
    )
      find('patience', `A person is asked by ${stage}: ${reason}`);
  }
  const counted = world.plant.logged.filter((line) => line.includes('"DeadLettered":1')).length;
  const told = new Set(letters.flatMap(({ messageId }) => messageId ?? [])).size;
  // A function that dies, or is killed, between letter and log has told the queue's own metric.
  if (counted + diedOrSlow(world) < told)
    find('noted', `${told} dead letters, of which ${counted} are counted.`);
  return all();
}

/** Each letter has its note in the ledger, and each note that stands its letter. */
function judgeNotes({ plant }: World, letters: readonly Letter[], find: Find): void {
  const notes = new Map<unknown, unknown>();
  for (const { sk, dead } of plant.table.items())
    if (String(sk).startsWith(notePrefix)) notes.set(String(sk).slice(notePrefix.length), dead);
  const there = new Set(letters.map(({ messageId }) => messageId));
  for (const { messageId, stage, reason } of letters)
    if (messageId !== undefined && !notes.has(messageId))
      find('noted', `The ledger does not tell of a dead letter of ${stage}: ${reason}`);
  for (const [messageId, isDead] of notes)
    if (isDead === true && !there.has(String(messageId)))
      find('noted', `The ledger tells of a dead letter ${String(messageId)}, which is not there.`);
}

/** A message whose attempts never finish is put aside after so many (shared/worker/process-record.ts). */
const maxUnfinished = 5;

function deathsOf(stage: string, { happened }: World): number {
  return [...happened].filter(
    (one) => one.kind === 'call' && one.stage === stage && /dies|stands still/.test(one.accident),
  ).length;
}

const notePrefix = 'DEAD-LETTER#';

/** Whether it is over by itself, or once an administrator has done what they began: whatever waits for it goes on then. */
function passes(happening: Happening): boolean {
  if (happening.kind === 'call') return !isVerdict.test(happening.accident);
  if (happening.kind === 'outage') return !isVerdict.test(happening.how);
  // SQS keeps a message for 14 days, and a person is asked before that.
  if (happening.kind === 'flow is paused') return happening.minutes < 5 * 24 * 60;
  return passing.has(happening.kind);
}

/** It befell the call of another function. */
function isElsewhere(happening: Happening, stage: string): boolean {
  return happening.kind === 'call' && happening.stage !== stage;
}

/** Answers that say of one order, in the partner's own name, that it cannot be done. */
const isVerdict = /refuses it|403|404|page/;
const passing: ReadonlySet<Happening['kind']> = new Set([
  'indexes lag',
  'message comes twice',
  'delete is lost',
  'trigger',
  'run',
  'ERP restarts',
  'ERP commits late',
  'order is locked',
  'planner touches',
  'secret is rotated',
  'dead letters are sent again',
]);

function diedOrSlow({ happened }: World): number {
  return [...happened].filter((one) => one.kind === 'call' && /dies|slow|never|says/.test(one.accident))
    .length;
}
