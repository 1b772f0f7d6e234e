import { describe, expect, it } from 'vitest';
import { createTable } from '../../../shared/platform/aws/dynamodb-table.ts';
import { createQueues } from '../../../shared/platform/aws/queue.ts';
import type { Happening } from '../scenario/happening.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { queueUrlOf } from '../world/plant.ts';
import { createWorld, type World } from '../world/world.ts';
import { invariants } from './finding.ts';
import { judgeLetters } from './letters.ts';

const scenario: Scenario = {
  ...{ seed: 1, erp: 'rest', split: 'one', via: 'pull' },
  orders: [{ article: 'plain', quantity: 1, scrap: 0, releasedAt: 0, builtAfter: 1 }],
  happenings: [],
};
const refusal: Happening = {
  ...{ kind: 'call', stage: 'book-completion', service: 'erp', nth: 1 },
  accident: 'the partner refuses it',
};
const noteIt = ({ plant }: World) =>
  createTable(plant.table.client, 'ledger').putIf({ pk: 'ORDER#1', sk: 'DEAD-LETTER#m', dead: true });
const putAside = ({ plant }: World, by: 'us' | 'SQS') => {
  plant.logged.push('{"DeadLettered":1}');
  const attributes = { messageId: 'm', stage: 'book-completion', reason: 'It is closed.' };
  const message = { body: '{}', ...(by === 'us' ? { attributes } : {}) };
  return createQueues(plant.queues.client).send(queueUrlOf('dead-letters'), message);
};

async function findingsAfter(prepare: (world: World) => Promise<unknown>, happened: Happening) {
  const world = createWorld(scenario, false);
  world.happens(happened);
  await prepare(world);
  return judgeLetters(world).map(({ invariant }) => invariant);
}

describe('The judge of dead letters', () => {
  it('finds nothing in one that is noted, and that a refusal explains', async () => {
    const prepare = async (world: World) => [await noteIt(world), await putAside(world, 'us')];

    expect(await findingsAfter(prepare, refusal)).toEqual([]);
  });

  it.each([
    ['a letter without its note', (world: World) => putAside(world, 'us')],
    ['a note without its letter', noteIt],
    ['a letter that SQS has moved by itself', (world: World) => putAside(world, 'SQS')],
  ])('finds %s', async (_what, prepare) => {
    expect(await findingsAfter(prepare, refusal)).toEqual([invariants.noted]);
  });

  it('finds one whose reason passes by itself', async () => {
    const prepare = async (world: World) => [await noteIt(world), await putAside(world, 'us')];

    const found = await findingsAfter(prepare, { kind: 'order is locked', order: 0, at: 1, minutes: 9 });

    expect(found).toEqual([invariants.patience]);
  });
});
