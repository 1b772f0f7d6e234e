import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import { routeOfOperation } from '../../../infra/local/sandbox/azumuta/routes.ts';
import type { Chance } from '../../simulation/world/chance.ts';
import { type Fault, setFaults } from '../../support/faults.ts';
import { type ChaosErp, slowestCommitMs } from '../erps/erp.ts';

/** The chance of each kind at each call that it may hit. */
const usual = 0.02;
/** Of those that keep a container waiting until its time is up. */
const seldom = 0.005;

const creation = routeOfOperation('createProductOrder');

/** Faults of Azumuta that pass, as those of the ERPs: none of them may lose a completion or an order, or make a dead letter. */
const faultsOfAzumuta: readonly Fault[] = [
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
];

/** Lets both partners fail at random. */
export function startFaults({ azumuta }: LocalSystem, erp: ChaosErp, chance: Chance) {
  const counts = new Map<string, number>();
  const partners = [
    ['azumuta', azumuta, faultsOfAzumuta],
    ['erp', erp, erp.faults],
  ] as const;
  for (const [partner, control, faults] of partners) {
    const drawn = faults.map((fault) => ({
      ...fault,
      probability: fault.kind === 'timeout-after' ? seldom : usual,
      seed: chance.between(1, 1_000_000),
    }));
    setFaults(control, drawn, (fault) => {
      const name = `${partner}: ${fault}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    });
  }
  return {
    /** How often each fault hit a call, by partner and kind. */
    counts: counts as ReadonlyMap<string, number>,
    stop() {
      for (const [, control] of partners) setFaults(control, []);
    },
  };
}
