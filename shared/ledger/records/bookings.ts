import * as z from 'zod/mini';
import type { BookingKey } from '../../model/completions.ts';
import type { Rejection } from '../../model/errors.ts';
import { erpOrderRefSchema, productOrderRefSchema } from '../../model/orders.ts';
import { quantitySchema } from '../../model/quantity.ts';
import { shorten } from '../../model/text.ts';
import { definedFields } from '../../model/unread.ts';
import type { DeepReadonly, StoredItem, Update } from '../../platform/aws/dynamodb-table.ts';
import { type Claim, type Claimant, isNothingSent, nothingSent, stepSchema } from '../claims.ts';
import { heldSchema, maxNoteLength, type NewEntry } from '../history.ts';
import { bookingKeyOf, bookingPrefix, partitionOf } from '../keys.ts';
import { isJointKey } from './joint-keys.ts';
import { Records } from './records.ts';

/** Bytes of a planned booking as JSON: some 1,800 recordings of 500 parts. An id of Azumuta has 17 characters. */
export const maxPlannedBytes = 40 * 1024;
/** Bytes of what is booked, compressed. With plan and history, no item exceeds 100 KB, a quarter of DynamoDB's limit. */
export const maxContentBytes = 40 * 1024;

const figuresSchema = z.object({
  /** Absent for an amendment. */
  good: z.exactOptional(quantitySchema),
  scrap: z.exactOptional(quantitySchema),
  lots: z.number(),
  notes: z.number(),
  links: z.number(),
  components: z.exactOptional(z.number()),
  operations: z.exactOptional(z.number()),
  checks: z.exactOptional(z.number()),
  /** When Azumuta says that it was completed (ISO). */
  completedAt: z.exactOptional(z.string()),
});
/** A booking in figures. Its texts may name persons, so no view shows them. */
export type BookedFigures = DeepReadonly<z.output<typeof figuresSchema>>;

const plannedSchema = z.object({
  key: z.string(),
  kind: z.enum(['quantity', 'amendment']),
  /** Indexes of the parts of the ERP order that it covers; 1 for an order that is not split. */
  parts: z.array(z.number()),
  recordingIds: z.array(z.string()),
  erpOrder: erpOrderRefSchema,
  /** The first of its product orders. */
  productOrder: productOrderRefSchema,
});
export type PlannedBooking = DeepReadonly<z.output<typeof plannedSchema>>;

const readingSchema = z.object({
  readAt: z.coerce.date(),
  plannedFor: z.string(),
  /** When the trigger was sent that it was planned for; absent for a hint of ours, and for a person's. */
  triggeredAt: z.exactOptional(z.coerce.date()),
  configuration: z.string(),
  /** Figures beyond its order that a person has accepted. */
  accepted: z.exactOptional(z.string()),
  /** Further bookings of the same reading are written after it. */
  othersFollow: z.exactOptional(z.literal(true)),
});

export const bookingEntrySchema = z.pipe(
  z.object({
    ...z.omit(plannedSchema, { key: true }).shape,
    ...readingSchema.shape,
    ...stepSchema.shape,
    sk: z.string(),
    /** When it was booked (ISO). */
    doneAt: z.exactOptional(z.string()),
    /** While it is claimed: until when nobody else may take it over (epoch milliseconds). */
    leaseUntil: z.exactOptional(z.number()),
    /** What is booked, compressed; removed by the receipt, or when a person discards it. */
    content: z.exactOptional(z.instanceof(Uint8Array)),
    figures: z.exactOptional(figuresSchema),
    /** The ERP did not know its order, and the configuration ignores that: nothing is booked. */
    ignored: z._default(z.boolean(), false),
    /** A person takes care of it: only a person opens it again. */
    discarded: z._default(z.boolean(), false),
    /** It waits without an order that waits, so the reconciliation asks for it. */
    awaiting: z.exactOptional(z.string()),
    /** Of several parts: when Azumuta was asked about all of them last, after they were booked. */
    comparedAt: z.exactOptional(z.coerce.date()),
    ...heldSchema.shape,
  }),
  z.transform(({ sk, history, historyLeft: _, ignored, state, ...booking }) => {
    // 0.3.0 says it in the history alone. It is no booking, so whoever asks for what is done does not find it.
    const isIgnored = state === 'done' && (ignored || history.at(-1)?.event === 'ignored');
    return {
      ...booking,
      key: sk.slice(bookingPrefix.length),
      state: isIgnored ? ('ignored' as const) : state,
    };
  }),
);
export type BookingEntry = DeepReadonly<z.output<typeof bookingEntrySchema>>;

/** The entry of a stored booking. Throws on another item: only this module writes them. */
export const bookingEntryOf = (stored: StoredItem): BookingEntry => z.parse(bookingEntrySchema, stored);

export function bookedQuantity(bookings: readonly BookingEntry[], index: number): BookingEntry | undefined {
  return bookings.find(
    ({ kind, state, parts }) => kind === 'quantity' && state === 'done' && parts.includes(index),
  );
}

