import * as z from 'zod/mini';
import { isSameErpOrder, partSchema, productOrderRefSchema } from '../../model/orders.ts';
import { queueKeepsDays } from '../../model/queues.ts';
import { shorten } from '../../model/text.ts';
import type { DeepReadonly, StoredItem, Update } from '../../platform/aws/dynamodb-table.ts';
import { nothingSent, stepSchema } from '../claims.ts';
import { heldSchema, maxNoteLength, type NewEntry } from '../history.ts';
import { batchPrefix, orderKey, partitionOf } from '../keys.ts';
import { batchEntryOf } from './batches.ts';
import { DeadLetters } from './dead-letters.ts';
import { ErpOrders, ErpOrdersToMake } from './erp-orders.ts';
import { type OrderContent, orderContentSchema } from './order-content.ts';
import { endFields, endOf, storedEndSchema } from './order-end.ts';
import { Records } from './records.ts';

const storedOrderSchema = z.object({
  number: z.string(),
  ...orderContentSchema.shape,
  mappedBy: z.optional(z.string()),
  part: partSchema,
  ...stepSchema.shape,
  /** Its message is known to have been sent since this content was written: it was claimed, or a pull sent it again. */
  enqueued: z._default(z.boolean(), false),
  /** When a message about it was sent again that no look has taken up since: `isMessageUnderWay` says how long that counts. */
  sentAgainAt: z.optional(z.string()),
  ...storedEndSchema.shape,
  productOrder: z.optional(productOrderRefSchema),
  linkedAt: z.optional(z.string()),
  /** ISO date by which the ERP wants it. */
  dueDate: z.optional(z.string()),
  /** An attempt to give the ERP its id ended after it may have written. */
  linkInDoubt: z._default(z.boolean(), false),
  /** Its completion: from when it came until it is known to be completed, or has ended. 0.3.0 begins once it is created. */
  awaiting: z.optional(z.string()),
  /** When it may be removed (epoch seconds). */
  expiresAt: z.number(),
  ...heldSchema.shape,
});
export const orderEntrySchema = z.pipe(
  storedOrderSchema,
  // Nothing else reads how an end is stored.
  z.transform(({ withdrawn, givenUp, ...order }) => ({
    ...order,
    end: endOf({ ...order, withdrawn, givenUp }),
  })),
);
export type OrderEntry = DeepReadonly<z.output<typeof orderEntrySchema>>;

/** The entry of a stored order. Throws on another item: only this module writes them. */
export const orderEntryOf = (stored: StoredItem): OrderEntry => z.parse(orderEntrySchema, stored);

/** Which part of its ERP order it is: 1 for an order that is not split, and for one that people typed into Azumuta. */
export function partIndexOf(entry: Pick<OrderEntry, 'part'> | undefined): number {
  return entry?.part.index ?? 1;
}

/** Whether the parts of its ERP order are booked at once, when all are completed. */
export function isBookedTogether(entry: OrderEntry | undefined): entry is OrderEntry {
  return entry?.part.book === 'when-all-done';
}

/** Whether Azumuta has it, as far as is known, and it is not known to be completed. */
export function isInAzumuta({ state, awaiting }: Pick<OrderEntry, 'state' | 'awaiting'>): boolean {
  return state === 'done' && awaiting !== undefined;
}

export type NewOrder = OrderContent &
  Pick<OrderEntry, 'number' | 'part' | 'mappedBy'> & {
    /** ISO date(-time) by which the ERP wants it done. */
    readonly dueDate?: string | undefined;
    /** How it came: `endpoint`, `pull`. */
    readonly via: string;
  };

/** After so long a message counts as lost: an order has one a day at most, however often it is asked about. */
const lostAfterMs = 86_400_000;
/** SQS drops a message after this, and before that it becomes a dead letter: none of an order is under way any more. */
const forgottenAfterMs = (queueKeepsDays - 1) * 86_400_000;

/**
 * Whether a message was sent again a short while ago, and still waits: for a partner, or for the end of a pause. Who asks
 * again, such as a pull every ten minutes, need not send another: each would be tried for days.
 */
export function isMessageUnderWay({ sentAgainAt }: Pick<OrderEntry, 'sentAgainAt'>, now: Date): boolean {
  return sentAgainAt !== undefined && now.getTime() - Date.parse(sentAgainAt) < lostAfterMs;
}

/** Whether it waits to be made, and SQS has forgotten its message: whoever would send one earlier sends a second one. */
export function isMessageForgotten({ state, sentAgainAt, history }: OrderEntry, now: Date): boolean {
  const queued = history.findLast(({ event }) => event === 'queued') ?? history[0];
  const sentAt = Date.parse(sentAgainAt ?? queued?.at ?? '');
  const isWaiting = state === 'waiting' || state === 'claimed';
  return isWaiting && now.getTime() - sentAt >= forgottenAfterMs;
}

/** What an order was made of, to have it made again. */
export function asMade(entry: OrderEntry): Omit<NewOrder, 'via'> {
  const { number, draft, contentHash, mappedBy, erpOrder, part, dueDate } = entry;
  return { number, draft, contentHash, mappedBy, erpOrder, part, dueDate };
}

