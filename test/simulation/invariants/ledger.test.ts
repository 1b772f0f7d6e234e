import { describe, expect, it } from 'vitest';
import { createTable } from '../../../shared/platform/aws/dynamodb-table.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { beginning, minuteMs } from '../world/moments.ts';
import { createWorld } from '../world/world.ts';
import { judgeCalls } from './calls.ts';
import { createFindings, invariants } from './finding.ts';
import { judgeLedger } from './ledger.ts';
import { operatorName } from './watch.ts';

const scenario: Scenario = {
  ...{ seed: 1, erp: 'rest', split: 'one', via: 'pull' },
  orders: [{ article: 'plain', quantity: 1, scrap: 0, releasedAt: 0, builtAfter: 1 }],
  events: [{ kind: 'outage', partner: 'erp', at: 0, minutes: 60, how: 'refuses our credentials' }],
};

async function findingsIn(item: Readonly<Record<string, unknown>>) {
  const world = createWorld(scenario, false);
  const { find, all } = createFindings();
  await createTable(world.plant.table.client, 'ledger').putIf({ pk: 'ORDER#1', sk: 'ORDER', ...item });
  judgeLedger(world, { orders: [] }, find);
  return all().map(({ invariant }) => invariant);
}

describe('checks of the ledger', () => {
  it.each([
    [invariants.leases, { sk: 'BOOKING#1', leaseUntil: beginning + 1 }],
    [invariants.released, { sk: 'LOCK', lockedBy: 'an attempt' }],
    [invariants.released, { pk: 'PULL', sk: 'WATERMARK', owner: 'a run', leaseUntil: beginning - 1 }],
    [invariants.waiting, { state: 'waiting' }],
    [invariants.waiting, { sk: 'BOOKING#1', state: 'claimed' }],
    [invariants.items, { history: 'x'.repeat(25_000) }],
    [invariants.personal, { history: [{ note: `recorded by ${operatorName}` }] }],
  ])('finds a broken promise: %s', async (invariant, item) => {
    expect(await findingsIn(item)).toEqual([invariant]);
  });

  it('finds nothing wrong with an order that is done', async () => {
    expect(await findingsIn({ state: 'done', history: [{ event: 'created' }] })).toEqual([]);
  });
});

describe('checks of the calls', () => {
  it.each([
    [30, []],
    [200, [invariants.calls]],
  ])('finds, for %i calls to a partner during an outage: %j', (calls, expected) => {
    // Prepare
    const world = createWorld(scenario, false);
    const { find, all } = createFindings();
    world.time.after(10 * minuteMs, () => {
      for (let each = 0; each < calls; each += 1)
        world.watch.begins('some container', 'book-completion', 'erp');
    });

    // Act
    return world.time
      .run(() => false)
      .then(() => {
        judgeCalls(world, find);

        // Assess
        expect(all().map(({ invariant }) => invariant)).toEqual(expected);
      });
  });
});
