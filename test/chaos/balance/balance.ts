import type { BookedEntry, Books } from './books.ts';
import {
  type BuiltPart,
  type ErpOrderBooks,
  mayBeDeadLetter,
  productionsOf,
  sortBooks,
  wasSurplus,
} from './erp-orders.ts';
import type { Injected, PermanentFault } from './injected.ts';
import { type DeadLetter, hintedNumber } from './queues.ts';

/** The differences that were found, one sentence each. */
export interface Balance {
  /** Accepted and neither booked nor dead-lettered; released and not created; recorded and not linked in the ERP. */
  readonly lost: readonly string[];
  /** Booked, linked or created more than once. */
  readonly double: readonly string[];
  /** Quantities that differ, orders that are not linked, dead letters that are wrong, queues that are not empty. */
  readonly wrong: readonly string[];
  /** Second dead letters of one message: a crash between sending a dead letter and deleting its message makes one. */
  readonly copies: number;
  /** Dead letters about parts that are, or were, too many for the ERP order's quantity. */
  readonly surplus: number;
}

const stageOf: Readonly<Record<PermanentFault['kind'], string>> = {
  'unknown product': 'create-product-orders',
  'unknown order': 'book-completion',
  'malformed call': 'receive-webhook',
};

/**
 * The most questions about one order, open or completed, for any number of hints. One message keeps asking, at first
 * every other second, later once a minute; messages that were received before it had recorded that (5 containers,
 * 5 messages each) ask, too.
 */
const mostQuestions = (seconds: number) => 40 + seconds / 60;

