import type { Key, StoredItem, Table } from '../platform/aws/dynamodb-table.ts';
import type { Clock } from '../platform/clock.ts';

/** An item that lets one of several overlapping runs work. */
export interface Lease {
  /**
   * Takes the lease; undefined while another run has it. The lease of a run that died is free once it has ended.
   * @returns what the item held before.
   */
  readonly take: (owner: string, seconds: number) => Promise<StoredItem | undefined>;
  /** Sets attributes while the lease is ours; false when another run has taken it over. */
  readonly write: (owner: string, set: Readonly<Record<string, unknown>>) => Promise<boolean>;
  /** Gives the lease back and sets attributes; does nothing when it is not ours any more. */
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
      // The AWS SDK repeats a request whose answer was lost, and then finds its own lease.
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
