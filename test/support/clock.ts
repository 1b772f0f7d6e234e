export type TestClock = ReturnType<typeof testClock>;

/** A clock that stands still until a test moves it or code sleeps. */
export function testClock(start = '2026-11-24T08:00:00.000Z') {
  let at = Date.parse(start);
  return {
    now: () => new Date(at),
    sleep: async (ms: number) => {
      at += ms;
    },
    // A test that fakes `setTimeout` stops these timeouts as well.
    timeout: (ms: number) => {
      const abort = new AbortController();
      setTimeout(() => abort.abort(new DOMException('The time is up.', 'TimeoutError')), ms).unref();
      return abort.signal;
    },
    advance: (seconds: number) => {
      at += seconds * 1000;
    },
  };
}
