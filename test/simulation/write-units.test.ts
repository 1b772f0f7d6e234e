import { GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, it } from 'vitest';
import { ledgerIndexes } from '../../shared/ledger/keys.ts';
import { writeUnits } from './aws/write-units.ts';
import { calmJourney } from './calm-journey.ts';
import { runScenario } from './run-scenario.ts';
import type { Scenario } from './scenario/scenario.ts';
import { simulateFetch } from './world/network.ts';
import type { World } from './world/world.ts';

afterAll(simulateFetch());

const indexes = Object.values(ledgerIndexes);

/** Counts, for each written item, its kind and the write units that DynamoDB charges. */
function counting({ plant: { table } }: World, written: (kind: string, units: number) => void): void {
  const { answer } = table;
  const read = (command: PutItemCommand | UpdateItemCommand) => {
    const { TableName } = command.input;
    const given = command instanceof PutItemCommand ? command.input.Item : command.input.Key;
    const { pk, sk } = given ?? {};
    if (!pk?.S || !sk?.S) throw new Error('A write must have a key.');
    const found = answer(new GetItemCommand({ TableName, Key: { pk, sk }, ConsistentRead: true }));
    return {
      kind: `${pk.S.split('#')[0]} ${sk.S.split('#')[0]}`,
      item: 'Item' in found ? found.Item : undefined,
    };
  };
  Object.assign(table, {
    answer(command: Parameters<typeof answer>[0]) {
      if (!(command instanceof PutItemCommand || command instanceof UpdateItemCommand))
        return answer(command);
      const before = read(command);
      const answered = answer(command);
      written(before.kind, writeUnits(before.item, read(command).item, indexes));
      return answered;
    },
  });
}

it('takes 8 write units for an order, and 5 for its completion', async () => {
  // Prepare
  const units: [kind: string, units: number][] = [];

  // Act
  const { findings } = await runScenario(calmJourney(), {
    disturb: (world) => counting(world, (kind, of) => units.push([kind, of])),
  });

  expect(findings).toEqual([]);

  // Assess: names of work instructions are written once in total, and a lease once per run of the reconciliation
  expect(units.filter(([kind]) => /ORDER/.test(kind))).toEqual([
    ['ERP-ORDER ORDER', 1],
    ['ORDER ORDER', 3],
    ['ORDER ORDER', 1],
    ['ORDER ORDER', 3],
    ['ORDER BOOKING', 1],
    ['ORDER BOOKING', 2],
    ['ORDER ORDER', 2],
  ]);
});

/** Write units of an order that is built in parts, by the kind of the item; a part is completed each four minutes from 07:12 on. */
async function unitsOfParts(
  quantity: number,
  given: Pick<Scenario, 'per' | 'bookAt' | 'batch'> = {},
): Promise<Record<string, number>> {
  const units: Record<string, number> = {};
  const order = { article: 'plain', quantity, scrap: 0, releasedAt: 1, builtAfter: 10 } as const;
  const scenario = { ...calmJourney(), split: 'when-all-done', orders: [order], ...given } as const;
  const { findings } = await runScenario(scenario, {
    disturb: (world) =>
      counting(world, (kind, of) => {
        if (/ORDER/.test(kind)) units[kind] = (units[kind] ?? 0) + of;
      }),
  });
  expect(findings).toEqual([]);
  return units;
}

it('takes 4 write units more for each time at which parts are booked, and what a booking takes', async () => {
  // Act
  const { 'ORDER BOOKING': one = 0, ...atTheEnd } = await unitsOfParts(4);
  const {
    'ORDER BOOKING': several = 0,
    'ORDER WINDOW': window,
    ...atTimes
  } = await unitsOfParts(4, { bookAt: ['07:17'] });

  // Assess
  expect(atTheEnd).not.toHaveProperty('ORDER WINDOW');
  expect(atTimes).toEqual(atTheEnd);
  expect(several - one).toBe(3);
  expect(window).toBe(4);
});

it('takes 1 write unit more for an order in a batch order, and 1 for each trigger that names that', async () => {
  // Act
  const alone = await unitsOfParts(4);
  const { 'ORDER BATCH': once, ...rest } = await unitsOfParts(4, {
    batch: { triggers: 'once', isShared: false },
  });
  const { 'ORDER BATCH': forEach } = await unitsOfParts(4, {
    batch: { triggers: 'for each', isShared: false },
  });

  // Assess
  expect(rest).toEqual(alone);
  expect([once, forEach]).toEqual([2, 5]);
});

it.each([{}, { bookAt: ['07:17'] }])(
  'takes for parts of 25 what as many parts of one unit take, with %j',
  async (times) => {
    // Act: 25, 25, 25 and a rest of 5
    const perUnit = await unitsOfParts(4, times);
    const per25 = await unitsOfParts(80, { ...times, per: 25 });

    // Assess
    expect(per25).toEqual(perUnit);
  },
);