/** Whether it is booked, may be, or is a person's: then no other number may book what was built. */
export function isSettled(booking: BookingEntry): boolean {
  return booking.discarded || !isNothingSent(booking);
}

/** Refused by the mapping, so nothing was planned: another configuration may map it. */
export function isRefusedByMapping(booking: BookingEntry): boolean {
  const { state, discarded, content } = booking;
  return state === 'rejected' && !discarded && content === undefined && isNothingSent(booking);
}

export function bookedParts(
  bookings: readonly Pick<PlannedBooking, 'kind' | 'parts'>[],
): ReadonlySet<number> {
  return new Set(bookings.flatMap(({ kind, parts }) => (kind === 'quantity' ? parts : [])));
}

/** How many parts are completed or booked: what is booked together is complete once these are as many as the ERP order has. */
export function countBuilt(completed: Iterable<number>, booked: ReadonlySet<number>): number {
  return new Set([...completed, ...booked]).size;
}

export interface Plan extends DeepReadonly<z.output<typeof readingSchema>> {
  readonly planned: PlannedBooking;
  /** Undefined for one that the mapping refuses. */
  readonly content?: Uint8Array | undefined;
  readonly figures?: BookedFigures | undefined;
  /** Azumuta's id of a product order that has no entry: its bookings are known by it, whatever its number is later. */
  readonly azumutaId?: string | undefined;
  /** How it is known already: then it is planned again, which only works until another attempt changes it. */
  readonly seen?: BookingEntry | undefined;
}

/** Attributes of a booking that the receipt removes. */
export const forBookingOnly = ['content', 'awaiting', 'dueAt'];
/** Attributes that a new plan removes, unless it has them itself. */
const planFieldNames = [
  'reason',
  'cause',
  'rejectedBy',
  'discarded',
  'figures',
  'accepted',
  'triggeredAt',
  'othersFollow',
  'ignored',
  'doneAt',
  'azumutaId',
  ...forBookingOnly,
];

/** Nothing is to be done for it. */
const fieldsOfNoPart = { state: 'done', parts: [], recordingIds: [] };
const takenBackEvent = (note?: string): NewEntry => ({
  event: 'taken back',
  ...(note === undefined ? {} : { note }),
});

/** What a person has discarded holds nothing that could be booked as it was planned. */
const replaceable = `${nothingSent.condition} OR (#state = :rejected AND #discarded = :yes)`;

export class Bookings extends Records {
  async listOfOrder(number: string): Promise<BookingEntry[]> {
    const stored = await this.table.query(partitionOf(number), bookingPrefix);
    return stored.map(bookingEntryOf).filter(({ parts }) => parts.length > 0);
  }

  /** Plans a booking and claims it, with one write; undefined when another attempt was faster. */
  async planAndClaim(home: string, plan: Plan, by: Claimant, waits: StoredItem): Promise<Claim | undefined> {
    const { owner, messageId, endsAt } = by;
    const key = bookingKeyOf(home, plan.planned.key);
    const set = { state: 'claimed', owner, leaseUntil: this.leaseUntil(endsAt), ...waits };
    const written = await this.#writePlan(home, plan, set, plannedEvent(plan));
    // The AWS SDK repeats a write whose answer was lost, and then finds its own item.
    const held = written ?? (await this.table.get(key));
    if (held?.owner !== owner) return undefined;
    const again = plan.seen !== undefined && !isNothingSent(plan.seen);
    return { key, owner, messageId, again, held };
  }

