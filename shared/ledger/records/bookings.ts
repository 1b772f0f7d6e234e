import * as z from 'zod/mini';
import type { BookingKey } from '../../model/completions.ts';
import type { Rejection } from '../../model/errors.ts';
import { shorten } from '../../model/text.ts';
import type { DeepReadonly, Key, StoredItem, Table, Update } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Claim, type Claimant, type Claims, claimStates, isNothingSent } from '../claims.ts';
import {
  heldSchema,
  maxNoteLength,
  type NewEntry,
  storedCauseSchema,
  storedInstantSchema,
  withEntry,
} from '../history.ts';
import { bookingKeyOf, bookingPrefix, expiryAfter, partitionOf, retentionSeconds } from '../keys.ts';
import { erpOrderRefSchema, productOrderRefSchema } from './erp-orders.ts';

/** Bytes of a planned booking as JSON: some 1,800 recordings of 500 parts. An id of Azumuta has 17 characters. */
export const maxPlannedBytes = 40 * 1024;
/** Bytes of what is booked, compressed. With plan and history, no item exceeds 100 KB, a quarter of DynamoDB's limit. */
export const maxContentBytes = 40 * 1024;

const quantitySchema = z.object({ amount: z.string(), unit: z.exactOptional(z.string()) });

const figuresSchema = z.object({
  /** Absent for an amendment. */
  good: z.exactOptional(quantitySchema),
  scrap: z.exactOptional(quantitySchema),
  lots: z.number(),
  notes: z.number(),
  links: z.number(),
});
/** A booking in figures. Its texts may name persons, so no view shows them. */
export type BookedFigures = DeepReadonly<z.output<typeof figuresSchema>>;

const plannedSchema = z.object({
  key: z.string(),
  kind: z.enum(['quantity', 'amendment']),
  /** Indexes of the parts of the ERP order that it covers; 1 for an order that is not split. */
  parts: z.array(z.number()),
  /** Recordings that it covers. */
  recordingIds: z.array(z.string()),
  erpOrder: erpOrderRefSchema,
  /** The first of its product orders. */
  productOrder: productOrderRefSchema,
});
/** What is going to be booked. */
export type PlannedBooking = DeepReadonly<z.output<typeof plannedSchema>>;

/** What a booking was planned from. */
const readingSchema = z.object({
  /** When Azumuta was asked for it. */
  readAt: storedInstantSchema,
  /** The message whose attempt planned it. */
  plannedFor: z.string(),
  /** Version of the configuration that mapped it. */
  configuration: z.string(),
  /** Further bookings of the same reading are written after it. */
  othersFollow: z.exactOptional(z.literal(true)),
});
export type Reading = DeepReadonly<z.output<typeof readingSchema>>;

export const storedSchema = z.object({
  ...z.omit(plannedSchema, { key: true }).shape,
  ...readingSchema.shape,
  sk: z.string(),
  state: z.enum(claimStates),
  attempts: z.number(),
  clean: z._default(z.boolean(), false),
  /** When it was booked (ISO). */
  doneAt: z.exactOptional(z.string()),
  /** While it is claimed: until when nobody else may take it over (epoch milliseconds). */
  leaseUntil: z.exactOptional(z.number()),
  /** What is booked, compressed; removed by the receipt, or when a person discards it. */
  content: z.exactOptional(z.instanceof(Uint8Array)),
  figures: z.exactOptional(figuresSchema),
  /** Of its rejection: sentence, cause code, and the message whose dead letter says so. */
  reason: z.exactOptional(z.string()),
  cause: z.exactOptional(storedCauseSchema),
  rejectedBy: z.exactOptional(z.string()),
  /** A person takes care of it: only a person opens it again. */
  discarded: z._default(z.boolean(), false),
  /** It waits without an order that waits, so the reconciliation asks for it. */
  awaiting: z.exactOptional(z.string()),
});

/** A booking that is planned, under way, done or refused. */
export interface BookingEntry
  extends DeepReadonly<
    Omit<z.output<typeof storedSchema>, 'attempts' | 'clean' | 'content' | 'sk' | 'awaiting'>
  > {
  readonly key: BookingKey;
  readonly content?: Uint8Array;
  /** Nothing was ever sent to the ERP that may have booked it. */
  readonly surelyNotBooked: boolean;
  readonly awaitsItself: boolean;
}

