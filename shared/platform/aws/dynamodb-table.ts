import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

/** Where an item stands in the ledger table. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** An index of the table; `sortType` as DynamoDB calls it. */
export interface TableIndex {
  readonly name: string;
  readonly partition: string;
  readonly sort: string;
  readonly sortType: 'S' | 'N';
}

/** A stored item: its key and whatever its kind keeps; parsed by whoever knows the kind. */
export type StoredItem = Readonly<Record<string, unknown>>;

export interface Update {
  readonly set?: Readonly<Record<string, unknown>>;
  /** Numbers to add to (absent counts as 0). */
  readonly add?: Readonly<Record<string, number>>;
  /** Entries to append to lists (absent counts as empty). */
  readonly append?: Readonly<Record<string, readonly unknown[]>>;
  readonly remove?: readonly string[];
  /** Condition in DynamoDB's language; `#name` and `:name` refer to `names` and `values`. */
  readonly condition?: string;
  readonly values?: Readonly<Record<string, unknown>>;
}

/**
 * The few DynamoDB calls that the ledger is made of; by key or index, never a scan. Without transactions and
 * without ReturnValuesOnConditionCheckFailure, so that any DynamoDB-compatible store will do.
 */
export interface Table {
  readonly get: (key: Key) => Promise<StoredItem | undefined>;
  /** Puts an item if its key is free (or the condition holds); false when it is not. */
  readonly putIf: (
    item: Key & StoredItem,
    condition?: string,
    values?: Readonly<Record<string, unknown>>,
  ) => Promise<boolean>;
  /** Updates an item; undefined when the condition does not hold, else what it was before. */
  readonly update: (
    key: Key,
    update: Update,
  ) => Promise<{ readonly before: StoredItem; readonly after: StoredItem } | undefined>;
  readonly remove: (
    key: Key,
    condition?: string,
    values?: Readonly<Record<string, unknown>>,
  ) => Promise<boolean>;
  /** All items of a partition (whose sort key starts so), or the first `limit` of them, oldest key first. */
  readonly query: (pk: string, skPrefix?: string, limit?: number) => Promise<StoredItem[]>;
  /** All items of an index entry; eventually consistent. */
  readonly queryIndex: (
    index: TableIndex,
    value: string,
    options?: { readonly limit?: number } & (
      | { readonly from?: string; readonly upTo?: never }
      | { readonly upTo?: number; readonly from?: never }
    ),
  ) => Promise<StoredItem[]>;
}

const marshallOptions = { removeUndefinedValues: true } as const;

