import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

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

/** What a schema reads from an item, as a type that is not to be changed. */
export type DeepReadonly<T> = T extends readonly (infer Entry)[]
  ? readonly DeepReadonly<Entry>[]
  : T extends Date | Uint8Array
    ? T
    : T extends object
      ? { readonly [Name in keyof T]: DeepReadonly<T[Name]> }
      : T;

/** A stored item: its key and the attributes of its kind. The module that owns the kind parses it. */
export type StoredItem = Readonly<Record<string, unknown>>;

export interface Update {
  /** Attributes to set; those that are undefined stay as they are. */
  readonly set?: StoredItem | undefined;
  /** Numbers to add to (absent counts as 0). */
  readonly add?: Readonly<Record<string, number>>;
  /** Entries to append to lists (absent counts as empty). */
  readonly append?: Readonly<Record<string, readonly unknown[]>> | undefined;
  readonly remove?: readonly string[] | undefined;
  /** Condition in DynamoDB's language; `#name` is an attribute, and `:name` one of `values`. */
  readonly condition?: string | undefined;
  readonly values?: StoredItem | undefined;
}

/** Some of the items of an index entry: by their sort key, and no more than `limit`. */
interface IndexRange {
  readonly limit?: number;
  /** One of these at most. */
  readonly from?: string | undefined;
  readonly upTo?: number | string | undefined;
  readonly startsWith?: string | undefined;
  /** The newest first. */
  readonly backwards?: boolean | undefined;
  /** Goes on behind this entry: its keys in the table and in the index. */
  readonly after?: StoredItem | undefined;
}

/** DynamoDB takes no more in one `BatchGetItem`. */
const keysAtOnce = 100;

const marshallOptions = { removeUndefinedValues: true } as const;

/** DynamoDB takes no empty map. */
function marshalled(values: StoredItem = {}) {
  const entries = Object.entries(values);
  if (entries.length === 0) return undefined;
  return marshall(Object.fromEntries(entries.map(([name, value]) => [`:${name}`, value])), marshallOptions);
}

/**
 * The few DynamoDB calls that the ledger needs: by key or index, never a scan. No transactions and no
 * ReturnValuesOnConditionCheckFailure, so that any DynamoDB-compatible store will do.
 */
export class Table {
  readonly #client: Pick<DynamoDBClient, 'send'>;
  readonly #name: string;

  constructor(client: Pick<DynamoDBClient, 'send'>, name: string) {
    this.#client = client;
    this.#name = name;
  }

  async get(key: Key): Promise<StoredItem | undefined> {
    const command = new GetItemCommand({
      TableName: this.#name,
      Key: marshalledKey(key),
      ConsistentRead: true,
    });
    const { Item } = await this.#client.send(command);
    return Item && unmarshall(Item);
  }

