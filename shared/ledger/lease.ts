import type { Clock } from '../platform/clock.ts';
import type { Key, StoredItem, Table } from './table.ts';

/** One item that says whose turn it is: of runs that overlap, one works and the others see that it does. */
export interface Lease {
  /**
   * Take the lease, writing `remember` into its item; undefined while another run has it. A run that died is
   * waited for until its lease ends.
   * @returns what the item held before.
   */
  readonly take: (
    owner: string,
    seconds: number,
    remember?: Readonly<Record<string, unknown>>,
  ) => Promise<StoredItem | undefined>;
  /** Write something down while the lease is ours; false when another run has taken it over. */
  readonly write: (owner: string, set: Readonly<Record<string, unknown>>) => Promise<boolean>;
  /** Give it back; nothing happens when it is not ours any more. */
  readonly release: (owner: string, remember?: Readonly<Record<string, unknown>>) => Promise<void>;
}

export function createLease(table: Table, clock: Clock, key: Key): Lease {
  return {
    async take(owner, seconds, remember = {}) {
      const now = clock.now().getTime();
      const taken = await table.update(key, {
        set: { ...remember, owner, leaseUntil: now + seconds * 1000 },
        condition: 'attribute_not_exists(#leaseUntil) OR #leaseUntil <= :now',
        values: { now },
      });
      if (taken) return taken.before;
      // A lease whose answer was lost is asked for again by the AWS SDK, and then meets itself. What was
      // remembered before is gone with the answer.
      const held = await table.get(key);
      if (held?.owner !== owner || Number(held.leaseUntil) <= now) return undefined;
      return Object.fromEntries(Object.entries(held).filter(([name]) => !(name in remember)));
    },
    async write(owner, set) {
      const written = await table.update(key, { set, condition: '#owner = :ours', values: { ours: owner } });
      return written !== undefined;
    },
    async release(owner, remember = {}) {
      await table.update(key, {
        set: remember,
        remove: ['leaseUntil', 'owner'],
        condition: '#owner = :ours',
        values: { ours: owner },
      });
    },
  };
}
