import type { Key, StoredItem, Table, Update } from '../platform/aws/dynamodb-table.ts';
import type { Clock } from '../platform/clock.ts';
import { Records } from './records/records.ts';

/** An item that lets one of several overlapping runs work. */
export class Lease extends Records {
  readonly #key: Key;
  readonly #keptSeconds: number | undefined;

  /** @param keptSeconds Of one among many: how long its item is kept after it was taken. */
  constructor(table: Table, clock: Clock, key: Key, keptSeconds?: number) {
    super(table, clock);
    this.#key = key;
    this.#keptSeconds = keptSeconds;
  }

  /** @returns what the item held before; undefined while another run has the lease. That of a dead run ends by itself. */
  async take(owner: string, seconds: number): Promise<StoredItem | undefined> {
    const now = this.clock.now().getTime();
    const kept = this.#keptSeconds;
    const update = {
      set: { owner, leaseUntil: now + seconds * 1000, expiresAt: kept && this.expiresAt(kept) },
      condition: 'attribute_not_exists(#leaseUntil) OR #leaseUntil <= :now',
      values: { now },
    };
    const before = await this.table.update(this.#key, update, 'ALL_OLD');
    if (before) return before;
    // The AWS SDK repeats a request whose answer was lost, and then finds its own lease.
    const held = await this.table.get(this.#key);
    return held?.owner === owner && Number(held.leaseUntil) > now ? held : undefined;
  }

  /** Sets attributes while the lease is ours; false when another run has taken it over. */
  async setWhileHeld(owner: string, set: StoredItem): Promise<boolean> {
    return (await this.#updateWhileHeld(owner, { set })) !== undefined;
  }

  /** Gives the lease back, and sets and removes attributes; does nothing when it is not ours any more. */
  async release(owner: string, set: StoredItem = {}, remove: readonly string[] = []): Promise<void> {
    await this.#updateWhileHeld(owner, { set, remove: ['leaseUntil', 'owner', ...remove] });
  }

  #updateWhileHeld(owner: string, changes: Update) {
    return this.table.update(this.#key, { ...changes, condition: '#owner = :ours', values: { ours: owner } });
  }
}