/** How an order ends, and why: a sentence, of a person signed. */
export type Ending =
  | { readonly how: 'given up'; readonly because: string; readonly event?: 'left to people' }
  | {
      readonly how: 'withdrawn';
      readonly because: string;
      readonly event?: 'cancelled in the ERP';
      /** Absent where it surely was never there. */
      readonly inAzumuta?: 'removed' | 'perhaps';
    };

const monthSeconds = 30 * 86_400;

type Condition = Required<Pick<Update, 'condition' | 'values'>>;

const ifStateWas = (state: OrderEntry['state']) => ({ condition: '#state = :was', values: { was: state } });

/** Only while it is what was read: another writer may have written other content, or that of another ERP order. */
function ifUnchanged({ contentHash: readHash, erpOrder }: OrderEntry): Condition {
  const { number: readNumber, id: readId, article: readArticle } = erpOrder;
  const sameId = readId === undefined ? 'attribute_not_exists(#erpOrder.#id)' : '#erpOrder.#id = :readId';
  return {
    condition: `#contentHash = :readHash AND #erpOrder.#article = :readArticle AND #erpOrder.#number = :readNumber AND ${sameId}`,
    values: { readHash, readArticle, readNumber, readId },
  };
}

export class Orders extends Records {
  async find(number: string): Promise<OrderEntry | undefined> {
    const stored = await this.table.get(orderKey(number));
    return stored && orderEntryOf(stored);
  }

  /** The reconciliation asks about it once it is overdue: Azumuta has it, and the ERP wants it. */
  async awaitCompletion(number: string): Promise<void> {
    await this.table.update(orderKey(number), { set: { awaiting: 'completion' }, ...ifStateWas('done') });
  }

  /** The reconciliation does not ask about it: the ERP does not want it, or Azumuta lacks it. */
  async stopAwaitingCompletion(number: string): Promise<void> {
    await this.table.update(orderKey(number), { remove: ['awaiting'], ...ifStateWas('done') });
  }

  /** Its completion is known: the reconciliation asks about it no more. */
  async markCompleted(entry: OrderEntry): Promise<void> {
    const changes = { remove: ['awaiting'], condition: 'attribute_exists(#awaiting)' };
    const event: NewEntry = { event: 'completed', note: 'Azumuta says so' };
    await this.updateWithHistory(orderKey(entry.number), changes, event, entry);
  }
}

/** Product orders, with how they end. */
export class OrdersToEnd extends Orders {
  protected readonly deadLetters = new DeadLetters(this.table, this.clock);
  readonly #parts = new ErpOrders(this.table, this.clock);

  /**
   * Ends an order, and makes its step unclaimable by the same write: without `rejectedBy` each message finds it rejected.
   * So dead letters of its creation are outdated, and parts that are booked together are booked without it. What Azumuta has
   * is still created there, unless it was removed. Only `replace` takes an end back.
   * @returns the order as it is then; undefined when it may have been created, claimed or changed since it was read.
   */
  async end(entry: OrderEntry, ending: Ending): Promise<OrderEntry | undefined> {
    const { how, because } = ending;
    const isMade = how === 'given up' && entry.state === 'done';
    const inAzumuta = how === 'withdrawn' ? ending.inAzumuta : 'perhaps';
    const refused = { state: 'rejected', reason: shorten(because, maxNoteLength), cause: 'order-state' };
    const set = {
      ...(how === 'given up' ? { givenUp: true } : { withdrawn: true }),
      // What may be there is still in doubt.
      ...(inAzumuta === 'perhaps' ? {} : { clean: true }),
      ...(isMade ? {} : refused),
    };
    const remove = ['awaiting', 'rejectedBy', ...(how === 'given up' ? ['dueAt'] : [])];
    const event: NewEntry = { event: ending.event ?? how, note: because };
    const when = inAzumuta === undefined ? nothingSent : ifStateWas(entry.state);
    const written = await this.updateAsRead(entry, { set, remove }, event, when);
    if (!written) return undefined;
    await this.deadLetters.settleOfCreation(entry.number);
    if (how === 'given up' && isBookedTogether(entry))
      await this.#parts.endPart(entry.erpOrder, entry.part.index);
    return orderEntryOf({ ...written });
  }

  /** Changes an order that is still as it was read; undefined when it is not, or when the condition does not hold. */
  protected updateAsRead(entry: OrderEntry, changes: Update, event: NewEntry, when: Condition) {
    const unread = ifUnchanged(entry);
    const condition = `${when.condition} AND ${unread.condition}`;
    const values = { ...when.values, ...unread.values };
    return this.updateWithHistory(orderKey(entry.number), { ...changes, condition, values }, event, entry);
  }
}

/** The same, with what is made and changed of them as the ERP wants them. */
export class OrdersToMake extends OrdersToEnd {
  readonly #erpOrders = new ErpOrdersToMake(this.table, this.clock);

