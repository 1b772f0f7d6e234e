import * as z from 'zod/mini';
import type { DeepReadonly, StoredItem } from '../../platform/aws/dynamodb-table.ts';
import { questionKey } from '../keys.ts';
import { Records } from './records.ts';

export const questionSchema = z.object({
  /** The hint whose message asks. A replayed one counts as another, as it was sent to SQS at another time. */
  by: z.string(),
  since: z.coerce.date(),
  /** When Azumuta was asked last, by any hint. */
  askedAt: z.coerce.date(),
  /** When `by` itself asked last. If that is too long ago, its message is lost, even if others have asked since. */
  aliveAt: z.coerce.date(),
  /** Recordings that other hints named, with duplicates: `by` collects them as well. */
  recordingIds: z._default(z.array(z.string()), []),
  /** Since when it is completed, and what was recorded may still change. */
  unsettledSince: z.optional(z.coerce.date()),
  /** Its completion: only the reconciliation still asks, as for an overdue order. */
  awaiting: z.optional(z.string()),
});
/** Whether a product order is completed: Azumuta is asked repeatedly for some time. */
export type Question = DeepReadonly<z.output<typeof questionSchema>>;
type Joining = Pick<Question, 'recordingIds'> & Partial<Pick<Question, 'askedAt'>>;

export const answeredSchema = z.object({
  /** The hint that asked, and that still tells a person if necessary. */
  by: z.string(),
  at: z.coerce.date(),
  /** Azumuta lists the recordings of its product orders, so a trigger that names some tells nothing new. */
  listsRecordings: z.boolean(),
});
/** The last answer about a completed order of which nothing was to be booked. */
export type Answered = DeepReadonly<z.output<typeof answeredSchema>>;

/** What is known of a number: undefined while nobody asks about it, or until another hint came about a completed order. */
export function questionOf({ by, answered, ...stored }: StoredItem = {}) {
  return {
    question: by === undefined ? undefined : z.parse(questionSchema, { by, ...stored }),
    answered: z.parse(z.optional(answeredSchema), answered),
  };
}

/** A message lives for six days; Azumuta is asked that long about an order that has no ERP order. */
const questionsKeptSeconds = 30 * 86_400;
/** No more are added then: of several hints at once each adds up to 50 of 100 characters, and the item is below 64 KB. */
const maxNamed = 100;
const hasRoom = ' AND (attribute_not_exists(#recordingIds) OR size(#recordingIds) < :maxNamed)';

export class Questions extends Records {
  /** The asking hint has asked Azumuta, and the order is not completed, or what was recorded is not settled. */
  async recordAsked(
    number: string,
    { by, since, unsettledSince }: Pick<Question, 'by' | 'since' | 'unsettledSince'>,
  ): Promise<void> {
    const now = this.clock.now().toISOString();
    const asked = { by, since: since.toISOString(), askedAt: now, aliveAt: now };
    const unsettled = { unsettledSince: unsettledSince?.toISOString() };
    const set = { ...asked, ...unsettled, expiresAt: this.expiresAt(questionsKeptSeconds) };
    const remove = ['awaiting', 'dueAt', ...(unsettledSince ? [] : ['unsettledSince'])];
    await this.table.update(questionKey(number), { set, remove });
  }

  /**
   * A hint ends, as another one asks already: hands over the recordings that only it names, and when it has asked Azumuta
   * itself. False when none asks any more, or when there is no room for so many recordings: then the hint asks itself.
   */
  async join(number: string, { recordingIds, askedAt }: Joining): Promise<boolean> {
    const names = recordingIds.length > 0;
    const joined = await this.table.update(questionKey(number), {
      set: { askedAt: askedAt?.toISOString() },
      // Appended, so that hints that join at the same moment do not overwrite each other.
      append: { recordingIds },
      condition: `attribute_exists(#by) AND attribute_not_exists(#awaiting)${names ? hasRoom : ''}`,
      values: names ? { maxNamed } : undefined,
    });
    return joined !== undefined;
  }

  /** Azumuta was asked long enough: adds the note to the journey; from now on the order is overdue. */
  async leaveToReconciliation(number: string, note: string): Promise<void> {
    const changes = { set: { awaiting: 'completion', dueAt: this.clock.now().getTime() } };
    await this.updateWithHistory(questionKey(number), changes, { event: 'not completed', note });
  }

  /** Azumuta was asked about a completed order again, and there was nothing to book. */
  async recordAnswered(number: string, { at, ...answered }: Answered): Promise<void> {
    const stored = { ...answered, at: at.toISOString() };
    const set = { answered: stored, expiresAt: this.expiresAt(questionsKeptSeconds) };
    await this.table.update(questionKey(number), { set });
  }

  /**
   * It is completed, or a dead letter is left of it. False when it has ended, or hints have joined since it was read: those
   * that name recordings, and where it matters (`lastAskedAt`) those that have asked Azumuta themselves.
   */
  async end(
    number: string,
    { recordingIds }: Pick<Question, 'recordingIds'>,
    { lastAskedAt }: { readonly lastAskedAt?: Date } = {},
  ): Promise<boolean> {
    const joinedNone = '(attribute_not_exists(#recordingIds) OR size(#recordingIds) = :read)';
    const askedNone = lastAskedAt ? ' AND #askedAt = :askedAt' : '';
    // Only the question ends: the journey keeps its history.
    const ended = await this.table.update(questionKey(number), {
      remove: ['by', 'recordingIds', 'unsettledSince', 'awaiting', 'dueAt'],
      condition: `attribute_exists(#by) AND ${joinedNone}${askedNone}`,
      values: { read: recordingIds.length, askedAt: lastAskedAt?.toISOString() },
    });
    return ended !== undefined;
  }
}
