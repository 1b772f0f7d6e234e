import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ledgerIndexes } from '../../../shared/ledger/keys.ts';
import { ShadowTable } from '../../../shared/ledger/shadow-table.ts';
import { Table } from '../../../shared/platform/aws/dynamodb-table.ts';
import { createLedgerModel } from '../../support/modelled-table.ts';

type Operation = (table: Table) => Promise<unknown>;

const now = new Date('2026-11-24T08:00:00Z');
const inDays = (days: number) => now.getTime() / 1000 + days * 86_400;
const { erpOrder, azumutaId, awaitingCompletion, day, concern } = ledgerIndexes;

const partition = fc.constantFrom('ORDER#1', 'ORDER#12', 'PULL');
const key = fc.record({ pk: partition, sk: fc.constantFrom('ORDER', 'BOOKING#a', 'BOOKING#b') });
const text = fc.constantFrom('a', 'b');
const attributes = fc.record(
  {
    state: text,
    [erpOrder.partition]: text,
    [azumutaId.partition]: text,
    [awaitingCompletion.partition]: text,
    [awaitingCompletion.sort]: fc.constantFrom(1, 2),
    [day.partition]: text,
    [day.sort]: text,
    [concern.partition]: text,
    [concern.sort]: text,
    expiresAt: fc.constantFrom(inDays(1), inDays(430)),
  },
  { requiredKeys: [] },
);
const index = fc.constantFrom(erpOrder, azumutaId, awaitingCompletion, day, concern);
const attribute = fc.constantFrom('state', ...Object.values(ledgerIndexes).map((one) => one.partition));

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.tuple(key, attributes).map(
    ([of, item]): Operation =>
      (table) =>
        table.putIf({ ...item, ...of }),
  ),
  fc.tuple(key, attributes, attribute).map(
    ([of, set, gone]): Operation =>
      (table) =>
        table.update(of, { set: { ...set, [gone]: undefined }, remove: [gone], add: { attempts: 1 } }),
  ),
  fc.tuple(key, attribute).map(
    ([of, held]): Operation =>
      (table) =>
        table.update(of, { set: { state: 'c' }, condition: `attribute_exists(#${held})` }, 'ALL_OLD'),
  ),
  key.map(
    (of): Operation =>
      (table) =>
        table.remove(of, 'attribute_exists(pk)'),
  ),
  key.map(
    (of): Operation =>
      (table) =>
        table.get(of),
  ),
  fc.array(key, { minLength: 1, maxLength: 3 }).map(
    (of): Operation =>
      async (table) =>
        sorted(await table.getAll(uniqueKeys(of))),
  ),
  partition.map(
    (pk): Operation =>
      (table) =>
        table.query(pk, 'BOOKING#'),
  ),
  fc.tuple(index, text).map(
    ([one, value]): Operation =>
      (table) =>
        table.queryIndex(one, value),
  ),
  fc.tuple(text, partition).map(
    ([value, pk]): Operation =>
      (table) =>
        table.queryIndex(erpOrder, value, { startsWith: pk }),
  ),
  fc.tuple(text, partition).map(
    ([value, pk]): Operation =>
      (table) =>
        table.queryIndex(erpOrder, value, { from: pk, limit: 2 }),
  ),
);

const uniqueKeys = (keys: readonly { pk: string; sk: string }[]) => [
  ...new Map(keys.map((one) => [JSON.stringify(one), one])).values(),
];
const sorted = (items: readonly unknown[]) => items.map((item) => JSON.stringify(item)).toSorted();

/** What was found, without the time at which it expires. */
const comparable = (found: unknown): unknown =>
  JSON.parse(
    JSON.stringify(found ?? null)
      .replaceAll(/\\?"expiresAt\\?":\d+,?/g, '')
      .replaceAll(/,(?=[}\]])/g, ''),
  );

const openTables = () => {
  const { client } = createLedgerModel();
  return { live: new Table(client, 'ledger'), shadow: new ShadowTable(client, 'ledger', () => now) };
};

it('does in shadow what it does live, next to what is live, and neither finds what is the other', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(operation, { maxLength: 15 }),
      fc.array(operation, { maxLength: 15 }),
      async (ofShadow, ofLive) => {
        // Prepare
        const alone = openTables();
        const both = openTables();
        const outcomes = async (operations: readonly Operation[], table: Table) => {
          const found: unknown[] = [];
          for (const operate of operations) found.push(comparable(await operate(table)));
          return found;
        };
        const expected = [await outcomes(ofShadow, alone.live), await outcomes(ofLive, openTables().live)];

        // Act
        const shadowed: unknown[] = [];
        const live: unknown[] = [];
        for (const at of Array(15).keys()) {
          shadowed.push(...(await outcomes(ofShadow.slice(at, at + 1), both.shadow)));
          live.push(...(await outcomes(ofLive.slice(at, at + 1), both.live)));
        }

        // Assess
        expect([shadowed, live]).toEqual(expected);
      },
    ),
    { numRuns: 300 },
  );
});

it('has breakers, pauses and slots where a live one has them, and lets none of them expire', async () => {
  // Prepare
  const { live, shadow } = openTables();
  const keys = [
    { pk: 'BREAKER#erp', sk: 'STATE' },
    { pk: 'SLOTS#azumuta', sk: 'SLOT#1' },
  ];

  // Act
  for (const one of keys) await shadow.putIf({ ...one, open: true });
  for (const one of keys) await live.update(one, { set: { seen: 'live' } });
  for (const one of keys) await shadow.update(one, { set: { noted: 'in shadow' } });

  // Assess
  const expected = keys.map((one) => ({ ...one, open: true, seen: 'live', noted: 'in shadow' }));
  expect(await Promise.all(keys.map((one) => live.get(one)))).toEqual(expected);
  expect(await Promise.all(keys.map((one) => shadow.get(one)))).toEqual(expected);
  expect(await shadow.query('SLOTS#azumuta')).toEqual(expected.slice(1));
  expect(await Promise.all(keys.map((one) => shadow.remove(one)))).toEqual([true, true]);
  expect(await live.get({ pk: 'BREAKER#erp', sk: 'STATE' })).toBeUndefined();
});

it('lets all that it holds expire within 35 days, also what never would, and sooner what would sooner', async () => {
  // Prepare
  const { shadow } = openTables();
  const sk = 'ORDER';
  const expiryOf = async (pk: string) => (await shadow.get({ pk, sk }))?.expiresAt;

  // Act
  await shadow.putIf({ pk: 'never', sk });
  await shadow.putIf({ pk: 'late', sk, expiresAt: inDays(430) });
  await shadow.putIf({ pk: 'soon', sk, expiresAt: inDays(1) });
  await shadow.update({ pk: 'never any more', sk }, { remove: ['expiresAt'] });

  // Assess
  expect(await Promise.all(['never', 'late', 'soon', 'never any more'].map(expiryOf))).toEqual([
    inDays(35),
    inDays(35),
    inDays(1),
    inDays(35),
  ]);
});
