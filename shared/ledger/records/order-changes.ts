import * as z from 'zod/mini';
import type { Cause } from '../../model/errors.ts';
import { shorten } from '../../model/text.ts';
import type { Key, Table, Update } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import { storedCauseSchema, withEntry } from '../history.ts';
import { conflictKey, expiryAfter, retentionSeconds } from '../keys.ts';
import { dayFields } from './daily-activity.ts';
import { troubleFieldNames, troubleFields } from './troubles.ts';

/** What a planner is told of an order that cannot follow the ERP by itself. */
export interface OrderChange {
  /** What it is about: the same is told once, until it is resolved. */
  readonly content: string;
  readonly event: 'conflict' | 'cancelled in the ERP' | 'not mapped';
  readonly note: string;
  readonly cause: Cause;
  /** Another ERP order (its id, or its number) that is mapped to the number as well: what it does is told by itself. */
  readonly claimant?: string;
  /** What it is for, of an order that the ledger has nothing else of. */
  readonly about?: { readonly article: string; readonly quantity: string };
}

/** How orders changed in the ERP after they came: kept beside them, as no state of theirs changes. */
export interface OrderChanges {
  /**
   * Tell of a change in the journey of a product order, or of an ERP order that could not become one.
   * @returns false when it was told already.
   */
  readonly record: (number: string, change: OrderChange) => Promise<boolean>;
  /** The ERP wants again what there is: the next change is news, even if it was told before. */
  readonly recordResolved: (number: string, note: string, claimant?: string) => Promise<void>;
}

/** What is told of a product order that Azumuta does not know any more: whatever the ERP wants does not resolve it. */
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

/** What a planner was told last of how an order changed in the ERP. */
export interface Told {
  /** Empty when that is resolved, or nothing was told. */
  readonly told: string;
  readonly toldCause: Cause | undefined;
}

export function toldOf(stored: object | undefined): Told {
  const { content, cause } = z.parse(toldSchema, stored ?? {});
  return { told: content, toldCause: cause };
}

export function createOrderChanges(table: Table, clock: Clock): OrderChanges {
  async function tell(
    key: Key,
    content: string,
    told: { event: string; note: string },
    changes: (now: Date) => Pick<Update, 'set' | 'remove'>,
  ) {
    const now = clock.now();
    const held = await table.get(key);
    const before = toldOf(held).told;
    if (before === content) return false;
    const { set, remove } = changes(now);
    const written = await table.update(key, {
      ...withEntry(
        {
          ...(remove ? { remove } : {}),
          set: {
            ...set,
            v: 1,
            content,
            ...dayFields(now, told.event),
            expiresAt: expiryAfter(retentionSeconds, now),
          },
        },
        held,
        { at: now.toISOString(), ...told },
      ),
      // Somebody else who told something in between has told the same: both saw the same order.
      condition: 'attribute_not_exists(#content) OR #content = :before',
      values: { before },
    });
    return written !== undefined;
  }

  return {
    record: (number, { content: given, event, note, cause, claimant, about }) => {
      const content = shorten(given, maxContentLength);
      // What Azumuta has lost is mended there, all else in the ERP.
      const group = {
        kind: kindOf[event],
        partner: given === removedInAzumuta ? 'azumuta' : 'erp',
        cause,
      } as const;
      return tell(conflictKey(number, claimant), content, { event, note }, (now) => ({
        set: { cause, ...(about ? { about } : {}), ...troubleFields(group, now) },
      }));
    },
    async recordResolved(number, note, claimant) {
      await tell(conflictKey(number, claimant), '', { event: 'resolved', note }, () => ({
        remove: ['cause', ...troubleFieldNames],
      }));
    },
  };
}
