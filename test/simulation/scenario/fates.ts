import type { Chance } from '../world/chance.ts';
import { type Fate, goesWell, type Service } from '../world/fate.ts';
import { fateOf } from './accidents.ts';
import type { Scenario } from './scenario.ts';
import type { ScenarioEvent } from './scenario-event.ts';

/**
 * What happens to each call: the scenario's accidents at the calls for which they were drawn, and nothing otherwise.
 */
export interface Fates {
  readonly of: (stage: string, service: Service) => Fate;
}

/** @param happens Called with each event that happens. */
export function drawnFates(
  { events, erp }: Scenario,
  chance: Chance,
  happens: (event: ScenarioEvent) => void,
): Fates {
  const planned = new Map<string, Extract<ScenarioEvent, { kind: 'call' }>>(
    events.flatMap((one) =>
      one.kind === 'call' ? [[`${one.stage} ${one.service} ${one.nth}`, one] as const] : [],
    ),
  );
  const calls = new Map<string, number>();
  return {
    of(stage, service) {
      const place = `${stage} ${service}`;
      const nth = (calls.get(place) ?? 0) + 1;
      calls.set(place, nth);
      const found = planned.get(`${place} ${nth}`);
      if (!found) return goesWell;
      happens(found);
      return fateOf(found.accident, chance, service === 'azumuta' ? 'azumuta' : erp);
    },
  };
}
