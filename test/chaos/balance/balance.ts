import { type BookedEntry, type Books, type BuiltOrder, notBooked } from './books.ts';
import type { DeadLetter } from './queues.ts';

/** A fault that only a person can mend, as it was injected. */
export interface PermanentFault {
  readonly kind:
    | 'unknown product'
    | 'finished by somebody else'
    | 'cancelled'
    | 'unknown order'
    | 'malformed call';
  /** Number of the order; of a malformed call, the text that its body holds. */
  readonly about: string;
}

export interface Injected {
  readonly permanent: readonly PermanentFault[];
  /** Orders that Azumuta got from somebody else: the ERP does not know them. */
  readonly typedByHand: ReadonlySet<string>;
  /** Orders that the ERP cancelled at once: they may have been created before, or never, and nobody builds them. */
  readonly cancelledAtOnce: ReadonlySet<string>;
  /** Numbers of the orders whose operators were told that they are completed. */
  readonly completed: ReadonlySet<string>;
  /** Each may have cost one copy of a dead letter. */
  readonly kills: number;
}

/** What does not add up, each with the sentence that names it. */
export interface Balance {
  /** Accepted and neither booked nor dead-lettered; released and not created; recorded and not told. */
  readonly lost: readonly string[];
  /** Booked, told or created more than once. */
  readonly double: readonly string[];
  /** Quantities that differ, orders that are not linked, dead letters that are wrong, queues that are not empty. */
  readonly wrong: readonly string[];
  /** Copies of a dead letter that is there already: a crash between writing one and deleting its message. */
  readonly copies: number;
}

const stageOf: Readonly<Record<PermanentFault['kind'], string>> = {
  'unknown product': 'create-product-orders',
  'finished by somebody else': 'book-completion',
  cancelled: 'book-completion',
  'unknown order': 'book-completion',
  'malformed call': 'receive-webhook',
};

/** How the sandbox's business error reads, and what is said of a booking that shows no effect. */
const notDone = /It could not be done|shows nothing under/;