/** Compares the partners' own books with each other and with what the run did. */
export function balanceOf(books: Books, injected: Injected): Balance {
  const lost: string[] = [];
  const double: string[] = [];
  const wrong: string[] = [];
  const expected = new Map(
    injected.permanent.map((fault) => [`${stageOf[fault.kind]} ${fault.about}`, fault]),
  );
  const { erpOrders, unmatched } = sortBooks(books, injected);
  const { copies, left, surplus } = checkDeadLetters();

  checkUnmatched();
  for (const order of erpOrders) {
    checkOrder(order);
    checkBookings(order);
  }
  checkReferences();
  checkQuestions();
  if (copies > injected.kills) wrong.push(`${copies} copies of dead letters after ${injected.kills} kills.`);
  return { lost, double, wrong, copies, surplus };

  /**
   * Every permanent fault that was injected has a dead letter. Other dead letters are allowed only for parts that are
   * too many.
   */
  function checkDeadLetters() {
    const nameOf = (letter: DeadLetter) => `${letter.stage} ${aboutOf(letter)}`;
    const found = Map.groupBy(books.deadLetters, (letter) => [nameOf(letter), ...letter.bookings].join(' '));
    const named = new Set(books.deadLetters.map(nameOf));
    const byId = new Map(
      erpOrders.flatMap((order) => order.parts.map((part) => [part.id, { order, part }] as const)),
    );
    const byNumber = new Map(
      [...byId.values()].flatMap((each) => [
        [each.part.madeAs, each] as const,
        [each.part.number, each] as const,
      ]),
    );
    const left = new Set<string>();
    let copies = 0;
    let surplus = 0;
    for (const [key, letters] of found) {
      const [letter] = letters;
      if (!letter) continue;
      const parts =
        letter.bookings.length > 0
          ? letter.bookings.flatMap((booking) => partsIn(booking, byId.get(booking.split('#')[0] ?? '')))
          : [byNumber.get(aboutOf(letter)) ?? []].flat();
      const isSurplus =
        parts.length > 0 && parts.every(({ order, part }) => mayBeDeadLetter(order, part.index));
      // Each hint about a surplus part makes a dead letter.
      if (!isSurplus) copies += letters.length - 1;
      if (expected.has(nameOf(letter))) continue;
      if (isSurplus) {
        surplus += letters.length;
        for (const { part } of parts) left.add(part.id);
      } else wrong.push(`Dead letter without an injected fault: ${key}: ${letter.reason}`);
    }
    for (const [key, { kind }] of expected) {
      if (!named.has(key)) lost.push(`No dead letter for ${kind}: ${key}.`);
    }
    return { copies, surplus, left };
  }

  /** The parts that a refused booking covers. */
  function partsIn(booking: string, first: { order: ErpOrderBooks; part: BuiltPart } | undefined) {
    if (!first) return [];
    const { order, part } = first;
    const indexes = books.planned.get(booking) ?? [part.index];
    return order.parts.filter(({ index }) => indexes.includes(index)).map((one) => ({ order, part: one }));
  }

  /** Checks product orders in Azumuta that belong to no ERP order. */
  function checkUnmatched() {
    const completed = new Set(
      [...unmatched, ...erpOrders.flatMap(({ parts }) => parts)]
        .filter(({ completedAt }) => completedAt !== null)
        .map(({ number }) => injected.renamed.get(number) ?? number),
    );
    for (const number of injected.completed) {
      if (!completed.has(number)) lost.push(`Order ${number} was completed and is open in Azumuta.`);
    }
    for (const { number } of unmatched) {
      if (!injected.typedByHand.has(number))
        wrong.push(`Product order ${number} is in Azumuta and was never released.`);
    }
  }

  /** Every released order has a product order for each of its parts, and is linked to them. */
  function checkOrder(order: ErpOrderBooks) {
    const { number, parts, wanted, azumutaIds, changed, status } = order;
    for (const [index, same] of Map.groupBy(parts, (part) => part.index)) {
      if (same.length > 1)
        double.push(`Part ${index} of order ${number} is ${same.length} times in Azumuta.`);
    }
    if (expected.has(`create-product-orders ${number}`)) {
      if (parts.length > 0) wrong.push(`Order ${number} of an unknown product is in Azumuta.`);
      return;
    }
    for (let index = 1; index <= wanted; index += 1) {
      if (!parts.some((part) => part.index === index))
        lost.push(`Order ${number} was released and is not in Azumuta: part ${index} of ${wanted}.`);
    }
    for (const { id } of parts)
      if (!azumutaIds.includes(id))
        wrong.push(`Order ${number} is linked to ${azumutaIds.join(', ') || 'nothing'}, and not to ${id}.`);
    for (const part of parts) {
      const { id, madeAs, index } = part;
      const isUnderOldName = changed?.split === 'one' && madeAs !== changed.names.at(-1);
      // A pull that had read the order before its change may undo the change in the ledger. The next pull corrects that,
      // unless the ERP has closed the order.
      const isTakenBack = books.outdated.has(order.id) && status === 'done';
      const isReported = books.reported.get(madeAs) || left.has(id) || isTakenBack;
      // A surplus part that is booked needs nobody: nothing can be put right in Azumuta any more.
      const isSurplus = index > wanted && productionsOf(part, order.entries).length === 0;
      if ((isSurplus || isUnderOldName) && !isReported)
        lost.push(
          `It was not reported that order ${number} has changed, and product order ${madeAs} has not.`,
        );
    }
  }

  /** Every completed product order is booked once, with the recorded quantities, and each recording is linked once. */
  function checkBookings(order: ErpOrderBooks) {
    const { number, parts, entries, wanted, status } = order;
    for (const entry of entries) if (entry.kind === 'production') checkProduction(order, entry);
    for (const part of parts) if (part.completedAt !== null) checkPart(order, part);
    const booked = parts.filter((part) => productionsOf(part, entries).length > 0);
    if (booked.filter(({ index }) => index <= wanted).length === wanted && status !== 'done')
      wrong.push(`Order ${number} is booked and not done in the ERP.`);
  }

  function checkProduction({ number, parts, entries }: ErpOrderBooks, production: BookedEntry) {
    const covered = parts.filter((part) => productionsOf(part, entries).includes(production));
    const open = covered.find(({ completedAt }) => completedAt === null);
    if (covered.length === 0 || open)
      wrong.push(`Order ${number} is booked and was never completed: ${production.reference}.`);
    for (const [figure, recorded] of [
      ['goodQuantity', 'good'],
      ['scrapQuantity', 'scrap'],
    ] as const) {
      const sum = covered.reduce((total, part) => total + part[recorded], 0);
      if (Number(production[figure]) !== sum)
        wrong.push(`Order ${number}: ${production[figure]} ${recorded} booked, ${sum} recorded.`);
    }
  }

  function checkPart(order: ErpOrderBooks, part: BuiltPart) {
    const { number, entries, wanted, changed } = order;
    const name = part.madeAs;
    const times = productionsOf(part, entries).length;
    if (times > 1) double.push(`Product order ${name} is booked ${times} times.`);
    if (times === 0) {
      if (left.has(part.id)) return;
      // It waited for the other parts when it became surplus: the conflict was reported.
      if (changed?.split === 'when-all-done' && part.index > wanted) return;
      lost.push(`Completed product order ${name} of order ${number} is not booked in the ERP.`);
      return;
    }
    // A part that was surplus for a while and then was not may be booked by a later hint. Of parts that are booked together,
    // so many count as are wanted, whichever are built.
    const booked = order.parts.filter((one) => productionsOf(one, entries).length > 0).length;
    const counts = part.index <= wanted || (changed?.split === 'when-all-done' && booked <= wanted);
    if (left.has(part.id) && !(wasSurplus(order, part.index) && counts))
      wrong.push(
        `Product order ${name} is dead-lettered and booked all the same: ${booked} booked, ${wanted} wanted, quantities ${changed?.quantities.join(', ')}.`,
      );
    const links = entries.flatMap((entry) => entry.links);
    for (const id of part.recordings) {
      const linked = links.filter(({ url }) => url.endsWith(`/${id}`)).length;
      if (linked === 0) lost.push(`Recording ${id} of product order ${name} is not linked in the ERP.`);
      if (linked > 1) double.push(`Recording ${id} of product order ${name} is linked ${linked} times.`);
    }
  }

  /** No reference is booked twice, and nothing without one. */
  function checkReferences() {
    const released = new Set(books.released.map(({ number }) => number));
    for (const [reference, entries] of Map.groupBy(books.booked, (entry) => entry.reference)) {
      if (reference !== null && entries.length > 1)
        double.push(`${reference} is booked ${entries.length} times in the ERP.`);
      for (const { order } of entries) {
        if (reference === null) wrong.push(`Order ${order} has a booking without a reference.`);
        if (!released.has(order)) wrong.push(`Order ${order} is booked and was never released.`);
      }
    }
  }

  /** One message asks about each order for half an hour at most, for any number of hints, and no other message waits. */
  function checkQuestions() {
    for (const { number, hints, seconds, questions } of injected.flooded) {
      if (questions > mostQuestions(seconds))
        wrong.push(
          `Azumuta was asked ${questions} times in ${seconds.toFixed(0)} s about ${number}, for ${hints} hints.`,
        );
    }
    const asking = injected.unknownNumbers.size - books.givenUp.size;
    if (books.waiting > asking)
      wrong.push(`${books.waiting} messages are still in the queues, and ${asking} are to ask on.`);
    if (books.waiting < asking)
      lost.push(`${asking} unknown orders are to be asked about, and ${books.waiting} messages do.`);
  }
}

/** Number of the order, the product order of a hint, or the text in the body of a webhook call. */
function aboutOf(letter: DeadLetter): string {
  const { stage, orderNumber, body } = letter;
  if (stage !== stageOf['malformed call']) return hintedNumber(letter) ?? orderNumber;
  const base64 = /"bodyBase64":"([^"]*)"/.exec(body)?.[1] ?? '';
  return /"chaos":"([^"]*)"/.exec(Buffer.from(base64, 'base64').toString('utf8'))?.[1] ?? body;
}
