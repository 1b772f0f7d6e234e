import type { AzumutaProductOrder } from '../azumuta/resources.ts';
import type { PartnerCalls } from '../circuit-breaker/guarded-call.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { BookingEntry } from '../ledger/records/bookings.ts';
import type { KnownOrder } from '../ledger/records/known-orders.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import { Rejected } from '../model/errors.ts';
import { partIndexes } from '../model/orders.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import { type AskDependencies, createQuestioner, type Inquiry, recordingsNamedBy } from './ask-azumuta.ts';
import { type BuiltPartsDependencies, createPartsReader } from './built-parts.ts';
import {
  type BookingDecision,
  type CompletionFacts,
  decideBookings,
  homeOf,
  isBookedTogether,
  isUnsent,
  quantityKeyOf,
  recordingsIn,
} from './decide-bookings.ts';
import type { CompletionHint } from './messages.ts';
import { type Collected, createBookingSender, type SendDependencies } from './send-bookings.ts';

export interface CollectDependencies extends AskDependencies, BuiltPartsDependencies, SendDependencies {
  readonly ledger: Pick<Ledger, 'orders' | 'erpOrders' | 'knownOrders' | 'bookings' | 'questions'>;
  readonly partners: PartnerCalls;
  /** Book without Azumuta's product order saying that it is completed. */
  readonly trustTrigger: boolean;
  /** Book although it is unknown which recordings there are. */
  readonly withoutRecordings: boolean;
  /** Number of the ERP order of a product order that the ledger does not know; by default its own. */
  readonly erpOrderNumber: ((productOrderNumber: string) => string) | undefined;
  /** Whether Azumuta's article codes differ from the ERP's, so that only the ledger knows the ERP's. */
  readonly articleIsMapped: boolean;
}

/** What the ledger knows of the order that a hint is about, and the number under which it keeps the order. */
interface Subject extends KnownOrder {
  readonly number: string;
}

/** No attempt runs longer than its function's timeout, a minute. */
const maxAttemptMs = 2 * 60_000;
/** How often the facts are read again because another attempt planned at the same moment. */
const maxTries = 3;

/**
 * Turns a hint into bookings. The product order is read again, so nothing depends on the content of the trigger.
 * Bookings are written down before they are sent, so that after a crash exactly the same is sent again.
 */
