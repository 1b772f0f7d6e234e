import {
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DeleteItemCommandOutput,
  type DynamoDBClient,
  GetItemCommand,
  type GetItemCommandOutput,
  PutItemCommand,
  type PutItemCommandOutput,
  type QueryCommand,
  type QueryCommandOutput,
  ResourceNotFoundException,
  UpdateItemCommand,
  type UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { ledgerIndexes, ledgerTimeToLive } from '../../../shared/ledger/keys.ts';
import type { Key, StoredItem, TableIndex } from '../../../shared/platform/aws/dynamodb-table.ts';
import { type Condition, holds, parseCondition } from './conditions.ts';
import { type Bound, bind, type Parsed } from './expressions.ts';
import { createIndexes } from './indexes.ts';
import { checkIndexKeys, checkKey, checkKeyOfItem } from './keys.ts';
import { pageOf, readQuery } from './query.ts';
import { checkUpdate, parseUpdate, updated } from './updates.ts';
import { bytesOfItem, type Item, inOrderOf, notModelled, stored, validationException } from './values.ts';

export type TableCommand =
  | GetItemCommand
  | BatchGetItemCommand
  | PutItemCommand
  | UpdateItemCommand
  | DeleteItemCommand
  | QueryCommand;
export type TableAnswer =
  | GetItemCommandOutput
  | BatchGetItemCommandOutput
  | PutItemCommandOutput
  | UpdateItemCommandOutput
  | DeleteItemCommandOutput
  | QueryCommandOutput;

export type TableModel = ReturnType<typeof createTableModel>;

const name = 'ledger';
const indexes = Object.values(ledgerIndexes);

interface TableOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Milliseconds until the indexes show a change; called for each change of a key of an index. */
  readonly indexLagMs: () => number;
}

/** Source: AWS, "Quotas in Amazon DynamoDB", item size: 400 KB. */
const maxItemBytes = 400 * 1024;

/** Source: AWS, "BatchGetItem": up to 100 items, each key once. */
const maxBatchKeys = 100;

/** A model of the ledger's table, with the key `pk`, `sk`, behind the commands of the AWS SDK. Answers are frozen. */
export function createTableModel(options: TableOptions) {
  const { now } = options;
  const store = createStore(options);

  /**
   * Carries out a command at once, and answers it as DynamoDB does.
   * @throws the SDK's errors: ConditionalCheckFailedException, ValidationException (by its name),
   * ResourceNotFoundException; a plain Error for anything that DynamoDB supports and this model does not.
   */
  function answer(command: TableCommand): TableAnswer {
    refuseUnknown(command, name);
    if (command instanceof GetItemCommand) return getItem(command.input);
    if (command instanceof BatchGetItemCommand) return getItems(command.input);
    if (command instanceof PutItemCommand) return putItem(command.input);
    if (command instanceof UpdateItemCommand) return updateItem(command.input);
    if (command instanceof DeleteItemCommand) return deleteItem(command.input);
    return query(command.input);
  }

  function getItem({ Key = {}, ConsistentRead }: GetItemCommand['input']): GetItemCommandOutput {
    if (!ConsistentRead) throw notModelled('inconsistent reads of the table');
    const key = keyOf(Key);
    const item = store.get(key);
    return { $metadata: {}, ...(item && { Item: item }) };
  }

  /** Views read so, and write nothing that depends on it: each item is as it is now, which an inconsistent read may show. */
  function getItems({ RequestItems = {} }: BatchGetItemCommand['input']): BatchGetItemCommandOutput {
    const keys = (RequestItems[name]?.Keys ?? []).map(keyOf);
    const isRepeated = new Set(keys.map((key) => JSON.stringify(key))).size < keys.length;
    if (isRepeated) throw validationException('Provided list of item keys contains duplicates');
    if (keys.length > maxBatchKeys)
      throw validationException('Too many items requested for the BatchGetItem call');
    return { $metadata: {}, Responses: { [name]: keys.map(store.get).filter((item) => item !== undefined) } };
  }

  function putItem(input: PutItemCommand['input']): PutItemCommandOutput {
    const item = stored(input.Item ?? {});
    const condition = readCondition(input);
    const bound = bind(condition ? [condition] : [], input);
    checkKeyOfItem(item);
    checkIndexKeys(indexes, item);
    const bytes = sized(item, 'Item size has exceeded the maximum allowed size');
    const before = store.get(item);
    check(condition, before, bound);
    store.write(before, item, bytes);
    return answered(input.ReturnValues, before);
  }

  function updateItem(input: UpdateItemCommand['input']): UpdateItemCommandOutput {
    const key = keyOf(input.Key ?? {});
    const update = input.UpdateExpression === undefined ? undefined : parseUpdate(input.UpdateExpression);
    const condition = readCondition(input);
    const expressions = [...(update ? [update] : []), ...(condition ? [condition] : [])];
    const bound = bind(expressions, input);
    if (update) checkUpdate(update, bound);
    const before = store.get(key);
    check(condition, before, bound);
    const after = update ? updated(update.tree, before ?? key, bound) : (before ?? key);
    checkIndexKeys(indexes, after);
    store.write(before, after, sized(after, 'Item size to update has exceeded the maximum allowed size'));
    return answered(input.ReturnValues, before, after);
  }

  function deleteItem(input: DeleteItemCommand['input']): DeleteItemCommandOutput {
    const key = keyOf(input.Key ?? {});
    const condition = readCondition(input);
    const bound = bind(condition ? [condition] : [], input);
    const before = store.get(key);
    check(condition, before, bound);
    if (before) store.remove(before);
    return answered(input.ReturnValues, before);
  }

  function query(input: QueryCommand['input']): QueryCommandOutput {
    const asked = readQuery(input, indexes);
    const page = pageOf(store.partition(asked.index, asked.partition), asked, input.Limit);
    return {
      $metadata: {},
      Items: page.items,
      Count: page.items.length,
      ScannedCount: page.items.length,
      ...(page.last && { LastEvaluatedKey: page.last }),
    };
  }

  return {
    answer,
    /** For `Table`. `send` has an overload for each command, and `answer` has the same input and output types. */
    client: {
      send: (async (command: TableCommand) => answer(command)) as unknown as DynamoDBClient['send'],
    },
    /** All items; those of a partition by their sort keys. */
    items: (): StoredItem[] => store.all().map((item) => unmarshall(item)),
    /** The largest item that was ever written. */
    largest: store.largest,
    /**
     * Deletes the items whose time to live is over, and returns their number. Only this call deletes them. Source: AWS, "Using time to live (TTL) in DynamoDB": expired items are deleted "within a few
     * days", and remain visible until then; the attribute is a number, in epoch seconds.
     */
    expire(): number {
      const expired = store.all().filter((item) => {
        const end = item[ledgerTimeToLive]?.N;
        return end !== undefined && Number(end) * 1000 < now();
      });
      for (const item of expired) store.remove(item);
      return expired.length;
    },
  };
}

