import { AsyncLocalStorage } from 'node:async_hooks';

/** What is listened for while a piece of work runs, in whatever it calls. */
const listening = new AsyncLocalStorage<{ heard: boolean }>();

/** A partner has answered, whatever it said: told by the HTTP client, once the whole answer is there. */
export function answerHeard(): void {
  const ear = listening.getStore();
  if (ear) ear.heard = true;
}

/** Runs work; `heard()` tells whether a partner has answered it by then. */
export function listenForAnswers<T>(work: () => Promise<T>): {
  readonly done: Promise<T>;
  readonly heard: () => boolean;
} {
  const ear = { heard: false };
  return { done: listening.run(ear, work), heard: () => ear.heard };
}
