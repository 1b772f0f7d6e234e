import * as z from 'zod/mini';
import type { StoredItem } from '../../platform/aws/dynamodb-table.ts';
import { utcDayOf } from './events.ts';
import { Records } from './records.ts';

/** Words by the day (UTC) on which each was seen last. */
const seenOnSchema = z.record(z.string(), z.string());
export const statusWordsSchema = z.object({ words: seenOnSchema, writtenAt: z.string() });

export interface StatusWord {
  readonly word: string;
  /** The day (UTC) on which it was seen last. */
  readonly on: string;
}

const statusWordsKey = { pk: 'AZUMUTA', sk: 'STATUSES' };
const mostWords = 20;
/** A word, not an address or a picture; what is longer is a sentence, which may name somebody. */
const wordLike = /^[\p{L}\d .,_%°-]{1,40}$/u;
const statusWordsKeptSeconds = 90 * 86_400;

/** Words in the status of product orders that the contract does not know. 0.3.0 neither reads nor writes them. */
export class StatusWords extends Records {
  /** The one that was seen last comes first. */
  async list(): Promise<readonly StatusWord[]> {
    return statusWordsIn(await this.table.get(statusWordsKey));
  }

  /** Remembers those that were seen today; of more than 20, those that were seen last. */
  async remember(words: readonly string[]): Promise<void> {
    const seen = words.filter((word) => wordLike.test(word));
    if (seen.length === 0) return;
    const item = await this.table.get(statusWordsKey);
    const now = this.clock.now();
    const today = seen.map((word) => ({ word, on: utcDayOf(now) }));
    const earlier = statusWordsIn(item).filter(({ word }) => !seen.includes(word));
    const kept = [...today, ...earlier].slice(0, mostWords).map(({ word, on }) => [word, on]);
    await this.table.update(statusWordsKey, {
      set: {
        words: Object.fromEntries(kept),
        writtenAt: now.toISOString(),
        expiresAt: this.expiresAt(statusWordsKeptSeconds),
      },
      // Of two runs at once, the second one has read what the first one replaces: the next one remembers its words.
      condition: item ? '#writtenAt = :before' : 'attribute_not_exists(#writtenAt)',
      values: { before: item?.writtenAt },
    });
  }
}

function statusWordsIn(item: StoredItem | undefined): StatusWord[] {
  const { data } = z.safeParse(statusWordsSchema, item);
  const words = Object.entries(data?.words ?? {}).map(([word, on]) => ({ word, on }));
  return words.toSorted((one, other) => other.on.localeCompare(one.on));
}
