import { homeOfBookings } from '../../model/orders.ts';
import type { DeepReadonly, StoredItem } from '../../platform/aws/dynamodb-table.ts';
import {
  aliasKey,
  batchPrefix,
  bookingPrefix,
  concernPrefix,
  deadLetterPrefix,
  ledgerIndexes,
  numberOf,
  orderKey,
  partitionOf,
  questionKey,
  windowKey,
} from '../keys.ts';
import { batchEntryOf } from './batches.ts';
import { bookingEntryOf } from './bookings.ts';
import { concernOf } from './concerns.ts';
import { type DeadLetter, deadLetterOf, isOfBooking } from './dead-letters.ts';
import { nextJointKey } from './joint-keys.ts';
import { orderEntryOf } from './product-orders.ts';
import { questionOf } from './questions.ts';
import { Records } from './records.ts';
import { bookingWindowOf } from './windows.ts';

export type KnownOrder = DeepReadonly<ReturnType<typeof knownOrderOf>>;

function knownOrderOf(number: string, stored: readonly StoredItem[]) {
  const item = ({ sk }: { readonly sk: string }) => stored.find((each) => each.sk === sk);
  const all = (prefix: string) => stored.filter(({ sk }) => String(sk).startsWith(prefix));
  const order = item(orderKey(number));
  const alias = item(aliasKey(number))?.number;
  const entry = order && orderEntryOf(order);
  const written = all(bookingPrefix).map(bookingEntryOf);
  return {
    number,
    /** Undefined when it was not created by this integration. */
    entry,
    /** Without those that were taken back: they are of no part. */
    bookings: written.filter(({ parts }) => parts.length > 0),
    /** Of the next quantity of parts that are booked together, where their bookings are kept here. */
    nextJointKey: nextJointKey(
      entry ?? { number, history: [] },
      written.map(({ key }) => key),
    ),
    /** Where the bookings of its ERP order are kept here: its completed parts are booked at a time. */
    window: bookingWindowOf(item(windowKey(number))),
    /** The ERP orders whose product orders are in the batch order of this number. */
    batches: all(batchPrefix).map(batchEntryOf),
    ...questionOf(item(questionKey(number))),
    concerns: all(concernPrefix).flatMap((each) => concernOf(each) ?? []),
    /** The number of ours, where this one is what Azumuta calls the order by now. */
    alias: typeof alias === 'string' ? alias : undefined,
    deadLetters: all(deadLetterPrefix)
      .map(deadLetterOf)
      .flatMap(({ isDead, ...deadLetter }) => (isDead ? deadLetter : [])),
  };
}

/** Whether a number means something that this integration has made. */
function isOfOurs({ entry, batches }: Pick<KnownOrder, 'entry' | 'batches'>): boolean {
  return entry !== undefined || batches.length > 0;
}

/** Whether a booking that is kept here has one that is open; that of a creation does not count. */
export function hasDeadLetterOfBooking({ deadLetters }: KnownOrder): boolean {
  return deadLetters.some(isOfBooking);
}

/** Why it was not created. */
export function refusalsOfCreation({ deadLetters }: KnownOrder): Pick<DeadLetter, 'reason'>[] {
  return deadLetters.filter((deadLetter) => !isOfBooking(deadLetter));
}

/** What is known of an order that somebody asks about, under the number that the ledger keeps it under. */
export interface Standing extends KnownOrder {
  /** Its bookings, and their dead letters, are kept under this one: that of the first part where all are booked together. */
  readonly home: string;
  /** Questions to Azumuta are kept under the number that was asked about. */
  readonly askedAs: string;
}

/** An order, and the bookings that it had before its ERP order came. */
const mostWithOneId = 20;

export class KnownOrders extends Records {
  /** By its number: one query, strongly consistent. */
  async read(number: string): Promise<KnownOrder> {
    return knownOrderOf(number, await this.table.query(partitionOf(number)));
  }

  /** Of the order that a number means. @param other How it may be meant as well: it is, if the ledger knows only that one. */
  async readStanding(number: string, other?: string): Promise<Standing> {
    let known = await this.#byAlias(number);
    const otherwise = isOfOurs(known) || other === undefined ? known : await this.#byAlias(other);
    if (isOfOurs(otherwise)) known = otherwise;
    return this.#withBookings(known);
  }

  /** Of the order that has this number itself, whatever Azumuta has called by it before. */
  async readNamed(number: string): Promise<Standing> {
    return this.#withBookings({ ...(await this.read(number)), askedAs: number });
  }

  /** Those of a part that is booked with others are kept with the first one. */
  async #withBookings(known: Omit<Standing, 'home'>): Promise<Standing> {
    const home = known.entry ? homeOfBookings(known.entry) : known.number;
    if (home === known.number) return { ...known, home };
    const { bookings, nextJointKey, window, deadLetters } = await this.read(home);
    const ofBookings = deadLetters.filter(isOfBooking);
    return {
      ...known,
      home,
      bookings,
      nextJointKey,
      window,
      deadLetters: [...known.deadLetters, ...ofBookings],
    };
  }

  async #byAlias(number: string): Promise<Omit<Standing, 'home'>> {
    const known = { ...(await this.read(number)), askedAs: number };
    if (known.entry || known.alias === undefined) return known;
    const ours = await this.read(known.alias);
    const { askedAs, question, answered, deadLetters, batches } = known;
    const held = { askedAs, question, answered, deadLetters: [...deadLetters, ...ours.deadLetters], batches };
    return ours.entry ? { ...ours, ...held } : known;
  }

  async writeAlias(alias: string, number: string): Promise<void> {
    await this.table.update(aliasKey(alias), { set: { number, expiresAt: this.expiresAt() } });
  }

  /**
   * Number of the order with this id of Azumuta: of ours, else of one typed by hand that has a booking. The index lags a
   * moment.
   */
  async numberOfAzumutaId(id: string): Promise<string | undefined> {
    const found = await this.table.queryIndex(ledgerIndexes.azumutaId, id, { limit: mostWithOneId });
    const first = found.find(({ sk }) => sk === orderKey('').sk) ?? found[0];
    return first && numberOf(first);
  }
}
