import type { Answer, Received } from '../../support/server.ts';

/** The ERP's own count of what reaches it, which is the judge. */
export interface LimitedErp {
  readonly answer: (call: Received) => Answer;
  /** From now on it is well. */
  readonly comeBack: () => void;
  /** When each call came, since it is well; epoch milliseconds. */
  readonly calls: readonly number[];
  /** How many of them it refused. */
  readonly refused: () => number;
  /** When each order was booked, by its number or id; more than once if it was. */
  readonly bookedAt: ReadonlyMap<string, readonly number[]>;
}

/**
 * An ERP that is down at first, and then takes so many calls in any second; what is beyond it answers with 429.
 */
export function limitErp(
  erp: { readonly answer: (call: Received) => Answer },
  perSecond: number,
  now: () => number,
): LimitedErp {
  const calls: number[] = [];
  const bookedAt = new Map<string, number[]>();
  let isDown = true;
  let refused = 0;
  let taken: number[] = [];

  /** Of those that it took in the second before: it counts on as time passes, and forgives nothing. */
  function isBorne(): boolean {
    taken = taken.filter((at) => at > now() - 1000);
    if (taken.length >= perSecond) return false;
    taken.push(now());
    return true;
  }

  function answer(call: Received): Answer {
    if (isDown) return { status: 503 };
    calls.push(now());
    if (!isBorne()) {
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
    comeBack: () => {
      isDown = false;
    },
    calls,
    refused: () => refused,
    bookedAt,
  };
}
