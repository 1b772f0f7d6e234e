import type { Ledger } from '../../../shared/ledger/ledger.ts';
import type { DeadLetterRecord } from '../../../shared/ledger/records/dead-letters.ts';
import { reasonOf } from '../../../shared/model/errors.ts';
import { counted } from '../../../shared/model/text.ts';
import { signedNote } from '../cli/target.ts';
import type { DeadLetterMessage } from './dead-letter.ts';
import { type DeadLetterQueue, hiddenInWords, pagesOf } from './queue.ts';

export interface DiscardRequest {
  readonly wanted: (letter: DeadLetterMessage) => boolean;
  /** What the ledger has of those that are wanted. One whose letter is not in the queue any more is ended there. */
  readonly records?: readonly DeadLetterRecord[];
  /** How many letters are wanted, if that is known: no more of the queue is read. */
  readonly most?: number | undefined;
  readonly note: string;
  readonly by: string;
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
 * Discards dead letters for good. The ledger is written first, so that every discarded letter has a note; after a run that
 * is killed, discarding a letter again adds another one. @throws UsageError when the note is too short, or too long.
 */
export async function discard(request: DiscardRequest, { deadLetters, ledger }: DiscardDependencies) {
  const { wanted, records = [], most = Number.POSITIVE_INFINITY } = request;
  const note = signedNote(request.note, request.by);
  let selected = 0;
  let discarded = 0;
  /** Records that were ended without a letter. */
  let ended = 0;
  /** Why it ended early; the letters that are not discarded are still there. */
  let failure: string | undefined;
  try {
    const hidden = records.length > 0 ? (await deadLetters.size()).hidden : 0;
    const ids = new Set<string>();
    for await (const page of deadLetters.take()) {
      for (const letter of page) if (wanted(letter)) ids.add(letter.sqsId);
      if (ids.size >= most) break;
    }
    const chosen = deadLetters.held.filter(({ sqsId }) => ids.has(sqsId));
    selected = chosen.length;
    for (const letters of pagesOf(chosen)) {
      for (const letter of letters)
        await noteDiscard({ ...letter, orderNumber: letter.filedUnder }, note, ledger);
      const left = await deadLetters.remove(letters);
      discarded += letters.length - left.length;
    }
    const found = new Set(chosen.map(({ messageId }) => messageId));
    const lost = records.filter(({ messageId }) => !found.has(messageId));
    if (deadLetters.cameBack)
      failure = 'There are more letters than one run can look at: discard the rest again.';
    else if (lost.length > 0 && hidden > 0)
      failure = `Another run holds ${counted(hidden, 'dead letter')}: discard the rest again in ${hiddenInWords}.`;
    else
      for (const record of lost) {
        await noteDiscard(record, note, ledger);
        ended += 1;
      }
    if (discarded < selected) failure = 'SQS did not remove all of them: discard the rest again.';
  } catch (error) {
    failure = reasonOf(error);
  } finally {
    await deadLetters.giveBack();
  }
  return { selected, discarded, ended, failure };
}

async function noteDiscard(
  { messageId, orderNumber, stage, reason, cause }: DeadLetterRecord,
  note: string,
  { bookings, deadLetters }: DiscardDependencies['ledger'],
): Promise<void> {
  await bookings.discard(orderNumber, messageId, note);
  await deadLetters.markDiscarded({ messageId, orderNumber, stage, reason, cause }, note);
}
