import * as z from 'zod/mini';
import type { Cause, Rejection } from '../../model/errors.ts';
import {
  type ErpOrderFacts,
  type ErpOrderRef,
  isSameErpOrder,
  type Part,
  type ProductOrderDraft,
  type ProductOrderRef,
} from '../../model/orders.ts';
import type { StoredItem, Table } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import { type HistoryEntry, historySchema, storedCauseSchema, withEntry } from '../history.ts';
import { expiryAfter, orderKey, partitionOf, retentionSeconds } from '../keys.ts';
import { ledgerIndexes } from '../table-schema.ts';
import { erpOrderFactsSchema } from './erp-orders.ts';

/** What the ledger knows about one product order. */
export interface OrderEntry {
  readonly number: string;
  /** What its draft was made for: a booking is compared with this. Only the number follows a renamed ERP order. */
  readonly erpOrder: ErpOrderFacts;
  readonly draft: ProductOrderDraft;
  /** Hash of the mapped content: tells an echo from a change. */
  readonly contentHash: string;
  readonly part: Part;
  readonly state: 'waiting' | 'claimed' | 'done' | 'rejected';
  /** Nothing was ever sent to Azumuta that may have created it. */
  readonly surelyNotCreated: boolean;
  /** Its message is known to have been sent since its content was put: it was claimed, or a pull has sent it again. */
  readonly enqueued: boolean;
  /** Rejected without a dead letter: the ERP does not want it any more. It may be released again. */
  readonly withdrawn: boolean;
  readonly productOrder: ProductOrderRef | undefined;
  readonly linkedAt: string | undefined;
  /** An attempt at telling the ERP its id ended after it may have written. */
  readonly linkInDoubt: boolean;
  /** Created, and nothing has told of its completion yet. */
  readonly awaitsCompletion: boolean;
  readonly reason: string | undefined;
  /** Cause code of the reason. */
  readonly cause: Cause | undefined;
  readonly history: readonly HistoryEntry[];
  readonly historyLeft: number;
}

export type NewOrder = Pick<OrderEntry, 'number' | 'erpOrder' | 'draft' | 'contentHash' | 'part'> & {
  /** ISO date(-time) by which the ERP wants it done. */
  readonly dueDate?: string | undefined;
  /** How it came: `endpoint`, `pull`. */
  readonly via: string;
};

export interface Orders {
  readonly find: (number: string) => Promise<OrderEntry | undefined>;
  /** Put a new order; false when there is one already. */
  readonly put: (order: NewOrder) => Promise<boolean>;
  /** Put other content in the place of an order that was not created; false when it may have been by now, or changed. */
  readonly replace: (entry: OrderEntry, order: NewOrder) => Promise<boolean>;
  /** See to it that an order that surely was not created never will be; false when it may have been by now, or changed. */
  readonly withdraw: (
    entry: OrderEntry,
    rejection: Rejection,
    event: Omit<HistoryEntry, 'at'>,
  ) => Promise<boolean>;
  /** Its ERP order has another number now; does nothing to what another writer has changed since it was read. */
  readonly renameErpOrder: (entry: OrderEntry, erpOrder: ErpOrderRef) => Promise<void>;
  /** Its message was sent again: from now on it is known to have been sent. */
  readonly markSentAgain: (number: string) => Promise<void>;
  /** Its completion is known: reconciliation need not ask about it any more. */
  readonly markCompleted: (entry: OrderEntry) => Promise<void>;
  /** It is not completed any more: reconciliation asks about it again once it is overdue. */
  readonly markReopened: (number: string) => Promise<void>;
  /** What an attempt at telling the ERP its id came to, after its creation was done. */
  readonly noteLink: (
    entry: OrderEntry,
    noted: { readonly linkedAt?: string; readonly linkInDoubt?: boolean },
    told: readonly Omit<HistoryEntry, 'at'>[],
  ) => Promise<void>;
  /**
   * Numbers of product orders that were due by then and are not known to be completed, longest overdue first.
   * The index lags: one or the other may have been completed a moment ago.
   */
  readonly overdue: (dueBy: Date, most: number) => Promise<string[]>;
  /** Asked about an overdue order: it comes after all others that are due before `dueAt` now. */
  readonly markAsked: (number: string, dueAt: Date) => Promise<void>;
}