  /** Many items, in no order: those that exist. Reads of one at a time take thirty times as long on the local store. */
  async getAll(keys: readonly Key[]): Promise<StoredItem[]> {
    const found: StoredItem[] = [];
    let left = keys.map(marshalledKey);
    while (left.length > 0) {
      const now = { [this.#name]: { Keys: left.slice(0, keysAtOnce) } };
      const { Responses, UnprocessedKeys } = await this.#client.send(
        new BatchGetItemCommand({ RequestItems: now }),
      );
      found.push(...(Responses?.[this.#name] ?? []).map((item) => unmarshall(item)));
      // DynamoDB leaves keys out when their items exceed 16 MB, or the table is busy.
      left = [...left.slice(keysAtOnce), ...(UnprocessedKeys?.[this.#name]?.Keys ?? [])];
    }
    return found;
  }

  /** Puts an item if its key is free, or if the given condition holds; false when it did not. */
  async putIf(
    item: Key & StoredItem,
    condition = 'attribute_not_exists(pk)',
    values?: StoredItem,
  ): Promise<boolean> {
    const command = new PutItemCommand({
      TableName: this.#name,
      Item: marshall(item, marshallOptions),
      ConditionExpression: condition,
      ExpressionAttributeValues: marshalled(values),
    });
    return (await ifConditionHolds(this.#client.send(command))) !== undefined;
  }

  /** Updates an item. @returns it as it is now, or was before; undefined when the condition does not hold. */
  async update(
    key: Key,
    update: Update,
    ReturnValues: 'ALL_NEW' | 'ALL_OLD' = 'ALL_NEW',
  ): Promise<StoredItem | undefined> {
    const about = { TableName: this.#name, Key: marshalledKey(key), ReturnValues };
    const command = new UpdateItemCommand({ ...about, ...expressionOf(update) });
    const updated = await ifConditionHolds(this.#client.send(command));
    return updated && unmarshall(updated.Attributes ?? {});
  }

  /** Removes an item; false when the condition does not hold. */
  async remove(key: Key, condition?: string, values?: StoredItem): Promise<boolean> {
    const { UpdateExpression: _, ...conditional } = expressionOf({ condition, values });
    const command = new DeleteItemCommand({ TableName: this.#name, Key: marshalledKey(key), ...conditional });
    return (await ifConditionHolds(this.#client.send(command))) !== undefined;
  }

  /** All items of a partition (whose sort key starts so), or the first `limit` of them, oldest key first. */
  query(pk: string, skPrefix?: string, limit?: number): Promise<StoredItem[]> {
    return this.#pages({
      ConsistentRead: true,
      KeyConditionExpression: skPrefix ? 'pk = :pk AND begins_with(sk, :sk)' : 'pk = :pk',
      ExpressionAttributeValues: marshalled({ pk, sk: skPrefix || undefined }),
      Limit: limit,
    });
  }

  /** All items of an index entry; eventually consistent. */
  queryIndex(
    { name, partition, sort }: TableIndex,
    value: string,
    { from, upTo, startsWith, limit, backwards = false, after }: IndexRange = {},
  ): Promise<StoredItem[]> {
    const bounds = { '#s >= :s': from, '#s <= :s': upTo, 'begins_with(#s, :s)': startsWith };
    const [within, bound] = Object.entries(bounds).find(([, given]) => given !== undefined) ?? [];
    return this.#pages({
      IndexName: name,
      KeyConditionExpression: bound === undefined ? '#p = :p' : `#p = :p AND ${within}`,
      ExpressionAttributeNames: { '#p': partition, ...(bound === undefined ? {} : { '#s': sort }) },
      ExpressionAttributeValues: marshalled({ p: value, s: bound }),
      ...(backwards ? { ScanIndexForward: false } : {}),
      ExclusiveStartKey: after && marshall(after),
      Limit: limit,
    });
  }

  /** All pages of a query, or as many as hold `Limit` items. */
  async #pages(input: Omit<QueryCommandInput, 'TableName'>): Promise<StoredItem[]> {
    const { Limit = Number.POSITIVE_INFINITY } = input;
    const found: StoredItem[] = [];
    let { ExclusiveStartKey } = input;
    do {
      const command = new QueryCommand({ ...input, TableName: this.#name, ExclusiveStartKey });
      const page: QueryCommandOutput = await this.#client.send(command);
      found.push(...(page.Items ?? []).map((item) => unmarshall(item)));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey && found.length < Limit);
    return found.slice(0, Limit);
  }
}

function marshalledKey({ pk, sk }: Key) {
  return marshall({ pk, sk });
}

/** What DynamoDB answered; undefined when the condition did not hold. */
async function ifConditionHolds<T>(sent: Promise<T>): Promise<T | undefined> {
  try {
    return await sent;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

function expressionOf({ set = {}, add = {}, append = {}, remove = [], condition, values = {} }: Update) {
  const setting = Object.keys(set).filter((name) => set[name] !== undefined);
  const appending = Object.keys(append);
  const inCondition = [...(condition ?? '').matchAll(/#(\w+)/g)].map(([, name = '']) => name);
  const names = [...setting, ...Object.keys(add), ...appending, ...remove, ...inCondition];
  const clauses = [
    [
      ...setting.map((name) => `#${name} = :${name}`),
      ...appending.map((name) => `#${name} = list_append(if_not_exists(#${name}, :emptyList), :${name})`),
    ],
    Object.keys(add).map((name) => `#${name} :${name}`),
    remove.map((name) => `#${name}`),
  ];
  const emptyList = appending.length > 0 ? { emptyList: [] } : {};
  return {
    UpdateExpression: ['SET', 'ADD', 'REMOVE']
      .flatMap((word, i) => (clauses[i]?.length ? [`${word} ${clauses[i].join(', ')}`] : []))
      .join(' '),
    ExpressionAttributeNames:
      names.length === 0 ? undefined : Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: marshalled({ ...set, ...add, ...append, ...values, ...emptyList }),
    ConditionExpression: condition,
  };
}
