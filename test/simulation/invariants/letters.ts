import { queueUrlOf } from '../world/plant.ts';
import type { World } from '../world/world.ts';
import { createFindings, type Finding } from './finding.ts';
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

/** Whether people hear of what waits for them, before anything of it is sent again. */
export function judgeLetters(world: World): readonly Finding[] {
  const { find, all } = createFindings();
  const letters = lettersOf(world).filter(({ stage }) => stage !== 'receive-webhook');
  if (letters.length === 0) return [];
  const noted = new Set(
    world.plant.table
      .items()
      .flatMap(({ sk }) =>
        String(sk).startsWith('DEAD-LETTER#') ? [String(sk).slice('DEAD-LETTER#'.length)] : [],
      ),
  );
  for (const { stage, reason, messageId, body } of letters) {
    if (messageId !== undefined && !noted.has(messageId))
      find('noted', `The ledger does not tell of a dead letter of ${stage}: ${reason}`);
    if (body.includes(operatorName)) find('personal', `A dead letter of ${stage} names an operator.`);
  }
  const counted = world.plant.logged.filter((line) => line.includes('"DeadLettered":1')).length;
  const told = new Set(letters.flatMap(({ messageId }) => messageId ?? [])).size;
  // A function that dies, or is killed, between letter and log has told the queue's own metric.
  if (counted + diedOrSlow(world) < told)
    find('noted', `${told} dead letters, of which ${counted} are counted.`);
  return all();
}

function diedOrSlow({ happened }: World): number {
  return [...happened].filter((one) => one.kind === 'call' && /dies|slow|never|says/.test(one.accident))
    .length;
}
