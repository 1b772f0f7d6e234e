import { AsyncLocalStorage } from 'node:async_hooks';

/** Sends a request in its turn; at once when the signal aborts, as it is not sent then. */
export type Pace = <T>(signal: AbortSignal | undefined, send: () => Promise<T>) => Promise<T>;

/** What is told of the requests of a piece of work, in whatever it calls. */
const listening = new AsyncLocalStorage<{ heard: boolean; readonly pace: Pace | undefined }>();

/** How the HTTP client sends each request: at the pace of the work that makes it, where that has one. */
export const atItsPace: Pace = (signal, send) => listening.getStore()?.pace?.(signal, send) ?? send();

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
