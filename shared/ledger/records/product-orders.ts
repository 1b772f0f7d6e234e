import * as z from 'zod/mini';
import type { Rejection } from '../../model/errors.ts';
import { type ErpOrderFacts, isSameErpOrder } from '../../model/orders.ts';
import type { DeepReadonly, StoredItem, Table, Update } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import { isNothingSent, nothingSent as neverSent, stepSchema } from '../claims.ts';
import { heldSchema, type NewEntry, withEntry } from '../history.ts';
import { expiryAfter, numberOf, orderKey, retentionSeconds } from '../keys.ts';
import { ledgerIndexes } from '../table-schema.ts';
import { bookPartsSchema, erpOrderFactsSchema, productOrderRefSchema } from './erp-orders.ts';

/** A product order as it was made, or is to be made, in Azumuta. */
export const draftSchema = z.object({
  number: z.string(),
  article: z.string(),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  variants: z.array(z.string()),
});

export const storedSchema = z.object({
  number: z.string(),
  /** What its draft was made for: bookings are compared with this. Only the number follows a renamed ERP order. */
  erpOrder: erpOrderFactsSchema,
  draft: draftSchema,
  /** Hash of the mapped content: tells an echo from a change. */
  contentHash: z.string(),
  part: z.object({ index: z.number(), first: z.string(), book: bookPartsSchema }),
  ...stepSchema.shape,
  /** Its message is known to have been sent since this content was written: it was claimed, or a pull sent it again. */
  enqueued: z._default(z.boolean(), false),
  /** Rejected without a dead letter, as the ERP does not want it any more. It may be released again. */
  withdrawn: z._default(z.boolean(), false),
  /** A person has given it up: nothing is booked for it, and nobody asks about it. */
  givenUp: z._default(z.boolean(), false),
  productOrder: z.optional(productOrderRefSchema),
  linkedAt: z.optional(z.string()),
  /** An attempt to give the ERP its id ended after it may have written. */
  linkInDoubt: z._default(z.boolean(), false),
  awaiting: z.optional(z.string()),
  ...heldSchema.shape,
});

/** What the ledger knows about one product order. */
export interface OrderEntry
  extends DeepReadonly<Omit<z.output<typeof storedSchema>, 'attempts' | 'clean' | 'awaiting'>> {
  /** Nothing was ever sent to Azumuta that may have created it. */
  readonly surelyNotCreated: boolean;
  /** It is created, and not known to be completed. */
  readonly awaitsCompletion: boolean;
}

/** The entry of a stored order. Throws on another item: only this module writes them. */
export function orderEntryOf(stored: StoredItem): OrderEntry {
  const { awaiting, attempts, clean, ...entry } = z.parse(storedSchema, stored);
  const surelyNotCreated = isNothingSent({ ...entry, attempts, clean });
  return { ...entry, surelyNotCreated, awaitsCompletion: awaiting !== undefined };
}

export type NewOrder = Pick<OrderEntry, 'number' | 'erpOrder' | 'draft' | 'contentHash' | 'part'> & {
  /** ISO date(-time) by which the ERP wants it done. */
  readonly dueDate?: string | undefined;
  /** How it came: `endpoint`, `pull`. */
  readonly via: string;
};

/** Only while it is what was read: another writer may have written other content, or that of another ERP order. */
function unchanged({ contentHash, erpOrder }: OrderEntry) {
  const { number, id, article } = erpOrder;
  const sameId = id === undefined ? 'attribute_not_exists(#erpOrder.#id)' : '#erpOrder.#id = :readId';
  return {
    condition: `#contentHash = :readHash AND #erpOrder.#article = :readArticle AND #erpOrder.#number = :readNumber AND ${sameId}`,
    values: {
      readHash: contentHash,
      readArticle: article,
      readNumber: number,
      readId: id,
    },
  };
}

export class Orders {
  readonly #table: Table;
  readonly #clock: Clock;

