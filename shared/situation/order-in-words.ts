import type { BreakerState } from '../circuit-breaker/breaker-for-people.ts';
import type { ViewLedger } from '../ledger/ledger.ts';
import type { DeadLetterId, DeadLetterRecord } from '../ledger/records/dead-letters.ts';
import type { JourneyEntry } from '../ledger/records/events.ts';
import type { KnownOrder } from '../ledger/records/known-orders.ts';
import { endInWords } from '../ledger/records/order-end.ts';
import type { BookingWindow } from '../ledger/records/windows.ts';
import type { LifeFacts, Stage } from '../life/life.ts';
import type { DueState } from '../model/due.ts';
import { type Partner, partnerWords } from '../model/partner.ts';
import type { Role } from '../model/roles.ts';
import { capitalized, counted, oneLine, sentence } from '../model/text.ts';
import { type Advice, adviceInWords, adviceOnOthers } from './advice.ts';
import { causeWords } from './cause-words.ts';
import { readFactsForWords } from './order-facts.ts';
import type { SeenTrouble, Situation } from './read.ts';
import { withoutOrder } from './reasons.ts';
import {
  isRefusedOrder,
  lastOfDeadLetters,
  type OrderPlace,
  openRefusal,
  refusedBooking,
  type StandFacts,
  standOf,
} from './stand.ts';
import { headlineOf, maxName, nextStepInWords, partnerState, shownReasonLength, whoActs } from './words.ts';

/** What a view knows of a product order. What is optional only adds to the sentences, where the view has read it. */
export interface FactsForWords extends StandFacts {
  readonly concerns: KnownOrder['concerns'];
  readonly deadLetters: readonly (DeadLetterId & Partial<Pick<DeadLetterRecord, 'reason' | 'cause'>>)[];
  /** Completed parts are booked at the times of the plant. */
  readonly window?: BookingWindow | undefined;
  readonly partners?: Readonly<Record<Partner, BreakerState>>;
  /** ISO date by which the ERP wants it. */
  readonly dueDate?: string | undefined;
}

/** A sentence or two, and what a person does about it; no next step where nothing is needed. */
interface OrderSentences {
  readonly says: string;
  readonly next?: string;
  readonly who?: Role;
  readonly command?: 'replay' | 'resume';
}

export interface OrderInWords extends Omit<OrderSentences, 'who'> {
  /** Everybody who has to act; nobody where nothing is needed. */
  readonly who: readonly Role[];
  readonly stage: Stage;
  readonly place: OrderPlace;
  /** How it stands to its date; what has ended is not due. */
  readonly due: DueState;
  readonly needsPerson: boolean;
}

/**
 * What is said of it; the first line that fits counts:
 *
 *   a dead letter or a concern is open                needs a person: each reason, and each next step
 *   refused, and its dead letter is gone              needs a person, unless that was replayed or discarded
 *   given up                                          that a person has done so, or that people book it
 *   a booking waits or is under way                   why it waits; that bookings are paused, and to resume them,
 *                                                     unless that ends by itself
 *   anything else                                     its stage in a sentence
 *
 * Of each that is neither booked nor ended, that it is late, or due today; of what is late and needs nobody else, what the
 * planner does.
 */
export function orderInWords(given: FactsForWords): OrderInWords {
  const { stage, place, bookings, due, needsPerson } = standOf(given);
  const facts = { ...given, bookings, due };
  const tasks = tasksOf(facts, stage);
  const stands = { stage, place, due, needsPerson };
  if (tasks.length === 0) {
    const { says, ...progress } = progressOf(facts, stage);
    const { who, ...advised } = progress.who === undefined && due === 'late' ? lateAdvice(stage) : progress;
    return {
      ...stands,
      ...advised,
      says: withDue(says, due, facts),
      who: who === undefined ? [] : [who],
    };
  }
  const command = tasks.find((task) => task.command)?.command;
  return {
    ...stands,
    says: withDue(tasks.map(({ says }) => says).join(' '), due, facts),
    // Concerns of one kind have one next step.
    next: [...new Set(tasks.map(({ next }) => next))].join(' '),
    who: [...new Set(tasks.flatMap(({ who }) => who ?? []))],
    ...(command ? { command } : {}),
  };
}

/** Only what is in Azumuta can be completed there. */
function lateAdvice(stage: Stage): Pick<OrderSentences, 'next' | 'who'> {
  return adviceSentences(adviceOnOthers[stage === 'in Azumuta' ? 'overdue' : 'late and under way']);
}

function withDue(says: string, due: DueState, { dueDate = '' }: FactsForWords): string {
  if (due === 'due today') return `${says} It is due today.`;
  return due === 'late' ? `${says} It is late: it was due ${dueDate}.` : says;
}

