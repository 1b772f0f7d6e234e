import type { AttributeValue, QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { TableIndex } from '../../../shared/platform/aws/dynamodb-table.ts';
import { bind, nameOf } from './expressions.ts';
import { refuseEmpty } from './keys.ts';
import {
  bytesOfItem,
  compare,
  type Item,
  inOrderOf,
  notModelled,
  stored,
  typeOf,
  validationException,
} from './values.ts';

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

/** The two forms of `Table`: `pk = :pk AND begins_with(sk, :sk)`, `#p = :p AND #s <= :s`; the second part may be missing. */
const keyCondition = /^(#?\w+) = (:\w+)(?: AND (?:begins_with\((#?\w+), (:\w+)\)|(#?\w+) (<=|>=) (:\w+)))?$/;

export function readQuery(input: QueryCommandInput, indexes: readonly TableIndex[]): Asked {
  const found = keyCondition.exec(input.KeyConditionExpression ?? '');
  if (!found) throw notModelled(`the key condition ${input.KeyConditionExpression}`);
  const [, name = '', value = '', prefixed, prefix, compared, operator, limit] = found;
  const [sortName, sortValue] = [prefixed ?? compared, prefix ?? limit];
  const names = [name, sortName ?? name].filter((one) => one.startsWith('#'));
  const bound = bind(
    [
      {
        parameter: 'KeyConditionExpression',
        tree: undefined,
        names: new Set(names),
        values: new Set([value, sortValue ?? value]),
      },
    ],
    input,
  );
  if (input.Limit !== undefined && !(input.Limit >= 1)) {
    throw validationException(`Value '${input.Limit}' at 'limit' must be greater than or equal to 1`);
  }
  const index = indexes.find((one) => one.name === input.IndexName);
  if (input.IndexName !== undefined && !index) {
    throw validationException(`The table does not have the specified index: ${input.IndexName}`);
  }
  if (index && input.ConsistentRead) {
    throw validationException('Consistent reads are not supported on global secondary indexes');
  }
  if (!index && !input.ConsistentRead) throw notModelled('inconsistent reads of the table');
  const { partition, sort, sortType } = index ?? tableKey;
  const wanted = keyOf(partition, 'S', nameOf(name, bound), bound.values[value]);
  const bounded = sortName && keyOf(sort, sortType, nameOf(sortName, bound), bound.values[sortValue ?? '']);
  // Where the last page ended, as this model has named it.
  const start = input.ExclusiveStartKey && stored(input.ExclusiveStartKey);
  return {
    index,
    partition: wanted.S ?? '',
    isWanted(item) {
      if (start && inOrderOf(sort)(item, start) <= 0) return false;
      if (!bounded) return true;
      if (operator === undefined) return item[sort]?.S?.startsWith(bounded.S ?? '') ?? false;
      const order = compare(item[sort] ?? bounded, bounded) ?? 0;
      return operator === '<=' ? order <= 0 : order >= 0;
    },
  };
}

/** Checks that a key condition is about this attribute, with a value of its type. */
function keyOf(
  attribute: string,
  type: 'S' | 'N',
  name: string,
  value: AttributeValue | undefined,
): AttributeValue {
  if (name !== attribute || !value)
    throw validationException(`Query condition missed key schema element: ${attribute}`);
  if (typeOf(value) !== type)
    throw validationException(
      'One or more parameter values were invalid: Condition parameter type does not match schema type',
    );
  refuseEmpty(value, name);
  return value;
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