export function createCompletionCollector(dependencies: CollectDependencies) {
  const { ledger, clock, partners, reader } = dependencies;
  const questioner = createQuestioner(dependencies);
  const { ownRecordings, partsBookedTogether } = createPartsReader(dependencies);
  const sendBooking = createBookingSender(dependencies);

  return async function collectCompletion(hint: CompletionHint, attempt: WorkAttempt): Promise<void> {
    await partners.ready('azumuta');
    const known = await subjectOf(hint);
    const { number, question, answered } = known;
    const inquiry: Inquiry = { number, hint, question, answered };
    if (answered && (await isAnswered(known, inquiry, attempt))) {
      attempt.log.info('Azumuta was asked about it after this hint came');
      return;
    }
    if (await questioner.mayEnd(inquiry, attempt)) {
      attempt.log.info('Another hint has asked about it a moment ago, and asks again');
      return;
    }
    const order = await completedOrder(known, inquiry, attempt);
    if (!order) return;
    const subject = known.entry ? known : await byAzumutaId(order, known);
    const sentence = await collect(order, subject, inquiry, attempt);
    if (sentence !== undefined) return questioner.askLater(sentence, inquiry, attempt, { isOpen: false });
    // Last of all: until its bookings are handed over, reconciliation goes on asking about an overdue order.
    if (subject.entry?.awaitsCompletion) await ledger.orders.markCompleted(subject.entry);
    await questioner.end(inquiry);
  };

  /** A booking that was planned and not sent must be sent by the hint that comes next, so that one is not answered. */
  async function isAnswered(
    { entry, number, bookings: own }: Subject,
    inquiry: Inquiry,
    attempt: WorkAttempt,
  ): Promise<boolean> {
    const home = homeOf(number, entry);
    const bookings = home === number ? own : await ledger.bookings.of(home);
    if (bookings.some((booking) => isUnsent(booking) && isAbandoned(booking, attempt))) return false;
    const known = recordingsIn(bookings);
    const namesNew = recordingsNamedBy(inquiry).some((id) => !known.has(id));
    return questioner.isAnswered(inquiry, namesNew, attempt);
  }

  /** The order that a hint means: if its number can be read in two ways, the one that the ledger knows. */
  async function subjectOf({ productOrderNumber, otherNumber }: CompletionHint): Promise<Subject> {
    const known = { number: productOrderNumber, ...(await ledger.knownOrders.read(productOrderNumber)) };
    if (known.entry || otherNumber === undefined) return known;
    const other = { number: otherNumber, ...(await ledger.knownOrders.read(otherNumber)) };
    return other.entry ? other : known;
  }

  /** An order that was renamed in Azumuta: the ledger keeps it under its first number. */
  async function byAzumutaId({ id }: AzumutaProductOrder, known: Subject): Promise<Subject> {
    const number = await ledger.knownOrders.numberOfAzumutaId(id);
    if (number === undefined || number === known.number) return known;
    const found = await ledger.knownOrders.read(number);
    return found.entry ? { number, ...found } : known;
  }

  async function completedOrder(
    { entry, number, bookings }: Subject,
    inquiry: Inquiry,
    attempt: WorkAttempt,
  ): Promise<AzumutaProductOrder | undefined> {
    const order = await reader.readProductOrder({ id: entry?.productOrder?.id, number }, attempt.signal);
    if (!order) {
      const sentence = `Azumuta knows no product order ${number}.`;
      await questioner.askLater(sentence, inquiry, attempt, { isOpen: false, code: 'unknown-order' });
      return undefined;
    }
    const { via } = inquiry.hint;
    // Bookings are planned after a trigger only, so a replay of one that was planned follows a trigger, too.
    const wasTriggered = via === 'webhook' || (via === 'replay' && bookings.length > 0);
    if (order.completed || (dependencies.trustTrigger && wasTriggered)) return order;
    const status = order.status ?? 'without status';
    const sentence = `Azumuta says that product order ${number} is "${status}", not completed.`;
    await questioner.askLater(sentence, inquiry, attempt, { isOpen: true });
    return undefined;
  }

  /** Reads the facts, decides, and acts on the decision. @returns what Azumuta does not show yet. */
  async function collect(
    order: AzumutaProductOrder,
    subject: Subject,
    inquiry: Inquiry,
    attempt: WorkAttempt,
  ): Promise<string | undefined> {
    for (let tries = 0; tries < maxTries; tries++) {
      const { facts, collected } = await readFacts(order, subject, inquiry, attempt, tries);
      const decision = decideBookings(facts);
      // A first hint notes no answer, and one note is enough for further hints. With a note, the hint of an attempt that
      // planned a booking of a renamed order and died would end without sending it.
      const isLate =
        decision.to === 'reject' || (decision.to === 'leave' && !subject.entry?.awaitsCompletion);
      const isRenamed = subject.number !== inquiry.number;
      if (isLate && !(isRenamed && facts.bookings.some(isUnsent)))
        await questioner.recordAnswer(inquiry, order, attempt);
      if (decision.to === 'reject') throw new Rejected(decision.sentence, { code: decision.cause });
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
    inquiry: Inquiry,
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
    const { ids, read } = await ownRecordings(inquiry, order, bookings, attempt);
    const part = { index: entry?.part.index ?? 1, order, recordingIds: ids };
    const [current, ...others] = isBookedTogether(entry)
      ? await partsBookedTogether(entry, part, neededParts(parts, bookings), attempt)
      : [part];
    const article = entry ? entry.erpOrder.article : dependencies.articleIsMapped ? undefined : order.article;
    const again = inquiry.hint.via === 'replay';
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
      eventId: inquiry.hint.eventId,
      learnedAt: clock.now().toISOString(),
    };
    return { facts, collected };
  }

  /** Whether nothing else is booked on its ERP order: one made by hand is booked on the order of its own number, unless mapped. */
  function isBookedAlone(entry: OrderEntry | undefined): boolean {
    const { erpOrderNumber } = dependencies;
    return (
      entry?.part.book === 'alone' && entry.number === entry.erpOrder.number && erpOrderNumber === undefined
    );
  }

  /** False when another planner was faster: recordings that are not in its plan become amendments. */
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
      const missing = await sendBooking(booking, collected, attempt);
      if (missing !== undefined) return missing;
    }
    return undefined;
  }

  /** Planned and never sent: by an earlier attempt at this message, or by one that has ended long ago. */
  function isAbandoned({ plannedAt, plannedFor }: BookingEntry, { messageId }: WorkAttempt): boolean {
    return plannedFor === messageId || clock.now().getTime() - plannedAt.getTime() > maxAttemptMs;
  }
}

/**
 * Which other parts must be read again: those that are booked with this one, once all are completed, and those of
 * bookings that are still to be sent.
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
