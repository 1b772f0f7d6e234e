import { isNothingSent } from '../ledger/claims.ts';
import { type BookingEntry, isRefusedByMapping } from '../ledger/records/bookings.ts';
import { clocksDifferMs } from '../platform/clock.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import { betweenQuestionsMs, hintId, isSentBefore } from './ask-azumuta.ts';
import type { Inquiry } from './inquiry.ts';
import type { CompletionHint } from './messages.ts';

export interface StepFacts extends Pick<Inquiry, 'bookings' | 'answered'> {
  readonly hint: Pick<CompletionHint, 'via' | 'again'>;
  readonly attempt: Pick<WorkAttempt, 'messageId' | 'sentAt' | 'receiveCount'>;
  /** Whether its order came from the ERP: then what was ignored before is booked. */
  readonly isOrdered: boolean;
  /** Index of the part that the hint is about. Bookings of other parts may be kept at the same home. */
  readonly part: number;
  /** Whether it names recordings that are in no booking, or only such that are in one. */
  readonly names: 'new' | 'known' | 'nothing';
  readonly configuration: string;
  readonly now: Date;
}

type Entries = readonly BookingEntry[];

export type NextStep =
  /** Nothing is to be done, but for refusals of this message whose dead letter may be missing. */
  | { readonly to: 'end'; readonly refused: Entries }
  /** Not before `untilMs` (epoch milliseconds). */
  | { readonly to: 'wait'; readonly untilMs: number; readonly sentence: string }
  /** Book these as they were planned; then look again, where the hint is newer than they are. */
  | { readonly to: 'book'; readonly keep: Entries; readonly refused: Entries; readonly looksAgain: boolean }
  /** Ask Azumuta; what is decided anew was surely never sent. */
  | { readonly to: 'read'; readonly anew: Entries; readonly refused: Entries };

/** In this time nobody opens an order, corrects a recording and completes it: a trigger that names what is booked repeats it. */
const sameCompletionMs = 10_000;
/** A booking that is under way takes a second; its lease covers the worst case. Each further wait is twice as long. */
const underWayMs = 4000;

type Stand = 'keep' | 'anew' | 'soon' | 'refused' | 'leave';

/**
 * What a hint is to do about the bookings that the ledger has, by the state of each:
 *
 *   claimed, its lease runs                wait, until it ends at most: a hint never ends over what is not done
 *   claimed, its lease is over; in doubt   book exactly as planned
 *   waits, surely never sent               as planned; decided anew for a newer trigger, a newer configuration, a person
 *   refused by this message                its letter may be missing: refuse again, without a call if nothing else is new;
 *                                          not once a person has discarded it
 *   refused                                leave. Decided anew for a newer trigger if surely never sent, and what the
 *                                          mapping refused once for each further configuration; a person opens it again: anew if surely never sent, else as planned
 *   discarded                              leave, for ever: only a person opens it again, anew
 *   ignored, as the ERP did not know it    decided anew once the ERP order is there; done until then
 *   all done                               ask Azumuta if this hint is newer than what was read
 *
 * A booking of other parts is neither decided anew nor opened. Newer means: sent after Azumuta was read for the booking.
 * Azumuta is asked at most once a minute.
 */
export function nextStep(facts: StepFacts): NextStep {
  const { bookings, hint, now } = facts;
  const isOpen = ({ state }: BookingEntry) => state !== 'done' && (state !== 'ignored' || facts.isOrdered);
  const open = bookings.filter(isOpen);
  const running = open.find(({ state, leaseUntil = 0 }) => state === 'claimed' && leaseUntil > now.getTime());
  if (running) {
    const sentence = `The booking ${running.key} is under way in another attempt.`;
    const soon = now.getTime() + underWayMs * 2 ** Math.min(facts.attempt.receiveCount - 1, 10);
    return { to: 'wait', untilMs: Math.min(running.leaseUntil ?? 0, soon), sentence };
  }
  const thatAre = (stand: Stand) => open.filter((booking) => standOf(booking, facts) === stand);
  const [keep, anew, soon, refused] = [thatAre('keep'), thatAre('anew'), thatAre('soon'), thatAre('refused')];
  if (keep.length > 0) {
    const looksAgain =
      hint.again === true ||
      anew.length + soon.length > 0 ||
      keep.some((one) => isNewerTrigger(one, facts) || !isWhole(one, facts) || !isOfPart(one, facts));
    return { to: 'book', keep, refused, looksAgain };
  }
  const [first] = soon;
  if (first) return waitAfter(askedAt(first, facts).getTime());
  if (anew.length > 0) return { to: 'read', anew, refused };
  return whenSettled(facts, refused);
}

