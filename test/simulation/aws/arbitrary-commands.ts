import {
  type AttributeValue,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { ledgerIndexes } from '../../../shared/ledger/table-schema.ts';
import {
  attributes,
  condition,
  nameIn,
  number,
  often,
  type Piece,
  type Scope,
  seldom,
  update,
  valueFor,
  valueIn,
} from './arbitrary-expressions.ts';
import type { TableCommand } from './table.ts';

export const tableName = 'ledger';
const TableName = tableName;

const partitions = ['a', 'b'];
/** By UTF-16, the last two sort the other way round. */
const sorts = ['1', '1x', '\uFFFD', '\u{1F600}'];
export const keys = partitions.flatMap((pk) => sorts.map((sk) => ({ pk: { S: pk }, sk: { S: sk } })));

const key = fc.oneof(
  often(20, fc.constantFrom<Record<string, AttributeValue>>(...keys.filter(({ pk }) => pk.S === 'a'))),
  fc.constantFrom<Record<string, AttributeValue>>(
    ...keys,
    { pk: { S: '' }, sk: { S: '1' } },
    { pk: { S: 'a' } },
    { pk: { S: 'a' }, sk: { N: '1' } },
    { pk: { S: 'a' }, sk: { S: 'x'.repeat(1025) } },
  ),
);

/** Renders the expressions with the names and values that they use, and sometimes with one that they do not. */
function expressions(given: {
  readonly update?: Piece;
  readonly condition: Piece | undefined;
  readonly unused: string | undefined;
}) {
  const scope: Scope = { names: {}, values: {} };
  const UpdateExpression = given.update?.(scope);
  const ConditionExpression = given.condition?.(scope);
  if (given.unused === 'name') nameIn(scope, 'unused');
  if (given.unused === 'value') valueIn(scope, { S: 'unused' });
  return {
    ...(UpdateExpression !== undefined && { UpdateExpression }),
    ...(ConditionExpression !== undefined && { ConditionExpression }),
    ...(Object.keys(scope.names).length > 0 && { ExpressionAttributeNames: scope.names }),
    ...(Object.keys(scope.values).length > 0 && { ExpressionAttributeValues: scope.values }),
  };
}

const guarded = {
  key,
  condition: fc.oneof(often(3, condition), fc.constant(undefined)),
  unused: seldom(fc.constantFrom('name', 'value')),
};
const before = fc.constantFrom('NONE', 'ALL_OLD');
const item = fc
  .subarray(attributes)
  .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, valueFor(name)]))));

const put = fc
  .record({ ...guarded, item, returned: before })
  .map(
    ({ key, item, returned: ReturnValues, ...given }) =>
      new PutItemCommand({ TableName, Item: { ...item, ...key }, ReturnValues, ...expressions(given) }),
  );
const change = fc
  .record({ ...guarded, update, returned: fc.constantFrom('NONE', 'ALL_OLD', 'ALL_NEW') })
  .map(
    ({ key: Key, returned: ReturnValues, ...given }) =>
      new UpdateItemCommand({ TableName, Key, ReturnValues, ...expressions(given) }),
  );
const remove = fc
  .record({ ...guarded, returned: before })
  .map(
    ({ key: Key, returned: ReturnValues, ...given }) =>
      new DeleteItemCommand({ TableName, Key, ReturnValues, ...expressions(given) }),
  );
const get = key.map((Key) => new GetItemCommand({ TableName, Key, ConsistentRead: true }));

const comparison = fc.constantFrom('=', '<', '<=', '>', '>=', 'begins_with');
const query = fc
  .record({
    pk: fc.constantFrom(...partitions),
    sort: fc.oneof(
      fc.constant(undefined),
      fc.record({ operator: comparison, sk: fc.constantFrom(...sorts) }),
    ),
    limit: fc.oneof(often(4, fc.constantFrom(undefined, 1, 2)), fc.constant(0)),
    start: seldom(fc.constantFrom(...sorts), 4),
  })
  .map(({ pk, sort, limit, start }) => {
    const bySort =
      sort?.operator === 'begins_with' ? ' AND begins_with(sk, :sk)' : ` AND sk ${sort?.operator} :sk`;
    return new QueryCommand({
      ...{ TableName, ConsistentRead: true, KeyConditionExpression: `pk = :pk${sort ? bySort : ''}` },
      ExpressionAttributeValues: { ':pk': { S: pk }, ...(sort && { ':sk': { S: sort.sk } }) },
      ...(limit !== undefined && { Limit: limit }),
      ...(start && !sort && { ExclusiveStartKey: { pk: { S: pk }, sk: { S: start } } }),
    });
  });

const { erpOrder, awaitingCompletion } = ledgerIndexes;
const queryIndex = fc.record({ operator: fc.constantFrom('<=', '>=', '=', '<', '>'), bound: number }).map(
  ({ operator, bound }) =>
    new QueryCommand({
      ...{ TableName, IndexName: awaitingCompletion.name },
      KeyConditionExpression: `#p = :p AND #s ${operator} :s`,
      ExpressionAttributeNames: { '#p': awaitingCompletion.partition, '#s': awaitingCompletion.sort },
      ExpressionAttributeValues: { ':p': { S: 'a' }, ':s': bound },
    }),
);

const command: fc.Arbitrary<TableCommand> = fc.oneof(
  often(4, put),
  often(9, change),
  often(1, remove),
  often(1, get),
  often(2, query),
  often(1, queryIndex),
);

/** Random commands for one table. */
export const commands = fc.array(command, { minLength: 30, maxLength: 30, size: 'max' });

/** Queries that read the whole table and all its indexes. */
export function readAll(): TableCommand[] {
  return partitions.flatMap((value) => [
    new QueryCommand({
      ...{ TableName, ConsistentRead: true, KeyConditionExpression: 'pk = :pk' },
      ExpressionAttributeValues: { ':pk': { S: value } },
    }),
    ...[erpOrder, awaitingCompletion].map(
      ({ name, partition }) =>
        new QueryCommand({
          ...{ TableName, IndexName: name, KeyConditionExpression: '#p = :p' },
          ExpressionAttributeNames: { '#p': partition },
          ExpressionAttributeValues: { ':p': { S: value } },
        }),
    ),
  ]);
}
