import { type BookedEntry, type Books, notBooked } from './books.ts';
import {
  type BuiltPart,
  type ErpOrderBooks,
  mayBeLeft,
  productionsOf,
  sortBooks,
  wasSurplus,
} from './erp-orders.ts';
import type { Injected, PermanentFault } from './injected.ts';
import { type DeadLetter, productOrderIdsIn } from './queues.ts';

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
  /** Dead letters about parts that the ERP order has, or had, no place for. */
  readonly surplus: number;
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

/** What is recorded after its booking was rejected waits for a person: the product order that the booking's key begins with. */
const cameAfterRejected = /came after its booking ([^# ]+)#\S+ was rejected/;

/**
 * Questions about one order, whatever hints come: one hint asks on, at first every other second, and those that were
 * worked on before it had written that down (5 containers, 5 messages each) ask as well; then one a minute.
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
  const stuck = new Set(injected.permanent.map(({ about }) => about));
  const { erpOrders, strangers } = sortBooks(books, injected);
  const { copies, setAside, left, surplus, askedInVain } = weighDeadLetters();

  weighStrangers();
  for (const order of erpOrders) {
    weighOrder(order);
    weighBookings(order);
  }
  weighReferences();
  weighQuestions();
  if (copies > injected.kills) wrong.push(`${copies} copies of dead letters after ${injected.kills} kills.`);
  return { lost, double, wrong, copies, surplus };

  /**
   * Dead letters are exactly the permanent faults that were injected; beside them stand only bookings that the ERP,
   * by its own books, answered with 200 and did not do, what was recorded after one of all these bookings was rejected,
   * parts that it has no place for any more, and numbers in forged hints that Azumuta has never heard of.
   */
  function weighDeadLetters() {
    const found = Map.groupBy(books.deadLetters, (letter) => `${letter.stage} ${aboutOf(letter)}`);
    const struck = notBooked(books.strikes);
    const rejected = new Set(books.deadLetters.flatMap(productOrderIdsIn));
    const byId = new Map(
      erpOrders.flatMap((order) => order.parts.map((part) => [part.id, { order, part }] as const)),
    );
    const byNumber = new Map(
      [...byId.values()].flatMap((each) => [
        [each.part.madeAs, each] as const,
        [each.part.number, each] as const,
      ]),
    );
    const sets = { setAside: new Set<string>(), left: new Set<string>(), askedInVain: new Set<string>() };
    let copies = 0;
    let surplus = 0;
    for (const [key, letters] of found) {
      const [letter] = letters;
      if (!letter) continue;
      const ids = productOrderIdsIn(letter);
      const parts =
        ids.length > 0
          ? ids.flatMap((id) => byId.get(id) ?? [])
          : [byNumber.get(letter.orderNumber) ?? []].flat();
      const isNotDone =
        notDone.test(letter.reason) &&
        parts.some(({ order }) => struck.has(order.id) || struck.has(order.number));
      const isAfterRejected = rejected.has(cameAfterRejected.exec(letter.reason)?.[1] ?? '');
      const isSurplus = parts.length > 0 && parts.every(({ order, part }) => mayBeLeft(order, part.index));
      // Each hint about a part that has no place is told once, and so is each recording that came too late.
      if (!isSurplus && !isAfterRejected) copies += letters.length - 1;
      if (expected.has(key) || isAfterRejected) continue;
      if (isNotDone) for (const { part } of parts) sets.setAside.add(part.id);
      else if (isSurplus) {
        surplus += letters.length;
        for (const { part } of parts) sets.left.add(part.id);
      } else if (letter.stage === 'collect-completion' && injected.unknownNumbers.has(letter.orderNumber))
        sets.askedInVain.add(letter.orderNumber);
      else wrong.push(`Dead letter without an injected fault: ${key}: ${letter.reason}`);
    }
    for (const [key, { kind }] of expected) {
      if (!found.has(key)) lost.push(`No dead letter for ${kind}: ${key}.`);
    }
    return { copies, surplus, ...sets };
  }

  /** Product orders in Azumuta that no ERP order is behind. */
  function weighStrangers() {
    const completed = new Set(
      [...strangers, ...erpOrders.flatMap(({ parts }) => parts)]
        .filter(({ completedAt }) => completedAt !== null)
        .map(({ number }) => injected.renamed.get(number) ?? number),
    );
    for (const number of injected.completed) {
      if (!completed.has(number)) lost.push(`Order ${number} was completed and is open in Azumuta.`);
    }
    for (const { number } of strangers) {
      if (!injected.typedByHand.has(number))
        wrong.push(`Product order ${number} is in Azumuta and was never released.`);
    }
  }

  /** Every released order became the product orders that it has parts, and knows it. */
  function weighOrder(order: ErpOrderBooks) {
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
      if (!parts.some((part) => part.index === index) && !injected.cancelledAtOnce.has(number))
        lost.push(`Order ${number} was released and is not in Azumuta: part ${index} of ${wanted}.`);
    }
    for (const { id } of parts)
      if (!azumutaIds.includes(id))
        wrong.push(`Order ${number} is linked to ${azumutaIds.join(', ') || 'nothing'}, and not to ${id}.`);
    for (const { id, madeAs, index } of parts) {
      const isUnderOldName = changed?.split === 'one' && madeAs !== changed.names.at(-1);
      // The next pull says what a pull takes back that had read the order before it changed, unless the ERP has closed it.
      const isTakenBack = books.outdated.has(order.id) && status === 'done';
      const isTold = books.told.get(madeAs) || left.has(id) || isTakenBack;
      if ((index > wanted || isUnderOldName) && !isTold)
        lost.push(`Nobody was told that order ${number} has changed, and product order ${madeAs} has not.`);
    }
  }

  /** Every completed product order is booked once, with what was recorded, and each recording is told once. */
  function weighBookings(order: ErpOrderBooks) {
    const { number, parts, entries, wanted, status } = order;
    const productions = entries.filter(({ kind }) => kind === 'production');
    if (stuck.has(number)) {
      if (productions.length > 0) wrong.push(`Order ${number} is dead-lettered and booked all the same.`);
      return;
    }
    for (const production of productions) weighProduction(order, production);
    for (const part of parts) if (part.completedAt !== null) weighPart(order, part);
    const booked = parts.filter((part) => productionsOf(part, entries).length > 0);
    if (booked.filter(({ index }) => index <= wanted).length === wanted && status !== 'done')
      wrong.push(`Order ${number} is booked and not done in the ERP.`);
  }

  function weighProduction({ number, parts, entries }: ErpOrderBooks, production: BookedEntry) {
    const told = parts.filter((part) => productionsOf(part, entries).includes(production));
    const open = told.find(({ completedAt }) => completedAt === null);
    if (told.length === 0 || open)
      wrong.push(`Order ${number} is booked and was never completed: ${production.reference}.`);
    for (const [figure, recorded] of [
      ['goodQuantity', 'good'],
      ['scrapQuantity', 'scrap'],
    ] as const) {
      const sum = told.reduce((total, part) => total + part[recorded], 0);
      if (Number(production[figure]) !== sum)
        wrong.push(`Order ${number}: ${production[figure]} ${recorded} booked, ${sum} recorded.`);
    }
  }

  function weighPart(order: ErpOrderBooks, part: BuiltPart) {
    const { number, entries, wanted, changed } = order;
    const name = part.madeAs;
    const times = productionsOf(part, entries).length;
    if (times > 1) double.push(`Product order ${name} is booked ${times} times.`);
    if (times === 0) {
      // A second message of the same booking may have booked what the ERP refused the first time.
      if (setAside.has(part.id) || left.has(part.id)) return;
      // It waited for the others when its place was taken away: the conflict has told it.
      if (changed?.split === 'when-all-done' && part.index > wanted) return;
      lost.push(`Completed product order ${name} of order ${number} is not booked in the ERP.`);
      return;
    }
    // One that had no place for a while, and has one again, may be booked by a later hint.
    if (left.has(part.id) && !(wasSurplus(order, part.index) && part.index <= wanted))
      wrong.push(`Product order ${name} is dead-lettered and booked all the same.`);
    const links = entries.flatMap((entry) => entry.links);
    for (const id of part.recordings) {
      const told = links.filter(({ url }) => url.endsWith(`/${id}`)).length;
      if (told === 0) lost.push(`Recording ${id} of product order ${name} is not told in the ERP.`);
      if (told > 1) double.push(`Recording ${id} of product order ${name} is told ${told} times.`);
    }
  }

  /** No reference is booked twice, and we book nothing without one; somebody else does, on orders that were to be so. */
  function weighReferences() {
    const released = new Set(books.released.map(({ number }) => number));
    for (const [reference, entries] of Map.groupBy(books.booked, (entry) => entry.reference)) {
      if (reference !== null && entries.length > 1)
        double.push(`${reference} is booked ${entries.length} times in the ERP.`);
      for (const { order } of entries) {
        const byHand = injected.permanent.some(
          ({ kind, about }) => kind === 'finished by somebody else' && about === order,
        );
        if (reference === null && !byHand) wrong.push(`Order ${order} has a booking without a reference.`);
        if (!released.has(order)) wrong.push(`Order ${order} is booked and was never released.`);
      }
    }
  }

  /** However many hints come: one message asks about each order, and nobody else waits. */
  function weighQuestions() {
    for (const { number, is, hints, seconds, questions } of injected.flooded) {
      // A completed order may have been opened and completed again: each hint about it is a question.
      if (questions > mostQuestions(seconds) + (is === 'completed' ? 2 * hints : 0))
        wrong.push(
          `Azumuta was asked ${questions} times in ${seconds.toFixed(0)} s about ${number}, for ${hints} hints.`,
        );
    }
    const asking = injected.unknownNumbers.size - askedInVain.size;
    if (books.waiting > asking)
      wrong.push(`${books.waiting} messages are still in the queues, and ${asking} are to ask on.`);
    if (books.waiting < asking)
      lost.push(`${asking} unknown orders are to be asked about, and ${books.waiting} messages do.`);
  }
}

/** Number of the order, or the text in a kept webhook call. */
function aboutOf({ stage, orderNumber, body }: DeadLetter): string {
  if (stage !== stageOf['malformed call']) return orderNumber;
  const base64 = /"bodyBase64":"([^"]*)"/.exec(body)?.[1] ?? '';
  return /"chaos":"([^"]*)"/.exec(Buffer.from(base64, 'base64').toString('utf8'))?.[1] ?? body;
}