  constructor(table: Table, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  async find(number: string): Promise<OrderEntry | undefined> {
    const stored = await this.#table.get(orderKey(number));
    return stored && orderEntryOf(stored);
  }

  /** Adds a new order; false when there is one already. */
  async put({ via, dueDate, ...order }: NewOrder): Promise<boolean> {
    const now = this.#clock.now();
    return this.#table.putIf({
      ...orderKey(order.number),
      ...order,
      v: 1,
      erpOrderNumber: order.erpOrder.number,
      state: 'waiting',
      attempts: 0,
      history: [{ at: now.toISOString(), event: 'queued', note: `by ${via}` }],
      dueAt: dueAtOf(dueDate, now),
      expiresAt: expiryAfter(retentionSeconds, now),
    });
  }

  /** Replaces the content of an order that was not created; false when it may have been created or changed since. */
  async replace(entry: OrderEntry, { via, dueDate, number: _, ...content }: NewOrder): Promise<boolean> {
    const changes = {
      set: {
        ...content,
        erpOrderNumber: content.erpOrder.number,
        state: 'waiting',
        enqueued: false,
        dueAt: dueAtOf(dueDate, this.#clock.now()),
      },
      remove: ['reason', 'cause', 'rejectedBy', 'withdrawn'],
    };
    const event = { event: 'queued', note: `again by ${via}` };
    const condition = `(#state = :rejected OR ${neverSent.condition})`;
    if (await this.#change(entry, changes, event, condition)) return true;
    // Replaced by a write of ours whose answer was lost, or by another caller with the same content.
    const held = await this.find(entry.number);
    return (
      held?.state === 'waiting' &&
      held.contentHash === content.contentHash &&
      isSameErpOrder(held.erpOrder, content.erpOrder)
    );
  }

  /** Prevents that an order that was surely not created ever is; false when it may have been created or changed since. */
  async withdraw(entry: OrderEntry, rejection: Rejection, event: NewEntry): Promise<boolean> {
    // Without `rejectedBy` no message may claim it again: each one finds it rejected and ends.
    const changes = {
      set: { state: 'rejected', withdrawn: true, clean: true, ...rejection },
      remove: ['rejectedBy'],
    };
    if (await this.#change(entry, changes, event, neverSent.condition)) return true;
    // Withdrawn by another caller.
    const held = await this.find(entry.number);
    return held?.withdrawn === true && isSameErpOrder(held.erpOrder, entry.erpOrder);
  }

  /** Its ERP order has another number or article code now, or an id; does nothing when another writer has changed it since it was read. */
  async renameErpOrder(
    entry: OrderEntry,
    { number, id, article }: Omit<ErpOrderFacts, 'unit'>,
  ): Promise<void> {
    await this.#table.update(orderKey(entry.number), {
      set: {
        erpOrder: { ...entry.erpOrder, number, article, ...(id === undefined ? {} : { id }) },
        erpOrderNumber: number,
      },
      ...unchanged(entry),
    });
  }

  /** Azumuta has by now what the ERP wants: that is its content from now on. False when it was changed since it was read. */
  async take(
    entry: OrderEntry,
    { draft, contentHash, erpOrder }: Pick<OrderEntry, 'draft' | 'contentHash' | 'erpOrder'>,
  ): Promise<void> {
    const set = { draft, contentHash, erpOrder, erpOrderNumber: erpOrder.number };
    await this.#table.update(orderKey(entry.number), { set, ...unchanged(entry) });
  }

  /**
   * Azumuta does not have it any more: if it is wanted again, it is created anew.
   * @returns it as it is then, for `replace`, which sees whether another writer has changed it.
   */
  async withdrawRemoved(entry: OrderEntry, rejection: Rejection): Promise<OrderEntry> {
    const unread = unchanged(entry);
    const changes = {
      set: { state: 'rejected', withdrawn: true, clean: true, ...rejection },
      remove: ['awaiting', 'rejectedBy'],
    };
    await this.#table.update(orderKey(entry.number), {
      ...withEntry(changes, entry, this.#clock.now(), { event: 'withdrawn', note: rejection.reason }),
      condition: `#state = :done AND ${unread.condition}`,
      values: { done: 'done', ...unread.values },
    });
    return { ...entry, withdrawn: true, state: 'rejected' };
  }

  /** A person gives it up. @param note Who, and why. */
  async giveUp(entry: OrderEntry, note: string): Promise<void> {
    const changes = { set: { givenUp: true }, remove: ['awaiting', 'dueAt'] };
    await this.#table.update(orderKey(entry.number), {
      ...withEntry(changes, entry, this.#clock.now(), { event: 'given up', note }),
      condition: 'attribute_exists(#draft)',
    });
  }

  /** The ERP wants it by another date now. */
  async setDueDate(number: string, dueDate: string | undefined): Promise<void> {
    await this.#table.update(orderKey(number), {
      set: { dueAt: dueAtOf(dueDate, this.#clock.now()) },
      condition: 'attribute_exists(#draft)',
    });
  }

  /** Whether the reconciliation asks about it once it is overdue: not while the ERP does not want it, or Azumuta lacks it. */
  async setAwaited(number: string, isAwaited: boolean): Promise<void> {
    await this.#table.update(orderKey(number), {
      set: isAwaited ? { awaiting: 'completion' } : {},
      remove: isAwaited ? [] : ['awaiting'],
      condition: '#state = :done',
      values: { done: 'done' },
    });
  }

  /** Its message was sent again, so it is known to have been sent. */
  async markSentAgain(number: string): Promise<void> {
    await this.#table.update(orderKey(number), {
      set: { enqueued: true },
      condition: '#state = :waiting',
      values: { waiting: 'waiting' },
    });
  }

  /** Its completion is known: the reconciliation asks about it no more. */
  async markCompleted(entry: OrderEntry): Promise<void> {
    await this.#table.update(orderKey(entry.number), {
      ...withEntry({ remove: ['awaiting'] }, entry, this.#clock.now(), {
        event: 'completed',
        note: 'Azumuta says so',
      }),
      condition: 'attribute_exists(#awaiting)',
    });
  }

  /** It is not completed any more: the reconciliation asks about it again once it is overdue. */
  async markReopened(number: string): Promise<void> {
    await this.#table.update(orderKey(number), {
      set: { awaiting: 'completion' },
      condition: '#state = :done',
      values: { done: 'done' },
    });
  }

  /** Records the result of an attempt to give the ERP its id, after it was created. */
  async noteLink(
    entry: OrderEntry,
    result: { readonly linkedAt?: string; readonly linkInDoubt?: boolean },
    events: readonly NewEntry[],
  ): Promise<void> {
    await this.#table.update(
      orderKey(entry.number),
      withEntry({ set: result }, entry, this.#clock.now(), ...events),
    );
  }

  /**
   * Numbers of product orders that were due by then and are not known to be completed, the longest overdue first. The
   * index lags: some may have been completed a moment ago.
   */
  async overdue(dueBy: Date, most: number): Promise<string[]> {
    const found = await this.#dueBy(dueBy, most);
    return [...new Set(found.map(numberOf))];
  }

  /** The same, but only those that are late by their own date: not those that a trigger called completed too early. */
  async late(dueBy: Date, most: number): Promise<string[]> {
    const found = await this.#dueBy(dueBy, most);
    return found.filter((key) => key.sk === orderKey('').sk).map(numberOf);
  }

  /** Azumuta was asked about an order: if it is overdue, it comes after all others that are due before `dueAt`. */
  async markAsked(number: string, dueAt: Date): Promise<void> {
    await this.#table.update(orderKey(number), {
      set: { dueAt: dueAt.getTime(), askedAt: this.#clock.now().toISOString() },
      // Counted, as the questions of months would fill its history.
      add: { asked: 1 },
      condition: 'attribute_exists(#awaiting) AND #dueAt < :dueAt',
      values: { dueAt: dueAt.getTime() },
    });
  }

  #dueBy(dueBy: Date, limit: number): Promise<StoredItem[]> {
    const range = { upTo: dueBy.getTime(), limit };
    return this.#table.queryIndex(ledgerIndexes.awaitingCompletion, 'completion', range);
  }

  /** Changes an order that is still as it was read; undefined when it is not, or when the condition does not hold. */
  #change(entry: OrderEntry, changes: Update, event: NewEntry, condition: string) {
    const unread = unchanged(entry);
    return this.#table.update(orderKey(entry.number), {
      ...withEntry(changes, entry, this.#clock.now(), event),
      condition: `${condition} AND ${unread.condition}`,
      values: { ...neverSent.values, ...unread.values },
    });
  }
}

/** An order without a due date is overdue a week after it came. */
function dueAtOf(dueDate: string | undefined, now: Date): number {
  const due = Date.parse(dueDate ?? '');
  return Number.isNaN(due) ? now.getTime() + 7 * 86_400_000 : due;
}
