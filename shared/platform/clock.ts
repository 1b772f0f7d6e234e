/** Time as a parameter: whatever needs to know the time gets one of these. */
export interface Clock {
  readonly now: () => Date;
}

export const systemClock: Clock = { now: () => new Date() };
