import type { QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { TableIndex } from '../../../shared/platform/aws/dynamodb-table.ts';
import { holds, keyConditions, parseKeyCondition } from './conditions.ts';
import { notModelled, validationException } from './errors.ts';
import { type Bound, bind } from './expressions.ts';
import { refuseEmpty } from './keys.ts';
import { compareItems } from './sorted.ts';
import { bytesOfItem, type Item, stored, typeOf } from './values.ts';

/** Source: AWS, "Paginating table query results in DynamoDB": pages of 1 MB or less. */
const maxPageBytes = 1024 * 1024;

/** The key of the table, in the form of an index. */
export const tableKey: TableIndex = { name: '', partition: 'pk', sort: 'sk', sortType: 'S' };

/** The checked parameters of a query; `index` is undefined for the table itself. */
export interface Asked {
  readonly index: TableIndex | undefined;
  readonly partition: string;
  readonly isWanted: (item: Item) => boolean;
}

export function readQuery(
  input: QueryCommandInput,
  indexes: readonly TableIndex[],
  keyAttributes: ReadonlySet<string>,
): Asked {
  const expression = parseKeyCondition(input.KeyConditionExpression ?? '');
  const bound = bind([expression], input, keyAttributes);
  if (input.Limit !== undefined && !(input.Limit >= 1)) {
    throw validationException(`Value '${input.Limit}' at 'limit' must be greater than or equal to 1`);
  }
  const index = indexes.find(({ name }) => name === input.IndexName);
  if (input.IndexName !== undefined && !index) {
    throw validationException(`The table does not have the specified index: ${input.IndexName}`);
  }
  if (index && input.ConsistentRead) {
    throw validationException('Consistent reads are not supported on global secondary indexes');
  }
  if (!index && !input.ConsistentRead) throw notModelled('inconsistent reads of the table');
  const partition = partitionOf(expression.tree, bound, index ?? tableKey);
  const sort = (index ?? tableKey).sort;
  const start = input.ExclusiveStartKey && startOf(input.ExclusiveStartKey, index, partition);
  return {
    index,
    partition,
    isWanted: (item) =>
      holds(expression.tree, item, bound) && (!start || compareItems(item, start, sort) > 0),
  };
}

/** Checks a key condition, and returns the partition that it names. */
function partitionOf(
  tree: Parameters<typeof keyConditions>[0],
  bound: Bound,
  { partition, sort, sortType }: TableIndex,
): string {
  const conditions = keyConditions(tree, bound);
  const asked = conditions.get(partition);
  if (!asked) throw validationException(`Query condition missed key schema element: ${partition}`);
  if (conditions.size > 1 && !conditions.has(sort)) {
    throw validationException(`Query condition missed key schema element: ${sort}`);
  }
  for (const [name, { value }] of conditions) {
    if (typeOf(value) !== (name === sort ? sortType : 'S')) {
      throw validationException(
        'One or more parameter values were invalid: Condition parameter type does not match schema type',
      );
    }
    refuseEmpty(value, name);
  }
  if (asked.operator !== '=') throw validationException('Query key condition not supported');
  return asked.value.S ?? '';
}

function startOf(given: Item, index: TableIndex | undefined, partition: string): Item {
  const start = stored(given);
  const wanted = new Set(['pk', 'sk', ...(index ? [index.partition, index.sort] : [])]);
  if (Object.keys(start).length !== wanted.size || ![...wanted].every((name) => start[name])) {
    throw validationException('The provided starting key is invalid');
  }
  if (start[(index ?? tableKey).partition]?.S === partition) return start;
  throw validationException('The provided starting key is outside query boundaries');
}

/**
 * The page that begins with the first matching item. A full page names its last item even if nothing is left. Dynalite
 * ends a page after it exceeds 1 MB, this model before.
 */
export function pageOf(
  items: readonly Item[],
  { index, isWanted }: Asked,
  limit = Number.POSITIVE_INFINITY,
): { readonly items: Item[]; readonly last?: Item } {
  const page: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    if (!isWanted(item)) continue;
    bytes += bytesOfItem(item);
    if (bytes > maxPageBytes) return { items: page, ...lastOf(page, index) };
    page.push(item);
    if (page.length >= limit) return { items: page, ...lastOf(page, index) };
  }
  return { items: page };
}

function lastOf(page: readonly Item[], index: TableIndex | undefined): { readonly last?: Item } {
  const item = page.at(-1);
  if (!item?.pk || !item.sk) return {};
  // An index entry consists of its keys.
  return { last: index ? item : Object.freeze({ pk: item.pk, sk: item.sk }) };
}
