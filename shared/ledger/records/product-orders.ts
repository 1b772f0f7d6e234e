import * as z from 'zod/mini';
import type { ErpOrderRef, Part, ProductOrderDraft, ProductOrderRef } from '../../model/orders.ts';
import type { Clock } from '../../platform/clock.ts';
import type { StoredItem, Table } from '../../platform/dynamodb-table.ts';
import type { Claim, HistoryEntry } from '../claims.ts';
import { conflictKey, orderKey, partitionOf, retentionSeconds } from '../keys.ts';
import { ledgerIndexes } from '../table-schema.ts';
import { onItsDay } from './daily-activity.ts';

/** What the ledger knows about one product order. */
export interface OrderEntry {
  readonly number: string;
  readonly erpOrder: ErpOrderRef;
  readonly draft: ProductOrderDraft;
  /** Hash of the mapped content: tells an echo from a change. */
  readonly contentHash: string;
  readonly part: Part;
  readonly state: 'waiting' | 'claimed' | 'done' | 'rejected';
  /** Its message is known to have been sent since its content was put: it was claimed, or a pull has sent it again. */
  readonly enqueued: boolean;
  /** Rejected without a dead letter: the ERP cancelled it before it was created. It may be released again. */
  readonly withdrawn: boolean;
  readonly productOrder: ProductOrderRef | undefined;
  readonly linkedAt: string | undefined;
  /** An attempt at telling the ERP its id ended after it may have written. */
  readonly linkInDoubt: boolean;
  /** Created, and nothing has told of its completion yet. */
  readonly awaitsCompletion: boolean;
  readonly reason: string | undefined;
  readonly history: readonly HistoryEntry[];
}

export type NewOrder = Pick<OrderEntry, 'number' | 'erpOrder' | 'draft' | 'contentHash' | 'part'> & {
  /** ISO date(-time) by which the ERP wants it done. */
  readonly dueDate?: string;
  /** How it came: `endpoint`, `pull`. */
  readonly via: string;
};

export interface Orders {
  readonly find: (number: string) => Promise<OrderEntry | undefined>;
  /** Put a new order; undefined when it is new, else what is there already. */
  readonly put: (order: NewOrder) => Promise<OrderEntry | undefined>;
  /** What the claimed step of creating it knows. */
  readonly entryOf: (claim: Claim) => OrderEntry;
  /** Put other content in the place of an order that surely never came to be; false when it may have. */
  readonly replaceUncreated: (order: NewOrder) => Promise<boolean>;
  /** See to it that an order that surely never came to be never will be; false when it may have. */
  readonly withdraw: (number: string, reason: string, entry: Omit<HistoryEntry, 'at'>) => Promise<boolean>;
  /** Its message was sent again: from now on it is known to have been sent. */
  readonly markSentAgain: (number: string) => Promise<void>;
  /** Its completion is known: reconciliation need not ask about it any more. */
  readonly markCompleted: (number: string) => Promise<void>;
  readonly markLinked: (number: string, note: string) => Promise<void>;
  readonly markLinkInDoubt: (number: string, inDoubt: boolean) => Promise<void>;
  /**
   * Numbers of created orders that were due by then and are not known to be completed, longest overdue first.
   * The index lags: one or the other may have been completed a moment ago.
   */
  readonly overdue: (dueBy: Date, most: number) => Promise<string[]>;
  /** Asked about an overdue order: it comes after all others that are due before `dueAt` now. */
  readonly markAsked: (number: string, dueAt: Date) => Promise<void>;
  /**
   * The order changed in the ERP after it came: the journey tells it, once for each content; no state changes.
   * @returns false when it was told already.
   */
  readonly recordChange: (number: string, contentHash: string, changes: string) => Promise<boolean>;
  /** The order was cancelled in the ERP when it had been queued. @returns false when it was told already. */
  readonly recordCancellation: (number: string, note: string) => Promise<boolean>;
  /** The mapping refuses the order, for this reason. @returns false when it was told already. */
  readonly recordUnmappable: (number: string, reason: string) => Promise<boolean>;
}

