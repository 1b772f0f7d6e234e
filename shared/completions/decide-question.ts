import type { Question } from '../ledger/records/questions.ts';
import type { Cause } from '../model/causes.ts';
import { clocksDifferMs } from '../platform/clock.ts';
import type { WorkAttempt } from '../worker/worker.ts';

/** How long Azumuta may take to show what its trigger has announced. */
export const askForAtMostMs = 30 * 60_000;
/** Azumuta is asked about an order once in this time at most, however many hints come. */
export const betweenQuestionsMs = 60_000;
/** A number that nobody knows is asked about at once, so soon after that, and at the end of our patience. */
const unknownAgainSeconds = 20;
/** A product order of a batch order that was named may not be completed: it is asked about again after this time, and not after that. */
export const batchAgainMs = 5 * 60_000;
/** A hint that asks is retried after 15 minutes at the latest; after this time it is taken for lost. */
const askerLivesMs = 20 * 60_000;

export interface QuestionFacts {
  /** Undefined while nobody asks about the order. */
  readonly question: Question | undefined;
  readonly attempt: Pick<WorkAttempt, 'messageId' | 'sentAt'>;
  /** A person's hint asks itself. */
  readonly isOfPerson: boolean;
  readonly now: Date;
}

export type QuestionDecision =
  | { readonly to: 'ask' }
  | { readonly to: 'join' }
  | { readonly to: 'wait'; readonly afterSeconds: number };

/**
 * What a hint does before it asks Azumuta. Of all hints about an order that is not completed, one asks for half an hour:
 *
 *   no other hint asks, or the last question is a minute old     ask
 *   it was asked after this hint came                            join: the hint that asks will ask again
 *   it was asked before this hint came                           wait: the order may be completed since
 */
export function decideQuestion(facts: QuestionFacts): QuestionDecision {
  const { attempt, now } = facts;
  const asking = questionOfAnother(facts);
  if (!asking) return { to: 'ask' };
  const agoMs = now.getTime() - asking.askedAt.getTime();
  if (agoMs >= betweenQuestionsMs) return { to: 'ask' };
  if (isSentBefore(asking.askedAt, attempt)) return { to: 'join' };
  return { to: 'wait', afterSeconds: Math.ceil((betweenQuestionsMs - agoMs) / 1000) };
}

export interface UnansweredFacts extends QuestionFacts {
  /**
   * `unclear`: it is completed, and something that the booking needs is missing. `not settled`: the same, and what was
   * recorded may still change.
   */
  readonly shows: 'not completed' | 'gone' | 'unclear' | 'not settled';
  /** How long what was recorded may take until it is final. */
  readonly settledWithinMs: number;
  /** Neither the ledger nor a person has named the number: it may be any text of somebody who has the webhook's URL. */
  readonly isKnownToNobody: boolean;
  /** A trigger has named its batch order, of which others may be completed. */
  readonly isForBatch: boolean;
  /** Whether the reconciliation asks about overdue orders. */
  readonly reconciles: boolean;
}

export type UnansweredDecision =
  /** `since`: when the question began, to be noted. */
  | { readonly to: 'ask again'; readonly since: Date }
  | { readonly to: 'ask soon'; readonly since: Date; readonly afterSeconds: number }
  | { readonly to: 'ask at the end'; readonly afterSeconds: number }
  | { readonly to: 'count' }
  | { readonly to: 'end' }
  | { readonly to: 'leave to the reconciliation' }
  | { readonly to: 'reject'; readonly code: Cause; readonly askedForMs: number };

