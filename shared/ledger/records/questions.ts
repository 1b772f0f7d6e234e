import * as z from 'zod/mini';
import type { StoredItem, Table } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import { withEntry } from '../history.ts';
import { expiryAfter, questionKey } from '../keys.ts';

/** Azumuta is asked whether a product order is completed, again and again for a while. */
export interface Question {
  /** The hint that asks. A replayed one is another, as SQS was given it at another time. */
  readonly by: string;
  readonly since: Date;
  /** When Azumuta was asked last, by whichever hint. */
  readonly askedAt: Date;
  /** When the hint that asks did so last itself: one that does not come again is gone, however many others came. */
  readonly aliveAt: Date;
  /** Recordings that further hints named, some twice: the one that asks speaks for them as well. */
  readonly recordingIds: readonly string[];
  /** Nobody asks any more but the reconciliation, as an overdue order. */
  readonly overdue: boolean;
}

/** What was learnt of a completed order last, when nothing was to be booked of it. */
export interface Answered {
  /** The hint that asked, and that still tells it to a person if need be. */
  readonly by: string;
  readonly at: Date;
  /** Azumuta lists the recordings of its product orders, so that those that a trigger names are no news. */
  readonly listsRecordings: boolean;
}

/** A hint that ends, as another one asks. */
export interface Joining {
  /** Recordings that it names and the question does not. */
  readonly recordingIds: readonly string[];
  /** When it asked Azumuta itself. */
  readonly askedAt?: Date;
}

export interface Questions {
  /** Azumuta was asked by the hint that asks, and does not call the order completed. */
  readonly recordAsked: (number: string, asked: Pick<Question, 'by' | 'since'>) => Promise<void>;
  /**
   * Another hint about it ends; the one that asks speaks for its recordings. False when none asks any more, or when
   * others have named so many recordings meanwhile that no more have room: then the hint asks itself.
   */
  readonly join: (number: string, hint: Joining) => Promise<boolean>;
  /** Azumuta was asked long enough: the journey tells it, and from now on the order is overdue. */
  readonly leaveToReconciliation: (number: string, note: string) => Promise<void>;
  /** The order comes after all others that are due before `dueAt` now. */
  readonly markAsked: (number: string, dueAt: Date) => Promise<void>;
  /** It is completed. False when further hints have joined since the question was read, or it has ended. */
  readonly end: (number: string, read: Pick<Question, 'recordingIds'>) => Promise<boolean>;
  /** Azumuta was asked about a completed order once more, and there was nothing to book. */
  readonly recordAnswered: (number: string, answered: Answered) => Promise<void>;
}

/** A message lives for six days; an order that no ERP order is behind is asked about for so long. */
const keptSeconds = 30 * 86_400;
/**
 * No more recordings are added to as many: a hint adds 50 of 100 characters at most, and several may in the same
 * moment, so that the item stays below 64 KB with its history.
 */
const mostNamed = 100;
const hasRoom = ' AND (attribute_not_exists(#recordingIds) OR size(#recordingIds) < :mostNamed)';

export const storedSchema = z.object({
  by: z.string(),
  since: z.string(),
  askedAt: z.string(),
  aliveAt: z.string(),
  recordingIds: z._default(z.array(z.string()), []),
  awaiting: z.optional(z.string()),
});

export function questionOf(stored: StoredItem): Question {
  const { by, since, askedAt, aliveAt, recordingIds, awaiting } = z.parse(storedSchema, stored);
  return {
    by,
    since: new Date(since),
    askedAt: new Date(askedAt),
    aliveAt: new Date(aliveAt),
    recordingIds,
    overdue: awaiting !== undefined,
  };
}

export const answeredSchema = z.object({
  answeredAt: z.optional(z.string()),
  answeredBy: z._default(z.string(), ''),
  listsRecordings: z._default(z.boolean(), false),
});

export function answeredOf(stored: StoredItem | undefined): Answered | undefined {
  const { answeredAt, answeredBy: by, listsRecordings } = z.parse(answeredSchema, stored ?? {});
  return answeredAt === undefined ? undefined : { by, at: new Date(answeredAt), listsRecordings };
}

export function createQuestions(table: Table, clock: Clock): Questions {
  const expiresAt = () => expiryAfter(keptSeconds, clock.now());
  return {
    async recordAsked(number, { by, since }) {
      const now = clock.now().toISOString();
      const set = {
        v: 1,
        by,
        since: since.toISOString(),
        askedAt: now,
        aliveAt: now,
        expiresAt: expiresAt(),
      };
      await table.update(questionKey(number), { set, remove: ['awaiting', 'dueAt'] });
    },

    async join(number, { recordingIds, askedAt }) {
      const joined = await table.update(questionKey(number), {
        ...(askedAt ? { set: { askedAt: askedAt.toISOString() } } : {}),
        // Several at once join, and none overwrites what another names.
        append: { recordingIds },
        condition: `attribute_exists(#by) AND attribute_not_exists(#awaiting)${recordingIds.length > 0 ? hasRoom : ''}`,
        ...(recordingIds.length > 0 ? { values: { mostNamed } } : {}),
      });
      return joined !== undefined;
    },

    async leaveToReconciliation(number, note) {
      const now = clock.now();
      const before = await table.get(questionKey(number));
      const changes = { set: { awaiting: 'completion', dueAt: now.getTime() } };
      const told = { at: now.toISOString(), event: 'not completed', note };
      await table.update(questionKey(number), withEntry(changes, before, told));
    },

    async markAsked(number, dueAt) {
      await table.update(questionKey(number), {
        set: { dueAt: dueAt.getTime() },
        condition: 'attribute_exists(#awaiting)',
      });
    },

    async recordAnswered(number, { by, at, listsRecordings }) {
      const answered = { answeredBy: by, answeredAt: at.toISOString(), listsRecordings };
      const set = { v: 1, ...answered, expiresAt: expiresAt() };
      await table.update(questionKey(number), { set });
    },

    async end(number, { recordingIds }) {
      // What was told in the journey stays: only the question ends.
      const ended = await table.update(questionKey(number), {
        remove: ['by', 'recordingIds', 'awaiting', 'dueAt'],
        condition:
          'attribute_exists(#by) AND (attribute_not_exists(#recordingIds) OR size(#recordingIds) = :read)',
        values: { read: recordingIds.length },
      });
      return ended !== undefined;
    },
  };
}
