import type { TableIndex } from '../../../shared/platform/aws/dynamodb-table.ts';
import { isSame } from './indexes.ts';
import { bytesOfItem, type Item } from './values.ts';

/**
 * The write units that DynamoDB charges for a write: 1 for each KB of the larger of the item before and after it, plus,
 * for each index, 1 when the item enters or leaves it and 2 when it moves within it. The indexes hold keys only, so no
 * other change of an item costs anything there.
 * Source: AWS, "Using global secondary indexes", write capacity units; "DynamoDB read and write operations".
 */
export function writeUnits(
  before: Item | undefined,
  after: Item | undefined,
  indexes: readonly TableIndex[],
): number {
  const bytes = Math.max(bytesOfItem(before ?? {}), bytesOfItem(after ?? {}));
  return indexes.reduce((units, index) => units + ofIndex(before, after, index), Math.ceil(bytes / 1024));
}

function ofIndex(before: Item | undefined, after: Item | undefined, index: TableIndex): number {
  const { partition, sort } = index;
  const isIn = (item: Item | undefined) => item?.[partition] !== undefined && item[sort] !== undefined;
  if (!isIn(before) || !isIn(after)) return isIn(before) || isIn(after) ? 1 : 0;
  return isSame(index, before, after) ? 0 : 2;
}