/**
 * What a hint does when it has asked Azumuta in vain, and no other hint asks that it could join:
 *
 *                                             first time    until half an hour    after that
 *   gone, and its number known to nobody      ask soon      ask at the end        count: it is one of many in a concern
 *   gone                                      ask again     ask again             reject
 *   unclear                                   ask again     ask again             reject
 *   not completed                             ask again     ask again             reject
 *   not completed, the reconciliation runs    ask again     ask again             leave to the reconciliation
 *   not settled                               ask again     ask again             reject
 *   not settled, the reconciliation runs      ask again     ask again             leave to the reconciliation; once it is
 *                                                                                 so for `settledWithinMs`, reject
 *   gone or not completed, and its batch      ask at the    end, `batchAgainMs`
 *   order was named                           end           after it was sent
 *
 * A number that nobody knows costs little: it is noted once, and asked about three times at most. Whoever asks for the
 * last time notes nothing, as no other hint may join it.
 */
export function decideUnanswered(facts: UnansweredFacts): UnansweredDecision {
  const { question, shows, now } = facts;
  const isOpen = shows === 'gone' || shows === 'not completed';
  if (isOpen && facts.isForBatch) return decideOpenOfBatch(facts);
  const goesOn = question !== undefined && isContinuation(question, facts);
  const since = goesOn ? question.since : now;
  const leftMs = askForAtMostMs - (now.getTime() - since.getTime());
  const isForged = shows === 'gone' && facts.isKnownToNobody;
  if (leftMs > 0) {
    if (!isForged) return { to: 'ask again', since };
    if (!goesOn) return { to: 'ask soon', since, afterSeconds: unknownAgainSeconds };
    return { to: 'ask at the end', afterSeconds: Math.ceil(leftMs / 1000) };
  }
  if (isForged) return { to: 'count' };
  const unsettledMs = shows === 'not settled' ? unsettledForMs(facts) : 0;
  const mayStillCome = shows === 'not completed' || shows === 'not settled';
  const isTooLate = unsettledMs >= facts.settledWithinMs;
  const isInTime = mayStillCome && !isTooLate;
  if (isInTime && facts.reconciles) return { to: 'leave to the reconciliation' };
  const code = shows === 'gone' ? 'unknown-order' : 'completion-unclear';
  return { to: 'reject', code, askedForMs: isTooLate ? facts.settledWithinMs : askForAtMostMs };
}

/** Nobody has said that just this one is completed, so it is asked about again once, and then left. */
function decideOpenOfBatch({ attempt: { sentAt }, now }: UnansweredFacts): UnansweredDecision {
  const leftMs = batchAgainMs - (now.getTime() - sentAt.getTime());
  return leftMs > 0 ? { to: 'ask at the end', afterSeconds: Math.ceil(leftMs / 1000) } : { to: 'end' };
}

/** Each hint asks for its own half hour; since when it is not settled, the question remembers. */
function unsettledForMs({ question, now }: UnansweredFacts): number {
  return now.getTime() - (question?.unsettledSince ?? now).getTime();
}

/** The question of another hint that asks already and is not lost. */
export function questionOfAnother({ question, attempt, isOfPerson, now }: QuestionFacts) {
  if (isOfPerson || !question) return undefined;
  const isAskedByOther = !question.awaiting && question.by !== hintId(attempt);
  if (!isAskedByOther) return undefined;
  return now.getTime() - question.aliveAt.getTime() < askerLivesMs ? question : undefined;
}

/**
 * Whether the half hour of a question goes on: for the hint that asked, and for one that was sent before. Two hints of a
 * person take the question over from each other, and the half hour must not begin again each time.
 */
function isContinuation({ by, since }: Question, { attempt }: QuestionFacts): boolean {
  const isSentAfter = attempt.sentAt.getTime() - since.getTime() >= clocksDifferMs;
  return by === hintId(attempt) || !isSentAfter;
}

export function isSentBefore(instant: Date, { sentAt }: Pick<WorkAttempt, 'sentAt'>): boolean {
  return instant.getTime() - sentAt.getTime() >= clocksDifferMs;
}

/** A replayed message was sent at another time, so it counts as another hint, and is tried for half an hour again. */
export function hintId({ messageId, sentAt }: Pick<WorkAttempt, 'messageId' | 'sentAt'>): string {
  return `${messageId}#${sentAt.getTime()}`;
}