const draftSchema = z.object({
  number: z.string(),
  article: z.string(),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  variants: z.array(z.string()),
});
export const storedSchema = z.object({
  number: z.string(),
  erpOrder: erpOrderFactsSchema,
  draft: draftSchema,
  contentHash: z.string(),
  part: z.object({
    index: z.number(),
    first: z.string(),
    book: z.enum(['alone', 'each', 'when-all-done']),
  }),
  state: z.enum(['waiting', 'claimed', 'done', 'rejected']),
  attempts: z.number(),
  clean: z._default(z.boolean(), false),
  enqueued: z._default(z.boolean(), false),
  withdrawn: z._default(z.boolean(), false),
  productOrder: z.exactOptional(
    z.object({ id: z.string(), number: z.string(), url: z.exactOptional(z.string()) }),
  ),
  linkedAt: z.exactOptional(z.string()),
  linkInDoubt: z._default(z.boolean(), false),
  awaiting: z.exactOptional(z.string()),
  reason: z.exactOptional(z.string()),
  cause: z.exactOptional(storedCauseSchema),
  history: historySchema,
  historyLeft: z._default(z.number(), 0),
});

/** A stored order as an entry. Throws on an item that is not one: only this module writes them. */
export function orderEntryOf(stored: StoredItem): OrderEntry {
  const { productOrder, linkedAt, awaiting, reason, cause, attempts, clean, ...entry } = z.parse(
    storedSchema,
    stored,
  );
  const ended = entry.state === 'waiting' || entry.state === 'rejected';
  const surelyNotCreated = ended && (attempts === 0 || clean);
  return {
    ...entry,
    surelyNotCreated,
    productOrder,
    linkedAt,
    awaitsCompletion: awaiting !== undefined,
    reason,
    cause,
  };
}

/** Of an order that nobody has tried to create, or only without having sent anything to Azumuta. */
const neverSent = {
  condition: '((#state = :waiting OR #state = :rejected) AND (#attempts = :none OR #clean = :yes))',
  values: { waiting: 'waiting', rejected: 'rejected', none: 0, yes: true },
} as const;

/** Only while it is what was decided about: another writer may have put other content, or another ERP order's. */
function unchanged({ contentHash, erpOrder }: OrderEntry) {
  const { number, id, article } = erpOrder;
  const sameId = id === undefined ? 'attribute_not_exists(#erpOrder.#id)' : '#erpOrder.#id = :readId';
  return {
    condition: `#contentHash = :readHash AND #erpOrder.#article = :readArticle AND #erpOrder.#number = :readNumber AND ${sameId}`,
    values: {
      readHash: contentHash,
      readArticle: article,
      readNumber: number,
      ...(id === undefined ? {} : { readId: id }),
    },
  };
}

