import { type Clock, systemClock } from '../../shared/platform/clock.ts';

/** A clock that stands still until a test moves it. */
export interface TestClock extends Clock {
  readonly advance: (seconds: number) => void;
}

export function testClock(start = '2026-11-24T08:00:00.000Z'): TestClock {
  let at = Date.parse(start);
  return {
    ...systemClock,
    now: () => new Date(at),
    advance: (seconds) => {
      at += seconds * 1000;
    },
  };
}
