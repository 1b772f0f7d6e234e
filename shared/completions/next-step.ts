import type { BookingEntry } from '../ledger/records/bookings.ts';
import { clocksDifferMs } from '../platform/clock.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import { betweenQuestionsMs, isSentBefore, nameOf } from './ask-azumuta.ts';
import type { CompletionHint } from './messages.ts';
import type { Standing } from './standing.ts';

/** What a hint is compared with. */
export interface StepFacts extends Pick<Standing, 'bookings' | 'answered'> {
  readonly hint: Pick<CompletionHint, 'via' | 'again'>;
  readonly attempt: Pick<WorkAttempt, 'messageId' | 'sentAt' | 'receiveCount'>;
  /** It names recordings that are in no booking. */
  readonly namesNew: boolean;
  /** Version of the configuration that maps now. */
  readonly configuration: string;
  readonly now: Date;
}

export type NextStep =
  /** Nothing is to be done, but for refusals of this message whose dead letter may be missing. */
  | { readonly to: 'end'; readonly refused: readonly BookingEntry[] }
  /** Not before `untilMs` (epoch milliseconds). */
  | { readonly to: 'wait'; readonly untilMs: number; readonly sentence: string }
  /** Book these as they were planned; then look again, where the hint is newer than they are. */
  | {
      readonly to: 'book';
      readonly keep: readonly BookingEntry[];
      readonly refused: readonly BookingEntry[];
      readonly looksAgain: boolean;
    }
  /** Ask Azumuta; what is decided anew was surely never sent. */
  | {
      readonly to: 'read';
      readonly anew: readonly BookingEntry[];
      readonly refused: readonly BookingEntry[];
    };

/** A booking that is under way takes a second; its lease covers the worst case. Each further wait is twice as long. */
const underWayMs = 4000;

type Stand = 'keep' | 'anew' | 'soon' | 'refused' | 'leave';

/**
 * What a hint is to do about the bookings that the ledger has, by the state of each:
 *
 *   claimed, its lease runs                wait, until it ends at most: a hint never ends over what is not done
 *   claimed, its lease is over; in doubt   book exactly as planned
 *   waits, surely never sent               as planned; decided anew for a newer trigger, a newer configuration, a person
 *   refused by this message                its letter may be missing: refuse again, without a call
 *   refused                                leave. Decided anew for a newer trigger if surely never sent; a person opens
 *                                          it again: anew if surely never sent, else as planned
 *   discarded                              leave, for ever: only a person opens it again, anew
 *   all done                               ask Azumuta if this hint is newer than what was read
 *
 * Newer means: sent after Azumuta was read for the booking. Azumuta is asked at most once a minute.
 */
export function nextStep(facts: StepFacts): NextStep {
  const { bookings, hint, now } = facts;
  const open = bookings.filter(({ state }) => state !== 'done');
  const running = open.find(({ state, leaseUntil = 0 }) => state === 'claimed' && leaseUntil > now.getTime());
  if (running) {
    const sentence = `The booking ${running.key} is under way in another attempt.`;
    const soon = now.getTime() + underWayMs * 2 ** Math.min(facts.attempt.receiveCount - 1, 10);
    return { to: 'wait', untilMs: Math.min(running.leaseUntil ?? 0, soon), sentence };
  }
  const stands = Map.groupBy(open, (booking) => standOf(booking, facts));
  const [keep = [], anew = [], soon = []] = (['keep', 'anew', 'soon'] as const).map((one) => stands.get(one));
  const refused = stands.get('refused') ?? [];
  if (keep.length > 0) {
    const looksAgain =
      hint.again === true || anew.length + soon.length > 0 || keep.some((one) => isNewerTrigger(one, facts));
    return { to: 'book', keep, refused, looksAgain };
  }
  const [first] = soon;
  if (first) return waitAfter(lastRead(first, facts));
  if (anew.length > 0) return { to: 'read', anew, refused };
  return whenSettled(facts, refused);
}

function standOf(booking: BookingEntry, facts: StepFacts): Stand {
  const { hint, attempt, now } = facts;
  const { state, surelyNotBooked, discarded, rejectedBy } = booking;
  const isRecent = now.getTime() - lastRead(booking, facts).getTime() < betweenQuestionsMs;
  if (state !== 'rejected') {
    if (!surelyNotBooked) return 'keep';
    if (hint.again && !isOwn(booking, facts)) return 'anew';
    if (!isNewer(booking, facts)) return 'keep';
    return isRecent ? 'soon' : 'anew';
  }
  if (hint.again) return surelyNotBooked || discarded ? 'anew' : 'keep';
  if (rejectedBy === attempt.messageId) return 'refused';
  if (discarded || hint.via !== 'webhook' || !surelyNotBooked || !isNewer(booking, facts)) return 'leave';
  return isRecent ? 'soon' : 'anew';
}

/** Whether a trigger was sent, or a configuration deployed, after Azumuta was read for the booking. */
function isNewer(booking: BookingEntry, facts: StepFacts): boolean {
  return booking.configuration !== facts.configuration || isNewerTrigger(booking, facts);
}

function isNewerTrigger(booking: BookingEntry, facts: StepFacts): boolean {
  const { hint, attempt } = facts;
  return hint.via === 'webhook' && !isOwn(booking, facts) && !isSentBefore(lastRead(booking, facts), attempt);
}

/** When Azumuta was asked last: for the booking, or later, when there was nothing new to book. */
function lastRead({ readAt }: BookingEntry, { answered }: StepFacts): Date {
  return answered && answered.at > readAt ? answered.at : readAt;
}

/** Planned by an earlier attempt at this message. A replayed message was sent later, and counts as another. */
function isOwn({ plannedFor, readAt }: BookingEntry, { attempt: { messageId, sentAt } }: StepFacts): boolean {
  return plannedFor === messageId && sentAt.getTime() - readAt.getTime() < clocksDifferMs;
}

/** Every booking is done, or left to a person: there is nothing new if Azumuta was asked after this hint came. */
function whenSettled(facts: StepFacts, refused: readonly BookingEntry[]): NextStep {
  const { bookings, answered, hint, attempt, namesNew, now } = facts;
  if (refused.length > 0) return { to: 'end', refused };
  const read = { to: 'read', anew: [], refused } as const;
  // The hint that asked last may still have to tell a person.
  if (hint.again || answered?.by === nameOf(attempt)) return read;
  const answers = [
    ...bookings.map((booking) => ({ at: booking.readAt, isOwn: isOwn(booking, facts), isKnown: !namesNew })),
    ...(answered ? [{ at: answered.at, isOwn: false, isKnown: answered.listsRecordings || !namesNew }] : []),
  ];
  if (answers.some(({ at, isOwn: own, isKnown }) => isKnown && (own || isSentBefore(at, attempt))))
    return { to: 'end', refused };
  const last = answers
    .map(({ at }) => at)
    .sort((a, b) => a.getTime() - b.getTime())
    .at(-1);
  return last && now.getTime() - last.getTime() < betweenQuestionsMs ? waitAfter(last) : read;
}

function waitAfter(readAt: Date): NextStep {
  const sentence = 'Azumuta was asked about it a moment ago.';
  return { to: 'wait', untilMs: readAt.getTime() + betweenQuestionsMs, sentence };
}
