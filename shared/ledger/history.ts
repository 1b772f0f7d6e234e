import * as z from 'zod/mini';
import { type Cause, causes } from '../model/errors.ts';
import { shorten } from '../model/text.ts';
import type { Update } from '../platform/aws/dynamodb-table.ts';

/** What happened to an item and when: the journey of an order is read from these. */
export interface HistoryEntry {
  /** ISO instant. */
  readonly at: string;
  /** `queued`, `retry`, `rejected`, `created`, `linked`, `booked` … */
  readonly event: string;
  /** For a person. */
  readonly note?: string;
}

/**
 * Bytes of a history as JSON: no item passes 64 KB, a sixth of what DynamoDB takes, as each write of an item is
 * charged by all of it. Source: AWS, "DynamoDB read and write operations".
 */
export const maxHistoryBytes = 16 * 1024;
/** Characters of a note, and of the reason that an item keeps for a person. */
export const maxNoteLength = 1000;

/** A newer version, before this one was deployed again, may have noted a cause that this one does not know. */
export const storedCauseSchema = z.pipe(
  z.string(),
  z.transform((code): Cause => causes.find((cause) => cause === code) ?? 'internal-error'),
);

/** An item's own history, oldest first. */
export const historySchema = z._default(
  z.array(z.object({ at: z.string(), event: z.string(), note: z.exactOptional(z.string()) })),
  [],
);
export const heldSchema = z.object({ history: historySchema, historyLeft: z._default(z.number(), 0) });

/**
 * The update, which also adds entries to the item's history. A full one loses its oldest retries, then its oldest
 * entries, and `historyLeft` counts them; an entry that another writer adds in the same moment may be lost with them.
 * @param held The item as it was read; undefined when there is none.
 */
export function withEntry(
  update: Update,
  held: object | undefined,
  ...entries: readonly HistoryEntry[]
): Update {
  const { history, historyLeft } = z.parse(heldSchema, held ?? {});
  const added = entries.map(({ note, ...entry }) =>
    note === undefined ? entry : { ...entry, note: shorten(note, maxNoteLength) },
  );
  const kept: HistoryEntry[] = [...history, ...added];
  while (kept.length > 1 && bytesOf(kept) > maxHistoryBytes) {
    const retry = kept.findIndex(({ event }) => event === 'retry');
    // The latest is kept in any case.
    kept.splice(retry === kept.length - 1 ? 0 : Math.max(0, retry), 1);
  }
  const left = history.length + added.length - kept.length;
  if (left === 0) return { ...update, append: { history: added } };
  return { ...update, set: { ...update.set, history: kept, historyLeft: historyLeft + left } };
}

function bytesOf(history: readonly HistoryEntry[]): number {
  return Buffer.byteLength(JSON.stringify(history));
}
