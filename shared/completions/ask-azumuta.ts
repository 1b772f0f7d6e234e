import { partIndexOf } from '../ledger/records/product-orders.ts';
import { OrderNotReady, Rejected, type RetryLater, Wait } from '../model/errors.ts';
import { durationInWords } from '../model/time.ts';
import {
  decideUnanswered,
  hintId,
  type QuestionFacts,
  questionOfAnother,
  type UnansweredFacts,
} from './decide-question.ts';
import type { HintDependencies, Inquiry, OrderReading } from './inquiry.ts';

/** A trigger names the recordings of one completion; further ids are not looked at. */
const maxHinted = 50;
/** An id of Azumuta has 17 characters; longer texts than this are no ids. */
const maxIdLength = 100;

/** Azumuta was asked, and does not show what a booking needs. */
export interface Unanswered {
  readonly shows: UnansweredFacts['shows'];
  /** The same for a person. */
  readonly sentence: string;
  /** Before it is left to the reconciliation: finds what needs a person all the same. */
  readonly lastLook?: () => Promise<Rejected | undefined>;
}

export function questionFactsOf(
  { question, attempt, hint }: Inquiry,
  { clock }: Pick<HintDependencies, 'clock'>,
): QuestionFacts {
  return { question, attempt, isOfPerson: hint.again === true, now: clock.now() };
}

/** Hands the recordings that only this hint names over to the hint that asks. `none`: that one has ended, or has no room. */
export async function joinRunningQuestion(
  inquiry: Inquiry,
  { ledger: { questions } }: Pick<HintDependencies, 'ledger'>,
): Promise<'joined' | 'none'> {
  const recordingIds = newlyNamedRecordings(inquiry);
  const isJoined = recordingIds.length === 0 || (await questions.join(inquiry.askedAs, { recordingIds }));
  return isJoined ? 'joined' : 'none';
}

/** A trigger has named its batch order, and nothing of it was refused: else a person waits for what becomes of it. */
function isForBatchAlone({ hint, entry, bookings }: Inquiry): boolean {
  const index = partIndexOf(entry);
  const isRefused = bookings.some(({ state, parts }) => state === 'rejected' && parts.includes(index));
  return hint.batch !== undefined && !isRefused;
}

/** Returns when the hint has ended. @throws Wait, RetryLater to ask again; Rejected when a person is needed. */
export async function askAgainOrEnd(
  unanswered: Unanswered,
  inquiry: Inquiry,
  dependencies: HintDependencies,
): Promise<void> {
  const { questions, unknownNumbers } = dependencies.ledger;
  const { shows, sentence } = unanswered;
  const { askedAs, attempt } = inquiry;
  dependencies.reader.forgetReading(attempt);
  const asked = questionFactsOf(inquiry, dependencies);
  const joining = { recordingIds: newlyNamedRecordings(inquiry), askedAt: asked.now };
  if (questionOfAnother(asked) && (await questions.join(askedAs, joining))) {
    attempt.log.info('Another hint asks about it', { reason: sentence });
    return;
  }
  const by = hintId(attempt);
  const { reconciles, settledWithinMs } = dependencies;
  const decision = decideUnanswered({
    ...asked,
    shows,
    isKnownToNobody: isKnownToNobody(inquiry),
    isForBatch: isForBatchAlone(inquiry),
    reconciles,
    settledWithinMs,
  });
  const unsettledSince = shows === 'not settled' ? (asked.question?.unsettledSince ?? asked.now) : undefined;
  switch (decision.to) {
    case 'ask again':
      await questions.recordAsked(askedAs, { by, since: decision.since, unsettledSince });
      throw new OrderNotReady(sentence);
    case 'ask soon':
      await questions.recordAsked(askedAs, { by, since: decision.since, unsettledSince });
      throw new Wait(sentence, { awaits: 'turn', afterSeconds: decision.afterSeconds });
    case 'ask at the end':
      throw new Wait(sentence, { awaits: 'turn', afterSeconds: decision.afterSeconds });
    case 'end':
      attempt.log.info('Its batch order was named, and it is not completed', { reason: sentence });
      return;
    case 'count':
      attempt.log.warn('A trigger named a product order that nobody knows', { order: askedAs });
      return unknownNumbers.count(askedAs);
    case 'leave to the reconciliation':
      return leaveToReconciliation(unanswered, inquiry, dependencies);
    case 'reject': {
      const patience = durationInWords(decision.askedForMs / 1000);
      throw new Rejected(`${sentence} Asked again for ${patience}.`, { causeCode: decision.code });
    }
    default:
      return decision satisfies never;
  }
}

async function leaveToReconciliation(
  { sentence, lastLook }: Unanswered,
  { askedAs, attempt }: Inquiry,
  { ledger: { questions } }: HintDependencies,
): Promise<void> {
  const refusal = await lastLook?.();
  if (refusal) throw refusal;
  const note = `${sentence} It is asked about with the overdue orders from now on.`;
  await questions.leaveToReconciliation(askedAs, note);
  attempt.log.warn('Left to the reconciliation', { reason: sentence });
}

/**
 * A hint that becomes a dead letter asks no more: others would join its question, and nobody would ask.
 * @throws RetryLater when one has joined since the question was read
 */
export async function endOwnQuestion(
  { askedAs, question, attempt }: Inquiry,
  { ledger: { questions } }: Pick<HintDependencies, 'ledger'>,
): Promise<void> {
  if (!question || question.awaiting) return;
  if (question.by !== hintId(attempt)) return;
  if (!(await questions.end(askedAs, question, { lastAskedAt: question.askedAt })))
    throw askedMeanwhile(askedAs);
}

export function askedMeanwhile(askedAs: string): RetryLater {
  const sentence = `Further triggers of product order ${askedAs} came meanwhile.`;
  return new OrderNotReady(sentence);
}

/** A person who asks about a number gets a dead letter. */
function isKnownToNobody({ entry, bookings, hint }: Inquiry): boolean {
  const isInLedger = entry !== undefined || bookings.length > 0;
  return !isInLedger && !hint.again;
}

/** Notes when Azumuta was asked about the completed order: hints that came before bring nothing new. */
export async function recordAnswer(
  { askedAs, order, readAt, attempt }: OrderReading,
  { ledger: { questions } }: Pick<HintDependencies, 'ledger'>,
): Promise<void> {
  const listsRecordings = order.recordingIds !== undefined;
  await questions.recordAnswered(askedAs, { by: hintId(attempt), at: readAt, listsRecordings });
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
