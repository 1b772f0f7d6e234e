import { AsyncLocalStorage } from 'node:async_hooks';

/** Waits until one more request may leave, or until the signal aborts; nothing is sent after that. */
export type Pace = (signal: AbortSignal | undefined) => Promise<void>;

/** What is told of the requests of a piece of work, in whatever it calls. */
const listening = new AsyncLocalStorage<{ heard: boolean; readonly pace: Pace | undefined }>();

/** A request is about to leave: told by the HTTP client, which sends it once this resolves. */
export async function requestMayLeave(signal: AbortSignal | undefined): Promise<void> {
  await listening.getStore()?.pace?.(signal);
}

/** A partner has answered, whatever it said: told by the HTTP client, once the whole answer is there. */
export function answerHeard(): void {
  const ear = listening.getStore();
  if (ear) ear.heard = true;
}

/** Runs work, each of whose requests leaves at its pace; `heard()` tells whether a partner has answered it by then. */
export function listenForAnswers<T>(
  work: () => Promise<T>,
  pace?: Pace,
): {
  readonly done: Promise<T>;
  readonly heard: () => boolean;
} {
  const ear = { heard: false, pace };
  return { done: listening.run(ear, work), heard: () => ear.heard };
}
