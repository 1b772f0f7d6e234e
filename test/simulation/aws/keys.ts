import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { TableIndex } from '../../../shared/platform/aws/dynamodb-table.ts';
import { type Item, typeOf, type ValueType, validationException } from './values.ts';

const invalid = (reason: string) =>
  validationException(`One or more parameter values were invalid: ${reason}`);

/** Source of the sizes: AWS, "Quotas in Amazon DynamoDB": 2048 bytes, and 1024 bytes for a sort key. */
const maxPartitionBytes = 2048;
const maxSortBytes = 1024;

/** @throws ValidationException unless the key consists of exactly `pk` and `sk`, both valid texts. */
export function checkKey(key: Item): void {
  if (Object.keys(key).length !== 2)
    throw validationException('The provided key element does not match the schema');
  checkKeyOfItem(key);
}

/** @throws ValidationException unless an item to put has a valid key. */
export function checkKeyOfItem({ pk, sk }: Item): void {
  for (const [name, value] of Object.entries({ pk, sk })) {
    if (value?.S === undefined) throw invalid(`Missing the key ${name} in the item, or it is no text`);
    refuseEmpty(value, name);
  }
  refuseTooLong(pk, sk);
}

/**
 * Checks the attributes of an item that are keys of an index; dynalite stores empty and too long ones. Source: AWS,
 * "Supported data types and naming rules in DynamoDB": empty texts are allowed only for attributes that are not a key
 * of a table or index.
 * @throws ValidationException if one is not valid as a key.
 */
export function checkIndexKeys(indexes: readonly TableIndex[], item: Item): void {
  for (const index of indexes) {
    const [partition, sort] = [item[index.partition], item[index.sort]];
    if (partition) checkIndexType(index, index.partition, typeOf(partition), 'S');
    if (sort) checkIndexType(index, index.sort, typeOf(sort), index.sortType);
    refuseEmpty(partition, index.partition);
    refuseEmpty(sort, index.sort);
    if (partition && sort) refuseTooLong(partition, sort);
  }
}

/** @throws ValidationException if an update would give a key of an index another type. */
function checkIndexType({ name }: TableIndex, attribute: string, type: ValueType, wanted: ValueType): void {
  if (type === wanted) return;
  throw invalid(
    `Type mismatch for Index Key ${attribute} Expected: ${wanted} Actual: ${type} IndexName: ${name}`,
  );
}

/** @throws ValidationException for an empty text. */
export function refuseEmpty(value: AttributeValue | undefined, name: string): void {
  if (value?.S !== '') return;
  throw invalid(`The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`);
}

function refuseTooLong(partition: AttributeValue | undefined, sort: AttributeValue | undefined): void {
  if (isLonger(partition, maxPartitionBytes)) {
    throw invalid('Size of hashkey has exceeded the maximum size limit of2048 bytes');
  }
  if (isLonger(sort, maxSortBytes)) {
    throw invalid('Aggregated size of all range keys has exceeded the size limit of 1024 bytes');
  }
}

/** Length in UTF-8, which takes at most three bytes per UTF-16 unit; dynalite counts the units. */
function isLonger(value: AttributeValue | undefined, maxBytes: number): boolean {
  const text = value?.S;
  return text !== undefined && text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes;
}
