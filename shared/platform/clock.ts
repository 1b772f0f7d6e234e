/** Time as a parameter: whatever needs to know the time gets one of these. */
export interface Clock {
  readonly now: () => Date;
  /** A signal that aborts after so many milliseconds. */
  readonly timeout: (ms: number) => AbortSignal;
}

export const systemClock: Clock = { now: () => new Date(), timeout: (ms) => AbortSignal.timeout(ms) };
