import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { TableIndex } from '../../../shared/platform/aws/dynamodb-table.ts';
import { insertByTime, type Timed } from '../by-time.ts';
import { equal, type Item, inOrderOf } from './values.ts';

/** A change of an item; its time is when it becomes visible. */
interface Change extends Timed {
  readonly item: string;
  /** What the item's entry is then; undefined if it leaves the index. */
  readonly entries: readonly { readonly index: TableIndex; readonly entry: Item | undefined }[];
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
  /** By index, and by the key of their item. */
  const shown = new Map(indexes.map(({ name }) => [name, new Map<string, Item>()]));
  const pending: Change[] = [];

  function show(): void {
    while (pending[0] && pending[0].ms <= now()) {
      const { item, entries } = pending[0];
      pending.shift();
      for (const { index, entry } of entries) {
        if (entry) shown.get(index.name)?.set(item, entry);
        else shown.get(index.name)?.delete(item);
      }
    }
  }

  return {
    /** Reports a change of an item; `undefined` means that there is no item. */
    changed(before: Item | undefined, after: Item | undefined): void {
      const entries = indexes.flatMap((index) => {
        const [left, right] = [before && entryOf(index, before), after && entryOf(index, after)];
        return isSame(index, left, right) ? [] : [{ index, entry: right }];
      });
      if (entries.length === 0) return;
      const item = `${(after ?? before)?.pk?.S}\n${(after ?? before)?.sk?.S}`;
      const latest = pending.findLast((change) => change.item === item)?.ms ?? 0;
      insertByTime(pending, { item, entries, ms: Math.max(now() + indexLagMs(), latest) });
    },
    /** The entries of a partition that are visible now, by their sort keys. Keys only, as in the ledger's stack. */
    entries({ name, partition, sort }: TableIndex, wanted: string): readonly Item[] {
      show();
      const all = [...(shown.get(name)?.values() ?? [])];
      return all.filter((entry) => entry[partition]?.S === wanted).sort(inOrderOf(sort));
    },
  };
}

/** Whether an item has the same keys of an index before and after, or no entry. */
export function isSame(
  { partition, sort }: TableIndex,
  before: Item | undefined,
  after: Item | undefined,
): boolean {
  if (!before || !after) return before === after;
  return [partition, sort].every((name) => {
    const [was, is] = [before[name], after[name]];
    return was !== undefined && is !== undefined && equal(was, is);
  });
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