function standOf(booking: BookingEntry, facts: StepFacts): Stand {
  const { hint, attempt, now } = facts;
  const { state, discarded, rejectedBy } = booking;
  if (booking.state === 'ignored') return 'anew';
  const surelyNotBooked = isNothingSent(booking);
  const isRecent = now.getTime() - askedAt(booking, facts).getTime() < betweenQuestionsMs;
  if (state !== 'rejected') {
    // Only a hint about its part shows what has become of it.
    if (!surelyNotBooked || !isOfPart(booking, facts)) return 'keep';
    if (hint.again && !isPlannedByMessage(booking, facts)) return 'anew';
    if (!isNewer(booking, facts)) return 'keep';
    return isRecent ? 'soon' : 'anew';
  }
  if (!hint.again && !discarded && rejectedBy === attempt.messageId) return 'refused';
  if (!isOfPart(booking, facts)) return 'leave';
  if (hint.again) return surelyNotBooked || discarded ? 'anew' : 'keep';
  const isOtherMapping = isRefusedByMapping(booking) && booking.configuration !== facts.configuration;
  const isAsked = hint.via === 'webhook' || isOtherMapping;
  if (discarded || !isAsked || !surelyNotBooked || !isNewer(booking, facts)) return 'leave';
  const asked = askedAt(booking, facts);
  if (asked > booking.readAt && isSentBefore(asked, attempt)) return 'leave';
  return isRecent ? 'soon' : 'anew';
}

function isOfPart({ parts }: BookingEntry, { part }: StepFacts): boolean {
  return parts.includes(part);
}

/** When Azumuta was asked for it last: of a refusal whose figures have not changed, only the answer is noted. */
function askedAt({ state, readAt }: BookingEntry, { answered }: StepFacts): Date {
  return state === 'rejected' && answered && answered.at > readAt ? answered.at : readAt;
}

/** Whether all bookings of its reading were written: an attempt can end between two of them. */
function isWhole({ othersFollow, readAt, plannedFor }: BookingEntry, { bookings }: StepFacts): boolean {
  if (!othersFollow) return true;
  const ofReading = bookings.filter((other) => other.plannedFor === plannedFor && +other.readAt === +readAt);
  return ofReading.some((other) => !other.othersFollow);
}

/** Whether a trigger was sent, or a configuration deployed, after Azumuta was read for the booking. */
function isNewer(booking: BookingEntry, facts: StepFacts): boolean {
  return booking.configuration !== facts.configuration || isNewerTrigger(booking, facts);
}

function isNewerTrigger(booking: BookingEntry, facts: StepFacts): boolean {
  const { hint, attempt } = facts;
  if (hint.via !== 'webhook' || isPlannedByMessage(booking, facts) || isRepetition(booking.readAt, facts))
    return false;
  return !isSentBefore(askedAt(booking, facts), attempt);
}

function isRepetition(readAt: Date, { names, attempt: { sentAt } }: StepFacts): boolean {
  return names === 'known' && sentAt.getTime() - readAt.getTime() < sameCompletionMs;
}

/** Planned by an earlier attempt at this message. A replayed message was sent later, and counts as another. */
function isPlannedByMessage(
  { plannedFor, readAt }: BookingEntry,
  { attempt: { messageId, sentAt } }: StepFacts,
): boolean {
  return plannedFor === messageId && sentAt.getTime() - readAt.getTime() < clocksDifferMs;
}

/** Every booking is done, or left to a person: there is nothing new if Azumuta was asked after this hint came. */
function whenSettled(facts: StepFacts, refused: Entries): NextStep {
  const { bookings, answered, hint, attempt, names, now } = facts;
  const read = { to: 'read', anew: [], refused } as const;
  // The hint that asked last may still have to tell a person.
  if (hint.again || answered?.by === hintId(attempt)) return read;
  const ofPart = bookings.filter((booking) => isOfPart(booking, facts));
  const isReadAt = (at: Date) => isSentBefore(at, attempt) || isRepetition(at, facts);
  const isRead = (booking: BookingEntry) =>
    isWhole(booking, facts) && (isPlannedByMessage(booking, facts) || isReadAt(booking.readAt));
  const isAnswered = answered && isReadAt(answered.at);
  if (names === 'new' ? isAnswered && answered.listsRecordings : isAnswered || ofPart.some(isRead))
    return { to: 'end', refused };
  const lastMs = Math.max(0, ...ofPart.map(({ readAt }) => readAt.getTime()), answered?.at.getTime() ?? 0);
  return now.getTime() - lastMs < betweenQuestionsMs ? waitAfter(lastMs) : read;
}

function waitAfter(askedMs: number): NextStep {
  const sentence = 'Azumuta was asked about it a moment ago.';
  return { to: 'wait', untilMs: askedMs + betweenQuestionsMs, sentence };
}
