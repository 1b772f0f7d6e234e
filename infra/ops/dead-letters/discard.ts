import type { Ledger } from '../../../shared/ledger/ledger.ts';
import { reasonOf } from '../../../shared/model/errors.ts';
import { signedNote } from '../cli/signed-note.ts';
import type { DeadLetterMessage } from './dead-letter.ts';
import { type DeadLetterQueue, pagesOf } from './queue.ts';

export interface DiscardRequest {
  readonly wanted: (letter: DeadLetterMessage) => boolean;
  /** Why, in the operator's words: kept with the order. */
  readonly note: string;
  readonly by: string;
  readonly signal: AbortSignal;
}

export interface DiscardDependencies {
  readonly deadLetters: DeadLetterQueue;
  readonly ledger: {
    readonly deadLetters: Pick<Ledger['deadLetters'], 'markDiscarded'>;
    readonly bookings: Pick<Ledger['bookings'], 'discard'>;
  };
}

export type DiscardReport = Awaited<ReturnType<typeof discard>>;

/**
 * Discards dead letters for good. The ledger is written first and the letter removed afterwards, so that every discarded
 * letter has a note, and what it refused is booked only when a person wants it again. A run that is killed in between
 * leaves a letter that has a note already; discarding it again adds another one.
 * @throws UsageError when the note is too short to say anything, or too long.
 */
export async function discard(request: DiscardRequest, { deadLetters, ledger }: DiscardDependencies) {
  const note = signedNote(request.note, request.by);
  let selected = 0;
  let discarded = 0;
  /** Why it ended early; the letters that are not discarded are still there. */
  let failure: string | undefined;
  try {
    for await (const _page of deadLetters.take()) if (request.signal.aborted) break;
    const chosen = deadLetters.held.filter(request.wanted);
    selected = chosen.length;
    for (const letters of pagesOf(chosen)) {
      if (request.signal.aborted) break;
      for (const { messageId, filedUnder: orderNumber, stage, reason, cause } of letters) {
        await ledger.bookings.discard(orderNumber, messageId, note);
        await ledger.deadLetters.markDiscarded({ messageId, orderNumber, stage, reason, cause }, note);
      }
      const left = await deadLetters.remove(letters);
      discarded += letters.length - left.length;
    }
    if (deadLetters.cameBack)
      failure = 'There are more letters than one run can look at: discard the rest again.';
    if (discarded < selected) failure = 'SQS did not remove all of them: discard the rest again.';
  } catch (error) {
    failure = reasonOf(error);
  } finally {
    await deadLetters.giveBack();
  }
  return { selected, discarded, failure };
}
