import * as z from 'zod/mini';
import type { Partner } from '../../model/partner.ts';
import { consumerOf, queueKeepsDays } from '../../model/queues.ts';
import { shorten } from '../../model/text.ts';
import type { DeepReadonly, Key, StoredItem, Update } from '../../platform/aws/dynamodb-table.ts';
import { maxNoteLength, type NewEntry, storedCauseSchema } from '../history.ts';
import { deadLetterKey, ledgerIndexes, noOrder } from '../keys.ts';
import { concernFieldNames, concernFields } from './concerns.ts';
import { dayFields } from './events.ts';
import { Records } from './records.ts';

export const deadLetterSchema = z.object({
  /** Id that the message had first: replays keep it, so that copies can be recognised. */
  messageId: z.string(),
  /** `unknown`, or empty, when the message does not say which order it is about. */
  orderNumber: z.string(),
  /** The function whose message it is: a replay sends it there. */
  stage: z.string(),
  reason: z.string(),
  /** Unknown when SQS itself moved the message to the dead-letter queue. */
  cause: z.optional(storedCauseSchema),
  isDead: z._default(z.boolean(), false),
});
export type DeadLetter = DeepReadonly<z.output<typeof deadLetterSchema>>;
export type DeadLetterId = Pick<DeadLetter, 'messageId' | 'orderNumber'>;

export interface DeadLetterRecord extends Omit<DeadLetter, 'isDead'> {
  /** The partner that was called last; Azumuta if it is unknown. */
  readonly partner?: Partner | undefined;
}

/** Partition of the index of concerns for those that need nobody, and whose message is still in the queue. */
const settledPartition = 'settled letter';
const queueKeepsMs = queueKeepsDays * 86_400_000;
const noLongerDead = ['isDead', ...concernFieldNames];

const keyOfDeadLetter = ({ messageId, orderNumber }: DeadLetterId) => deadLetterKey(orderNumber, messageId);

export function isOfCreation({ stage }: Pick<DeadLetter, 'stage'>): boolean {
  return stage === consumerOf['product-orders'];
}

export function isOfBooking({ stage }: Pick<DeadLetter, 'stage'>): boolean {
  return stage === consumerOf.completions;
}

export const deadLetterOf = (stored: StoredItem): DeadLetter => z.parse(deadLetterSchema, stored);

export class DeadLetters extends Records {
  /** The dead letters of an order, including those that were replayed or discarded since. */
  async listOfOrder(orderNumber: string): Promise<DeadLetter[]> {
    const { pk, sk } = deadLetterKey(orderNumber, '');
    return (await this.table.query(pk, sk)).map(deadLetterOf);
  }

  async record({ partner = 'azumuta', ...deadLetter }: DeadLetterRecord): Promise<void> {
    const now = this.clock.now();
    const { cause = 'internal-error', stage, reason } = deadLetter;
    const set = {
      ...deadLetter,
      reason: shorten(reason, maxNoteLength),
      isDead: true,
      // What is open does not expire, unless it names no order: then nothing but its message can be worked on.
      expiresAt: deadLetter.orderNumber === noOrder ? this.expiresAt() : undefined,
      ...dayFields(now, 'dead-lettered'),
      ...concernFields({ kind: 'dead-letter', partner, cause }, now),
    };
    const event: NewEntry = { event: 'dead-lettered', note: `${stage}: ${reason}` };
    if (await this.createItem(keyOfDeadLetter(deadLetter), set, event)) return;
    // It was replayed and failed again. If it is already recorded as dead, an attempt crashed after recording it.
    const remove = set.expiresAt === undefined ? ['expiresAt'] : [];
    const changes = { set, remove, condition: 'attribute_not_exists(#isDead)' };
    await this.updateWithHistory(keyOfDeadLetter(deadLetter), changes, event);
  }

  /** It was recorded but not sent to the dead-letter queue, was retried and succeeded: it needs nobody any more. */
  markRecovered(id: DeadLetterId): Promise<void> {
    return this.#endIfOpen(id, () => this.endOpen());
  }

  /** It is outdated, and needs nobody; but its message may still be in the dead-letter queue. */
  markSettled(id: DeadLetterId): Promise<void> {
    // It is still in the index, where it is counted with the messages of the queue.
    return this.#endIfOpen(id, ({ concernOf }) => ({
      set: {
        concern: settledPartition,
        concernOf: String(concernOf).split(' ').at(-1),
        expiresAt: this.expiresAt(),
      },
      remove: ['isDead'],
    }));
  }

  /** What was refused is decided again by another message, so the dead letter of the first refusal is outdated. */
  async settleOutdated(
    refusedBy: string | undefined,
    { messageId, orderNumber }: DeadLetterId,
  ): Promise<void> {
    if (refusedBy !== undefined && refusedBy !== messageId)
      await this.markSettled({ messageId: refusedBy, orderNumber });
  }

  /** Its product order is made, is made by another message, or is not to be made. */
  async settleOfCreation(orderNumber: string): Promise<void> {
    for (const deadLetter of await this.listOfOrder(orderNumber))
      if (deadLetter.isDead && isOfCreation(deadLetter)) await this.markSettled(deadLetter);
  }

  /** It needs nobody any more, and expires from now on. */
  protected endOpen() {
    return { set: { expiresAt: this.expiresAt() }, remove: noLongerDead };
  }

  async #endIfOpen(id: DeadLetterId, changesOf: (held: StoredItem) => Update): Promise<void> {
    const held = await this.table.get(keyOfDeadLetter(id));
    if (held?.isDead === undefined) return;
    const changes = { ...changesOf(held), condition: 'attribute_exists(#isDead)' };
    await this.updateWithHistory(keyOfDeadLetter(id), changes, { event: 'recovered' }, held);
  }
}

/** Dead letters, with what views read of them, and what a person does about one. */
export class DeadLettersForPeople extends DeadLetters {
  /** Open ones by their key, written `<pk> <sk>`; those that have ended meanwhile are missing. */
  async readOpen(keys: readonly Key[]): Promise<Map<string, DeadLetter>> {
    const items = await this.table.getAll(keys);
    const deadLetters = items.map((item) => [`${item.pk} ${item.sk}`, deadLetterOf(item)] as const);
    return new Map(deadLetters.filter(([, { isDead }]) => isDead));
  }

  /** It was sent to its queue again: it keeps its history and is no longer dead. */
  async markReplayed(id: DeadLetterId, note: string): Promise<void> {
    // Some have no record: the webhook endpoint has no table, and SQS's own redrive writes none.
    const changes = { ...this.endOpen(), condition: 'attribute_exists(pk)' };
    await this.updateWithHistory(keyOfDeadLetter(id), changes, { event: 'replayed', note });
  }

  /** An operator discarded it. The note says who and why, and is stored even where there was no record. */
  async markDiscarded({ partner: _, ...deadLetter }: DeadLetterRecord, note: string): Promise<void> {
    const reason = shorten(deadLetter.reason, maxNoteLength);
    const { set, remove } = this.endOpen();
    const changes = { set: { ...deadLetter, reason, ...set }, remove };
    await this.updateWithHistory(keyOfDeadLetter(deadLetter), changes, { event: 'discarded', note });
  }

  /** Settled ones that may still be in the queue, by their key, written `<pk> <sk>`. */
  async listSettled(limit: number): Promise<string[]> {
    const from = new Date(this.clock.now().getTime() - queueKeepsMs).toISOString();
    const found = await this.table.queryIndex(ledgerIndexes.concern, settledPartition, { from, limit });
    return found.map(({ pk, sk }) => `${pk} ${sk}`);
  }
}
