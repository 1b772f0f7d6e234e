import type { Chance } from '../world/chance.ts';
import { type Fate, goesWell, type Service } from '../world/fate.ts';
import { type AccidentName, fateOf } from './accidents.ts';
import type { Scenario } from './scenario.ts';

/** What becomes of each call: the accidents of a scenario at their places, and nothing anywhere else. */
export interface Fates {
  readonly of: (stage: string, service: Service) => Fate;
}

/** @param happened Told of each accident. */
export function drawnFates(
  { happenings, erp }: Scenario,
  chance: Chance,
  happened: (name: string) => void,
): Fates {
  const planned = new Map<string, AccidentName>(
    happenings.flatMap((one) =>
      one.kind === 'call' ? [[`${one.stage} ${one.service} ${one.nth}`, one.accident] as const] : [],
    ),
  );
  const calls = new Map<string, number>();
  return {
    of(stage, service) {
      const place = `${stage} ${service}`;
      const nth = (calls.get(place) ?? 0) + 1;
      calls.set(place, nth);
      const accident = planned.get(`${place} ${nth}`);
      if (accident === undefined) return goesWell;
      happened(accident);
      return fateOf(accident, chance, service === 'azumuta' ? 'azumuta' : erp);
    },
  };
}
