import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { compare, type Item } from './values.ts';

const none: AttributeValue = Object.freeze({ S: '' });

/**
 * Compares items of one partition: by sort key, and then by primary key, because an index can hold several items with
 * one sort key. DynamoDB does not guarantee an order among those.
 */
export function compareItems(a: Item, b: Item, sort: string): number {
  return (
    compare(a[sort] ?? none, b[sort] ?? none) ||
    compare(a.pk ?? none, b.pk ?? none) ||
    compare(a.sk ?? none, b.sk ?? none) ||
    0
  );
}

/** The index of an item in a sorted list, or the index where it should be inserted. */
function placeOf(items: readonly Item[], item: Item, sort: string): { at: number; found: boolean } {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const order = compareItems(items[middle] ?? item, item, sort);
    if (order === 0) return { at: middle, found: true };
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return { at: low, found: false };
}

export function find(items: readonly Item[], item: Item, sort: string): Item | undefined {
  const { at, found } = placeOf(items, item, sort);
  return found ? items[at] : undefined;
}

/** Inserts an item into a sorted list, or replaces the one with the same key. */
export function insert(items: Item[], item: Item, sort: string): void {
  const { at, found } = placeOf(items, item, sort);
  items.splice(at, found ? 1 : 0, item);
}

export function withdraw(items: Item[], item: Item, sort: string): void {
  const { at, found } = placeOf(items, item, sort);
  if (found) items.splice(at, 1);
}
