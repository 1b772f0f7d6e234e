import { isNothingSent } from '../ledger/claims.ts';
import { type BookingEntry, isRefusedByMapping } from '../ledger/records/bookings.ts';
import { clocksDifferMs } from '../platform/clock.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import { betweenQuestionsMs, hintId, isSentBefore } from './decide-question.ts';
import type { Inquiry } from './inquiry.ts';
import type { CompletionHint } from './messages.ts';

export interface HintFacts extends Pick<Inquiry, 'bookings' | 'answered'> {
  readonly hint: Pick<CompletionHint, 'via' | 'again'>;
  readonly attempt: Pick<WorkAttempt, 'messageId' | 'sentAt' | 'receiveCount'>;
  /** Whether its order came from the ERP: then what was ignored before is booked. */
  readonly isOrdered: boolean;
  /** A person has given it up: nothing more is booked, and Azumuta is not asked. */
  readonly isGivenUp: boolean;
  /** Index of the part that the hint is about. Bookings of other parts may be kept at the same home. */
  readonly part: number;
  /** Whether it names recordings that are in no booking, or only such that are in one. */
  readonly names: 'new' | 'known' | 'nothing';
  readonly configuration: string;
  readonly now: Date;
}

type Entries = readonly BookingEntry[];

export type HintDecision =
  /** Nothing is to be done, but for refusals of this message whose dead letter may be missing. */
  | { readonly to: 'end'; readonly toRefuseAgain: Entries }
  /** Not before `untilMs` (epoch milliseconds). */
  | { readonly to: 'wait'; readonly untilMs: number; readonly sentence: string }
  /** Book these as they were planned; then look again, where the hint is newer than they are. */
  | {
      readonly to: 'book';
      readonly asPlanned: Entries;
      readonly toRefuseAgain: Entries;
      readonly looksAgain: boolean;
    }
  /** Ask the ERP whether these are booked, and write nothing: no others are booked. */
  | { readonly to: 'look up'; readonly inDoubt: Entries }
  /** Ask Azumuta; what is decided again was surely never sent, or a person who has discarded it opens it. */
  | { readonly to: 'read'; readonly toDecideAgain: Entries; readonly toRefuseAgain: Entries };

/**
 * In this time nobody opens an order, corrects a recording and completes it: a trigger that names what is booked repeats the
 * one that it was booked for. It counts from that trigger on, as Azumuta may have been read long after it.
 */
const sameCompletionMs = 10_000;
/** A booking that is under way takes a second; its lease covers the worst case. Each further wait is twice as long. */
const underWayMs = 4000;

/** What a hint does about one booking that is not done. */
type BookingAnswer = 'asPlanned' | 'decideAgain' | 'decideAgainLater' | 'refuseAgain' | 'leaveToPerson';

/**
 * What a hint is to do about the bookings that the ledger has, by the state of each:
 *
 *   claimed, its lease runs           wait, until it ends at most: a hint never ends while a booking is open
 *   claimed, its lease has ended      asPlanned
 *   waits, may have been sent         asPlanned
 *   waits, surely never sent          asPlanned; decideAgain for a newer trigger, a newer configuration, a person
 *   refused by this message           refuseAgain, as its dead letter may be missing: without a call if nothing else is
 *                                     new, and not once a person has discarded it
 *   refused, may have been sent       leaveToPerson; asPlanned for a person
 *   refused, surely never sent        leaveToPerson; decideAgain for a newer trigger, for a person, and what the mapping
 *                                     refused once for each further configuration
 *   discarded                         leaveToPerson, for ever; decideAgain for a person
 *   ignored, as the ERP did not       decideAgain once the ERP order is there; done until then
 *   know it
 *   all done                          ask Azumuta if this hint is newer than what was read
 *
 * Once a person has given up its order, all that counts is what was under way right then:
 *
 *   claimed, its lease runs           wait
 *   claimed, its lease has ended      look up whether the ERP has it, and write nothing; asPlanned where other parts are in it
 *   else                              end
 *
 * A booking of other parts is neither decided again nor opened, unless a person repeats the message that was refused it.
 * Newer means: sent after Azumuta was read for the booking.
 * Azumuta is asked at most once a minute: until then it is `decideAgainLater`.
 */
