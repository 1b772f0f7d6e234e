import type { Clock } from '../../shared/platform/clock.ts';

/** A clock that stands still until a test moves it or code sleeps. */
export interface TestClock extends Clock {
  readonly advance: (seconds: number) => void;
}

export function testClock(start = '2026-11-24T08:00:00.000Z'): TestClock {
  let at = Date.parse(start);
  return {
    now: () => new Date(at),
    sleep: async (ms) => {
      at += ms;
    },
    // A test that fakes `setTimeout` stops these timeouts as well.
    timeout: (ms) => {
      const abort = new AbortController();
      setTimeout(() => abort.abort(new DOMException('The time is up.', 'TimeoutError')), ms).unref();
      return abort.signal;
    },
    advance: (seconds) => {
      at += seconds * 1000;
    },
  };
}
