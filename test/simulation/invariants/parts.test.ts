import { describe, expect, it } from 'vitest';
import { createTable } from '../../../shared/platform/aws/dynamodb-table.ts';
import type { BuiltProductOrder } from '../partners/azumuta.ts';
import type { ReleasedOrder } from '../scenario/released-order.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { beginning, dueDate, minuteMs } from '../world/moments.ts';
import { createWorld } from '../world/world.ts';
import { createFindings, type Find, invariants } from './finding.ts';
import { judgeParts, judgeRework } from './parts.ts';

const planned = { article: 'plain', quantity: 3, scrap: 0, releasedAt: 0, builtAfter: 1 } as const;
const scenario: Scenario = {
  ...{ seed: 1, erp: 'sap-s4hana', split: 'when-all-done', via: 'pull' },
  ...{ orders: [planned], events: [] },
};
const world = createWorld(scenario, false);
const ref = world.erp.plan({ article: 'plain', quantity: '3', dueDate });
const order: ReleasedOrder = {
  ...{ planned, ref, numbers: new Set([ref.number]), family: ref.number, quantity: 2, figures: undefined },
  ...{ changes: ['planner changes the quantity'], typed: new Set(), removed: [], later: new Set() },
  reworked: [
    {
      id: 'id-2',
      number: `${ref.number}/2-R`,
      from: beginning + 10 * minuteMs,
      until: beginning + 20 * minuteMs,
    },
  ],
};
const part = (index: number, status: BuiltProductOrder['status']): BuiltProductOrder => ({
  ...{ id: `id-${index}`, number: `${ref.number}/${index}`, article: 'plain', parameters: {} },
  ...{ status, completedAt: null, recordings: [] },
});

async function findingsIn(
  items: readonly { readonly pk: string; readonly sk: string }[],
  judge: (world: Parameters<typeof judgeParts>[0], find: Find) => void,
) {
  const empty = createWorld(scenario, false);
  const ledger = createTable(empty.plant.table.client, 'ledger');
  for (const item of items) await ledger.putIf(item);
  const { find, all } = createFindings();
  judge({ ...empty, erp: world.erp }, find);
  return all().map(({ invariant }) => invariant);
}

const key = ref.id === undefined ? `number ${ref.number}` : `id ${ref.id}`;
const recordOf = (of: number) => ({ pk: `ERP-ORDER#${key}`, sk: 'ORDER', split: { of } });

describe('checks of parts', () => {
  it.each([
    ['a surplus part that nothing reports', 2, [], [invariants.reported]],
    [
      'nothing wrong with a surplus part that is reported',
      2,
      [{ pk: `ORDER#${ref.number}/3`, sk: 'CONFLICT', content: 'surplus' }],
      [],
    ],
    ['nothing wrong with as many parts as are wanted', 3, [], []],
  ])('finds %s', async (_what, of, items, expected) => {
    const made = [part(1, 'completed'), part(2, 'open'), part(3, 'open')];

    const found = await findingsIn([recordOf(of), ...items], (given, find) =>
      judgeParts(given, order, made, find),
    );

    expect(found).toEqual(expected);
  });

  it('finds an order whose wanted parts are all completed, but not booked', async () => {
    const made = [part(1, 'completed'), part(2, 'completed')];

    const found = await findingsIn([recordOf(2)], (given, find) => judgeParts(given, order, made, find));

    expect(found).toEqual([invariants.booked]);
  });
});

describe('checks of rework', () => {
  it.each([
    [9, [2], []],
    [15, [2], [invariants.nothingElse]],
    [15, [1], []],
    [21, [2], []],
  ])('finds, for a booking at minute %i of the parts %j: %j', async (minute, parts, expected) => {
    const readAt = new Date(beginning + minute * minuteMs).toISOString();
    const booking = { pk: `ORDER#${ref.number}/1`, sk: 'BOOKING#id-1#quantity', parts, readAt };

    const found = await findingsIn([booking], (given, find) => judgeRework(given, order, find));

    expect(found).toEqual(expected);
  });
});
