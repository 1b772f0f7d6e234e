import type { Key, StoredItem, Table, Update } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import { entryAt, type NewEntry, withEntry } from '../history.ts';
import { retentionSeconds } from '../keys.ts';

export class Records {
  protected readonly table: Table;
  protected readonly clock: Clock;
  readonly #settlingMs: number;

  /** @param settlingSeconds Longest time that a partner may need to finish what an attempt sent to it before it died. */
  constructor(table: Table, clock: Clock, settlingSeconds = 0) {
    this.table = table;
    this.clock = clock;
    this.#settlingMs = settlingSeconds * 1000;
  }

  /** When what an attempt that ends then holds may be taken over: epoch milliseconds. */
  leaseUntil(endsAt: Date): number {
    return endsAt.getTime() + this.#settlingMs;
  }

  /** When DynamoDB may remove an item: epoch seconds. */
  protected expiresAt(keptSeconds = retentionSeconds, from = this.clock.now()): number {
    return Math.floor(from.getTime() / 1000) + keptSeconds;
  }

  /**
   * Puts an item whose key is free, with the first event of its history. It expires, unless its own field `expiresAt` is
   * undefined. @returns it; undefined when there is one.
   */
  protected async createItem(key: Key, fields: StoredItem, event: NewEntry): Promise<StoredItem | undefined> {
    const history = [entryAt(this.clock.now(), event)];
    const item = { ...key, expiresAt: this.expiresAt(), ...fields, history };
    return (await this.table.putIf(item)) ? item : undefined;
  }

  /** Updates an item and adds what happened to its history. @param held The item, if it was read already. */
  protected async updateWithHistory(
    key: Key,
    changes: Update,
    happened: NewEntry | readonly NewEntry[],
    held?: object,
  ) {
    const item = held ?? (await this.table.get(key));
    return this.table.update(key, withEntry(changes, item, this.clock.now(), ...[happened].flat()));
  }

  /** What is awaited was looked at: it comes after all others that are due before then. */
  protected async postponeItem(key: Key, until: Date): Promise<void> {
    const condition = 'attribute_exists(#awaiting) AND #dueAt < :dueAt';
    await this.table.update(key, { set: { dueAt: until.getTime() }, condition });
  }
}
