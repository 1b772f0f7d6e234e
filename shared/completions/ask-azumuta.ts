import type { AzumutaProductOrder } from '../azumuta/resources.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { KnownOrder } from '../ledger/records/known-orders.ts';
import { type Cause, Rejected, RetryLater } from '../model/errors.ts';
import { type Clock, clocksDifferMs } from '../platform/clock.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import type { CompletionHint } from './messages.ts';

export interface AskDependencies {
  readonly ledger: Pick<Ledger, 'questions'>;
  readonly clock: Clock;
  /** Whether the reconciliation asks about overdue orders: then nobody has to look at one that is still open. */
  readonly reconciles: boolean;
}

/** How long Azumuta may take to say what its trigger said already. */
const patienceMs = 30 * 60_000;
/** An order is asked about so often at most, however many hints come. */
const betweenQuestionsMs = 60_000;
/** A hint that asks comes again after 15 minutes at the latest: one that has not by then is gone. */
const askerLivesMs = 20 * 60_000;
/** A trigger names what was recorded for one completion; more of its ids are not looked at. */
const maxHinted = 50;
/** An id of Azumuta has 17 characters: what is longer than this is none. */
const maxId = 100;

/** One hint about a product order, and what the ledger knows of that. */
export interface Asking {
  /** Under which the ledger keeps the order. */
  readonly number: string;
  readonly hint: CompletionHint;
  readonly question: KnownOrder['question'];
  readonly answered: KnownOrder['answered'];
}

/**
 * One question per order and minute: of all hints about an order that Azumuta does not call completed, one asks again
 * for half an hour, and the others end.
 */
export function createQuestioner({ ledger: { questions }, clock, reconciles }: AskDependencies) {
  const age = (then: Date) => clock.now().getTime() - then.getTime();

  /** The hint that asks already, unless it is this one, or gone. */
  function other({ question }: Asking, attempt: WorkAttempt) {
    if (!question || question.overdue || question.by === nameOf(attempt)) return undefined;
    return age(question.aliveAt) < askerLivesMs ? question : undefined;
  }

  const isRecent = (askedAt: Date) => age(askedAt) < betweenQuestionsMs;

  function isAfter(askedAt: Date, { sentAt }: WorkAttempt): boolean {
    return askedAt.getTime() - sentAt.getTime() >= clocksDifferMs;
  }

  function waitFor(askedAt: Date, { number }: Asking): never {
    const afterSeconds = Math.ceil((betweenQuestionsMs - age(askedAt)) / 1000);
    const sentence = `Azumuta was asked about product order ${number} a moment ago.`;
    throw new RetryLater(sentence, { scope: 'order', afterSeconds });
  }

  return {
    /**
     * Whether this hint may end, as another one asks again, and Azumuta was asked after this one came.
     * @throws RetryLater while Azumuta was asked a moment ago, before the hint came: the order may be completed since.
     */
    async mayEnd(asking: Asking, attempt: WorkAttempt): Promise<boolean> {
      const asker = other(asking, attempt);
      if (!asker || asking.hint.via === 'replay' || !isRecent(asker.askedAt)) return false;
      if (!(await questions.join(asking.number, { recordingIds: newIn(asking) }))) return false;
      return isAfter(asker.askedAt, attempt) || waitFor(asker.askedAt, asking);
    },

    /**
     * Whether Azumuta was asked about the completed order after this hint came: then it tells nothing new.
     * @param namesNews It names recordings that no booking tells of.
     * @throws RetryLater while it was asked a moment ago, before the hint came.
     */
    isAnswered(asking: Asking, namesNews: boolean, attempt: WorkAttempt): boolean {
      const { hint, answered } = asking;
      if (!answered || hint.via === 'replay' || answered.by === nameOf(attempt)) return false;
      const isKnown = answered.listsRecordings || !namesNews;
      if (isKnown && isAfter(answered.at, attempt)) return true;
      return isRecent(answered.at) && waitFor(answered.at, asking);
    },

    /**
     * Azumuta was asked, and does not say yet what it must say before anything is booked.
     * @param isOpen The order is there, and not completed: nobody needs to look at it.
     * @throws RetryLater to ask again; Rejected when it was asked long enough, and a person has to look.
     */
    async askLater(
      sentence: string,
      asking: Asking,
      attempt: WorkAttempt,
      { isOpen, code = 'completion-unclear' }: { readonly isOpen: boolean; readonly code?: Cause },
    ): Promise<void> {
      const { number, question } = asking;
      const asker = other(asking, attempt);
      const joining = { recordingIds: newIn(asking), askedAt: clock.now() };
      if (asker && asking.hint.via !== 'replay' && (await questions.join(number, joining))) {
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

    /** Further hints that are here by now tell nothing new. */
    async answer(
      { number }: Asking,
      { recordingIds }: AzumutaProductOrder,
      attempt: WorkAttempt,
    ): Promise<void> {
      const listsRecordings = recordingIds !== undefined;
      const by = nameOf(attempt);
      await questions.recordAnswered(number, { by, at: clock.now(), listsRecordings });
    },

    /** @throws RetryLater when further hints have joined meanwhile: what they name is not collected yet. */
    async end({ number, question }: Asking): Promise<void> {
      if (!question || (await questions.end(number, question))) return;
      throw new RetryLater(`Further triggers of product order ${number} came meanwhile.`, { scope: 'order' });
    },
  };
}

/** Recordings that this hint names, and those that others named which ended for the one that asks. */
export function recordingsNamedBy({ hint, question }: Asking): readonly string[] {
  const named = new Set([...(question?.recordingIds ?? []), ...hint.recordingIds]);
  return [...named].filter((id) => id.length <= maxId).slice(0, maxHinted);
}

/** Once the question names as many as are looked at, no more are new. */
function newIn(asking: Asking): readonly string[] {
  const named = asking.question?.recordingIds ?? [];
  return recordingsNamedBy(asking).filter((id) => !named.includes(id));
}

/** A replayed message is another, as SQS was given it at another time: its patience begins anew. */
function nameOf({ messageId, sentAt }: WorkAttempt): string {
  return `${messageId}#${sentAt.getTime()}`;
}
