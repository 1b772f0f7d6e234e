import type { AzumutaProductOrder } from '../azumuta/resources.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { BookingEntry } from '../ledger/records/bookings.ts';
import type { KnownOrder } from '../ledger/records/known-orders.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import { Rejected } from '../model/errors.ts';
import { partIndexes } from '../model/orders.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import { type AskDependencies, type Asking, createQuestioner, recordingsNamedBy } from './ask-azumuta.ts';
import { type BuiltPartsDependencies, ownRecordings, partsBookedTogether } from './built-parts.ts';
import {
  type BookingDecision,
  type CompletionFacts,
  decideBookings,
  homeOf,
  isBookedTogether,
  isUnsent,
  quantityKeyOf,
  toldBy,
} from './decide-bookings.ts';
import type { CompletionHint } from './messages.ts';
import { readProductOrder } from './read-recordings.ts';
import { type Collected, type SendDependencies, sendBooking } from './send-bookings.ts';

export interface CollectDependencies extends AskDependencies, BuiltPartsDependencies, SendDependencies {
  readonly ledger: Pick<Ledger, 'orders' | 'erpOrders' | 'knownOrders' | 'bookings' | 'questions'>;
  /** Book without Azumuta's product order saying that it is completed. */
  readonly trustTrigger: boolean;
  /** Book although nobody tells which recordings there are. */
  readonly withoutRecordings: boolean;
  /** Number of the ERP order of a product order that the ledger does not know; by default its own. */
  readonly erpOrderNumber: ((productOrderNumber: string) => string) | undefined;
  /** Whether Azumuta's articles are other than the ERP's, so that only the ledger knows the ERP's. */
  readonly articleIsMapped: boolean;
}

/** What the ledger knows of the order that a hint is about, and under which number it keeps that. */
interface Subject extends KnownOrder {
  readonly number: string;
}

/** No attempt runs longer than its function's timeout, a minute. */
const maxAttemptMs = 2 * 60_000;
/** Another attempt planned in the same moment: so often it is looked at again. */
const maxTries = 3;

/**
 * Turns a hint into bookings. The product order is read again, so nothing depends on what the trigger happened
 * to say. What is going to be booked is written down before it is sent, so that a crash in between sends exactly
 * that again.
 */
