import type { Chance } from '../world/chance.ts';
import { type Fate, goesWell, type Service } from '../world/fate.ts';
import { fateOf } from './accidents.ts';
import type { Happening } from './happening.ts';
import type { Scenario } from './scenario.ts';

/** What becomes of each call: the accidents of a scenario at their places, and nothing anywhere else. */
export interface Fates {
  readonly of: (stage: string, service: Service) => Fate;
}

/** @param happens Told of each that happens. */
export function drawnFates(
  { happenings, erp }: Scenario,
  chance: Chance,
  happens: (happening: Happening) => void,
): Fates {
  const planned = new Map<string, Extract<Happening, { kind: 'call' }>>(
    happenings.flatMap((one) =>
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
