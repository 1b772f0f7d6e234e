import * as z from 'zod/mini';
import type { Cause } from '../../model/causes.ts';
import { shorten } from '../../model/text.ts';
import type { Key, Table, Update } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import { type NewEntry, storedCauseSchema, withEntry } from '../history.ts';
import { conflictKey, expiryAfter, retentionSeconds } from '../keys.ts';
import { dayFields } from './events.ts';
import { troubleFieldNames, troubleFields } from './troubles.ts';

/** A change in the ERP that a product order cannot follow by itself, so that a planner must be told. */
export interface OrderChange {
  /** Identifies the change: the same one is told once, until it is resolved. */
  readonly content: string;
  readonly event: 'conflict' | 'cancelled in the ERP' | 'not mapped';
  readonly note: string;
  readonly cause: Cause;
  /** Another ERP order (its id or number) that is mapped to the same number: its changes are kept separately. */
  readonly claimant?: string | undefined;
  /** Article and quantity of an order of which the ledger has no other record. */
  readonly about?: { readonly article: string; readonly quantity: string } | undefined;
}

/** Content of the change when a product order was removed in Azumuta. No change in the ERP resolves it. */
export const removedInAzumuta = 'removed in Azumuta';

const kindOf = {
  conflict: 'changed',
  'cancelled in the ERP': 'cancelled',
  'not mapped': 'unmapped',
} as const;

const maxContentLength = 1000;
export const toldSchema = z.object({
  content: z._default(z.string(), ''),
  cause: z.optional(storedCauseSchema),
});

/** What a planner was told last about an order. */
export interface Told {
  /** Content of the last change; empty when it is resolved or there was none. */
  readonly told: string;
  readonly toldCause: Cause | undefined;
}

export function toldOf(stored: object | undefined): Told {
  const { content, cause } = z.parse(toldSchema, stored ?? {});
  return { told: content, toldCause: cause };
}

/** How orders changed in the ERP after they came. Kept in an item of its own, as the order's state does not change. */
export function createOrderChanges(table: Table, clock: Clock) {
  async function write(
    key: Key,
    content: string,
    event: NewEntry,
    { set, remove }: Update,
  ): Promise<boolean> {
    const now = clock.now();
    const held = await table.get(key);
    const before = toldOf(held).told;
    if (before === content) return false;
    const expiresAt = expiryAfter(retentionSeconds, now);
    const changes = { set: { ...set, v: 1, content, ...dayFields(now, event.event), expiresAt }, remove };
    const written = await table.update(key, {
      ...withEntry(changes, held, now, event),
      // Another writer who was faster has written the same, as both saw the same order.
      condition: 'attribute_not_exists(#content) OR #content = :before',
      values: { before },
    });
    return written !== undefined;
  }

  return {
    /**
     * Adds a change to the journey of a product order, or of an ERP order that could not become one.
     * @returns false when it was there already.
     */
    record(number: string, { content, event, note, cause, claimant, about }: OrderChange): Promise<boolean> {
      // An order that was removed in Azumuta is corrected there, all others in the ERP.
      const partner = content === removedInAzumuta ? 'azumuta' : 'erp';
      const set = { cause, about, ...troubleFields({ kind: kindOf[event], partner, cause }, clock.now()) };
      const key = conflictKey(number, claimant);
      return write(key, shorten(content, maxContentLength), { event, note }, { set });
    },
    /** The ERP wants again what there is. The next change is new, even if it was told before. */
    async recordResolved(number: string, note: string, claimant?: string): Promise<void> {
      const event = { event: 'resolved', note };
      await write(conflictKey(number, claimant), '', event, { remove: ['cause', ...troubleFieldNames] });
    },
  };
}
