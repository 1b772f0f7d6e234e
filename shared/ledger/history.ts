import * as z from 'zod/mini';
import { type Cause, causes } from '../model/causes.ts';
import type { JourneyEvent } from '../model/journey.ts';
import { shorten } from '../model/text.ts';
import type { DeepReadonly, Update } from '../platform/aws/dynamodb-table.ts';

const entrySchema = z.object({
  /** ISO instant. */
  at: z.string(),
  /** A `JourneyEvent`; after a rollback one that only the newer version knows. */
  event: z.string(),
  /** For a person. */
  note: z.exactOptional(z.string()),
});
/** What happened to an item and when. The journey of an order consists of these. */
export type HistoryEntry = DeepReadonly<z.output<typeof entrySchema>>;
export type NewEntry = Omit<HistoryEntry, 'at'> & { readonly event: JourneyEvent };

/** An item's own history, oldest first, and how many entries it has lost. */
export const heldSchema = z.object({
  history: z._default(z.array(entrySchema), []),
  historyLeft: z._default(z.number(), 0),
});

/** Bytes as JSON: a sixth of the 100 KB that no item exceeds, as a write is charged by the size of its whole item. */
export const maxHistoryBytes = 16 * 1024;
/** Characters of a note, and of the reason that an item holds for a person. */
export const maxNoteLength = 1000;

/** After a rollback an item may have a cause that only the newer version knows. */
export const storedCauseSchema = z.pipe(
  z.string(),
  z.transform((code): Cause => causes.find((cause) => cause === code) ?? 'internal-error'),
);

export function entryAt(now: Date, { event, note }: NewEntry): HistoryEntry {
  const noted = note === undefined ? {} : { note: shorten(note, maxNoteLength) };
  return { at: now.toISOString(), event, ...noted };
}

/**
 * The update with entries added to the history of the item `held`. A full history loses its oldest retries, then its oldest
 * entries but the first, and `historyLeft` counts them; an entry that another writer adds in the same moment may be lost with them.
 */
export function withEntry(
  update: Update,
  held: object | undefined,
  now: Date,
  ...entries: readonly NewEntry[]
): Update {
  const { history, historyLeft } = z.parse(heldSchema, held ?? {});
  const added = entries.map((entry) => entryAt(now, entry));
  const kept: HistoryEntry[] = [...history, ...added];
  while (kept.length > 2 && Buffer.byteLength(JSON.stringify(kept)) > maxHistoryBytes) {
    const retry = kept.findIndex(({ event }, at) => at > 0 && event === 'retry');
    // The latest entry is always kept, and the first: the keys of bookings hold its instant.
    kept.splice(retry === kept.length - 1 ? 1 : Math.max(1, retry), 1);
  }
  const left = history.length + added.length - kept.length;
  if (left === 0) return { ...update, append: { history: added } };
  return { ...update, set: { ...update.set, history: kept, historyLeft: historyLeft + left } };
}
