import type { DeadLetterRecords } from '../../../shared/ledger/records/dead-letters.ts';
import { reasonOf } from '../../../shared/model/errors.ts';
import { UsageError } from '../cli/errors.ts';
import type { DeadLetterMessage } from './dead-letter.ts';
import { type DeadLetterQueue, pagesOf } from './queue.ts';

export interface DiscardRequest {
  readonly wanted: (letter: DeadLetterMessage) => boolean;
  /** Why, in the operator's words: kept with the order. */
  readonly note: string;
  /** Who does it. */
  readonly by: string;
  readonly signal: AbortSignal;
}

export interface DiscardDependencies {
  readonly deadLetters: DeadLetterQueue;
  readonly records: Pick<DeadLetterRecords, 'markDiscarded'>;
}

export interface DiscardReport {
  readonly selected: number;
  readonly discarded: number;
  /** Orders of what was discarded, up to ten. */
  readonly orders: readonly string[];
  /** Why it ended early; what is not discarded is still there. */
  readonly failure?: string;
}

export const shortestNote = 5;
export const maxNote = 500;

/**
 * Takes dead letters out of the world for good: note in the ledger, then removal, in this order, so that
 * nothing vanishes without a trace. A run that is killed in between leaves a letter with a note; discarding it
 * again adds another.
 * @throws Mistake when the note is too short to tell anything, or too long.
 */
export async function discard(
  request: DiscardRequest,
  dependencies: DiscardDependencies,
): Promise<DiscardReport> {
  const note = request.note.replace(/\s+/g, ' ').trim();
  if (note.length < shortestNote || note.length > maxNote) {
    throw new UsageError(
      `Say in ${shortestNote} to ${maxNote} characters why it is discarded: whoever asks for the order later reads it.`,
    );
  }
  const held = new Map<string, DeadLetterMessage>();
  const gone: DeadLetterMessage[] = [];
  let selected = 0;
  // The first letters came back before the last was seen.
  let more = false;
  let failure: string | undefined;
  try {
    for await (const page of dependencies.deadLetters.take()) {
      more ||= page.some(({ sqsId }) => held.has(sqsId));
      for (const letter of page) held.set(letter.sqsId, letter);
      if (request.signal.aborted) break;
    }
    const chosen = [...held.values()].filter(request.wanted);
    selected = chosen.length;
    for (const letters of pagesOf(chosen)) {
      if (request.signal.aborted) break;
      gone.push(...(await discardPage(letters, `${note} (${request.by})`, dependencies)));
    }
    if (more) failure = 'There are more letters than can be looked at in one go: discard the rest again.';
    if (gone.length < selected) failure = 'SQS did not remove all of them: discard the rest again.';
  } catch (error) {
    failure = reasonOf(error);
  } finally {
    for (const { sqsId } of gone) held.delete(sqsId);
    await dependencies.deadLetters.giveBack([...held.values()]);
  }
  const orders = new Set(gone.map(({ orderNumber }) => orderNumber).filter((number) => number !== ''));
  return {
    selected,
    discarded: gone.length,
    orders: [...orders].slice(0, 10),
    ...(failure === undefined ? {} : { failure }),
  };
}

/** @returns those that are gone. */
async function discardPage(
  letters: readonly DeadLetterMessage[],
  note: string,
  { deadLetters, records }: DiscardDependencies,
): Promise<readonly DeadLetterMessage[]> {
  for (const { messageId, filedUnder: orderNumber, stage, reason, cause } of letters) {
    await records.markDiscarded({ messageId, orderNumber, stage, reason, cause }, note);
  }
  const left = await deadLetters.remove(letters);
  return letters.filter((letter) => !left.includes(letter));
}
