import type { Answer, Received } from '../../support/server.ts';

/**
 * An ERP that is down at first, and later accepts a limited number of calls in any second; it answers further calls
 * with 429. The results are taken from its own record of the calls that reach it.
 */
export function limitErp(
  erp: { readonly answer: (call: Received) => Answer },
  perSecond: number,
  now: () => number,
) {
  const calls: number[] = [];
  const bookedAt = new Map<string, number[]>();
  let isDown = true;
  let refused = 0;
  let taken: number[] = [];

  /** Counts the calls that it accepted during the last second. */
  function isAccepted(): boolean {
    taken = taken.filter((at) => at > now() - 1000);
    if (taken.length >= perSecond) return false;
    taken.push(now());
    return true;
  }

  function answer(call: Received): Answer {
    if (isDown) return { status: 503 };
    calls.push(now());
    if (!isAccepted()) {
      refused += 1;
      return { status: 429 };
    }
    const answered = erp.answer(call);
    const order = /\/([^/]+)\/bookings$/.exec(call.url.pathname)?.[1];
    if (call.method === 'POST' && order !== undefined && (answered.status ?? 200) < 300) {
      const name = decodeURIComponent(order);
      bookedAt.set(name, [...(bookedAt.get(name) ?? []), now()]);
    }
    return answered;
  }

  return {
    answer,
    /** Ends the outage. */
    comeBack: () => {
      isDown = false;
    },
    /** When each call after the outage came; epoch milliseconds. */
    calls: calls as readonly number[],
    /** Number of refused calls. */
    refused: () => refused,
    /** When each order was booked, by its number or id; several times if it was booked twice. */
    bookedAt: bookedAt as ReadonlyMap<string, readonly number[]>,
  };
}