export function createOrders(table: Table, clock: Clock): Orders {
  const entryOf = (event: Omit<HistoryEntry, 'at'>): HistoryEntry => ({
    at: clock.now().toISOString(),
    ...event,
  });

  return {
    async find(number) {
      const stored = await table.get(orderKey(number));
      return stored && orderEntryOf(stored);
    },

    async put({ via, dueDate, ...order }) {
      const now = clock.now();
      return table.putIf({
        ...orderKey(order.number),
        ...order,
        v: 1,
        erpOrderNumber: order.erpOrder.number,
        state: 'waiting',
        attempts: 0,
        history: [entryOf({ event: 'queued', note: `by ${via}` })],
        dueAt: dueAtOf(dueDate, now),
        expiresAt: expiryAfter(retentionSeconds, now),
      });
    },

    async replace(entry, { via, dueDate, number, ...content }) {
      const changes = {
        set: {
          ...content,
          erpOrderNumber: content.erpOrder.number,
          state: 'waiting',
          enqueued: false,
          dueAt: dueAtOf(dueDate, clock.now()),
        },
        remove: ['reason', 'cause', 'rejectedBy', 'withdrawn'],
      };
      const replaced = await table.update(orderKey(number), {
        ...withEntry(changes, entry, entryOf({ event: 'queued', note: `again by ${via}` })),
        condition: `(#state = :rejected OR ${neverSent.condition}) AND ${unchanged(entry).condition}`,
        values: { ...neverSent.values, ...unchanged(entry).values },
      });
      if (replaced) return true;
      // Replaced by a write whose answer was lost, or by another caller with the same content.
      const held = await this.find(number);
      return (
        held?.state === 'waiting' &&
        held.contentHash === content.contentHash &&
        isSameErpOrder(held.erpOrder, content.erpOrder)
      );
    },

    async withdraw(entry, rejection, event) {
      // No message is its own, as after a dead letter: whichever comes finds it rejected, and leaves it at that.
      const changes = {
        set: { state: 'rejected', withdrawn: true, clean: true, ...rejection },
        remove: ['rejectedBy'],
      };
      const withdrawn = await table.update(orderKey(entry.number), {
        ...withEntry(changes, entry, entryOf(event)),
        condition: `${neverSent.condition} AND ${unchanged(entry).condition}`,
        values: { ...neverSent.values, ...unchanged(entry).values },
      });
      if (withdrawn) return true;
      // Withdrawn by another caller.
      const held = await this.find(entry.number);
      return held?.withdrawn === true && isSameErpOrder(held.erpOrder, entry.erpOrder);
    },

    async renameErpOrder(entry, { number }) {
      await table.update(orderKey(entry.number), {
        set: { erpOrder: { ...entry.erpOrder, number }, erpOrderNumber: number },
        ...unchanged(entry),
      });
    },

    async markSentAgain(number) {
      await table.update(orderKey(number), {
        set: { enqueued: true },
        condition: '#state = :waiting',
        values: { waiting: 'waiting' },
      });
    },

    async markCompleted(entry) {
      await table.update(orderKey(entry.number), {
        ...withEntry(
          { remove: ['awaiting'] },
          entry,
          entryOf({ event: 'completed', note: 'Azumuta says so' }),
        ),
        condition: 'attribute_exists(#awaiting)',
      });
    },

    async markReopened(number) {
      await table.update(orderKey(number), {
        set: { awaiting: 'completion' },
        condition: '#state = :done',
        values: { done: 'done' },
      });
    },

    async noteLink(entry, noted, told) {
      await table.update(orderKey(entry.number), withEntry({ set: noted }, entry, ...told.map(entryOf)));
    },

    async overdue(dueBy, most) {
      const found = await table.queryIndex(ledgerIndexes.awaitingCompletion, 'completion', {
        upTo: dueBy.getTime(),
        limit: most,
      });
      return [...new Set(found.map(({ pk }) => String(pk).slice(partitionOf('').length)))];
    },

    async markAsked(number, dueAt) {
      await table.update(orderKey(number), {
        set: { dueAt: dueAt.getTime(), askedAt: clock.now().toISOString() },
        // Asked every day for months, it would outgrow its history: it is counted.
        add: { asked: 1 },
        condition: 'attribute_exists(#awaiting)',
      });
    },
  };
}

/** When nobody says when it is due, it is overdue a week after it was ordered. */
function dueAtOf(dueDate: string | undefined, now: Date): number {
  const due = Date.parse(dueDate ?? '');
  return Number.isNaN(due) ? now.getTime() + 7 * 86_400_000 : due;
}
