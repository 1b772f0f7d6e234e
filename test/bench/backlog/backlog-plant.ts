import { calmJourney } from '../../simulation/calm-journey.ts';
import { createWorld } from '../../simulation/world/world.ts';
import type { Answer, Received } from '../../support/server.ts';

/** More steps than a run could need in years of virtual time. */
const maxSteps = 1e9;

export type BacklogPlant = ReturnType<typeof createBacklogPlant>;

/**
 * The deployed functions in virtual time, and an ERP that is down at first, and later accepts a limited number of calls
 * in any second: it answers further calls with 429. The results are taken from its own record of the calls.
 */
export function createBacklogPlant(perSecond: number) {
  const { plant, integration, erp, azumuta, ...world } = createWorld(
    calmJourney(),
    false,
    undefined,
    maxSteps,
  );
  const { time } = world;
  const { answer } = erp;
  plant.deploy({ ...integration, erp: { ...integration.erp, perSecond, atOnce: perSecond } });
  const calls: number[] = [];
  const bookedAt = new Map<string, number[]>();
  let refused = 0;
  let taken: number[] = [];

  /** Counts the calls that it accepted during the last second. */
  function isAccepted(): boolean {
    taken = taken.filter((at) => at > time.now() - 1000);
    if (taken.length >= perSecond) return false;
    taken.push(time.now());
    return true;
  }

  function limited(call: Received): Answer {
    calls.push(time.now());
    if (!isAccepted()) {
      refused += 1;
      return { status: 429 };
    }
    const answered = answer(call);
    const order = /\/([^/]+)\/bookings$/.exec(call.url.pathname)?.[1];
    if (call.method === 'POST' && order !== undefined && (answered.status ?? 200) < 300) {
      const name = decodeURIComponent(order);
      bookedAt.set(name, [...(bookedAt.get(name) ?? []), time.now()]);
    }
    return answered;
  }
  Object.assign(erp, { answer: limited });
  const outage = { kind: 'outage', partner: 'erp', at: 0, minutes: 0, how: 'answers 503' } as const;
  world.setOutage('erp', { how: outage.how, by: outage });
  // From now on something may be held after a call: to look for that in the whole ledger takes too long here.
  world.happens(outage);

  return {
    time,
    plant,
    unexpected: world.unexpected,
    /** Ends the outage. */
    comeBack: () => world.setOutage('erp', undefined),
    /** When each call after the outage came; epoch milliseconds. */
    calls: calls as readonly number[],
    refused: () => refused,
    /** When each order was booked, by its number; several times if it was booked twice. */
    bookedAt: bookedAt as ReadonlyMap<string, readonly number[]>,
    /** An operator completes a product order now, and Azumuta sends its trigger. */
    complete(): string {
      const { number } = erp.plan({ article: 'plain', quantity: '1' });
      azumuta.typeByHand(number, erp.articles.plain, { Quantity: 1 });
      azumuta.complete(number);
      return number;
    },
  };
}
