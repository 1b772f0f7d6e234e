import type Big from 'big.js';
import type { BookingKey, Completion } from '../../model/completions.ts';
import type { Rejected } from '../../model/errors.ts';
import type { ErpOrderRef } from '../../model/orders.ts';
import type { Built } from '../booking-rules.ts';
import { rejected } from '../failures.ts';
import type { Reader, Writer } from './client.ts';
import { type FoundMark, markOf, readMarks } from './marks.ts';
import { readOrder, searchProductions } from './order.ts';
import type { ListedProduction, OdooProduct, OdooProduction } from './records.ts';

// A family is the manufacturing orders that were split from one order. Odoo splits an order when a part of it is
// booked, and when a person asks for it (mrp_production.py:1745 (17.0), :1802 (18.0), :1917 (19.0),
// `_split_productions`): the order keeps its id and becomes …-001, the others become …-002, …-003. What our own booking
// left is the rest of the order that Azumuta has; what a person split off is a separate order.

type Member = Pick<ListedProduction, 'id' | 'state' | 'product_qty' | 'backorder_sequence' | 'write_date'>;

type NamedMember = Pick<ListedProduction, 'name' | 'backorder_sequence'>;

export function isOpen({ state }: { readonly state: string }): boolean {
  return state !== 'done' && state !== 'cancel';
}

/**
 * The name that an order had before it was split. Up to 18 the first one gets -001 at each split, and those that are split
 * off then are …-001-003 (mrp_production.py:1725 (17.0), :1782 (18.0), `_get_name_backorder`; not so in 19.0, :1899). A
 * person may have taken the suffix off: what is split off from it gets one all the same.
 */
export function nameWithoutSuffix({ name, backorder_sequence: sequence }: NamedMember): string {
  const suffix = `-${String(sequence).padStart(3, '0')}`;
  return name.endsWith(suffix) ? name.slice(0, -suffix.length).replace(/(?:(?<=\d)-001)+$/, '') : name;
}

/** The company counts, as two companies may have orders of one name. */
function familyNameOf(member: OdooProduction): string {
  const [company] = member.company_id;
  return `${company} ${nameWithoutSuffix(member)}`;
}

/** All members of the families of orders that were split, also those of other companies; a name alone may be another's. */
function readMembers(reader: Reader, split: readonly NamedMember[]): Promise<OdooProduction[]> {
  const bases = [...new Set(split.map(nameWithoutSuffix))];
  // `%` and `_` are wildcards in PostgreSQL's LIKE.
  const patterns = bases.map((base) => `${base.replace(/[\\%_]/g, '\\$&')}-%`);
  return searchProductions(reader, [
    ['backorder_sequence', '>', 0],
    ...patterns.map(() => '|'),
    ...patterns.map((pattern) => ['name', '=like', pattern]),
    ['name', 'in', bases],
  ]);
}

export async function readFamilies(reader: Reader, split: readonly ListedProduction[]) {
  const found = await readMembers(reader, split);
  const marks = await readMarks(reader, found);
  const families = [...Map.groupBy(found, familyNameOf).values()].map((one) => createFamily(one, marks));
  return ({ id }: ListedProduction) => families.find(({ members }) => members.some((one) => one.id === id));
}

/** The order that is meant, and its family, with the errors of `readOrder`. */
export async function readFamily(reader: Reader, order: ErpOrderRef) {
  const own = await readOrder(reader, order);
  const split = own.backorder_sequence ? await readMembers(reader, [own]) : [];
  const others = split.filter((one) => one.id !== own.id && familyNameOf(one) === familyNameOf(own));
  const members = [own, ...others];
  return { own, ...createFamily(members, await readMarks(reader, members)) };
}
export type Family = Awaited<ReturnType<typeof readFamily>>;

/** What is booked on which order: what a look works with once it knows that. */
export interface BookingTarget extends Reader {
  readonly completion: Completion;
  readonly key: BookingKey;
  readonly family: Family;
  /** The order to book on, or the one that we have finished. */
  readonly production: OdooProduction;
  readonly product: OdooProduct;
  /** In the unit of the order. */
  readonly built: Built;
  /** From the unit of the completion to that of the order. */
  readonly scale: Big;
}

export type OdooBooking = BookingTarget & Writer;

/**
 * Whether another booking of ours was the last one to begin on the order, and did not finish it. Then that booking, and no
 * person, has picked what is picked there.
 */
