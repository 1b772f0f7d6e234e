import { setTimeout as sleep } from 'node:timers/promises';

/** Time as a parameter: whatever needs to know the time, or waits, gets one of these. */
export interface Clock {
  readonly now: () => Date;
  /** Resolves after so many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
  /** A signal that aborts after so many milliseconds. */
  readonly timeout: (ms: number) => AbortSignal;
}

/** The clocks of two machines, SQS's among them, are apart by less: milliseconds. */
export const clocksDifferMs = 5000;

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (ms) => sleep(ms),
  timeout: (ms) => AbortSignal.timeout(ms),
};
