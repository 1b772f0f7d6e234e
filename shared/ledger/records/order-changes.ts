import * as z from 'zod/mini';
import { shorten } from '../../model/text.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Key, Table } from '../../platform/dynamodb-table.ts';
import { withEntry } from '../history.ts';
import { conflictKey, retentionSeconds } from '../keys.ts';
import { onItsDay } from './daily-activity.ts';

/** What a planner is told of an order that cannot follow the ERP by itself. */
export interface OrderChange {
  /** What it is about: the same is told once, until it is resolved. */
  readonly content: string;
  readonly event: 'conflict' | 'cancelled in the ERP' | 'not mapped';
  readonly note: string;
  /** Another ERP order (its id, or its number) that is mapped to the number as well: what it does is told by itself. */
  readonly claimant?: string;
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

const maxContentLength = 1000;
const toldSchema = z.object({ content: z._default(z.string(), '') });

/** What was told of an order last; empty when that is resolved, or nothing was told. */
export function toldOf(stored: object | undefined): string {
  return z.parse(toldSchema, stored ?? {}).content;
}

export function createOrderChanges(table: Table, clock: Clock): OrderChanges {
  async function tell(key: Key, content: string, told: { event: string; note: string }) {
    const now = clock.now();
    const held = await table.get(key);
    const before = toldOf(held);
    if (before === content) return false;
    const changes = {
      set: {
        v: 1,
        content,
        ...onItsDay(now, told.event),
        expiresAt: Math.floor(now.getTime() / 1000) + retentionSeconds,
      },
    };
    const written = await table.update(key, {
      ...withEntry(changes, held, { at: now.toISOString(), ...told }),
      // Somebody else who told something in between has told the same: both saw the same order.
      condition: 'attribute_not_exists(#content) OR #content = :before',
      values: { before },
    });
    return written !== undefined;
  }

  return {
    record: (number, { content, event, note, claimant }) =>
      tell(conflictKey(number, claimant), shorten(content, maxContentLength), { event, note }),
    async recordResolved(number, note, claimant) {
      await tell(conflictKey(number, claimant), '', { event: 'resolved', note });
    },
  };
}
