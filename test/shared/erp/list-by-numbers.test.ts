import { expect, it } from 'vitest';
import type { StartOfListing } from '../../../shared/erp/connector.ts';
import { listByNumbers, type NumberedRows } from '../../../shared/erp/list-by-numbers.ts';
import { erpOrder } from '../../support/orders.ts';

interface NumberedRow {
  readonly order: string;
  readonly number: bigint;
  readonly changedAt: string;
}

const noon = Date.parse('2026-11-24T12:00:00Z');

/** An ERP that numbers each write when it is made, and shows it when its transaction is committed. */
function numberingErp({ pageSize = 500 } = {}) {
  let lastNumber = 1000n;
  let calls = 0;
  let shown = new Map<string, NumberedRow>();
  const open = new Map<string, NumberedRow>();
  const write = (order: string): NumberedRow => {
    lastNumber += 1n;
    return { order, number: lastNumber, changedAt: new Date(noon + Number(lastNumber) * 1000).toISOString() };
  };
  const sorted = () => [...shown.values()].toSorted((a, b) => Number(a.number - b.number));

  return {
    commits: (order: string) => void shown.set(order, write(order)),
    begins: (order: string) => void open.set(order, write(order)),
    ends(order: string) {
      const row = open.get(order);
      if (row) shown.set(order, row);
      open.delete(order);
    },
    deletes: (order: string) => void shown.delete(order),
    /** A copy of what there was: numbers go on from there. */
    copies() {
      const [rows, number] = [new Map(shown), lastNumber];
      return () => {
        shown = rows;
        lastNumber = number;
      };
    },
    /** @param meanwhile Happens after each call. @returns what was listed, in how many calls, and the last watermark. */
    async lists(since?: StartOfListing, meanwhile = (_call: number) => {}) {
      const listed: string[] = [];
      let watermark: StartOfListing | undefined = since;
      calls = 0;
      const called = <Answer>(answer: Answer) => {
        calls += 1;
        meanwhile(calls);
        return answer;
      };
      const pages = listByNumbers({
        partner: 'The ERP',
        pageSize,
        since,
        endlessBecause: 'it does not heed its filter',
        readHighest: async () => {
          const highest = sorted().at(-1)?.number;
          const openFrom = [...open.values()].map(({ number }) => number).at(0) ?? lastNumber + 1n;
          return called(highest === undefined ? undefined : { highest, openFrom });
        },
        readRows: async ({ above, below, changedSince = '', limit }: NumberedRows) => {
          const rows = sorted()
            .filter(({ number, changedAt }) => number > above && number < below && changedAt >= changedSince)
            .slice(0, limit);
          return called({ rows, end: rows.at(-1) });
        },
        ordersOf: (rows) => ({
          orders: rows.map((row) => erpOrder({ number: (row as NumberedRow).order })),
          unreadable: [],
        }),
      });
      for await (const page of pages) {
        listed.push(...page.orders.map(({ number }) => number));
        watermark = page.watermark;
      }
      return { listed, calls, watermark };
    },
  };
}

const names = (count: number) => Array.from({ length: count }, (_, at) => `MO/${at + 1}`);

it('lists 5,000 orders in 11 calls, and loses none while 500 change and a transaction is open all the time', async () => {
  // Prepare
  const erp = numberingErp();
  for (const order of names(4999)) erp.commits(order);
  erp.begins('MO/OPEN');
  const changed = names(500);

  // Act
  const first = await erp.lists(undefined, (call) => {
    if (call === 1) erp.commits('MO/BEHIND');
    for (const order of changed.splice(0, 50)) erp.commits(order);
    if (call === 11) erp.ends('MO/OPEN');
  });
  const second = await erp.lists(first.watermark);

  // Assess
  expect(first.calls).toBe(11);
  expect(new Set([...first.listed, ...second.listed])).toEqual(
    new Set([...names(4999), 'MO/OPEN', 'MO/BEHIND']),
  );
  expect(second.listed).toEqual(['MO/OPEN', 'MO/BEHIND', ...names(500)]);
});

