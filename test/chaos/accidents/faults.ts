import { setTimeout as pause } from 'node:timers/promises';
import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import type { Fault } from '../../../infra/local/sandbox/faults.ts';
import type { Dice } from './dice.ts';

type Partner = 'azumuta' | 'erp';

/** A fault, and the weight with which it is chosen. `most` limits expensive ones, which occupy a container. */
interface Choice {
  readonly weight: number;
  readonly most: number;
  readonly fault: (dice: Dice) => Fault;
}

const status = (code: number, route?: string) => (): Fault => ({
  kind: 'status',
  status: code,
  route,
});
const slowDown = (dice: Dice): Fault => ({
  kind: 'status',
  status: 429,
  retryAfter: dice.between(1, 2),
  retryAfterAs: dice.oneOf(['seconds', 'date']),
});
type PlainKind = 'reset-before' | 'reset-after' | 'timeout-after' | 'business-error';
const plain = (kind: PlainKind, route?: string) => (): Fault => ({
  kind,
  route,
});
/** The work is done, but something in between, such as a proxy, answers with a web page. */
const webPage = (): Fault => ({ kind: 'malformed', as: 'not-json' });
const late =
  (route: string) =>
  (dice: Dice): Fault => ({
    kind: 'delay',
    ms: dice.between(200, slowestCommitMs),
    route,
  });

/**
 * The longest time that a sandbox takes to commit a write. The settling time of a run must be longer, as a takeover
 * relies on it.
 */
export const slowestCommitMs = 1_500;

const listing = 'GET /api/production-orders';
const order = 'GET /api/production-orders/{number}';
const bookings = 'GET /api/production-orders/{number}/bookings';
const booking = 'POST /api/production-orders/{number}/bookings';
const link = 'PATCH /api/production-orders/{number}';
const creation = 'POST /api/v1/productorders';

/**
 * Faults of the partners that pass: none of them may lose a completion or an order, or make a dead letter. A booking or
 * a link that is answered 200 with an error is refused, and one that is answered 200 and not done is for a person: these
 * are left to the simulation.
 */
const menus: Readonly<Record<Partner, readonly [Choice, ...Choice[]]>> = {
  erp: [
    { weight: 3, most: 8, fault: status(503) },
    { weight: 2, most: 4, fault: status(500, booking) },
    { weight: 2, most: 4, fault: status(423, booking) },
    { weight: 2, most: 6, fault: slowDown },
    { weight: 3, most: 6, fault: plain('reset-before') },
    { weight: 4, most: 4, fault: plain('reset-after', booking) },
    { weight: 2, most: 4, fault: plain('reset-after', link) },
    { weight: 4, most: 2, fault: plain('timeout-after', booking) },
    { weight: 1, most: 1, fault: plain('timeout-after', link) },
    { weight: 3, most: 6, fault: late(booking) },
    { weight: 2, most: 4, fault: webPage },
    { weight: 1, most: 2, fault: plain('business-error', listing) },
    { weight: 1, most: 2, fault: plain('business-error', order) },
    { weight: 1, most: 2, fault: plain('business-error', bookings) },
  ],
  azumuta: [
    { weight: 3, most: 8, fault: status(503) },
    { weight: 2, most: 4, fault: status(500, creation) },
    { weight: 2, most: 6, fault: slowDown },
    { weight: 3, most: 6, fault: plain('reset-before') },
    { weight: 4, most: 4, fault: plain('reset-after', creation) },
    { weight: 3, most: 2, fault: plain('timeout-after', creation) },
    { weight: 1, most: 1, fault: plain('timeout-after', 'GET /api/v1/recordings/{id}') },
    { weight: 3, most: 6, fault: late(creation) },
    { weight: 2, most: 4, fault: webPage },
    { weight: 2, most: 4, fault: plain('business-error') },
  ],
};

/**
 * Replaces the faults of each partner every `everySeconds` on average (between half and one and a half of it), and
 * makes a short outage now and then.
 */
export function startFaults(system: LocalSystem, dice: Dice, everySeconds: number) {
  const stopping = new AbortController();

  async function go() {
    while (!stopping.signal.aborted) {
      await Promise.all([system.azumuta.setFaults(draw('azumuta')), system.erp.setFaults(draw('erp'))]);
      await pause(everySeconds * dice.between(500, 1500), undefined, { signal: stopping.signal }).catch(
        () => undefined,
      );
    }
  }

  function draw(partner: Partner): Fault[] {
    if (dice.chance(0.05)) return [{ kind: 'status', status: 503, times: 200 }];
    const [first, ...others] = menus[partner].map(({ weight, ...choice }) => [weight, choice] as const);
    if (!first) return [];
    return Array.from({ length: dice.between(0, 3) }, () => {
      const { most, fault } = dice.weighted([first, ...others]);
      return { ...fault(dice), times: dice.between(1, most), probability: 0.3, seed: dice.seed() };
    });
  }

  const ended = go();
  return {
    /** Ends all faults; resolves when both partners work again. */
    async stop() {
      stopping.abort();
      await ended;
      await Promise.all([system.azumuta.setFaults([]), system.erp.setFaults([])]);
    },
  };
}