/** The same without a word of the ERP, of Azumuta or of a person, for readers who need not be known. */
export function orderInOwnWords(facts: FactsForWords): OrderInWords {
  const { entry, bookings, concerns, deadLetters, journey = [], partners } = facts;
  return orderInWords({
    ...facts,
    entry: entry && { ...entry, reason: undefined, end: entry.end && { ...entry.end, because: '' } },
    bookings: bookings.map(({ reason: _, ...booking }) => booking),
    concerns: concerns.map(({ note: _, ...concern }) => ({
      ...concern,
      note: headlineOf({ ...concern, partner: 'erp' }, 1).replace(/^1 /, ''),
    })),
    deadLetters: deadLetters.map(({ messageId, orderNumber, cause }) => ({
      messageId,
      orderNumber,
      cause,
      reason: `Its cause: ${cause === undefined ? 'unknown' : causeWords[cause]}`,
    })),
    journey: journey.map(({ note: _, ...entry }) => entry),
    ...(partners && { partners: { erp: hideReason(partners.erp), azumuta: hideReason(partners.azumuta) } }),
  });
}

const hideReason = (state: BreakerState): BreakerState => ({ ...state, reason: undefined });

function tasksOf(facts: FactsForWords, stage: Stage): OrderSentences[] {
  const [first, ...others] = facts.deadLetters;
  const tasks: OrderSentences[] = facts.concerns.map((concern) => {
    const says = sentence(capitalized(concern.note));
    const isRefused = concern.kind === 'refused';
    return {
      says: isRefused ? `It cannot become a product order. ${says}` : says,
      next: nextStepInWords(concern),
      who: whoActs(concern),
    };
  });
  if (first) {
    const { reason = '', cause } = first;
    const more = others.length > 0 ? `(And ${counted(others.length, 'more dead letter')}.)` : '';
    const says = ['It has a dead letter.', sentence(reason), more].filter((text) => text).join(' ');
    const of = { kind: 'dead-letter', cause } as const;
    return [{ says, next: nextStepInWords(of), who: whoActs(of), command: 'replay' }, ...tasks];
  }
  const refused = openRefusal(facts, stage);
  if (refused === undefined) return tasks;
  if (refused === 'booking') {
    const reason = sentence(refusedBooking(facts)?.reason ?? '');
    const says = `Its booking was refused, and its dead letter is gone. ${reason}`.trim();
    const advised = adviceSentences(adviceOnOthers['booking refused, dead letter gone']);
    return [...tasks, { says, ...advised, command: 'replay' }];
  }
  const says = `It was refused, and its dead letter is gone. ${sentence(facts.entry?.reason ?? '')}`.trim();
  const advised = adviceSentences(adviceOnOthers['creation refused, dead letter gone']);
  const who = whoActs({ kind: 'dead-letter', cause: facts.entry?.cause });
  return [...tasks, { says, ...advised, who, command: 'replay' }];
}

function adviceSentences(advice: Advice): Pick<OrderSentences, 'next' | 'who'> {
  return { next: adviceInWords(advice), who: advice.who };
}

function progressOf(facts: FactsForWords, stage: Stage): OrderSentences {
  const { entry, bookings, journey = [] } = facts;
  const last = journey.at(-1);
  if (entry?.end && stage === 'given up') return { says: endInWords(entry.end) };
  if (last?.event === 'discarded') {
    const isMissing = isRefusedOrder(facts, stage) && facts.due === 'late';
    return {
      says: `A person discarded its dead letter. ${sentence(last.note ?? '')}`,
      ...(isMissing ? adviceSentences(adviceOnOthers['creation refused, dead letter gone']) : {}),
    };
  }
  const wasRefused = refusedBooking(facts) !== undefined || isRefusedOrder(facts, stage);
  if (wasRefused && lastOfDeadLetters(facts) === 'replayed')
    return {
      says: 'It was refused, and its dead letter was sent to its queue again.',
      ...adviceSentences(adviceOnOthers['sent again']),
      command: 'replay',
    };
  const open = bookings.find(({ state }) => state === 'waiting' || state === 'claimed');
  if (open) return beingBooked(open, facts);
  if (stage !== 'in Azumuta' || facts.due !== 'late') return { says: stageSentence(stage, facts) };
  return { says: 'It is not completed in Azumuta.' };
}