/** The items by both of their keys, and the indexes derived from them. */
function createStore(times: TableOptions) {
  const partitions = new Map<string, Map<string, Item>>();
  const views = createIndexes(indexes, times);
  let largest: { readonly key: Key; readonly bytes: number } | undefined;
  const keysOf = ({ pk, sk }: Item): Key => ({ pk: pk?.S ?? '', sk: sk?.S ?? '' });
  const partition = (name: string) => [...(partitions.get(name)?.values() ?? [])].sort(inOrderOf('sk'));

  return {
    get: (item: Item) => partitions.get(keysOf(item).pk)?.get(keysOf(item).sk),
    all: () => [...partitions.keys()].flatMap(partition),
    largest: () => largest,
    partition: (index: TableIndex | undefined, value: string): readonly Item[] =>
      index ? views.entries(index, value) : partition(value),
    write(before: Item | undefined, after: Item, bytes: number): void {
      const key = keysOf(after);
      const items = partitions.get(key.pk) ?? new Map();
      partitions.set(key.pk, items.set(key.sk, after));
      if (!largest || bytes > largest.bytes) largest = { key, bytes };
      views.changed(before, after);
    },
    remove(item: Item): void {
      partitions.get(keysOf(item).pk)?.delete(keysOf(item).sk);
      views.changed(item, undefined);
    },
  };
}

function keyOf(given: Item): Item {
  const key = stored(given);
  checkKey(key);
  return key;
}

function readCondition({ ConditionExpression: text }: { readonly ConditionExpression?: string | undefined }) {
  return text === undefined ? undefined : parseCondition(text);
}

function check(condition: Parsed<Condition> | undefined, item: Item | undefined, bound: Bound): void {
  if (!condition || holds(condition.tree, item ?? {}, bound)) return;
  throw new ConditionalCheckFailedException({
    message: 'The conditional request failed',
    $metadata: { httpStatusCode: 400 },
  });
}

function sized(item: Item, refusal: string): number {
  const bytes = bytesOfItem(item);
  if (bytes > maxItemBytes) throw validationException(refusal);
  return bytes;
}

function answered(wanted: string | undefined, before: Item | undefined, after?: Item) {
  const shown = wanted === 'ALL_NEW' ? after : wanted === 'ALL_OLD' ? before : undefined;
  return { $metadata: {}, ...(shown && { Attributes: shown }) };
}

const knownInput = new Set([
  ...[
    'TableName',
    'Key',
    'Item',
    'IndexName',
    'ConsistentRead',
    'Limit',
    'ExclusiveStartKey',
    'RequestItems',
  ],
  ...['ConditionExpression', 'UpdateExpression', 'KeyConditionExpression'],
  ...['ExpressionAttributeNames', 'ExpressionAttributeValues', 'ReturnValues'],
]);
const knownReturnValues: readonly unknown[] = [undefined, 'ALL_OLD', 'ALL_NEW'];

/** Refuses other tables, and parameters that the model does not support: ignoring them would look like an answer. */
function refuseUnknown({ input }: TableCommand, table: string): void {
  const given = Object.entries(input);
  const unknown = given.find(([name, value]) => value !== undefined && !knownInput.has(name));
  if (unknown) throw notModelled(unknown[0]);
  if ('ReturnValues' in input && !knownReturnValues.includes(input.ReturnValues)) {
    throw notModelled(`ReturnValues ${input.ReturnValues}`);
  }
  const tables = 'RequestItems' in input ? Object.keys(input.RequestItems ?? {}) : [Object(input).TableName];
  if (tables.every((asked) => asked === table)) return;
  throw new ResourceNotFoundException({
    message: 'Requested resource not found',
    $metadata: { httpStatusCode: 400 },
  });
}