  /** Plans a booking that cannot be made now. @param waits Attributes of one that waits without an order. */
  async planOnly(home: string, plan: Plan, waits: StoredItem): Promise<void> {
    await this.#writePlan(
      home,
      plan,
      { state: 'waiting', ...waits },
      plannedEvent(plan, ', to be booked later'),
    );
  }

  /** Plans a booking that the mapping refuses. False when another attempt was faster. */
  async planRefused(home: string, plan: Plan, { reason: given, cause }: Rejection): Promise<boolean> {
    const reason = shorten(given, maxNoteLength);
    const set = { state: 'rejected', reason, cause, rejectedBy: plan.plannedFor };
    return (await this.#writePlan(home, plan, set, { event: 'rejected', note: reason })) !== undefined;
  }

  /** The mapping of this configuration refuses it as the one before did. */
  async recordRefusedAgain(
    home: string,
    { key, readAt }: BookingEntry,
    configuration: string,
  ): Promise<void> {
    const condition = '#state = :rejected AND #readAt = :seen';
    const values = { rejected: 'rejected', seen: readAt.toISOString() };
    await this.table.update(bookingKeyOf(home, key), { set: { configuration }, condition, values });
  }

  /** Azumuta was asked about all of its parts: what was sent before then brings nothing new. */
  async recordCompared(home: string, { key }: BookingEntry, at: Date): Promise<void> {
    const set = { comparedAt: at.toISOString() };
    await this.table.update(bookingKeyOf(home, key), { set, condition: 'attribute_exists(pk)' });
  }

  /**
   * Takes back a plan of which nothing was sent; false when another attempt was faster. That of parts that are booked together
   * is kept as a booking of no part, as its key is used once: 0.3.0 finds nothing to do about it.
   */
  async withdrawPlan(home: string, { key: name, readAt }: BookingEntry, note?: string): Promise<boolean> {
    const key = bookingKeyOf(home, name);
    const condition = `${nothingSent.condition} AND #readAt = :seen`;
    const values = { ...nothingSent.values, seen: readAt.toISOString() };
    if (!isJointKey(name)) return this.table.remove(key, condition, values);
    const changes = { set: fieldsOfNoPart, remove: planFieldNames, condition, values };
    return (await this.updateWithHistory(key, changes, takenBackEvent(note))) !== undefined;
  }

  /** Puts a new plan, or replaces one of which nothing was sent. @returns the item; undefined when another was faster. */
  async #writePlan(
    home: string,
    { planned: { key: name, ...planned }, seen, readAt, triggeredAt, ...reading }: Plan,
    standing: StoredItem,
    event: NewEntry,
  ): Promise<StoredItem | undefined> {
    const key = bookingKeyOf(home, name);
    const instants = definedFields({
      readAt: readAt.toISOString(),
      triggeredAt: triggeredAt?.toISOString(),
    });
    const set: StoredItem = { ...planned, ...reading, ...instants, ...standing };
    const attempts = standing.state === 'claimed' ? 1 : 0;
    if (!seen) return this.createItem(key, { ...set, attempts }, event);
    const isIgnored = seen.state === 'ignored';
    const changes = {
      // Attempts are counted on: what was in doubt is still in doubt.
      set: { ...set, clean: attempts === 0 && isNothingSent(seen) },
      add: { attempts },
      remove: planFieldNames.filter((name) => set[name] === undefined),
      condition: `(${isIgnored ? '#state = :done' : replaceable}) AND #readAt = :seen`,
      values: {
        ...(isIgnored ? { done: 'done' } : nothingSent.values),
        seen: seen.readAt.toISOString(),
      },
    };
    return this.updateWithHistory(key, changes, event);
  }

  /** It was given up with its order: whether it waits or was refused, or under a claim of ours, which ends with it. */
  async giveUp(home: string, booking: BookingEntry, note: string, claim?: Claim): Promise<void> {
    const whileOurs = { condition: '#owner = :ours', values: { ours: claim?.owner } };
    const whileNobodys = {
      condition: '#state = :rejected OR #state = :waiting',
      values: { rejected: 'rejected', waiting: 'waiting' },
    };
    const reason = shorten(note, maxNoteLength);
    await this.leaveToPerson(home, booking, reason, {
      set: { state: 'rejected', reason, cause: 'order-state', rejectedBy: 'a person' },
      ...(claim ? whileOurs : whileNobodys),
    });
  }

  protected async leaveToPerson(
    home: string,
    { key }: BookingEntry,
    note: string,
    change: Update,
  ): Promise<void> {
    const remove = ['owner', 'leaseUntil', ...forBookingOnly];
    const changes = { ...change, set: { discarded: true, ...change.set }, remove };
    await this.updateWithHistory(bookingKeyOf(home, key), changes, { event: 'discarded', note });
  }
}

/** Bookings, with what a person does about one. */
export class BookingsForPeople extends Bookings {
  /**
   * Uses up the next key of parts that are booked together, so that a plan that was decided before is decided again.
   * @returns false when another attempt was faster
   */
  async useUpKey(
    home: string,
    key: BookingKey,
    { note, ...of }: Pick<PlannedBooking, 'erpOrder' | 'productOrder'> & { readonly note: string },
  ): Promise<boolean> {
    const planned = { ...of, kind: 'quantity', readAt: this.clock.now().toISOString() };
    const nobody = { plannedFor: 'a person', configuration: '', attempts: 0 };
    const item = { ...planned, ...nobody, ...fieldsOfNoPart };
    return (await this.createItem(bookingKeyOf(home, key), item, takenBackEvent(note))) !== undefined;
  }

  /** What a message was refused is a person's from now on: only a person opens it again. */
  async discardRefused(home: string, refused: string | undefined, note: string): Promise<void> {
    for (const booking of await this.listOfOrder(home))
      if (booking.state === 'rejected' && booking.rejectedBy === refused)
        await this.leaveToPerson(home, booking, note, {
          condition: '#state = :rejected AND #rejectedBy = :refused',
          values: { rejected: 'rejected', refused },
        });
  }
}

function plannedEvent({ planned: { recordingIds }, accepted }: Plan, where = ''): NewEntry {
  const consent = accepted === undefined ? '' : `, ${accepted} accepted by a person`;
  return { event: 'planned', note: `${recordingIds.length} recording(s)${consent}${where}` };
}
