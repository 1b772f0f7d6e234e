import { assembling } from '../partners/erp.ts';
import { createChance } from '../world/chance.ts';
import type { ScenarioEvent } from './scenario-event.ts';
import type { PlannedOrder, Setting } from './setting.ts';

/**
 * Some orders are of an assembly, of which the operators record everything; of some, a step was renamed. It has a random
 * stream of its own, so that it does not change the rest of a seed's scenario.
 */
export function drawAssemblies(
  seed: number,
  { erp, split, orders }: Setting,
  events: readonly ScenarioEvent[],
): { readonly orders: readonly PlannedOrder[]; readonly events: readonly ScenarioEvent[] } {
  const chance = createChance(seed ^ 0x2545f491);
  const renamed: ScenarioEvent[] = [];
  const drawn = orders.map((planned, order): PlannedOrder => {
    // Where no quantity is recorded, nobody could tell a renamed step from it.
    const isOther = events.some(
      (one) => one.kind === 'operator records other figures' && one.order === order,
    );
    if (!assembling.has(erp) || planned.article !== 'plain' || isOther || !chance.happens(0.5))
      return planned;
    if (split === 'one' && chance.happens(0.25)) renamed.push({ kind: 'step is renamed in Azumuta', order });
    return { ...planned, article: 'assembly' };
  });
  return { orders: drawn, events: [...events, ...renamed] };
}