export function createCompletionCollector(dependencies: CollectDependencies) {
  const { ledger, clock, partners } = dependencies;
  const questioner = createQuestioner(dependencies);

  return async function collectCompletion(hint: CompletionHint, attempt: WorkAttempt): Promise<void> {
    await partners.ready('azumuta');
    const known = await subjectOf(hint);
    const { number, question, answered } = known;
    const asking: Asking = { number, hint, question, answered };
    if (answered && (await isAnswered(known, asking, attempt))) {
      attempt.log.info('Azumuta was asked about it after this hint came');
      return;
    }
    if (await questioner.mayEnd(asking, attempt)) {
      attempt.log.info('Another hint has asked about it a moment ago, and asks again');
      return;
    }
    const order = await completedOrder(known, asking, attempt);
    if (!order) return;
    const subject = known.entry ? known : await byAzumutaId(order, known);
    const sentence = await collect(order, subject, asking, attempt);
    if (sentence !== undefined) return questioner.askLater(sentence, asking, attempt, { isOpen: false });
    // Last of all: until its bookings are handed over, reconciliation goes on asking about an overdue order.
    if (subject.entry?.awaitsCompletion) await ledger.orders.markCompleted(subject.entry);
    await questioner.end(asking);
  };

  /** What is planned and not sent is for whoever comes again. */
  async function isAnswered(known: Subject, asking: Asking, attempt: WorkAttempt): Promise<boolean> {
    const { entry, number } = known;
    const home = homeOf(number, entry);
    const bookings = home === number ? known.bookings : await ledger.bookings.of(home);
    if (bookings.some((booking) => isUnsent(booking) && isAbandoned(booking, attempt))) return false;
    const told = toldBy(bookings);
    const namesNews = recordingsNamedBy(asking).some((id) => !told.has(id));
    return questioner.isAnswered(asking, namesNews, attempt);
  }

  /** The order that a hint means: where its number reads in two ways, the one that the ledger knows. */
  async function subjectOf({ productOrderNumber, otherNumber }: CompletionHint): Promise<Subject> {
    const known = { number: productOrderNumber, ...(await ledger.knownOrders.read(productOrderNumber)) };
    if (known.entry || otherNumber === undefined) return known;
    const other = { number: otherNumber, ...(await ledger.knownOrders.read(otherNumber)) };
    return other.entry ? other : known;
  }

  /** It was renamed in Azumuta: the ledger keeps it under the number that it was made with. */
  async function byAzumutaId({ id }: AzumutaProductOrder, known: Subject): Promise<Subject> {
    const number = await ledger.knownOrders.numberOfAzumutaId(id);
    if (number === undefined || number === known.number) return known;
    const found = await ledger.knownOrders.read(number);
    return found.entry ? { number, ...found } : known;
  }

  async function completedOrder(
    { entry, number, bookings }: Subject,
    asking: Asking,
    attempt: WorkAttempt,
  ): Promise<AzumutaProductOrder | undefined> {
    const order = await readProductOrder(
      { id: entry?.productOrder?.id, number },
      attempt.signal,
      dependencies,
    );
    if (!order) {
      await questioner.askLater(`Azumuta knows no product order ${number}.`, asking, attempt, {
        isOpen: false,
        code: 'unknown-order',
      });
      return undefined;
    }
    const { via } = asking.hint;
    // What was planned before was told by a trigger.
    const wasTold = via === 'webhook' || (via === 'replay' && bookings.length > 0);
    if (order.completed || (dependencies.trustTrigger && wasTold)) return order;
    const status = order.status ?? 'without status';
    const sentence = `Azumuta says that product order ${number} is "${status}", not completed.`;
    await questioner.askLater(sentence, asking, attempt, { isOpen: true });
    return undefined;
  }

  /** Reads what the decision needs, decides, and does it. @returns What Azumuta does not say yet. */
  async function collect(
    order: AzumutaProductOrder,
    subject: Subject,
    asking: Asking,
    attempt: WorkAttempt,
  ): Promise<string | undefined> {
    for (let tries = 0; tries < maxTries; tries++) {
      const { facts, collected } = await readFacts(order, subject, asking, attempt, tries);
      const decision = decideBookings(facts);
      // A first hint writes nothing here; of those that come after it, one is enough. Under another number, whoever
      // planned a booking and died would not see that it is not sent.
      const isLate = decision.to === 'tell' || (decision.to === 'leave' && !subject.entry?.awaitsCompletion);
      const isRenamed = subject.number !== asking.number;
      if (isLate && !(isRenamed && facts.bookings.some(isUnsent)))
        await questioner.answer(asking, order, attempt);
      if (decision.to === 'tell') throw new Rejected(decision.sentence, { code: decision.cause });
      if (decision.to === 'wait') return decision.sentence;
      if (decision.to === 'leave') {
        attempt.log.info('Nothing to book now', { why: decision.why });
        return undefined;
      }
      if (await writeDown(decision, collected.home, attempt)) return send(decision, collected, attempt);
    }
    throw new Rejected(`Several at once are planning bookings of product order ${subject.number}.`, {
      code: 'waited-too-long',
    });
  }

  async function readFacts(
    order: AzumutaProductOrder,
    { entry, number, bookings: own }: Subject,
    asking: Asking,
    attempt: WorkAttempt,
    tries: number,
  ): Promise<{ facts: CompletionFacts; collected: Collected }> {
    const home = homeOf(number, entry);
    const bookings = home === number && tries === 0 ? own : await ledger.bookings.of(home);
    const erpOrder = entry
      ? refOf(entry.erpOrder)
      : { number: dependencies.erpOrderNumber?.(number) ?? number };
    const record =
      entry && entry.part.book !== 'alone' ? await ledger.erpOrders.find(entry.erpOrder) : undefined;
    const parts = record?.split.of ?? 1;
    const { ids, read } = await ownRecordings(asking, order, bookings, attempt, dependencies);
    const part = { index: entry?.part.index ?? 1, order, recordingIds: ids };
    const [current, ...others] = isBookedTogether(entry)
      ? await partsBookedTogether(entry, part, neededParts(parts, bookings), attempt, dependencies)
      : [part];
    const article = entry ? entry.erpOrder.article : dependencies.articleIsMapped ? undefined : order.article;
    const again = asking.hint.via === 'replay';
    const { withoutRecordings } = dependencies;
    const facts: CompletionFacts = {
      ...{ entry, erpOrder, parts, bookings, current, others, again, withoutRecordings },
      isAbandoned: (booking) => isAbandoned(booking, attempt),
    };
    const collected = {
      ...{ home, erpOrder, article, bookings, read },
      lock: isBookedAlone(entry) ? quantityKeyOf(order) : undefined,
      built: [current, ...others],
      last: entry?.part.book !== 'each',
      eventId: asking.hint.eventId,
      learnedAt: clock.now().toISOString(),
    };
    return { facts, collected };
  }

  /** A product order that was made by hand is booked on the ERP order of its own number, unless that is mapped. */
  function isBookedAlone(entry: OrderEntry | undefined): boolean {
    const { erpOrderNumber } = dependencies;
    return (
      entry?.part.book === 'alone' && entry.number === entry.erpOrder.number && erpOrderNumber === undefined
    );
  }

  /** False when another planner was faster: what that one has not heard of is an amendment now. */
  async function writeDown(
    { plan, planAgain }: Extract<BookingDecision, { to: 'book' }>,
    home: string,
    attempt: WorkAttempt,
  ): Promise<boolean> {
    const written = await Promise.all([
      ...plan.map((booking) => ledger.bookings.plan(home, booking, attempt)),
      ...planAgain.map((booking) => ledger.bookings.planAgain(home, booking, attempt)),
    ]);
    return written.every(Boolean);
  }

  async function send(
    { plan, planAgain, send }: Extract<BookingDecision, { to: 'book' }>,
    collected: Collected,
    attempt: WorkAttempt,
  ): Promise<string | undefined> {
    for (const booking of [...send, ...planAgain, ...plan]) {
      const missing = await sendBooking(booking, collected, attempt, dependencies);
      if (missing !== undefined) return missing;
    }
    return undefined;
  }

  /** Planned and never sent: by an earlier attempt at this very message, or by one long gone. */
  function isAbandoned({ plannedAt, plannedFor }: BookingEntry, { messageId }: WorkAttempt): boolean {
    return plannedFor === messageId || clock.now().getTime() - plannedAt.getTime() > maxAttemptMs;
  }
}

/**
 * Which other parts are to be looked at again: those that are booked with this one, once all are completed, and those
 * of bookings that are still to be sent.
 */
function neededParts(parts: number, bookings: readonly BookingEntry[]) {
  const booked = new Set(bookings.flatMap(({ kind, parts }) => (kind === 'quantity' ? parts : [])));
  const open = new Set(bookings.filter(({ state }) => state !== 'done').flatMap((booking) => booking.parts));
  return (completed: ReadonlySet<number>) => {
    const isComplete = partIndexes(parts).every((index) => completed.has(index) || booked.has(index));
    return (index: number) => open.has(index) || (isComplete && index <= parts && !booked.has(index));
  };
}

function refOf({ number, id }: { readonly number: string; readonly id?: string }) {
  return id === undefined ? { number } : { number, id };
}
