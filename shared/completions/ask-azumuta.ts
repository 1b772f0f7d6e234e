import type { Cause } from '../model/causes.ts';
import { OrderNotReady, Rejected, type RetryLater, Wait } from '../model/errors.ts';
import { durationInWords } from '../model/time.ts';
import { type Clock, clocksDifferMs } from '../platform/clock.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import type { HintDependencies, Inquiry, OrderReading } from './inquiry.ts';

/** How long Azumuta may take to show what its trigger has announced. */
const askForAtMostMs = 30 * 60_000;
/** A number that nobody knows is asked about at once, so soon after that, and at the end of our patience. */
const unknownAgainSeconds = 20;
/** Azumuta is asked about an order once in this time at most, however many hints come. */
export const betweenQuestionsMs = 60_000;
/** A hint that asks is retried after 15 minutes at the latest; after this time it is taken for lost. */
const askerLivesMs = 20 * 60_000;
/** A trigger names the recordings of one completion; further ids are not looked at. */
const maxHinted = 50;
/** An id of Azumuta has 17 characters; longer texts than this are no ids. */
const maxIdLength = 100;

/** What becomes of a question that has no answer for half an hour. */
export interface IfUnanswered {
  readonly causeCode?: Cause;
  /** Of an order that is not completed: it is left to the reconciliation, unless this look finds what a person must be told. */
  readonly lastLook?: () => Promise<Rejected | undefined>;
}

/**
 * Whether this hint may end, as another one asks again, and Azumuta was asked after this one came: of all hints about an
 * order that is not completed, one asks for half an hour.
 * @throws Wait when Azumuta was asked a moment ago, before the hint came: the order may be completed since.
 */
export async function joinRunningQuestion(
  inquiry: Inquiry,
  { ledger: { questions }, clock }: HintDependencies,
): Promise<boolean> {
  const asker = otherAsker(inquiry, clock);
  if (!asker) return false;
  const agoMs = ageOf(asker.askedAt, clock);
  if (agoMs >= betweenQuestionsMs) return false;
  if (!isSentBefore(asker.askedAt, inquiry.attempt)) {
    const sentence = `Azumuta was asked about product order ${inquiry.askedAs} a moment ago.`;
    const afterSeconds = Math.ceil((betweenQuestionsMs - agoMs) / 1000);
    throw new Wait(sentence, { awaits: 'turn', afterSeconds });
  }
  const recordingIds = newlyNamedRecordings(inquiry);
  return recordingIds.length === 0 || questions.join(inquiry.askedAs, { recordingIds });
}

/** Azumuta does not show yet what a booking needs. @throws RetryLater to ask again; Rejected when a person is needed. */
export async function handleUnanswered(
  sentence: string,
  inquiry: Inquiry,
  { causeCode = 'completion-unclear', lastLook }: IfUnanswered,
  { ledger: { questions, concerns }, clock, reconciles }: HintDependencies,
): Promise<void> {
  const { askedAs, question, attempt } = inquiry;
  const joining = { recordingIds: newlyNamedRecordings(inquiry), askedAt: clock.now() };
  if (otherAsker(inquiry, clock) && (await questions.join(askedAs, joining))) {
    attempt.log.info('Another hint asks about it', { reason: sentence });
    return;
  }
  const by = hintId(attempt);
  // Two hints of a person take the question over from each other: its half hour does not begin anew each time.
  const isOlder = question && attempt.sentAt.getTime() - question.since.getTime() >= clocksDifferMs;
  const goesOn = question && (question.by === by || !isOlder);
  const since = goesOn ? question.since : clock.now();
  const isUnknown = causeCode === 'unknown-order' && isKnownToNobody(inquiry);
  const leftMs = askForAtMostMs - ageOf(since, clock);
  // A number that nobody knows may be any text of somebody who has the webhook's URL: it costs little. And whoever asks for
  // the last time is no asker that others may join.
  const isNoted = isUnknown ? !goesOn : leftMs > 0;
  if (isNoted) await questions.recordAsked(askedAs, { by, since });
  if (isUnknown && leftMs > 0) {
    const afterSeconds = goesOn ? Math.ceil(leftMs / 1000) : unknownAgainSeconds;
    throw new Wait(sentence, { awaits: 'turn', afterSeconds });
  }
  if (leftMs > 0) throw new OrderNotReady(sentence);
  if (isUnknown) {
    attempt.log.warn('A trigger named a product order that nobody knows', { order: askedAs });
    return concerns.countUnknown(askedAs);
  }
  if (!lastLook || !reconciles)
    throw new Rejected(`${sentence} Asked again for ${durationInWords(askForAtMostMs / 1000)}.`, {
      causeCode,
    });
  const refusal = await lastLook();
  if (refusal) throw refusal;
  const note = `${sentence} It is asked about with the overdue orders from now on.`;
  await questions.leaveToReconciliation(askedAs, note);
  attempt.log.warn('Left to the reconciliation', { reason: sentence });
}

