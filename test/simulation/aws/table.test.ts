import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ledgerIndexes } from '../../../shared/ledger/keys.ts';
import { Table, type TableIndex, type Update } from '../../../shared/platform/aws/dynamodb-table.ts';
import { startDynalite } from '../../support/dynamodb.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { createTableModel } from './table.ts';

/** What the ledger does with its table. */
type Operation = (table: Table) => Promise<unknown>;
/** An operation, and what it gave on dynalite, an independent implementation. */
interface Recorded {
  readonly operation: Operation;
  readonly outcome: unknown;
}

const { erpOrder, awaitingCompletion, day } = ledgerIndexes;
const partitions = ['a', 'b'];
const sorts = ['1', '1x', '2'];
const keys = partitions.flatMap((pk) => sorts.map((sk) => ({ pk, sk })));
const key = fc.constantFrom(...keys);

const text = fc.constantFrom('', 'a', 'ab', 'b');
const number = fc.constantFrom(0, 1, 1, 2, 2, 10, -1, 0.5, 1e-7);
const list = fc.array(fc.oneof(text, fc.boolean()), { maxLength: 2 });
/** The attributes of an item, with those of two indexes among them. `state` is a reserved word. */
const fields = {
  state: text,
  n: number,
  flag: fc.boolean(),
  list,
  map: fc.record({ x: text }, { requiredKeys: [] }),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 9 }),
  nothing: fc.constant(null),
  version: number,
  erpOrderNumber: fc.constantFrom('a', 'b'),
  awaiting: fc.constantFrom('a', 'b'),
  dueAt: number,
  day: fc.constant('a'),
  happened: fc.constantFrom('1', '2'),
};
const someFields = fc.record(fields, { requiredKeys: [] });

const term = fc.constantFrom(
  ...['attribute_exists(#state)', 'attribute_not_exists(#n)', 'attribute_exists(pk)', '#state = :text'],
  ...['#n < :low', '#n <= :low', '#n <= :high', '#flag = :yes', '#map.#x = :text', '#state <= :text'],
  ...[
    'attribute_not_exists(#map.#x)',
    'size(#list) < :low',
    'size(#list) = :low',
    '#n = :text',
    '#n <> :low',
    '#n > :low',
    '#n >= :low',
  ],
);
const condition = fc.oneof(
  fc.constant(undefined),
  term,
  fc
    .tuple(term, fc.constantFrom('AND', 'OR'), term, fc.constantFrom('AND', 'OR'), term, fc.boolean())
    .map(([a, first, b, second, c, isGrouped]) =>
      isGrouped ? `${a} ${first} (${b} ${second} ${c})` : `${a} ${first} ${b} ${second} ${c}`,
    ),
  fc.constantFrom('((#state = :text))', '#state =', 'state = :text'),
);
/** The values of a condition, as those that it does not use would be refused. */
const valuesOf = (used: string | undefined) =>
  Object.fromEntries(
    Object.entries({ text: 'a', low: 1, high: 2, yes: true }).filter(([name]) => used?.includes(`:${name}`)),
  );

const update = fc
  .record({
    set: someFields,
    add: fc.constantFrom({}, { n: 2 }, { dueAt: -1 }, { state: 1 }),
    append: fc.constantFrom({}, { list: ['c', 'd'] }, { state: ['c'] }),
    remove: fc.subarray(['state', 'map', 'awaiting', 'erpOrderNumber'] as const),
    condition,
  })
  .map(({ set, ...given }): Update => {
    // An attribute is changed once at most; now and then it is not.
    const twice = new Set([...Object.keys(given.add), ...Object.keys(given.append), ...given.remove]);
    const once = Object.fromEntries(Object.entries(set).filter(([name]) => !twice.has(name)));
    return { ...given, set: once, values: valuesOf(given.condition) };
  });

const often = (weight: number, arbitrary: fc.Arbitrary<Operation>) => ({ weight, arbitrary });
const operation = fc.oneof(
  often(
    4,
    fc.tuple(key, someFields, fc.boolean()).map(
      ([at, item, isFree]): Operation =>
        (table) =>
          isFree
            ? table.putIf({ ...item, ...at })
            : table.putIf({ ...item, ...at }, 'attribute_not_exists(pk) OR version = :before', { before: 1 }),
    ),
  ),
  often(
    9,
    fc.tuple(key, update, fc.constantFrom('ALL_NEW' as const, 'ALL_OLD' as const)).map(
      ([at, given, returned]): Operation =>
        (table) =>
          table.update(at, given, returned),
    ),
  ),
  often(
    1,
    fc.tuple(key, condition).map(
      ([at, given]): Operation =>
        (table) =>
          table.remove(at, given, valuesOf(given)),
    ),
  ),
  often(
    1,
    key.map(
      (at): Operation =>
        (table) =>
          table.get(at),
    ),
  ),
  often(
    1,
    fc.uniqueArray(fc.integer({ min: 0, max: keys.length - 1 }), { maxLength: 4 }).map(
      (places): Operation =>
        async (table) => {
          const found = await table.getAll(places.flatMap((at) => keys[at] ?? []));
          return found.toSorted((a, b) => `${a.pk} ${a.sk}`.localeCompare(`${b.pk} ${b.sk}`));
        },
    ),
  ),
  often(
    2,
    fc
      .tuple(
        fc.constantFrom(...partitions),
        fc.constantFrom(undefined, '1'),
        fc.constantFrom(undefined, 1, 2),
      )
      .map(
        (given): Operation =>
          (table) =>
            table.query(...given),
      ),
  ),
  often(
    1,
    fc.tuple(number, fc.boolean()).map(
      ([bound, isUpTo]): Operation =>
        (table) =>
          isUpTo
            ? entries(table, awaitingCompletion, 'a', { upTo: bound })
            : entries(table, day, 'a', { from: '2' }),
    ),
  ),
);
/** Entries of an index, whose order among those with the same sort key is open. */
async function entries(table: Table, index: TableIndex, ...asked: [string, IndexRange?]) {
  const items = await table.queryIndex(index, ...asked);
  const sorted = items.map((item) => JSON.stringify(Object.entries(item).toSorted())).toSorted();
  return { sorted, sorts: items.map((item) => item[index.sort]) };
}
type IndexRange = Parameters<Table['queryIndex']>[2];

const readAll: readonly Operation[] = partitions.flatMap((value): Operation[] => [
  (table) => table.query(value),
  ...[erpOrder, awaitingCompletion, day].map(
    (index): Operation =>
      (table) =>
        entries(table, index, value),
  ),
]);

const outcomeOf = (operation: Operation, table: Table) =>
  operation(table).catch((error: unknown) => ({ error: error instanceof Error ? error.name : error }));

const store = await forAllTests(startDynalite());
const recordings: Recorded[][] = [];
const sequences = fc.array(operation, { minLength: 30, maxLength: 30, size: 'max' });
for (const sequence of fc.sample(sequences, { numRuns: 16, seed: 23 })) {
  const recording: Recorded[] = [];
  for (const one of [...sequence, ...readAll])
    recording.push({ operation: one, outcome: await outcomeOf(one, store.table) });
  recordings.push(recording);
  for (const at of keys) await store.table.remove(at);
}

it('answers what the ledger asks as dynalite does', async () => {
  for (const recording of recordings) {
    const model = createTableModel({ now: () => 0, indexLagMs: () => 0 });
    const table = new Table(model.client, 'ledger');
    for (const { operation: one, outcome } of recording) expect(await outcomeOf(one, table)).toEqual(outcome);
  }
});