export function decideHint(facts: HintFacts): HintDecision {
  const { bookings, hint, now } = facts;
  const isOpen = ({ state }: BookingEntry) => state !== 'done' && (state !== 'ignored' || facts.isOrdered);
  const open = bookings.filter(isOpen);
  const running = open.find(({ state, leaseUntil = 0 }) => state === 'claimed' && leaseUntil > now.getTime());
  if (running) {
    const sentence = `The booking ${running.key} is under way in another attempt.`;
    const soon = now.getTime() + underWayMs * 2 ** Math.min(facts.attempt.receiveCount - 1, 10);
    return { to: 'wait', untilMs: Math.min(running.leaseUntil ?? 0, soon), sentence };
  }
  const thoseWith = (answer: BookingAnswer) => open.filter((booking) => answerFor(booking, facts) === answer);
  if (facts.isGivenUp) return decideGivenUp(open, facts);
  const asPlanned = thoseWith('asPlanned');
  const toDecideAgain = thoseWith('decideAgain');
  const toDecideLater = thoseWith('decideAgainLater');
  const toRefuseAgain = thoseWith('refuseAgain');
  if (asPlanned.length > 0) {
    const isOutdated = (one: BookingEntry) =>
      isNewerTrigger(one, facts) || !isWhole(one, facts) || !isOfPart(one, facts);
    const waitsForReading = toDecideAgain.length + toDecideLater.length > 0;
    const looksAgain = hint.again === true || waitsForReading || asPlanned.some(isOutdated);
    return { to: 'book', asPlanned, toRefuseAgain, looksAgain };
  }
  const [first] = toDecideLater;
  if (first) return waitAfter(askedAt(first, facts).getTime());
  if (toDecideAgain.length > 0) return { to: 'read', toDecideAgain, toRefuseAgain };
  return decideSettled(facts, toRefuseAgain);
}

/** What was sent before its order was given up may be booked, and no later attempt sends it again. */
function decideGivenUp(open: Entries, { part }: HintFacts): HintDecision {
  const inDoubt = open.filter(({ state }) => state === 'claimed');
  const withOthers = inDoubt.filter(({ parts }) => parts.some((other) => other !== part));
  if (withOthers.length > 0)
    return { to: 'book', asPlanned: withOthers, toRefuseAgain: [], looksAgain: false };
  return inDoubt.length > 0 ? { to: 'look up', inDoubt } : { to: 'end', toRefuseAgain: [] };
}

function answerFor(booking: BookingEntry, facts: HintFacts): BookingAnswer {
  switch (booking.state) {
    case 'ignored':
      return 'decideAgain';
    case 'rejected':
      return answerForRefused(booking, facts);
    default:
      return answerForPlanned(booking, facts);
  }
}

/** It waits, or its claim has ended. */
function answerForPlanned(booking: BookingEntry, facts: HintFacts): BookingAnswer {
  // Only a hint about its part shows what has become of it.
  if (!isNothingSent(booking) || !isOfPart(booking, facts)) return 'asPlanned';
  if (facts.hint.again && !isPlannedByMessage(booking, facts)) return 'decideAgain';
  if (!isNewer(booking, facts)) return 'asPlanned';
  return decideAgainInTime(booking, facts);
}

function answerForRefused(booking: BookingEntry, facts: HintFacts): BookingAnswer {
  const { hint, attempt } = facts;
  const { discarded, rejectedBy } = booking;
  const isOwnRefusal = !discarded && rejectedBy === attempt.messageId;
  if (isOwnRefusal && !hint.again) return 'refuseAgain';
  // One message may have several joint bookings refused, and its dead letter is the only one of theirs.
  if (!isOwnRefusal && !isOfPart(booking, facts)) return 'leaveToPerson';
  const surelyNotBooked = isNothingSent(booking);
  if (hint.again) return surelyNotBooked || discarded ? 'decideAgain' : 'asPlanned';
  if (discarded || !surelyNotBooked) return 'leaveToPerson';
  const isOtherMapping = isRefusedByMapping(booking) && booking.configuration !== facts.configuration;
  const isAsked = hint.via === 'webhook' || isOtherMapping;
  if (!isAsked || !isNewer(booking, facts)) return 'leaveToPerson';
  const asked = askedAt(booking, facts);
  if (asked > booking.readAt && isSentBefore(asked, attempt)) return 'leaveToPerson';
  return decideAgainInTime(booking, facts);
}

