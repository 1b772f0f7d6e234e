import { GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { ledgerIndexes } from '../../../shared/ledger/keys.ts';
import { type StoredItem, Table } from '../../../shared/platform/aws/dynamodb-table.ts';
import { createTableModel, type TableModel } from './table.ts';
import { bytesOfItem } from './values.ts';

/** Behaviour that dynalite does not have, or in which it differs from the documentation of DynamoDB. */
let now: number;
let lags: number[];
let model: TableModel;
let table: Table;

beforeEach(() => {
  now = 1_000_000;
  lags = [];
  model = createTableModel({ now: () => now, indexLagMs: () => lags.shift() ?? 0 });
  table = new Table(model.client, 'ledger');
});

const key = { pk: 'a', sk: '1' };
const put = (item: StoredItem) => () =>
  model.answer(new PutItemCommand({ TableName: 'ledger', Item: marshall(item) }));
const refusal = (message: string) =>
  expect.objectContaining({ name: 'ValidationException', message: expect.stringContaining(message) });

describe('an index', () => {
  const numbers = async (day: string) =>
    (await table.queryIndex(ledgerIndexes.day, day)).map(({ happened }) => happened);

  it('shows a change after its lag, whereas a consistent read shows it at once', async () => {
    lags = [100];
    await table.putIf({ ...key, day: 'd', happened: '1' });
    now += 99;
    expect([await numbers('d'), await table.get(key)]).toMatchObject([[], key]);
    now += 1;
    expect(await numbers('d')).toEqual(['1']);
  });

  it('shows the changes of one item in order, even if the later one has a shorter lag', async () => {
    lags = [100, 10, 50];
    await table.putIf({ ...key, day: 'd', happened: '1' });
    await table.update(key, { set: { happened: '2' } });
    await table.putIf({ pk: 'b', sk: '1', day: 'd', happened: '3' });
    now += 50;
    expect(await numbers('d')).toEqual(['3']);
    now += 50;
    expect(await numbers('d')).toEqual(['2', '3']);
  });

  it('refuses an empty text as a key, as the documentation says and unlike dynalite', () => {
    expect(put({ ...key, azumutaId: '' })).toThrow(refusal('cannot contain an empty string'));
  });

  it('refuses a sort key above 1024 bytes, though the table’s partition key may have 2048', () => {
    const long = { pk: 'x'.repeat(1025), sk: '1' };
    expect(put({ ...long, erpOrderNumber: 'MO/1' })).toThrow(refusal('size limit of 1024 bytes'));
    expect(put(long)).not.toThrow();
  });
});

describe('time to live', () => {
  beforeEach(async () => {
    await table.putIf({ pk: 'past', sk: '1', expiresAt: 999, day: 'd', happened: '1' });
    await table.putIf({ pk: 'now', sk: '1', expiresAt: 1000 });
    await table.putIf({ pk: 'text', sk: '1', expiresAt: '999' });
    await table.putIf({ pk: 'never', sk: '1' });
  });

  it('deletes expired items, also from the indexes, and nothing else', async () => {
    expect(await table.get({ pk: 'past', sk: '1' })).toBeDefined();
    expect(model.expire()).toBe(1);
    expect(model.items().map(({ pk }) => pk)).toEqual(['now', 'text', 'never']);
    expect(await table.queryIndex(ledgerIndexes.day, 'd')).toEqual([]);
  });
});

describe('sizes', () => {
  it.each<[string, StoredItem, number]>([
    ['a text by its bytes in UTF-8', { ä: '水' }, 2 + 3],
    ['a number by its significant digits', { n: 1200 }, 1 + 2],
    ['a fraction by its significant digits', { n: -0.00123 }, 1 + 3],
    ['true and null by one byte', { b: true, n: null }, 2 + 2],
    ['a list by three, and one for each entry', { l: ['a', 'b'] }, 1 + 3 + 2 * 2],
    ['a map by three, and one for each entry', { m: { x: 'a' } }, 1 + 3 + 1 + 2],
  ])('counts %s', (_, item, bytes) => {
    expect(bytesOfItem(marshall(item))).toBe(bytes);
  });

  const rest = 400 * 1024 - 'pkask1text'.length;

  it('accepts an item of 400 KB but none above, put or updated', async () => {
    expect(put({ ...key, text: 'x'.repeat(rest + 1) })).toThrow(refusal('maximum allowed size'));
    expect(put({ ...key, text: 'x'.repeat(rest) })).not.toThrow();
    await expect(table.update(key, { set: { y: '' } })).rejects.toEqual(refusal('maximum allowed size'));
    expect(model.items()).toEqual([{ ...key, text: 'x'.repeat(rest) }]);
  });

  it('remembers the largest item that was ever written', async () => {
    await table.putIf({ ...key, text: 'x'.repeat(100) });
    await table.update(key, { remove: ['text'] });
    expect(model.largest()).toEqual({ key, bytes: 'pkask1text'.length + 100 });
  });

  it('ends a page before 1 MB, and continues there with the next one', async () => {
    const texts = ['1', '2', '3', '4', '5'];
    for (const sk of texts) await table.putIf({ pk: 'a', sk, text: 'x'.repeat(rest) });
    const page = new QueryCommand({
      TableName: 'ledger',
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: 'a' } },
    });
    expect(model.answer(page)).toMatchObject({ Count: 2, LastEvaluatedKey: marshall({ ...key, sk: '2' }) });
    expect((await table.query('a')).map(({ sk }) => sk)).toEqual(texts);
  });

  it.each([
    ['partition', { pk: '水'.repeat(682), sk: '1' }, { pk: '水'.repeat(683), sk: '1' }],
    ['sort', { pk: 'a', sk: '水'.repeat(341) }, { pk: 'a', sk: '水'.repeat(342) }],
  ])('counts the bytes of a %s key, where dynalite counts characters', (_, longest, longer) => {
    expect(put(longest)).not.toThrow();
    expect(put(longer)).toThrow(refusal('size'));
  });
});

describe('the model', () => {
  it('neither keeps nor hands out anything that a caller could change', async () => {
    const Item = marshall({ ...key, m: { l: ['a'] } });
    model.answer(new PutItemCommand({ TableName: 'ledger', Item }));
    Object.assign(Item.m?.M ?? {}, { l: { S: 'changed' } });
    const get = new GetItemCommand({ TableName: 'ledger', Key: marshall(key), ConsistentRead: true });
    const answer = model.answer(get);
    const stored = 'Item' in answer ? answer.Item?.m?.M : undefined;
    expect(() => Object.assign(stored ?? {}, { l: { S: 'changed' } })).toThrow(TypeError);
    expect(await table.get(key)).toEqual({ ...key, m: { l: ['a'] } });
  });

  it('answers that any other table does not exist', async () => {
    const other = new Table(model.client, 'other');
    await expect(other.get(key)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('orders only numbers and texts, unlike dynalite', async () => {
    const asked = table.update(key, { set: { n: 1 }, condition: '#b < :b', values: { b: true } });
    await expect(asked).rejects.toEqual(refusal('Incorrect operand type for operator <: BOOL'));
  });
});
