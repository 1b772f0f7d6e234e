import type { Chance } from '../world/chance.ts';
import { type Fate, goesWell, type Service } from '../world/fate.ts';
import { fateOf } from './accidents.ts';
import type { Scenario } from './scenario.ts';
import type { ScenarioEvent } from './scenario-event.ts';

type Call = Extract<ScenarioEvent, { kind: 'call' }>;

/** A write to a partner, in the words of each of them, or to an order in the ledger. */
const isWrite = /^(?:changes (?:ORDER|LOCK)|(?:PATCH|POST) (?!.{0,90}(?:login|_get|search|read)\b))/;

/**
 * What happens to each call: the scenario's accidents at the calls for which they were drawn, and nothing otherwise.
 * @param happens Called with each event that happens.
 */
export function drawnFates(
  { events, erp }: Scenario,
  chance: Chance,
  happens: (event: ScenarioEvent) => void,
) {
  const placeOf = ({ stage, service }: Pick<Call, 'stage' | 'service'>) => `${stage} ${service}`;
  const planned = Map.groupBy(
    events.filter((one): one is Call => one.kind === 'call'),
    placeOf,
  );
  const counted = new Map<Call, number>();
  /** Where an accident has happened. */
  const met = new Set<string>();
  return {
    /** @param what The description of the call in the timeline. */
    of(stage: string, service: Service, what: () => string): Fate {
      const found = planned.get(placeOf({ stage, service }))?.filter((one) => {
        if (one.after && !met.has(placeOf({ stage, service: one.after }))) return false;
        if (one.of === 'writes' && !isWrite.test(what())) return false;
        counted.set(one, (counted.get(one) ?? 0) + 1);
        return counted.get(one) === one.nth;
      });
      // Of several at one call, the last one is drawn for it alone.
      const event = found?.at(-1);
      if (!event) return goesWell;
      met.add(placeOf(event));
      happens(event);
      return fateOf(event.accident, chance, service === 'azumuta' ? 'azumuta' : erp);
    },
  };
}
