import type { AzumutaProductOrder } from '../azumuta/resources.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { KnownOrder } from '../ledger/records/known-orders.ts';
import type { Cause } from '../model/causes.ts';
import { Rejected, RetryLater } from '../model/errors.ts';
import { type Clock, clocksDifferMs } from '../platform/clock.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import type { CompletionHint } from './messages.ts';

export interface AskDependencies {
  readonly ledger: Pick<Ledger, 'questions'>;
  readonly clock: Clock;
  /** Whether the reconciliation asks about overdue orders: then an open order needs no person. */
  readonly reconciles: boolean;
}

/** How long Azumuta may take to show what its trigger has announced. */
const patienceMs = 30 * 60_000;
/** Azumuta is asked about an order once in this time at most, however many hints come. */
const betweenQuestionsMs = 60_000;
/** A hint that asks comes again after 15 minutes at the latest; after this time it is taken for lost. */
const askerLivesMs = 20 * 60_000;
/** A trigger names the recordings of one completion; further ids are not looked at. */
const maxHinted = 50;
/** An id of Azumuta has 17 characters; longer texts than this are no ids. */
const maxIdLength = 100;

/** One hint about a product order, and what the ledger knows of the questions about that order. */
export interface Inquiry {
  /** The ledger keeps the order under this number. */
  readonly number: string;
  readonly hint: CompletionHint;
  readonly question: KnownOrder['question'];
  readonly answered: KnownOrder['answered'];
}

/**
 * Asks Azumuta one question per order and minute: of all hints about an order that Azumuta does not call completed, one
 * asks again for half an hour, and the others end.
 */
export function createQuestioner({ ledger: { questions }, clock, reconciles }: AskDependencies) {
  const age = (then: Date) => clock.now().getTime() - then.getTime();

  /** The question of another hint that asks already and is not lost. */
  function otherAsker({ question }: Inquiry, attempt: WorkAttempt) {
    if (!question || question.overdue || question.by === nameOf(attempt)) return undefined;
    return age(question.aliveAt) < askerLivesMs ? question : undefined;
  }

  const isRecent = (askedAt: Date) => age(askedAt) < betweenQuestionsMs;

  function isAfter(askedAt: Date, { sentAt }: WorkAttempt): boolean {
    return askedAt.getTime() - sentAt.getTime() >= clocksDifferMs;
  }

  function waitFor(askedAt: Date, { number }: Inquiry): never {
    const afterSeconds = Math.ceil((betweenQuestionsMs - age(askedAt)) / 1000);
    const sentence = `Azumuta was asked about product order ${number} a moment ago.`;
    throw new RetryLater(sentence, { scope: 'order', afterSeconds });
  }

  return {
    /**
     * Whether this hint may end, as another one asks again, and Azumuta was asked after this one came.
     * @throws RetryLater when Azumuta was asked a moment ago, before the hint came: the order may be completed since.
     */
    async mayEnd(inquiry: Inquiry, attempt: WorkAttempt): Promise<boolean> {
      const asker = otherAsker(inquiry, attempt);
      if (!asker || inquiry.hint.via === 'replay' || !isRecent(asker.askedAt)) return false;
      if (!(await questions.join(inquiry.number, { recordingIds: newIn(inquiry) }))) return false;
      return isAfter(asker.askedAt, attempt) || waitFor(asker.askedAt, inquiry);
    },

    /**
     * Whether Azumuta was asked about the completed order after this hint came: then there is nothing new.
     * @param namesNew It names recordings that are in no booking.
     * @throws RetryLater when Azumuta was asked a moment ago, before the hint came.
     */
    isAnswered(inquiry: Inquiry, namesNew: boolean, attempt: WorkAttempt): boolean {
      const { hint, answered } = inquiry;
      if (!answered || hint.via === 'replay' || answered.by === nameOf(attempt)) return false;
      const isKnown = answered.listsRecordings || !namesNew;
      if (isKnown && isAfter(answered.at, attempt)) return true;
      return isRecent(answered.at) && waitFor(answered.at, inquiry);
    },

    /**
     * Azumuta was asked, and does not show yet what is needed for a booking.
     * @param isOpen The order exists and is not completed: no person is needed.
     * @throws RetryLater to ask again; Rejected when it was asked for long enough and a person is needed.
     */
    async askLater(
      sentence: string,
      inquiry: Inquiry,
      attempt: WorkAttempt,
      { isOpen, code = 'completion-unclear' }: { readonly isOpen: boolean; readonly code?: Cause },
    ): Promise<void> {
      const { number, question } = inquiry;
      const asker = otherAsker(inquiry, attempt);
      const joining = { recordingIds: newIn(inquiry), askedAt: clock.now() };
      if (asker && inquiry.hint.via !== 'replay' && (await questions.join(number, joining))) {
        attempt.log.info('Another hint asks about it', { reason: sentence });
        return;
      }
      const by = nameOf(attempt);
      const since = question?.by === by ? question.since : clock.now();
      await questions.recordAsked(number, { by, since });
      if (age(since) < patienceMs) throw new RetryLater(sentence, { scope: 'order' });
      if (!isOpen || !reconciles) throw new Rejected(`${sentence} Asked again for 30 minutes.`, { code });
      const note = `${sentence} It is asked about with the overdue orders from now on.`;
      await questions.leaveToReconciliation(number, note);
      attempt.log.warn('Left to the reconciliation', { reason: sentence });
    },

    /** Notes that Azumuta was asked about the completed order: hints that came before bring nothing new. */
    async recordAnswer(
      { number }: Inquiry,
      { recordingIds }: AzumutaProductOrder,
      attempt: WorkAttempt,
    ): Promise<void> {
      const answered = { by: nameOf(attempt), at: clock.now(), listsRecordings: recordingIds !== undefined };
      await questions.recordAnswered(number, answered);
    },

    /** Ends the question. @throws RetryLater when further hints have joined: their recordings are not collected yet. */
    async end({ number, question }: Inquiry): Promise<void> {
      if (!question || (await questions.end(number, question))) return;
      throw new RetryLater(`Further triggers of product order ${number} came meanwhile.`, { scope: 'order' });
    },
  };
}

/** Recordings that this hint names, and those that other hints named before they ended. */
export function recordingsNamedBy({ hint, question }: Inquiry): readonly string[] {
  const named = new Set([...(question?.recordingIds ?? []), ...hint.recordingIds]);
  return [...named].filter((id) => id.length <= maxIdLength).slice(0, maxHinted);
}

/** Recordings that only this hint names; none once the question names as many as are looked at. */
function newIn(inquiry: Inquiry): readonly string[] {
  const named = inquiry.question?.recordingIds ?? [];
  return recordingsNamedBy(inquiry).filter((id) => !named.includes(id));
}

/** A replayed message was sent at another time, so it counts as another hint, and is tried for half an hour again. */
function nameOf({ messageId, sentAt }: WorkAttempt): string {
  return `${messageId}#${sentAt.getTime()}`;
}
