import { describe, expect, it } from 'vitest';
import { createTable } from '../../../shared/platform/aws/dynamodb-table.ts';
import { createQueues } from '../../../shared/platform/aws/queue.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { ScenarioEvent } from '../scenario/scenario-event.ts';
import { queueUrlOf } from '../world/plant.ts';
import { createWorld, type World } from '../world/world.ts';
import { judgeDeadLetters } from './dead-letters.ts';
import { invariants } from './finding.ts';

const scenario: Scenario = {
  ...{ seed: 1, erp: 'rest', split: 'one', via: 'pull' },
  orders: [{ article: 'plain', quantity: 1, scrap: 0, releasedAt: 0, builtAfter: 1 }],
  events: [],
};
const refusal: ScenarioEvent = {
  ...{ kind: 'call', stage: 'book-completion', service: 'erp', nth: 1 },
  accident: 'the partner refuses it',
};
const addRecord = ({ plant }: World) =>
  createTable(plant.table.client, 'ledger').putIf({ pk: 'ORDER#1', sk: 'DEAD-LETTER#m', dead: true });
const addDeadLetter = ({ plant }: World, by: 'us' | 'SQS') => {
  plant.logged.push('{"DeadLettered":1}');
  const attributes = { messageId: 'm', stage: 'book-completion', reason: 'It is closed.' };
  const message = { body: '{}', ...(by === 'us' ? { attributes } : {}) };
  return createQueues(plant.queues.client).send(queueUrlOf('dead-letters'), message);
};

async function findingsAfter(prepare: (world: World) => Promise<unknown>, happened: ScenarioEvent) {
  const world = createWorld(scenario, false);
  world.happens(happened);
  await prepare(world);
  return judgeDeadLetters(world).map(({ invariant }) => invariant);
}

describe('checks of dead letters', () => {
  it('finds nothing wrong with one that is in the ledger and is explained by a refusal', async () => {
    const prepare = async (world: World) => [await addRecord(world), await addDeadLetter(world, 'us')];

    expect(await findingsAfter(prepare, refusal)).toEqual([]);
  });

  it.each([
    ['a dead letter without its record in the ledger', (world: World) => addDeadLetter(world, 'us')],
    ['a record without its dead letter', addRecord],
    [
      'a message that SQS itself moved to the dead-letter queue',
      (world: World) => addDeadLetter(world, 'SQS'),
    ],
  ])('finds %s', async (_what, prepare) => {
    expect(await findingsAfter(prepare, refusal)).toEqual([invariants.recorded]);
  });

  it('finds one whose cause passes by itself', async () => {
    const prepare = async (world: World) => [await addRecord(world), await addDeadLetter(world, 'us')];

    const found = await findingsAfter(prepare, { kind: 'order is locked', order: 0, at: 1, minutes: 9 });

    expect(found).toEqual([invariants.passing]);
  });
});
