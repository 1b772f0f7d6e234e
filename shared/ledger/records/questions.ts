import * as z from 'zod/mini';
import type { DeepReadonly, StoredItem, Table } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import { storedInstantSchema, withEntry } from '../history.ts';
import { expiryAfter, questionKey } from '../keys.ts';

/** The last answer about a completed order of which nothing was to be booked. */
export interface Answered {
  /** The hint that asked, and that still tells a person if necessary. */
  readonly by: string;
  readonly at: Date;
  /** Azumuta lists the recordings of its product orders, so a trigger that names some tells nothing new. */
  readonly listsRecordings: boolean;
}

/** A hint that ends because another one already asks. */
export interface Joining {
  /** Recordings that it names and that the question does not have. */
  readonly recordingIds: readonly string[];
  /** When it asked Azumuta itself. */
  readonly askedAt?: Date | undefined;
}

/** A message lives for six days; Azumuta is asked that long about an order that has no ERP order. */
const keptSeconds = 30 * 86_400;
/**
 * Once there are so many recordings, no more are added. A hint adds up to 50 of 100 characters, and several may do so at
 * the same moment; the item stays below 64 KB with its history.
 */
const maxNamed = 100;
const hasRoom = ' AND (attribute_not_exists(#recordingIds) OR size(#recordingIds) < :maxNamed)';

export const storedSchema = z.object({
  /** The hint whose message asks. A replayed one counts as another, as it was sent to SQS at another time. */
  by: z.string(),
  since: storedInstantSchema,
  /** When Azumuta was asked last, by any hint. */
  askedAt: storedInstantSchema,
  /** When `by` itself asked last. If that is too long ago, its message is lost, even if others have asked since. */
  aliveAt: storedInstantSchema,
  /** Recordings that other hints named, with duplicates: `by` collects them as well. */
  recordingIds: z._default(z.array(z.string()), []),
  awaiting: z.optional(z.string()),
});

/** Whether a product order is completed: Azumuta is asked repeatedly for some time. */
export interface Question extends DeepReadonly<Omit<z.output<typeof storedSchema>, 'awaiting'>> {
  /** Only the reconciliation still asks, as for an overdue order. */
  readonly overdue: boolean;
}

export function questionOf(stored: StoredItem): Question {
  const { awaiting, ...question } = z.parse(storedSchema, stored);
  return { ...question, overdue: awaiting !== undefined };
}

export const answeredSchema = z.object({
  answeredAt: z.optional(storedInstantSchema),
  answeredBy: z._default(z.string(), ''),
  listsRecordings: z._default(z.boolean(), false),
});

export function answeredOf(stored: StoredItem | undefined): Answered | undefined {
  const { answeredAt: at, answeredBy: by, listsRecordings } = z.parse(answeredSchema, stored ?? {});
  return at && { by, at, listsRecordings };
}

export class Questions {
  readonly #table: Table;
  readonly #clock: Clock;

  constructor(table: Table, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  /** The asking hint has asked Azumuta, and the order is not completed. */
  async recordAsked(number: string, { by, since }: Pick<Question, 'by' | 'since'>): Promise<void> {
    const now = this.#clock.now().toISOString();
    const set = {
      v: 1,
      by,
      since: since.toISOString(),
      askedAt: now,
      aliveAt: now,
      expiresAt: this.#expiresAt(),
    };
    await this.#table.update(questionKey(number), { set, remove: ['awaiting', 'dueAt'] });
  }

  /**
   * Hands the recordings of another hint to the asking one. False when none asks any more, or when so many recordings
   * were named meanwhile that there is no room: then the hint asks itself.
   */
  async join(number: string, { recordingIds, askedAt }: Joining): Promise<boolean> {
    const joined = await this.#table.update(questionKey(number), {
      set: { askedAt: askedAt?.toISOString() },
      // Appended, so that hints that join at the same moment do not overwrite each other.
      append: { recordingIds },
      condition: `attribute_exists(#by) AND attribute_not_exists(#awaiting)${recordingIds.length > 0 ? hasRoom : ''}`,
      values: recordingIds.length > 0 ? { maxNamed } : undefined,
    });
    return joined !== undefined;
  }

  /** Azumuta was asked long enough: adds the note to the journey; from now on the order is overdue. */
  async leaveToReconciliation(number: string, note: string): Promise<void> {
    const now = this.#clock.now();
    const before = await this.#table.get(questionKey(number));
    const changes = { set: { awaiting: 'completion', dueAt: now.getTime() } };
    const event = { event: 'not completed', note };
    await this.#table.update(questionKey(number), withEntry(changes, before, now, event));
  }

  /** From now on the order comes after all others that are due before `dueAt`. */
  async markAsked(number: string, dueAt: Date): Promise<void> {
    await this.#table.update(questionKey(number), {
      set: { dueAt: dueAt.getTime() },
      condition: 'attribute_exists(#awaiting)',
    });
  }

  /** Azumuta was asked about a completed order once more, and there was nothing to book. */
  async recordAnswered(number: string, { by, at, listsRecordings }: Answered): Promise<void> {
    const answered = { answeredBy: by, answeredAt: at.toISOString(), listsRecordings };
    const set = { v: 1, ...answered, expiresAt: this.#expiresAt() };
    await this.#table.update(questionKey(number), { set });
  }

  /** It is completed. False when further hints have joined since the question was read, or it has ended. */
  async end(number: string, { recordingIds }: Pick<Question, 'recordingIds'>): Promise<boolean> {
    // Only the question ends: its history stays in the journey.
    const ended = await this.#table.update(questionKey(number), {
      remove: ['by', 'recordingIds', 'awaiting', 'dueAt'],
      condition:
        'attribute_exists(#by) AND (attribute_not_exists(#recordingIds) OR size(#recordingIds) = :read)',
      values: { read: recordingIds.length },
    });
    return ended !== undefined;
  }

  #expiresAt(): number {
    return expiryAfter(keptSeconds, this.#clock.now());
  }
}