export function isBegunByAnother({ family, production, key }: BookingTarget): boolean {
  const last = family.lastBooking(production);
  return isOpen(production) && last !== undefined && last.mark !== markOf('booking', key);
}

/** @param marks All our marks on the members. */
function createFamily(members: readonly OdooProduction[], marks: readonly FoundMark[]) {
  /** The booking that was last begun on an order. */
  const lastBooking = ({ id }: Member) =>
    marks.findLast(({ mark, production }) => mark.startsWith('booking ') && production === id);

  /**
   * The orders that our booking of a part left: those made while it ran, except what the bookings of those left in
   * turn. Odoo shows whole seconds, and several bookings may fall into one.
   */
  function restsOf(done: Member): OdooProduction[] {
    const made = madeDuringBooking(done);
    const left = new Set(made.flatMap(madeDuringBooking));
    return made.filter((one) => !left.has(one));
  }

  /**
   * The orders that were made while our last booking of this one ran. Odoo makes the rest in the transaction that
   * finishes an order: not before our mark was posted, and not after the order was last written, by the database's
   * clock.
   */
  function madeDuringBooking(done: Member): OdooProduction[] {
    const begun = lastBooking(done)?.postedAt;
    if (begun === undefined || done.state !== 'done') return [];
    return members.filter(
      ({ backorder_sequence, create_date }) =>
        Number(backorder_sequence) > Number(done.backorder_sequence) &&
        create_date >= begun &&
        create_date <= done.write_date,
    );
  }

  /** The order whose rest, left by our own bookings, this one is; undefined when it is no such rest. */
  function originOf(one: Member): OdooProduction | undefined {
    // It may have been booked since it was listed as open.
    const done = members.find((each) => restsOf(each).some(({ id }) => id === one.id));
    return done && (originOf(done) ?? done);
  }

  /** What was made of an order and its rests, and is still to be made: a person may have changed a rest's quantity. */
  function wholeQuantity(one: Member): number {
    const rests = restsOf(one).filter(({ state }) => state !== 'cancel');
    return rests.reduce((sum, rest) => sum + wholeQuantity(rest), one.product_qty);
  }

  /** An order and all that our bookings have left of it: together they are what the order was for. */
  function wholeOf(one: Member): OdooProduction[] {
    const own = members.filter(({ id }) => id === one.id);
    return [...own, ...restsOf(one).flatMap(wholeOf)];
  }

  /**
   * Whether an order is the rest of one that a person booked. It cannot be distinguished from one that a person split
   * off, so it counts as a rest, and not as new work, when nothing else of the family is open.
   */
  function isRestByHand(one: Member): boolean {
    const byHand = members.some((each) => each.state === 'done' && lastBooking(each) === undefined);
    return isOpen(one) && byHand && members.filter(isOpen).length === 1;
  }

  /** What a listing shows of an order and its rests, as one. */
  function asOne(origin: Member): Pick<Member, 'product_qty' | 'state'> {
    const rest = members.find((one) => isOpen(one) && originOf(one)?.id === origin.id);
    return { product_qty: wholeQuantity(origin), state: rest?.state ?? origin.state };
  }

  return { members, marks, lastBooking, restsOf, originOf, wholeQuantity, wholeOf, asOne, isRestByHand };
}

/**
 * The order to book on: the one that was meant, or the rest that our own bookings have left of it.
 * @throws Rejected when there is none, when it cannot be booked on, or when several could be meant.
 */
export function findOpenOrder(
  { own, restsOf }: Family,
  { number }: ErpOrderRef,
  built: string,
): OdooProduction {
  let at = own;
  while (at.state === 'done') {
    const [rest, ...others] = restsOf(at);
    if (!rest) {
      const why = `is done already (${at.name}), and not by this completion: check who booked it, and book the ${built} by hand if they are missing`;
      throw stateRefused(number, why);
    }
    if (others.length > 0) {
      const names = [rest, ...others].map(({ name }) => name).join(', ');
      throw stateRefused(number, `has several open backorders (${names}): book by hand`);
    }
    at = rest;
  }
  if (at.state === 'cancel') throw stateRefused(number, 'is cancelled: nothing can be booked on it');
  if (at.state === 'draft') throw stateRefused(number, 'is a draft: confirm it, then replay');
  return at;
}

function stateRefused(number: string, why: string): Rejected {
  return rejected('order-state', `Odoo's manufacturing order ${number} ${why}.`);
}
