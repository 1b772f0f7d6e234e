import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import { routeOfOperation } from '../../../infra/local/sandbox/azumuta/routes.ts';
import type { Chance } from '../../simulation/world/chance.ts';
import { type Fault, setFaults } from '../../support/faults.ts';

/** The chance of each kind at each call that it may hit. */
const usual = 0.02;
/** Of those that keep a container waiting until its time is up. */
const seldom = 0.005;

/**
 * The longest time that a sandbox takes to commit a write. The settling time of the local run is longer (3 s), as a
 * takeover relies on it.
 */
const slowestCommitMs = 1_500;

const order = '/api/production-orders/{number}';
const booking = `POST ${order}/bookings`;
const link = `PATCH ${order}`;
const creation = routeOfOperation('createProductOrder');

/**
 * Faults of the partners that pass: none of them may lose a completion or an order, or make a dead letter. A booking or
 * a link that is answered 200 with an error is refused, and one that is answered 200 and not done is for a person: these
 * and outages are left to the simulation. `malformed` does the work, but something in between answers with a web page.
 */
const faults: Readonly<Record<'azumuta' | 'erp', readonly Fault[]>> = {
  erp: [
    { kind: 'delay', ms: 500, route: booking },
    { kind: 'delay', ms: slowestCommitMs, route: booking },
    { kind: 'status', status: 503 },
    { kind: 'status', status: 500, route: booking },
    { kind: 'status', status: 423, route: booking },
    { kind: 'status', status: 429, retryAfter: 2 },
    { kind: 'reset-before' },
    { kind: 'reset-after', route: booking },
    { kind: 'reset-after', route: link },
    { kind: 'timeout-after', route: booking },
    { kind: 'timeout-after', route: link },
    { kind: 'not-json' },
    { kind: 'business-error', route: 'GET /api/production-orders' },
    { kind: 'business-error', route: `GET ${order}` },
    { kind: 'business-error', route: `GET ${order}/bookings` },
  ],
  azumuta: [
    { kind: 'delay', ms: 500, route: creation },
    { kind: 'delay', ms: slowestCommitMs, route: creation },
    { kind: 'status', status: 503 },
    { kind: 'status', status: 500, route: creation },
    { kind: 'status', status: 429, retryAfter: 1 },
    { kind: 'reset-before' },
    { kind: 'reset-after', route: creation },
    { kind: 'timeout-after', route: creation },
    { kind: 'timeout-after', route: routeOfOperation('readRecording') },
    { kind: 'not-json' },
    { kind: 'business-error' },
  ],
};

/** Lets both partners fail at random. */
export function startFaults(system: LocalSystem, chance: Chance) {
  const counts = new Map<string, number>();
  for (const partner of ['azumuta', 'erp'] as const) {
    const drawn = faults[partner].map((fault) => ({
      ...fault,
      probability: fault.kind === 'timeout-after' ? seldom : usual,
      seed: chance.between(1, 1_000_000),
    }));
    setFaults(system[partner], drawn, (fault) => {
      const name = `${partner}: ${fault}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    });
  }
  return {
    /** How often each fault hit a call, by partner and kind. */
    counts: counts as ReadonlyMap<string, number>,
    stop() {
      for (const partner of [system.azumuta, system.erp]) setFaults(partner, []);
    },
  };
}