/** The booking of a part's quantity, once it is done. */
export function bookedQuantity(bookings: readonly BookingEntry[], index: number): BookingEntry | undefined {
  return bookings.find(
    ({ kind, state, parts }) => kind === 'quantity' && state === 'done' && parts.includes(index),
  );
}

/** Indexes of the parts whose quantity is in a booking. */
export function bookedParts(bookings: readonly BookingEntry[]): ReadonlySet<number> {
  return new Set(bookings.flatMap(({ kind, parts }) => (kind === 'quantity' ? parts : [])));
}

/** The entry of a stored booking. Throws on another item: only this module writes them. */
export function bookingEntryOf(stored: StoredItem): BookingEntry {
  const { attempts, clean, sk, awaiting, ...entry } = z.parse(storedSchema, stored);
  const surelyNotBooked = isNothingSent({ state: entry.state, attempts, clean });
  return {
    ...entry,
    key: sk.slice(bookingPrefix.length),
    surelyNotBooked,
    awaitsItself: awaiting !== undefined,
  };
}

/** A booking that is to be written down. */
export interface Plan extends Reading {
  readonly planned: PlannedBooking;
  /** Undefined for one that the mapping refuses. */
  readonly content?: Uint8Array | undefined;
  readonly figures?: BookedFigures | undefined;
  /** How it is known already: then it is planned anew, which only works while it is still so. */
  readonly seen?: BookingEntry | undefined;
}

/** Attributes of a booking that the receipt removes. */
export const forBookingOnly = ['content', 'awaiting', 'dueAt'];

const nothingSent = '((#state = :waiting OR #state = :rejected) AND (#attempts = :none OR #clean = :yes))';
const nothingSentValues = { waiting: 'waiting', rejected: 'rejected', none: 0, yes: true };

export class Bookings {
  readonly #table: Table;
  readonly #clock: Clock;
  readonly #claims: Pick<Claims, 'leaseUntil'>;

  constructor(table: Table, clock: Clock, claims: Pick<Claims, 'leaseUntil'>) {
    this.#table = table;
    this.#clock = clock;
    this.#claims = claims;
  }

  /** All bookings of a product order, including planned ones. */
  async of(number: string): Promise<BookingEntry[]> {
    const stored = await this.#table.query(partitionOf(number), bookingPrefix);
    return stored.map(bookingEntryOf);
  }

