import type { Key, StoredItem, Table } from '../platform/aws/dynamodb-table.ts';
import type { Clock } from '../platform/clock.ts';

/** One item that says whose turn it is: of runs that overlap, one works and the others see that it does. */
export interface Lease {
  /**
   * Take the lease; undefined while another run has it. A run that died is waited for until its lease ends.
   * @returns what the item held before.
   */
  readonly take: (owner: string, seconds: number) => Promise<StoredItem | undefined>;
  /** Write something down while the lease is ours; false when another run has taken it over. */
  readonly write: (owner: string, set: Readonly<Record<string, unknown>>) => Promise<boolean>;
  /** Give it back, writing something down; nothing happens when it is not ours any more. */
  readonly release: (owner: string, set?: Readonly<Record<string, unknown>>) => Promise<void>;
}

export function createLease(table: Table, clock: Clock, key: Key): Lease {
  return {
    async take(owner, seconds) {
      const now = clock.now().getTime();
      const taken = await table.update(key, {
        set: { owner, leaseUntil: now + seconds * 1000 },
        condition: 'attribute_not_exists(#leaseUntil) OR #leaseUntil <= :now',
        values: { now },
      });
      if (taken) return taken.before;
      // A lease whose answer was lost is asked for again by the AWS SDK, and then meets itself.
      const held = await table.get(key);
      return held?.owner === owner && Number(held.leaseUntil) > now ? held : undefined;
    },
    async write(owner, set) {
      const written = await table.update(key, { set, condition: '#owner = :ours', values: { ours: owner } });
      return written !== undefined;
    },
    async release(owner, set = {}) {
      await table.update(key, {
        set,
        remove: ['leaseUntil', 'owner'],
        condition: '#owner = :ours',
        values: { ours: owner },
      });
    },
  };
}
