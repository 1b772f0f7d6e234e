import type { AzumutaProductOrder } from '../azumuta/resources.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Cause } from '../model/causes.ts';
import { Rejected, RetryLater, Wait } from '../model/errors.ts';
import { type Clock, clocksDifferMs } from '../platform/clock.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import type { CompletionHint } from './messages.ts';
import type { Standing } from './standing.ts';

export interface AskDependencies {
  readonly ledger: Pick<Ledger, 'questions'>;
  readonly clock: Clock;
  /** Whether the reconciliation asks about overdue orders: then an open order needs no person. */
  readonly reconciles: boolean;
}

/** How long Azumuta may take to show what its trigger has announced. */
const patienceMs = 30 * 60_000;
/** Azumuta is asked about an order once in this time at most, however many hints come. */
export const betweenQuestionsMs = 60_000;
/** A hint that asks is retried after 15 minutes at the latest; after this time it is taken for lost. */
const askerLivesMs = 20 * 60_000;
/** A trigger names the recordings of one completion; further ids are not looked at. */
const maxHinted = 50;
/** An id of Azumuta has 17 characters; longer texts than this are no ids. */
const maxIdLength = 100;

/** One hint about a product order, and what the ledger knows of the questions about that order. */
export interface Inquiry extends Pick<Standing, 'number' | 'question' | 'answered'> {
  readonly hint: CompletionHint;
}

export interface HowToAsk {
  readonly isOpen: boolean;
  readonly code?: Cause;
  /** Before it is left to the reconciliation. @throws Rejected when a person is needed all the same */
  readonly lastLook?: () => Promise<void>;
}

/*
 * One question per order and minute is put to Azumuta: of all hints about an order that Azumuta does not call completed,
 * one asks again for half an hour, and the others end.
 */

/**
 * Whether this hint may end, as another one asks again, and Azumuta was asked after this one came.
 * @throws Wait when Azumuta was asked a moment ago, before the hint came: the order may be completed since.
 */
export async function mayEnd(
  inquiry: Inquiry,
  attempt: WorkAttempt,
  { ledger: { questions }, clock }: AskDependencies,
): Promise<boolean> {
  const asker = otherAsker(inquiry, attempt, clock);
  if (!asker || inquiry.hint.again || ageOf(asker.askedAt, clock) >= betweenQuestionsMs) return false;
  if (!isSentBefore(asker.askedAt, attempt)) throw waitAfter(asker.askedAt, inquiry, clock);
  const recordingIds = newIn(inquiry);
  return recordingIds.length === 0 || questions.join(inquiry.number, { recordingIds });
}

/**
 * Azumuta was asked, and does not show yet what is needed for a booking.
 * @param isOpen The order exists and is not completed: no person is needed, unless `lastLook` throws.
 * @throws RetryLater to ask again; Rejected when it was asked for long enough and a person is needed.
 */
export async function askLater(
  sentence: string,
  inquiry: Inquiry,
  attempt: WorkAttempt,
  { isOpen, code = 'completion-unclear', lastLook }: HowToAsk,
  { ledger: { questions }, clock, reconciles }: AskDependencies,
): Promise<void> {
  const { number, question } = inquiry;
  const asker = otherAsker(inquiry, attempt, clock);
  const joining = { recordingIds: newIn(inquiry), askedAt: clock.now() };
  if (asker && !inquiry.hint.again && (await questions.join(number, joining))) {
    attempt.log.info('Another hint asks about it', { reason: sentence });
    return;
  }
  const by = nameOf(attempt);
  // Two hints of a person take the question over from each other: its half hour does not begin anew each time.
  const isOlder = question && attempt.sentAt.getTime() - question.since.getTime() >= clocksDifferMs;
  const goesOn = question && (question.by === by || !isOlder);
  const since = goesOn ? question.since : clock.now();
  await questions.recordAsked(number, { by, since });
  if (ageOf(since, clock) < patienceMs) throw new RetryLater(sentence, { scope: 'order' });
  if (!isOpen || !reconciles) throw new Rejected(`${sentence} Asked again for 30 minutes.`, { code });
  await lastLook?.();
  const note = `${sentence} It is asked about with the overdue orders from now on.`;
  await questions.leaveToReconciliation(number, note);
  attempt.log.warn('Left to the reconciliation', { reason: sentence });
}

/** Notes that Azumuta was asked about the completed order: hints that came before bring nothing new. */
export async function recordAnswer(
  { number }: Inquiry,
  { recordingIds }: AzumutaProductOrder,
  attempt: WorkAttempt,
  { ledger: { questions }, clock }: AskDependencies,
): Promise<void> {
  const answered = { by: nameOf(attempt), at: clock.now(), listsRecordings: recordingIds !== undefined };
  await questions.recordAnswered(number, answered);
}

/** Ends the question. @throws RetryLater when further hints have joined: their recordings are not read yet. */
export async function endQuestion(
  { number, question }: Pick<Inquiry, 'number' | 'question'>,
  { ledger: { questions } }: Pick<AskDependencies, 'ledger'>,
): Promise<void> {
  if (!question || (await questions.end(number, question))) return;
  throw new RetryLater(`Further triggers of product order ${number} came meanwhile.`, { scope: 'order' });
}

/** The question of another hint that asks already and is not lost. */
function otherAsker({ question }: Inquiry, attempt: WorkAttempt, clock: Clock) {
  if (!question || question.overdue || question.by === nameOf(attempt)) return undefined;
  return ageOf(question.aliveAt, clock) < askerLivesMs ? question : undefined;
}

function ageOf(then: Date, clock: Clock): number {
  return clock.now().getTime() - then.getTime();
}

/** Whether the message was surely sent before that instant. */
export function isSentBefore(instant: Date, { sentAt }: Pick<WorkAttempt, 'sentAt'>): boolean {
  return instant.getTime() - sentAt.getTime() >= clocksDifferMs;
}

function waitAfter(askedAt: Date, { number }: Inquiry, clock: Clock): Wait {
  const afterSeconds = Math.ceil((betweenQuestionsMs - ageOf(askedAt, clock)) / 1000);
  const sentence = `Azumuta was asked about product order ${number} a moment ago.`;
  return new Wait(sentence, { scope: 'order', afterSeconds });
}

/** Recordings that this hint names, and those that other hints named before they ended. */
export function recordingsNamedBy({ hint, question }: Pick<Inquiry, 'hint' | 'question'>): readonly string[] {
  const named = new Set([...(question?.recordingIds ?? []), ...hint.recordingIds]);
  return [...named].filter((id) => id.length <= maxIdLength).slice(0, maxHinted);
}

/** The first named recording that is none of these. */
export function otherNamed(inquiry: Inquiry, own: readonly string[] = []): string | undefined {
  return recordingsNamedBy(inquiry).find((id) => !own.includes(id));
}

/** Recordings that only this hint names; none once the question names as many as are looked at. */
function newIn(inquiry: Inquiry): readonly string[] {
  const named = inquiry.question?.recordingIds ?? [];
  return recordingsNamedBy(inquiry).filter((id) => !named.includes(id));
}

/** A replayed message was sent at another time, so it counts as another hint, and is tried for half an hour again. */
export function nameOf({ messageId, sentAt }: Pick<WorkAttempt, 'messageId' | 'sentAt'>): string {
  return `${messageId}#${sentAt.getTime()}`;
}