const draftSchema = z.object({
  number: z.string(),
  article: z.string(),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  variants: z.array(z.string()),
});
const erpOrderRefSchema = z.object({ number: z.string(), id: z.exactOptional(z.string()) });
export const historySchema = z._default(
  z.array(z.object({ at: z.string(), event: z.string(), note: z.exactOptional(z.string()) })),
  [],
);
/** Entries of what was told about an order after it came, and characters of each. */
const maxTold = 40;
const maxNoteLength = 1000;
const toldSchema = z.object({
  content: z.optional(z.string()),
  history: historySchema,
  /** Earlier entries that were left out. */
  left: z._default(z.number(), 0),
});

const storedSchema = z.object({
  number: z.string(),
  erpOrder: erpOrderRefSchema,
  draft: draftSchema,
  contentHash: z.string(),
  part: z.object({
    index: z.number(),
    of: z.number(),
    first: z.string(),
    book: z.enum(['each', 'when-all-done']),
  }),
  state: z.enum(['waiting', 'claimed', 'done', 'rejected']),
  enqueued: z._default(z.boolean(), false),
  withdrawn: z._default(z.boolean(), false),
  productOrder: z.exactOptional(
    z.object({ id: z.string(), number: z.string(), url: z.exactOptional(z.string()) }),
  ),
  linkedAt: z.exactOptional(z.string()),
  linkInDoubt: z._default(z.boolean(), false),
  awaiting: z.exactOptional(z.string()),
  reason: z.exactOptional(z.string()),
  history: historySchema,
});

/** A stored order as an entry. Throws on an item that is not one: only this module writes them. */
export function orderEntryOf(stored: StoredItem): OrderEntry {
  const { productOrder, linkedAt, awaiting, reason, ...entry } = z.parse(storedSchema, stored);
  return { ...entry, productOrder, linkedAt, awaitsCompletion: awaiting !== undefined, reason };
}

/** Of an order that nobody has tried to create, or only without having sent anything to Azumuta. */
const neverSent = {
  condition: '(#state = :waiting AND (#attempts = :none OR #clean = :yes))',
  values: { waiting: 'waiting', none: 0, yes: true },
} as const;