/** Compares the partners' own books with each other and with the faults that were injected. */
export function balanceOf(books: Books, injected: Injected): Balance {
  const lost: string[] = [];
  const double: string[] = [];
  const wrong: string[] = [];
  const expected = new Map(
    injected.permanent.map((fault) => [`${stageOf[fault.kind]} ${fault.about}`, fault]),
  );
  const stuck = new Set(injected.permanent.map(({ about }) => about));
  const statusOf = new Map(books.released.map(({ number, status }) => [number, status]));
  const mayBeSetAside = notBooked(books.strikes);
  const { copies, setAside } = weighDeadLetters();

  weighOrders();
  weighBookings();
  if (books.waiting > 0) wrong.push(`${books.waiting} messages are still in the queues.`);
  if (copies > injected.kills) wrong.push(`${copies} copies of dead letters after ${injected.kills} kills.`);
  return { lost, double, wrong, copies };

  /**
   * Dead letters are exactly the permanent faults that were injected; beside them stand only bookings that the ERP,
   * by its own books, answered with 200 and did not do.
   */
  function weighDeadLetters() {
    const found = groupBy(books.deadLetters, (letter) => `${letter.stage} ${aboutOf(letter)}`);
    const unbooked = new Set<string>();
    const isNotDone = ({ reason, orderNumber }: DeadLetter) =>
      notDone.test(reason) && mayBeSetAside.has(orderNumber);
    for (const [key, [letter]] of found) {
      if (expected.has(key) || !letter) continue;
      if (isNotDone(letter)) unbooked.add(letter.orderNumber);
      else wrong.push(`Dead letter without an injected fault: ${key}: ${letter.reason}`);
    }
    for (const [key, { kind }] of expected) {
      if (!found.has(key)) lost.push(`No dead letter for ${kind}: ${key}.`);
    }
    return { copies: books.deadLetters.length - found.size, setAside: unbooked };
  }

  /** Every released order became one product order, and knows it. */
  function weighOrders() {
    const built = groupBy(books.built, ({ number }) => number);
    const released = new Set(books.released.map(({ number }) => number));
    for (const [number, orders] of built) {
      if (injected.typedByHand.has(number)) continue;
      if (orders.length > 1) double.push(`Product order ${number} is ${orders.length} times in Azumuta.`);
      if (!released.has(number)) wrong.push(`Product order ${number} is in Azumuta and was never released.`);
    }
    for (const { number, azumutaId } of books.released) {
      const [order] = built.get(number) ?? [];
      if (expected.has(`create-product-orders ${number}`)) {
        if (order) wrong.push(`Order ${number} of an unknown product is in Azumuta.`);
      } else if (!order) {
        if (!injected.cancelledAtOnce.has(number))
          lost.push(`Order ${number} was released and is not in Azumuta.`);
      } else if (azumutaId !== order.id)
        wrong.push(`Order ${number} is linked to ${azumutaId ?? 'nothing'} instead of ${order.id}.`);
    }
  }

  /** Every completed order is booked once, with what was recorded, and each recording is told once. */
  function weighBookings() {
    for (const [reference, entries] of groupBy(books.booked, (entry) => entry.reference)) {
      if (reference === null) weighBookingsByHand(entries);
      else if (entries.length > 1) double.push(`${reference} is booked ${entries.length} times in the ERP.`);
    }
    const bookedOn = groupBy(
      books.booked.filter(({ reference }) => reference !== null),
      ({ order }) => order,
    );
    const completed = books.built.filter(({ completedAt }) => completedAt !== null);
    for (const order of completed) {
      const entries = bookedOn.get(order.number) ?? [];
      const isBooked = entries.some(({ kind }) => kind === 'production');
      // A second message of the same booking may have booked what the ERP refused the first time.
      if (stuck.has(order.number) || (setAside.has(order.number) && !isBooked)) {
        if (isBooked) wrong.push(`Order ${order.number} is dead-lettered and booked all the same.`);
      } else weighBooking(order, entries);
    }
    const numbers = new Set(completed.map(({ number }) => number));
    for (const number of injected.completed) {
      if (!numbers.has(number)) lost.push(`Order ${number} was completed and is open in Azumuta.`);
    }
    for (const number of bookedOn.keys()) {
      if (!numbers.has(number)) wrong.push(`Order ${number} is booked and was never completed.`);
    }
  }

  /** We book nothing without a reference; somebody else does, on the orders that were to be so. */
  function weighBookingsByHand(entries: readonly BookedEntry[]) {
    for (const { order } of entries) {
      const byHand = injected.permanent.some(
        ({ kind, about }) => kind === 'finished by somebody else' && about === order,
      );
      if (!byHand) wrong.push(`Order ${order} has a booking without a reference.`);
    }
  }

  function weighBooking(order: BuiltOrder, entries: readonly BookedEntry[]) {
    const productions = entries.filter(({ kind }) => kind === 'production');
    if (productions.length === 0) {
      lost.push(`Completed order ${order.number} is not booked in the ERP.`);
      return;
    }
    if (statusOf.get(order.number) !== 'done')
      wrong.push(`Order ${order.number} is booked and not done in the ERP.`);
    const sum = (of: 'goodQuantity' | 'scrapQuantity') =>
      productions.reduce((total, entry) => total + Number(entry[of]), 0);
    if (sum('goodQuantity') !== order.good || sum('scrapQuantity') !== order.scrap) {
      wrong.push(
        `Order ${order.number}: ${sum('goodQuantity')} good and ${sum('scrapQuantity')} scrap booked, ${order.good} and ${order.scrap} recorded.`,
      );
    }
    const links = entries.flatMap((entry) => entry.links);
    for (const id of order.recordings) {
      const times = links.filter(({ url }) => url.endsWith(`/${id}`)).length;
      if (times === 0) lost.push(`Recording ${id} of order ${order.number} is not told in the ERP.`);
      if (times > 1) double.push(`Recording ${id} of order ${order.number} is told ${times} times.`);
    }
  }
}

/** Number of the order, or the text in a kept webhook call. */
function aboutOf({ stage, orderNumber, body }: DeadLetter): string {
  if (stage !== stageOf['malformed call']) return orderNumber;
  const base64 = /"bodyBase64":"([^"]*)"/.exec(body)?.[1] ?? '';
  return /"chaos":"([^"]*)"/.exec(Buffer.from(base64, 'base64').toString('utf8'))?.[1] ?? body;
}

function groupBy<T, K>(all: readonly T[], keyOf: (one: T) => K): Map<K, T[]> {
  return Map.groupBy(all, keyOf);
}