export function createTable(client: Pick<DynamoDBClient, 'send'>, tableName: string): Table {
  const keyOf = ({ pk, sk }: Key) => marshall({ pk, sk });

  async function pages(
    input: Omit<ConstructorParameters<typeof QueryCommand>[0], 'TableName'>,
    limit = Number.POSITIVE_INFINITY,
  ): Promise<StoredItem[]> {
    const found: StoredItem[] = [];
    let from: Awaited<ReturnType<typeof readPage>>['LastEvaluatedKey'];
    do {
      const page = await readPage(from);
      found.push(...(page.Items ?? []).map((item) => unmarshall(item)));
      from = page.LastEvaluatedKey;
    } while (from && found.length < limit);
    return found.slice(0, limit);

    function readPage(start: Record<string, never> | undefined | typeof input.ExclusiveStartKey) {
      return client.send(new QueryCommand({ ...input, TableName: tableName, ExclusiveStartKey: start }));
    }
  }

  return {
    async get(key) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: tableName, Key: keyOf(key), ConsistentRead: true }),
      );
      return Item && unmarshall(Item);
    },

    async putIf(item, condition = 'attribute_not_exists(pk)', values) {
      return holds(
        client.send(
          new PutItemCommand({
            TableName: tableName,
            Item: marshall(item, marshallOptions),
            ConditionExpression: condition,
            ...(values
              ? { ExpressionAttributeValues: marshall(prefixed(values, ':'), marshallOptions) }
              : {}),
          }),
        ),
      );
    },

    async update(key, update) {
      const expression = expressionOf(update);
      try {
        const { Attributes: old } = await client.send(
          new UpdateItemCommand({
            TableName: tableName,
            Key: keyOf(key),
            ReturnValues: 'ALL_OLD',
            ...expression,
          }),
        );
        const before = old ? unmarshall(old) : {};
        return { before, after: applied(before, key, update) };
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined;
        throw error;
      }
    },

    async remove(key, condition, values) {
      return holds(
        client.send(
          new DeleteItemCommand({
            TableName: tableName,
            Key: keyOf(key),
            ...(condition ? { ConditionExpression: condition } : {}),
            ...(values ? { ExpressionAttributeValues: marshall(prefixed(values, ':')) } : {}),
          }),
        ),
      );
    },

    query(pk, skPrefix, limit) {
      return pages(
        {
          ConsistentRead: true,
          KeyConditionExpression: skPrefix ? 'pk = :pk AND begins_with(sk, :sk)' : 'pk = :pk',
          ExpressionAttributeValues: marshall({ ':pk': pk, ...(skPrefix ? { ':sk': skPrefix } : {}) }),
          ...(limit === undefined ? {} : { Limit: limit }),
        },
        limit,
      );
    },

    queryIndex(index, value, { from, upTo, limit } = {}) {
      const bound = upTo ?? from;
      const comparison = upTo === undefined ? '>=' : '<=';
      return pages(
        {
          IndexName: index.name,
          KeyConditionExpression: bound === undefined ? '#p = :p' : `#p = :p AND #s ${comparison} :s`,
          ExpressionAttributeNames: {
            '#p': index.partition,
            ...(bound === undefined ? {} : { '#s': index.sort }),
          },
          ExpressionAttributeValues: marshall({
            ':p': value,
            ...(bound === undefined ? {} : { ':s': bound }),
          }),
          ...(limit === undefined ? {} : { Limit: limit }),
        },
        limit,
      );
    },
  };
}

async function holds(sent: Promise<unknown>): Promise<boolean> {
  try {
    await sent;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

function expressionOf({ set = {}, add = {}, append = {}, remove = [], condition, values = {} }: Update) {
  const appending = Object.keys(append);
  const names = [...Object.keys(set), ...Object.keys(add), ...appending, ...remove, ...namesIn(condition)];
  const clauses = [
    [
      ...Object.keys(set).map((name) => `#${name} = :${name}`),
      ...appending.map((name) => `#${name} = list_append(if_not_exists(#${name}, :emptyList), :${name})`),
    ],
    Object.keys(add).map((name) => `#${name} :${name}`),
    remove.map((name) => `#${name}`),
  ];
  const expression = ['SET', 'ADD', 'REMOVE']
    .flatMap((word, i) => (clauses[i]?.length ? [`${word} ${clauses[i].join(', ')}`] : []))
    .join(' ');
  const allValues = {
    ...set,
    ...add,
    ...append,
    ...values,
    ...(appending.length > 0 ? { emptyList: [] } : {}),
  };
  return {
    UpdateExpression: expression,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ...(Object.keys(allValues).length > 0
      ? { ExpressionAttributeValues: marshall(prefixed(allValues, ':'), marshallOptions) }
      : {}),
    ...(condition ? { ConditionExpression: condition } : {}),
  };
}

/** The item as it is after the update: saves a second read, as one call returns either the old or the new. */
function applied(
  before: StoredItem,
  key: Key,
  { set = {}, add = {}, append = {}, remove = [] }: Update,
): StoredItem {
  const after: Record<string, unknown> = { ...before, ...key, ...set };
  for (const [name, by] of Object.entries(add)) after[name] = Number(before[name] ?? 0) + by;
  for (const [name, entries] of Object.entries(append)) {
    const present = before[name];
    after[name] = [...(Array.isArray(present) ? present : []), ...entries];
  }
  for (const name of remove) delete after[name];
  return after;
}

function namesIn(condition: string | undefined): string[] {
  return [...(condition ?? '').matchAll(/#(\w+)/g)].map((match) => String(match[1]));
}

function prefixed(values: Readonly<Record<string, unknown>>, prefix: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}