function beingBooked({ kind, state }: LifeFacts['bookings'][number], facts: FactsForWords): OrderSentences {
  const what = kind === 'quantity' ? 'Its quantity' : 'A later recording';
  if (state === 'claimed')
    return { says: `${what} is being booked in the ERP now, or an attempt was interrupted.` };
  const says = `${what} waits to be booked in the ERP.`;
  const pause = facts.partners?.erp.paused?.bookings;
  if (pause === undefined) return { says: `${says}${whyWaiting('booking', 'erp', facts)}` };
  if (pause.ends !== undefined)
    return {
      says: `${says} Bookings are paused.`,
      ...adviceSentences(adviceOnOthers['bookings paused until']),
    };
  return {
    says: `${says} Bookings are paused.`,
    ...adviceSentences(adviceOnOthers['bookings paused']),
    command: 'resume',
  };
}

function stageSentence(stage: Stage, facts: FactsForWords): string {
  const { entry, bookings, journey = [] } = facts;
  switch (stage) {
    case 'wanted':
      if (!entry) return 'Azumuta is being asked what is to be booked for it.';
      if (entry.state === 'rejected') return `It was refused. ${sentence(entry.reason ?? '')}`.trim();
      return `It waits to be created in Azumuta.${whyWaiting('order', 'azumuta', facts)}`;
    case 'being created':
      return 'It is being created in Azumuta now, or an attempt was interrupted.';
    case 'in Azumuta':
      return 'It is in Azumuta and waits there to be completed.';
    case 'completed':
      if (entry?.part.book === 'when-all-done')
        return facts.window
          ? 'It is completed in Azumuta; it is booked at the next time of the plant, or when all parts are completed.'
          : 'It is completed in Azumuta; it is booked when all parts are.';
      return 'It is completed in Azumuta, which is being asked what is to be booked.';
    case 'booked':
      return bookedSentence(journey);
    case 'withdrawn':
      return sentence(entry?.end?.because || 'It was withdrawn');
    case 'given up': {
      const reason = bookings.find(({ discarded }) => discarded)?.reason ?? '';
      return `A person takes care of its booking, which was refused. ${sentence(reason)}`.trim();
    }
    default:
      return `It is ${stage}.`;
  }
}

function bookedSentence(journey: readonly JourneyEntry[]): string {
  const last = journey.findLast(({ event }) => event === 'booked' || event === 'ignored');
  if (last?.event === 'ignored') return `Its completion was ignored. ${sentence(last.note ?? '')}`.trim();
  return last?.note === undefined ? 'It is booked in the ERP.' : `It is booked in the ERP: ${last.note}.`;
}

function whyWaiting(of: string, partner: Partner, { journey = [], partners }: FactsForWords): string {
  const { open, reason = '' } = partners?.[partner] ?? {};
  if (open)
    return ` ${capitalized(partnerWords[partner])} ${partnerState(reason)}, so calls to it wait. ${sentence(reason)}`.trimEnd();
  const last = journey.findLast((entry) => entry.of.startsWith(of));
  return last?.event === 'retry' && last.note ? ` The last attempt: ${sentence(last.note)}` : '';
}

/** What people hear of one trouble, in every view: reads its item, and its order. */
export async function tellTrouble(
  ledger: Pick<ViewLedger, 'concerns' | 'knownOrders' | 'erpOrders'>,
  trouble: SeenTrouble,
  { partners, at, terms }: Pick<Situation, 'partners' | 'at' | 'terms'>,
) {
  const facts = trouble.key && (await ledger.concerns.readDetails(trouble.key));
  const number = trouble.order ?? facts?.order ?? '';
  const known = number === '' ? undefined : await readFactsForWords(number, ledger, { ...terms, at });
  const { article, quantity, dueDate } = known ?? {};
  const unknown = trouble.key ? 'It has ended meanwhile.' : headlineOf(trouble, 1);
  // What is late is wherever its life has got: not made, to be completed or booked, or for a person.
  const life = trouble.kind === 'overdue' && known ? orderInWords({ ...known, partners }) : undefined;
  const why = life?.says ?? facts?.reason ?? unknown;
  const erpOrder = known?.entry?.erpOrder;
  const reason = withoutOrder(why, [number, known?.home, erpOrder?.number, erpOrder?.id]);
  return {
    /** Of its order, in full; empty when it is unknown. */
    number,
    order: oneLine(number, maxName),
    article: article && oneLine(article, maxName),
    quantity: quantity && oneLine(quantity, maxName),
    /** ISO date by which the ERP wants it. */
    dueDate,
    /** Where it stands, of an order that is late. */
    place: trouble.place,
    why: oneLine(why, shownReasonLength),
    /** The same for every order with this reason; undefined where it names no order. */
    reason: reason === why ? undefined : oneLine(reason, shownReasonLength),
    next: life?.next ?? nextStepInWords(trouble),
  };
}
