import { maxNoteLength } from '../ledger/history.ts';
import { type BookingEntry, bookedParts } from '../ledger/records/bookings.ts';
import type { DeadLetterId } from '../ledger/records/dead-letters.ts';
import { isBookedTogether, isInAzumuta } from '../ledger/records/product-orders.ts';
import { Rejected } from '../model/errors.ts';
import { shorten } from '../model/text.ts';
import { askAgainOrEnd, recordAnswer, type Unanswered } from './ask-azumuta.ts';
import type { Job } from './book.ts';
import { compareFigures } from './compare-figures.ts';
import { plannedByAnother } from './content.ts';
import { type BookingDecision, decideBookings } from './decide-bookings.ts';
import type { HintDependencies, OrderReading } from './inquiry.ts';
import { refusalOfOther } from './other-order.ts';
import { readContents } from './read-contents.ts';
import { awaitPartNoted, type Evidence, readFacts, readOwnFacts } from './read-facts.ts';

type LeaveDecision = Extract<BookingDecision, { readonly to: 'leave' }>;
type RejectDecision = Extract<BookingDecision, { readonly to: 'reject' }>;

/** What a completed product order becomes: decides, maps and compares it. @throws Wait, RetryLater, Rejected */
export async function prepareJob(
  reading: OrderReading,
  dependencies: HintDependencies,
): Promise<Job | 'ended'> {
  const evidence = await readFacts(reading, dependencies);
  const decision = decideBookings(evidence.facts);
  if (decision.to === 'wait')
    return bookPlannedOrAskAgain({ shows: 'unclear', sentence: decision.sentence }, reading, dependencies);
  const ofOther = await refusalOfOther(reading, evidence.facts.current.recordingIds, dependencies);
  const refused = ofOther ? [...reading.refused, ofOther] : reading.refused;
  await withdrawOutdated(reading, decision, dependencies);
  const job = { ...reading, refused, toBook: [], looksAgain: false };
  switch (decision.to) {
    case 'book': {
      const contents = await readContents(decision, evidence, dependencies);
      if ('shows' in contents) return bookPlannedOrAskAgain(contents, reading, dependencies);
      const wasRefusedBefore = contents.toBook.length + contents.refused.length === 0;
      if (wasRefusedBefore) await recordAnswer(reading, dependencies);
      return {
        ...job,
        toBook: contents.toBook,
        refused: [...refused, ...contents.refused],
        looksAgain: decision.othersFollow,
      };
    }
    case 'reject': {
      await recordAnswer(reading, dependencies);
      if (isReportedAlready(decision, reading)) {
        reading.attempt.log.info('Another message was refused for this, and has a dead letter', {
          reason: decision.sentence,
        });
        return { ...job, refused };
      }
      const refusal = new Rejected(decision.sentence, { causeCode: decision.cause });
      return { ...job, refused: [...refused, refusal] };
    }
    case 'leave':
      await endReadingInVain(evidence, decision, dependencies);
      return job;
    default:
      return decision satisfies never;
  }
}

/** Whether the open dead letter of another message says this. A person who asks again hears it again. */
function isReportedAlready(
  { sentence }: RejectDecision,
  { deadLetters, hint, attempt }: OrderReading,
): boolean {
  const reason = shorten(sentence, maxNoteLength);
  const isOfAnother = ({ messageId }: DeadLetterId) => messageId !== attempt.messageId;
  return hint.again !== true && deadLetters.some((one) => one.reason === reason && isOfAnother(one));
}

/** There is nothing to book: that is noted, and what is booked is compared with what Azumuta shows. */
async function endReadingInVain(
  evidence: Evidence,
  { why, awaitsParts }: LeaveDecision,
  dependencies: HintDependencies,
): Promise<void> {
  const { attempt, entry, home, number, facts } = evidence;
  const isFirstPart = home === number;
  const waitsForOthers = awaitsParts === true && isFirstPart;
  // A first hint notes no answer, and one note is enough for further hints.
  const isFirstHint = entry !== undefined && isInAzumuta(entry) && !waitsForOthers;
  if (!isFirstHint) await recordAnswer(evidence, dependencies);
  attempt.log.info('Nothing to book now', { why });
  await compareFigures(evidence, [facts.current, ...facts.others], dependencies);
}