export function createOrders(table: Table, clock: Clock): Orders {
  const entry = (event: Omit<HistoryEntry, 'at'>): HistoryEntry => ({
    at: clock.now().toISOString(),
    ...event,
  });

  /**
   * Adds to the journey what is news; `content` is what it was told about last. A mapping that gives something else
   * at each pull has news each time: the latest are kept, cut to their length, and the others counted.
   */
  async function tellOnce(number: string, news: string, told: Omit<HistoryEntry, 'at'>): Promise<boolean> {
    const now = clock.now();
    const content = news.slice(0, maxNoteLength);
    const held = z.parse(toldSchema, (await table.get(conflictKey(number))) ?? {});
    if (held.content === content) return false;
    const note = told.note?.slice(0, maxNoteLength);
    const history = [...held.history, entry({ ...told, ...(note === undefined ? {} : { note }) })];
    const written = await table.update(conflictKey(number), {
      set: {
        content,
        history: history.slice(-maxTold),
        left: held.left + Math.max(0, history.length - maxTold),
        ...onItsDay(now, told.event),
        expiresAt: Math.floor(now.getTime() / 1000) + retentionSeconds,
      },
      // Somebody else who told something in between has told the same: both saw the same order.
      condition: 'attribute_not_exists(#content) OR #content = :before',
      values: { before: held.content ?? '' },
    });
    return written !== undefined;
  }

  return {
    async find(number) {
      const stored = await table.get(orderKey(number));
      return stored && orderEntryOf(stored);
    },

    async put({ via, dueDate, ...order }) {
      const now = clock.now();
      const isNew = await table.putIf({
        ...orderKey(order.number),
        ...order,
        erpOrderNumber: order.erpOrder.number,
        state: 'waiting',
        attempts: 0,
        history: [entry({ event: 'queued', note: `by ${via}` })],
        dueAt: dueAtOf(dueDate, now),
        expiresAt: Math.floor(now.getTime() / 1000) + retentionSeconds,
      });
      return isNew ? undefined : this.find(order.number);
    },

    entryOf: (claim) => orderEntryOf(claim.held),

    async replaceUncreated({ via, dueDate, number, ...content }) {
      const replaced = await table.update(orderKey(number), {
        set: {
          ...content,
          erpOrderNumber: content.erpOrder.number,
          state: 'waiting',
          enqueued: false,
          dueAt: dueAtOf(dueDate, clock.now()),
        },
        remove: ['reason', 'rejectedBy', 'withdrawn'],
        append: { history: [entry({ event: 'queued', note: `again by ${via}` })] },
        condition: `#state = :rejected OR ${neverSent.condition}`,
        values: { rejected: 'rejected', ...neverSent.values },
      });
      if (replaced) return true;
      // Replaced by a write whose answer was lost, or by another caller with the same content.
      const held = await this.find(number);
      return held?.state === 'waiting' && held.contentHash === content.contentHash;
    },

    async withdraw(number, reason, told) {
      // No message is its own, as after a dead letter: whichever comes finds it rejected, and leaves it at that.
      const withdrawn = await table.update(orderKey(number), {
        set: { state: 'rejected', withdrawn: true, reason },
        append: { history: [entry(told)] },
        ...neverSent,
      });
      if (withdrawn) return true;
      // Withdrawn by a write whose answer was lost.
      return (await this.find(number))?.withdrawn === true;
    },

    async markSentAgain(number) {
      await table.update(orderKey(number), {
        set: { enqueued: true },
        condition: '#state = :waiting',
        values: { waiting: 'waiting' },
      });
    },

    async markCompleted(number) {
      await table.update(orderKey(number), {
        remove: ['awaiting'],
        append: { history: [entry({ event: 'completed', note: 'Azumuta says so' })] },
        condition: 'attribute_exists(#awaiting)',
      });
    },

    async markLinked(number, note) {
      await table.update(orderKey(number), {
        set: { linkedAt: clock.now().toISOString() },
        append: { history: [entry({ event: 'linked', note })] },
      });
    },

    async markLinkInDoubt(number, inDoubt) {
      await table.update(orderKey(number), { set: { linkInDoubt: inDoubt } });
    },

    async overdue(dueBy, most) {
      const found = await table.queryIndex(ledgerIndexes.awaitingCompletion, 'completion', {
        upTo: dueBy.getTime(),
        limit: most,
      });
      return found.map(({ pk }) => String(pk).slice(partitionOf('').length));
    },

    async markAsked(number, dueAt) {
      await table.update(orderKey(number), {
        set: { dueAt: dueAt.getTime(), askedAt: clock.now().toISOString() },
        // Asked every day for months, it would outgrow its history: it is counted.
        add: { asked: 1 },
        condition: 'attribute_exists(#awaiting)',
      });
    },

    recordChange: (number, contentHash, changes) =>
      tellOnce(number, contentHash, { event: 'conflict', note: changes }),
    recordCancellation: (number, note) =>
      tellOnce(number, 'cancelled', { event: 'cancelled in the ERP', note }),
    recordUnmappable: (number, reason) => tellOnce(number, reason, { event: 'not mapped', note: reason }),
  };
}

/** When nobody says when it is due, it is overdue a week after it was ordered. */
function dueAtOf(dueDate: string | undefined, now: Date): number {
  const due = Date.parse(dueDate ?? '');
  return Number.isNaN(due) ? now.getTime() + 7 * 86_400_000 : due;
}
