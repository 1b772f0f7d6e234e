import { AsyncLocalStorage } from 'node:async_hooks';

/** Sends a request once its pace allows; at once when the signal aborts, as it is not sent then. */
export type Pace = <T>(signal: AbortSignal | undefined, send: () => Promise<T>) => Promise<T>;

/** What belongs to a piece of work, in all that it calls: its pace, and whether a partner has answered it. */
const tracked = new AsyncLocalStorage<{ answered: boolean; readonly pace: Pace | undefined }>();

/** How the HTTP client sends each request: at the pace of the work that makes it, where that has one. */
export const sendAtPace: Pace = (signal, send) => tracked.getStore()?.pace?.(signal, send) ?? send();

/** The HTTP client has received a whole answer of a partner, with any status. */
export function markAnswered(): void {
  const work = tracked.getStore();
  if (work) work.answered = true;
}

/** Runs work whose requests are sent at this pace; `answered()`: whether a partner has answered one of them so far. */
export function trackAnswers<T>(
  run: () => Promise<T>,
  pace?: Pace,
): { readonly done: Promise<T>; readonly answered: () => boolean } {
  const work = { answered: false, pace };
  return { done: tracked.run(work, run), answered: () => work.answered };
}