  /**
   * Plans a booking and claims it, with one write; undefined when another attempt was faster.
   * @param waits Attributes of one that waits without an order.
   */
  async planAndClaim(
    home: string,
    plan: Plan,
    claimant: Claimant,
    waits: Readonly<Record<string, unknown>>,
  ): Promise<Claim | undefined> {
    const { owner, messageId, endsAt } = claimant;
    const key = bookingKeyOf(home, plan.planned.key);
    const set = { state: 'claimed', owner, leaseUntil: this.#claims.leaseUntil(endsAt), ...waits };
    const written = await this.#write(home, plan, set, plannedEvent(plan));
    // The AWS SDK repeats a write whose answer was lost, and then finds its own item.
    const held = written ?? (await this.#table.get(key));
    if (held?.owner !== owner) return undefined;
    const again = plan.seen !== undefined && !plan.seen.surelyNotBooked;
    return { key, owner, messageId, attempt: Number(held.attempts), again, held };
  }

  /** Plans a booking that cannot be made now. @param waits Attributes of one that waits without an order. */
  async planOnly(home: string, plan: Plan, waits: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#write(home, plan, { state: 'waiting', ...waits }, plannedEvent(plan, ', to be booked later'));
  }

  /** Plans a booking that the mapping refuses. False when another attempt was faster. */
  async planRefused(home: string, plan: Plan, { reason: given, cause }: Rejection): Promise<boolean> {
    const reason = shorten(given, maxNoteLength);
    const set = { state: 'rejected', reason, cause, rejectedBy: plan.plannedFor };
    return (await this.#write(home, plan, set, { event: 'rejected', note: reason })) !== undefined;
  }

  /** Takes back a plan of which nothing was sent; false when another attempt was faster. */
  async withdraw(home: string, { key, readAt }: BookingEntry): Promise<boolean> {
    const condition = `${nothingSent} AND #readAt = :seen`;
    const values = { ...nothingSentValues, seen: readAt.toISOString() };
    return this.#table.remove(bookingKeyOf(home, key), condition, values);
  }

  /** A person takes care of what was refused by this message. @param note Who, and why. */
  async discard(home: string, rejectedBy: string, note: string): Promise<void> {
    for (const stored of await this.#table.query(partitionOf(home), bookingPrefix)) {
      if (stored.state !== 'rejected' || stored.rejectedBy !== rejectedBy) continue;
      const changes = { set: { discarded: true }, remove: ['content'] };
      const event = { event: 'discarded', note };
      await this.#table.update(bookingKeyOf(home, bookingEntryOf(stored).key), {
        ...withEntry(changes, z.parse(heldSchema, stored), this.#clock.now(), event),
        condition: '#state = :rejected AND #rejectedBy = :message',
        values: { rejected: 'rejected', message: rejectedBy },
      });
    }
  }

  /**
   * A person gives an order up: what is not booked never is, unless a person asks for it. @param note Who, and why.
   * @returns the bookings that are under way, and stay as they are.
   */
  async giveUp(home: string, note: string): Promise<readonly BookingKey[]> {
    const underWay: BookingKey[] = [];
    for (const stored of await this.#table.query(partitionOf(home), bookingPrefix)) {
      const { key, state } = bookingEntryOf(stored);
      if (state === 'done') continue;
      const set = {
        state: 'rejected',
        reason: note,
        cause: 'order-state',
        rejectedBy: 'a person',
        discarded: true,
      };
      const changes = { set, remove: ['content', 'awaiting', 'dueAt'] };
      const event = { event: 'discarded', note };
      const written = await this.#table.update(bookingKeyOf(home, key), {
        ...withEntry(changes, z.parse(heldSchema, stored), this.#clock.now(), event),
        condition: '#state = :waiting OR #state = :rejected',
        values: { waiting: 'waiting', rejected: 'rejected' },
      });
      if (!written) underWay.push(key);
    }
    return underWay;
  }

  /** The reconciliation has asked for a booking that waits without an order: it comes after the others due before `dueAt`. */
  async markAsked(home: string, { key }: BookingEntry, dueAt: Date): Promise<void> {
    await this.#table.update(bookingKeyOf(home, key), {
      set: { dueAt: dueAt.getTime() },
      condition: 'attribute_exists(#awaiting)',
    });
  }

  /** Puts a new plan, or replaces one of which nothing was sent. @returns the item; undefined when another was faster. */
  async #write(
    home: string,
    { planned: { key, ...planned }, seen, readAt, ...reading }: Plan,
    set: Readonly<Record<string, unknown>>,
    event: NewEntry,
  ): Promise<StoredItem | undefined> {
    const at = bookingKeyOf(home, key);
    const now = this.#clock.now();
    const fields = { ...planned, ...reading, readAt: readAt.toISOString(), ...set };
    if (seen) return this.#replace(at, seen, fields, event);
    const item = {
      ...at,
      ...fields,
      v: 1,
      attempts: set.state === 'claimed' ? 1 : 0,
      history: [{ at: now.toISOString(), ...event }],
      expiresAt: expiryAfter(retentionSeconds, now),
    };
    return (await this.#table.putIf(item)) ? item : undefined;
  }

  async #replace(
    key: Key,
    seen: BookingEntry,
    fields: Readonly<Record<string, unknown>>,
    event: NewEntry,
  ): Promise<StoredItem | undefined> {
    const isClaimed = fields.state === 'claimed';
    const ofRefusal = ['reason', 'cause', 'rejectedBy', 'discarded'];
    const gone = [...ofRefusal, 'content', 'figures', 'othersFollow', 'awaiting', 'dueAt'];
    const changes: Update = {
      // Attempts are counted on: the lock of an ERP order goes by their number.
      set: { ...fields, clean: !isClaimed && seen.surelyNotBooked },
      add: { attempts: isClaimed ? 1 : 0 },
      remove: gone.filter((name) => fields[name] === undefined),
    };
    const updated = await this.#table.update(key, {
      ...withEntry(changes, await this.#table.get(key), this.#clock.now(), event),
      // What a person has discarded holds nothing that could be booked as it was planned.
      condition: `(${nothingSent} OR (#state = :rejected AND #discarded = :yes)) AND #readAt = :seen`,
      values: { ...nothingSentValues, seen: seen.readAt.toISOString() },
    });
    return updated?.after;
  }
}

function plannedEvent({ planned: { recordingIds } }: Plan, where = ''): NewEntry {
  return { event: 'planned', note: `${recordingIds.length} recording(s)${where}` };
}
