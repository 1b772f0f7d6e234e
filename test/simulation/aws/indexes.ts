import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { TableIndex } from '../../../shared/platform/aws/dynamodb-table.ts';
import { compareItems, insert, withdraw } from './sorted.ts';
import type { Item } from './values.ts';

interface Change {
  readonly item: string;
  readonly shownAt: number;
  readonly moves: readonly Move[];
}
interface Move {
  readonly index: TableIndex;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/**
 * The entries of each index as queries see them. They follow the table with a delay; changes of one item keep their
 * order. Source: AWS, "Using Global Secondary Indexes in DynamoDB": changes are propagated asynchronously, eventually
 * consistent, "within a fraction of a second, under normal conditions"; an item is in an index only while it has all of
 * the index's key attributes.
 */
export function createIndexes(
  indexes: readonly TableIndex[],
  { now, indexLagMs }: { readonly now: () => number; readonly indexLagMs: () => number },
) {
  const shown = new Map(indexes.map(({ name }) => [name, new Map<string, Item[]>()]));
  const pending: Change[] = [];
  /** When the latest pending change of each item becomes visible. */
  const latest = new Map<string, number>();

  function show(): void {
    const time = now();
    while (pending[0] && pending[0].shownAt <= time) {
      const { item, shownAt, moves } = pending[0];
      pending.shift();
      if (latest.get(item) === shownAt) latest.delete(item);
      for (const { index, before, after } of moves) {
        if (before) withdraw(partitionOf(index, before), before, index.sort);
        if (after) insert(partitionOf(index, after), after, index.sort);
      }
    }
  }
  function partitionOf(index: TableIndex, entry: Item): Item[] {
    const partitions = shown.get(index.name);
    const name = entry[index.partition]?.S ?? '';
    const known = partitions?.get(name);
    if (known) return known;
    const made: Item[] = [];
    partitions?.set(name, made);
    return made;
  }

  return {
    /** Reports a change of an item; `undefined` means that there is no item. */
    changed(before: Item | undefined, after: Item | undefined): void {
      const moves = indexes.flatMap((index): Move[] => {
        const [left, right] = [before && entryOf(index, before), after && entryOf(index, after)];
        if (left && right && compareItems(left, right, index.sort) === 0) {
          if (left[index.partition]?.S === right[index.partition]?.S) return [];
        }
        return left || right ? [{ index, before: left, after: right }] : [];
      });
      if (moves.length === 0) return;
      show();
      const item = `${(after ?? before)?.pk?.S}\n${(after ?? before)?.sk?.S}`;
      const shownAt = Math.max(now() + indexLagMs(), latest.get(item) ?? 0);
      latest.set(item, shownAt);
      const place = pending.findLastIndex((change) => change.shownAt <= shownAt) + 1;
      pending.splice(place, 0, { item, shownAt, moves });
    },
    /** The entries of a partition that are visible now, by their sort keys. Keys only, as in the ledger's stack. */
    entries(index: TableIndex, partition: string): readonly Item[] {
      show();
      return shown.get(index.name)?.get(partition) ?? [];
    },
  };
}

function entryOf({ partition, sort }: TableIndex, item: Item): Item | undefined {
  if (!item[partition] || !item[sort]) return undefined;
  const entry: Record<string, AttributeValue> = {};
  for (const name of ['pk', 'sk', partition, sort]) {
    const value = item[name];
    if (value) entry[name] = value;
  }
  return Object.freeze(entry);
}