  /** Adds a new order; false when there is one already. */
  async create({ via, ...order }: NewOrder): Promise<boolean> {
    const fields = { ...this.#storedFields(order), attempts: 0 };
    const event: NewEntry = { event: 'queued', note: `by ${via}` };
    return (await this.createItem(orderKey(order.number), fields, event)) !== undefined;
  }

  /**
   * Replaces the content of an order that was not created, which another message creates: dead letters of its creation are
   * outdated, and a part that had ended is wanted with the others again. @returns false when it may have been created or
   * changed since.
   */
  async replace(entry: OrderEntry, { via, ...order }: NewOrder): Promise<boolean> {
    const changes = {
      set: { ...this.#storedFields(order), enqueued: false },
      remove: [
        'reason',
        'cause',
        'rejectedBy',
        'sentAgainAt',
        ...endFields,
        ...(order.dueDate === undefined ? ['dueDate'] : []),
      ],
    };
    const event: NewEntry = { event: 'queued', note: `again by ${via}` };
    const condition = `(#state = :rejected OR ${nothingSent.condition})`;
    const written = await this.updateAsRead(entry, changes, event, { ...nothingSent, condition });
    if (!written && !(await this.#isReplaced(entry.number, order))) return false;
    await this.deadLetters.settleOfCreation(entry.number);
    if (entry.end && isBookedTogether(entry))
      await this.#erpOrders.takeBackPart(entry.erpOrder, entry.part.index);
    return true;
  }

  /** By a write of ours whose answer was lost, or by another caller with the same content. */
  async #isReplaced(number: string, { contentHash, erpOrder }: OrderContent): Promise<boolean> {
    const held = await this.find(number);
    return (
      held?.state === 'waiting' && held.contentHash === contentHash && isSameErpOrder(held.erpOrder, erpOrder)
    );
  }

  /** Its content and due date from now on; does nothing when another writer has changed it since it was read. */
  async adoptContent(
    entry: OrderEntry,
    { draft, contentHash, erpOrder, dueDate = entry.dueDate }: OrderContent & Pick<NewOrder, 'dueDate'>,
  ): Promise<void> {
    const due = dueDate === entry.dueDate ? {} : { dueDate, dueAt: this.#dueAt(dueDate) };
    const set = { draft, contentHash, erpOrder, erpOrderNumber: erpOrder.number, ...due };
    await this.table.update(orderKey(entry.number), { set, ...ifUnchanged(entry) });
  }

  /** A message about it was sent again: until it is taken up, `isMessageUnderWay` keeps others from sending one more. */
  async markMessageSentAgain(number: string): Promise<void> {
    const set = { enqueued: true, sentAgainAt: this.clock.now().toISOString() };
    await this.table.update(orderKey(number), { set, condition: 'attribute_exists(pk)' });
  }

  /** A look begins: what changes from now on needs another message. */
  async clearMessageSentAgain({ number, sentAgainAt }: OrderEntry): Promise<void> {
    if (sentAgainAt !== undefined) await this.table.update(orderKey(number), { remove: ['sentAgainAt'] });
  }

  /** Records the result of an attempt to give the ERP its id, after it was created. */
  async recordLink(
    entry: OrderEntry,
    set: Partial<Pick<OrderEntry, 'linkedAt' | 'linkInDoubt'>>,
    events: readonly NewEntry[],
  ): Promise<void> {
    await this.updateWithHistory(orderKey(entry.number), { set }, events, entry);
  }

  /** Nothing open expires, and an order's records expire together: once a month, all are kept as if they were written now. */
  async renewExpiry({ number, erpOrder, part, expiresAt: before }: OrderEntry): Promise<void> {
    const expiresAt = this.expiresAt();
    if (before > expiresAt - monthSeconds) return;
    const own = await this.table.query(partitionOf(number));
    const ofBatch = part.batch ? await this.table.query(partitionOf(part.batch.number), batchPrefix) : [];
    const batches = ofBatch.filter((one) => isSameErpOrder(batchEntryOf(one).erpOrder, erpOrder));
    const ofErpOrder = await this.#erpOrders.itemsOf(erpOrder);
    for (const { pk, sk, expiresAt: old } of [...own, ...batches, ...ofErpOrder]) {
      const key = { pk: String(pk), sk: String(sk) };
      const changes = { set: { expiresAt }, condition: 'attribute_exists(pk)' };
      if (old !== undefined) await this.table.update(key, changes);
    }
  }

  /** It is in the index by its due date from now on: it is late wherever it stands. */
  #storedFields(order: Omit<NewOrder, 'via'>) {
    const erpOrderNumber = order.erpOrder.number;
    const dueAt = this.#dueAt(order.dueDate);
    return { ...order, erpOrderNumber, state: 'waiting', awaiting: 'completion', dueAt };
  }

  /** The reconciliation asks about an order without a due date a week after it came. */
  #dueAt(dueDate: string | undefined): number {
    const due = Date.parse(dueDate ?? '');
    return Number.isNaN(due) ? this.clock.now().getTime() + 7 * 86_400_000 : due;
  }
}
