import { setTimeout as sleep } from 'node:timers/promises';

/** Aborts after some time, unless what it limits has ended: later it would only be an error for nobody. */
export interface TimeLimit extends AbortSignal {
  readonly clear?: () => void;
}

/** Time as a parameter, for all code that needs the time or waits. */
export interface Clock {
  readonly now: () => Date;
  /** Resolves after so many milliseconds, or as soon as the signal aborts. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly timeout: (ms: number) => TimeLimit;
}

/** Milliseconds by which the clocks of two machines, including those of SQS, differ at most. */
export const clocksDifferMs = 5000;

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
  timeout(ms) {
    const over = new AbortController();
    const end = () => over.abort(new DOMException('The time is up.', 'TimeoutError'));
    const timer = setTimeout(end, ms).unref();
    return Object.assign(over.signal, { clear: () => clearTimeout(timer) });
  },
};