it('takes one call while nothing changes, also when the order that changed last is deleted', async () => {
  // Prepare
  const erp = numberingErp();
  for (const order of names(3)) erp.commits(order);
  const { watermark } = await erp.lists();

  // Act
  const unchanged = await erp.lists(watermark);
  erp.deletes('MO/3');
  const deleted = await erp.lists(watermark);

  // Assess
  expect([unchanged, deleted]).toMatchObject([
    { listed: [], calls: 1 },
    { listed: [], calls: 1 },
  ]);
  expect((await numberingErp().lists(watermark)).listed).toEqual([]);
});

it('leaves for the next listing what shows only after it has asked how far the numbers have got', async () => {
  // Prepare
  const erp = numberingErp();
  erp.begins('MO/LATE');
  erp.commits('MO/EARLY');

  // Act
  const first = await erp.lists(undefined, (call) => {
    if (call === 1) erp.commits('MO/MEANWHILE');
  });
  erp.ends('MO/LATE');
  const second = await erp.lists(first.watermark);

  // Assess
  expect([first.listed, second.listed]).toEqual([[], ['MO/LATE', 'MO/EARLY', 'MO/MEANWHILE']]);
});

it('lists all again, once, after a database was restored, but nothing from before going live', async () => {
  // Prepare
  const erp = numberingErp({ pageSize: 2 });
  erp.commits('MO/1');
  const { watermark: before } = await erp.lists();
  for (const order of ['MO/2', 'MO/3', 'MO/4']) erp.commits(order);
  const restore = erp.copies();
  erp.commits('MO/LOST');
  const { watermark } = await erp.lists(before);
  restore();

  // Act
  const goLive = new Date(noon + 1002 * 1000).toISOString();
  const restored = await erp.lists(watermark && { ...watermark, goLive });
  const next = await erp.lists(restored.watermark && { ...restored.watermark, goLive });

  // Assess
  expect(restored.listed).toEqual(['MO/2', 'MO/3', 'MO/4']);
  expect(next).toMatchObject({ listed: [], calls: 1 });
});

it.each([
  ['an order’s number', '1001'],
  ['a number that is longer than any', `change ${'9'.repeat(21)}`],
  ['nothing', undefined],
])('takes a watermark whose id is %s for a time', async (_, id) => {
  // Prepare
  const erp = numberingErp();
  for (const order of names(3)) erp.commits(order);
  const changedAt = new Date(noon + 1002 * 1000).toISOString();
  const goLive = new Date(noon + 1003 * 1000).toISOString();

  // Act
  const since = id === undefined ? { changedAt } : { changedAt, id };
  const listings = [await erp.lists(since), await erp.lists({ ...since, goLive })];

  // Assess
  expect(listings.map(({ listed }) => listed)).toEqual([['MO/2', 'MO/3'], ['MO/3']]);
});

async function lastOf<One>(all: AsyncIterable<One>): Promise<One | undefined> {
  let last: One | undefined;
  for await (const one of all) last = one;
  return last;
}

it.each([
  ['do not advance', [2n, 2n]],
  ['go back', [2n, 1n]],
])('ends a listing whose pages %s', async (_, numbers) => {
  let calls = 0;
  const pages = listByNumbers({
    partner: 'The ERP',
    pageSize: 1,
    since: undefined,
    endlessBecause: 'it does not heed its filter',
    readHighest: async () => ({ highest: 9n, openFrom: 10n }),
    async readRows() {
      const number = numbers[calls++];
      if (number === undefined) throw new Error('It asks for a third page.');
      const row = { order: 'MO/1', number, changedAt: new Date(noon).toISOString() };
      return { rows: [row], end: row };
    },
    ordersOf: () => ({ orders: [], unreadable: [] }),
  });

  await expect(lastOf(pages)).rejects.toThrow(
    'The ERP lists the same orders again and again: it does not heed its filter.',
  );
});