export function askUntilFound(
  asked: Omit<OrderReading, 'order'>,
  dependencies: HintDependencies,
): Promise<Job | 'ended'> {
  const sentence = `Azumuta has no product order ${asked.number}.`;
  return bookPlannedOrAskAgain({ shows: 'gone', sentence }, asked, dependencies);
}

/** It is not completed, or not any more: what was planned while it was does not hold. */
export async function askUntilCompleted(
  reading: OrderReading,
  dependencies: HintDependencies,
): Promise<Job | 'ended'> {
  const { order, number } = reading;
  await withdrawOutdated(reading, undefined, dependencies);
  await compareOpened(reading, dependencies);
  const status = order.status ?? 'without status';
  const unanswered: Unanswered = {
    shows: 'not completed',
    sentence: `Azumuta says that product order ${number} is "${status}", not completed.`,
    lastLook: () => refusalOfOther(reading, order.recordingIds, dependencies),
  };
  return bookPlannedOrAskAgain(unanswered, { ...reading, toDecideAgain: [] }, dependencies);
}

/** A part may be opened again after it was booked with others. */
async function compareOpened(reading: OrderReading, dependencies: HintDependencies): Promise<void> {
  if (!isBookedTogether(reading.entry)) return;
  const { facts } = await readOwnFacts(reading, undefined, dependencies);
  await compareFigures({ ...reading, facts, read: new Map() }, [], dependencies);
}

/** Azumuta does not show what is needed: plans of which nothing was sent are booked, and refusals become a dead letter; else it is asked later. */
async function bookPlannedOrAskAgain(
  unanswered: Unanswered,
  asked: Omit<OrderReading, 'order'>,
  dependencies: HintDependencies,
): Promise<Job | 'ended'> {
  const planned = asked.toDecideAgain.filter(({ state }) => state === 'waiting');
  const looksAgain = planned.length > 0;
  if (looksAgain || asked.refused.length > 0)
    return { ...asked, toBook: planned.map((one) => ({ planned: one })), looksAgain };
  // A window names a part that was completed: it names another one now, and nobody needs to ask about this one so often.
  const isOfWindow = asked.hint.via === 'reconciliation' && unanswered.shows !== 'unclear';
  const isAwaited = isOfWindow && (await awaitPartNoted(asked, dependencies.ledger)) === 'awaited';
  if (!isAwaited) await askAgainOrEnd(unanswered, asked, dependencies);
  return 'ended';
}

/**
 * Takes back what was to be decided again, unless it is planned again under its key:
 *
 *   a plan                                                 always
 *   a refused quantity of parts that are booked together   where one of its parts is planned under another key
 *   anything else that was not discarded                   for a person's hint, unless Azumuta's answer is refused
 */
async function withdrawOutdated(
  { home, toDecideAgain, hint, entry, attempt }: OrderReading,
  decision: Exclude<BookingDecision, { readonly to: 'wait' }> | undefined,
  { ledger }: HintDependencies,
): Promise<void> {
  const plannedNow = decision?.to === 'book' ? decision.plan : [];
  const keysPlannedNow = new Set(plannedNow.map(({ key }) => key));
  const partsPlannedNow = isBookedTogether(entry) ? bookedParts(plannedNow) : new Set<number>();
  const isDecided = decision?.to === 'book' || decision?.to === 'leave';
  const endsAllForPerson = hint.again === true && isDecided;
  const isReplaced = ({ kind, state, parts }: BookingEntry) =>
    kind === 'quantity' && state === 'rejected' && parts.some((index) => partsPlannedNow.has(index));
  const isOutdated = (booking: BookingEntry) => {
    const isEndedForPerson = endsAllForPerson && !booking.discarded;
    return booking.state === 'waiting' || isEndedForPerson || isReplaced(booking);
  };
  const outdated = toDecideAgain.filter((one) => !keysPlannedNow.has(one.key) && isOutdated(one));
  for (const booking of outdated) {
    if (!(await ledger.bookings.withdrawPlan(home, booking))) throw plannedByAnother(booking);
    if (isReplaced(booking))
      await ledger.deadLetters.settleOutdated(booking.rejectedBy, { ...attempt, orderNumber: home });
  }
}