/**
 * A hint that becomes a dead letter asks no more: others would end over it while its question stays.
 * @throws RetryLater when one has ended over it since the question was read
 */
export async function endOwnQuestion(
  { askedAs, question, attempt }: Inquiry,
  { ledger: { questions } }: Pick<HintDependencies, 'ledger'>,
): Promise<void> {
  const isOwn = question && question.by === hintId(attempt) && !question.awaiting;
  if (isOwn && !(await questions.end(askedAs, question, { lastAskedAt: question.askedAt })))
    throw askedMeanwhile(askedAs);
}

export function askedMeanwhile(askedAs: string): RetryLater {
  const sentence = `Further triggers of product order ${askedAs} came meanwhile.`;
  return new OrderNotReady(sentence);
}

/** A person who asks about a number is told in a dead letter. */
function isKnownToNobody({ entry, bookings, hint }: Inquiry): boolean {
  return !entry && bookings.length === 0 && !hint.again;
}

/** Notes that Azumuta was asked about the completed order: hints that came before bring nothing new. */
export async function recordAnswer(
  { askedAs, order, attempt }: OrderReading,
  { ledger: { questions }, clock }: HintDependencies,
): Promise<void> {
  const listsRecordings = order.recordingIds !== undefined;
  await questions.recordAnswered(askedAs, { by: hintId(attempt), at: clock.now(), listsRecordings });
}

/** The question of another hint that asks already and is not lost. A person's hint asks itself. */
function otherAsker({ hint, question, attempt }: Inquiry, clock: Clock) {
  if (hint.again || !question || question.awaiting || question.by === hintId(attempt)) return undefined;
  return ageOf(question.aliveAt, clock) < askerLivesMs ? question : undefined;
}

function ageOf(then: Date, clock: Clock): number {
  return clock.now().getTime() - then.getTime();
}

export function isSentBefore(instant: Date, { sentAt }: Pick<WorkAttempt, 'sentAt'>): boolean {
  return instant.getTime() - sentAt.getTime() >= clocksDifferMs;
}

/** Recordings that this hint names, and those that other hints named before they ended. */
export function recordingsNamedBy({ hint, question }: Inquiry): readonly string[] {
  const named = new Set([...(question?.recordingIds ?? []), ...hint.recordingIds]);
  return [...named].filter((id) => id.length <= maxIdLength).slice(0, maxHinted);
}

/** Recordings that only this hint names; none once the question names as many as are looked at. */
function newlyNamedRecordings(inquiry: Inquiry): readonly string[] {
  const named = inquiry.question?.recordingIds ?? [];
  return recordingsNamedBy(inquiry).filter((id) => !named.includes(id));
}

/** A replayed message was sent at another time, so it counts as another hint, and is tried for half an hour again. */
export function hintId({ messageId, sentAt }: Pick<WorkAttempt, 'messageId' | 'sentAt'>): string {
  return `${messageId}#${sentAt.getTime()}`;
}