function decideAgainInTime(booking: BookingEntry, facts: HintFacts): BookingAnswer {
  const isRecent = facts.now.getTime() - askedAt(booking, facts).getTime() < betweenQuestionsMs;
  return isRecent ? 'decideAgainLater' : 'decideAgain';
}

function isOfPart({ parts }: BookingEntry, { part }: HintFacts): boolean {
  return parts.includes(part);
}

/** When Azumuta was asked for it last: of a refusal whose figures have not changed, only the answer is noted. */
function askedAt({ state, readAt }: BookingEntry, { answered }: HintFacts): Date {
  if (state !== 'rejected' || !answered) return readAt;
  return answered.at > readAt ? answered.at : readAt;
}

/** Whether all bookings of its reading were written: an attempt can end between two of them. */
function isWhole({ othersFollow, readAt, plannedFor }: BookingEntry, { bookings }: HintFacts): boolean {
  if (!othersFollow) return true;
  const ofReading = bookings.filter((other) => other.plannedFor === plannedFor && +other.readAt === +readAt);
  return ofReading.some((other) => !other.othersFollow);
}

/** Whether a trigger was sent, or a configuration deployed, after Azumuta was read for the booking. */
function isNewer(booking: BookingEntry, facts: HintFacts): boolean {
  return booking.configuration !== facts.configuration || isNewerTrigger(booking, facts);
}

function isNewerTrigger(booking: BookingEntry, facts: HintFacts): boolean {
  const { hint, attempt } = facts;
  if (hint.via !== 'webhook') return false;
  const isKnown = isPlannedByMessage(booking, facts) || isRepetition(booking, facts);
  return !isKnown && !isSentBefore(askedAt(booking, facts), attempt);
}

function isRepetition({ triggeredAt }: BookingEntry, { names, attempt: { sentAt } }: HintFacts): boolean {
  if (names !== 'known' || !triggeredAt) return false;
  return sentAt.getTime() - triggeredAt.getTime() < sameCompletionMs;
}

/** Planned by an earlier attempt at this message. A replayed message was sent later, and counts as another. */
function isPlannedByMessage(
  { plannedFor, readAt }: BookingEntry,
  { attempt: { messageId, sentAt } }: HintFacts,
): boolean {
  return plannedFor === messageId && sentAt.getTime() - readAt.getTime() < clocksDifferMs;
}

/** Every booking is done, or left to a person: there is nothing new if Azumuta was asked after this hint came. */
function decideSettled(facts: HintFacts, toRefuseAgain: Entries): HintDecision {
  const { bookings, answered, hint, attempt, names, now } = facts;
  const read = { to: 'read', toDecideAgain: [], toRefuseAgain } as const;
  // This hint has asked last: its dead letter may be missing.
  if (hint.again || answered?.by === hintId(attempt)) return read;
  const ofPart = bookings.filter((booking) => isOfPart(booking, facts));
  const isRead = (booking: BookingEntry) => {
    const isOfThisCompletion = isPlannedByMessage(booking, facts) || isRepetition(booking, facts);
    return isWhole(booking, facts) && (isOfThisCompletion || isSentBefore(booking.readAt, attempt));
  };
  const isAnswered = answered !== undefined && isSentBefore(answered.at, attempt);
  // Where Azumuta lists the recordings of its orders, a trigger that names some brings nothing new.
  const isNothingNew =
    names === 'new' ? isAnswered && answered.listsRecordings : isAnswered || ofPart.some(isRead);
  if (isNothingNew) return { to: 'end', toRefuseAgain };
  const lastMs = Math.max(0, ...ofPart.map(({ readAt }) => readAt.getTime()), answered?.at.getTime() ?? 0);
  return now.getTime() - lastMs < betweenQuestionsMs ? waitAfter(lastMs) : read;
}

function waitAfter(askedMs: number): HintDecision {
  const sentence = 'Azumuta was asked about it a moment ago.';
  return { to: 'wait', untilMs: askedMs + betweenQuestionsMs, sentence };
}
