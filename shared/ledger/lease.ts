import type { Key, StoredItem, Table, Update } from '../platform/aws/dynamodb-table.ts';
import type { Clock } from '../platform/clock.ts';

export type Lease = ReturnType<typeof createLease>;

/** An item that lets one of several overlapping runs work. */
export function createLease(table: Table, clock: Clock, key: Key) {
  /** Only while the lease is the owner's. */
  const update = (owner: string, changes: Update) =>
    table.update(key, { ...changes, condition: '#owner = :ours', values: { ours: owner } });

  return {
    /**
     * Takes the lease; undefined while another run has it. The lease of a run that died is free once it has ended.
     * @returns what the item held before.
     */
    async take(owner: string, seconds: number): Promise<StoredItem | undefined> {
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
    /** Sets attributes while the lease is ours; false when another run has taken it over. */
    async write(owner: string, set: Readonly<Record<string, unknown>>): Promise<boolean> {
      return (await update(owner, { set })) !== undefined;
    },
    /** Gives the lease back and sets attributes; does nothing when it is not ours any more. */
    async release(owner: string, set: Readonly<Record<string, unknown>> = {}): Promise<void> {
      await update(owner, { set, remove: ['leaseUntil', 'owner'] });
    },
  };
}
