import { assembling } from '../partners/erp.ts';
import { type Chance, createChance } from '../world/chance.ts';
import { momentOf } from './draw-events.ts';
import type { ScenarioEvent } from './scenario-event.ts';
import type { PlannedOrder, Setting } from './setting.ts';

/**
 * Draws what happens in the life of an order besides the usual. It has a random stream of its own, so that it does not
 * change the rest of a seed's scenario.
 */
export function drawLife(seed: number, setting: Setting): readonly ScenarioEvent[] {
  const chance = createChance(seed ^ 0x51ed270b);
  const alerts: readonly ScenarioEvent[] = chance.fork().happens(0.15) ? [{ kind: 'alert run' }] : [];
  return [...alerts, ...drawOrdersLife(chance, setting)];
}

function drawOrdersLife(chance: Chance, setting: Setting): readonly ScenarioEvent[] {
  if (chance.happens(0.5)) return [];
  return chance.pick([dueDateMoved, deployed, withheld, corrected, articleRenamed])(chance, setting);
}

/** An order of the setting, and a moment at which an event does most harm to it. */
function orderIn(chance: Chance, { orders }: Setting) {
  const order = chance.between(0, orders.length - 1);
  return { order, at: momentOf(chance, orders[order] ?? { releasedAt: 0, builtAfter: 0 }) };
}

function dueDateMoved(chance: Chance, setting: Setting): readonly ScenarioEvent[] {
  const { order, at } = orderIn(chance, setting);
  const moved = () =>
    ({ kind: 'planner moves the due date', order, at, days: chance.between(-5, 5) }) as const;
  return chance.happens(0.7) ? [moved()] : [moved(), { ...moved(), at: at + chance.between(1, 4000) / 100 }];
}

function deployed(chance: Chance, { orders }: Setting): readonly ScenarioEvent[] {
  const at = momentOf(chance, chance.pick(orders));
  return [{ kind: 'configuration is deployed anew', at, adds: chance.happens(0.5) }];
}

/** No list of changes shows it: it is found by the daily look, or when it is booked. */
function withheld(chance: Chance, setting: Setting): readonly ScenarioEvent[] {
  const { order, at } = orderIn(chance, setting);
  const kind = chance.pick(['planner puts it back', 'planner deletes it'] as const);
  const later = chance.happens(0.5) ? chance.between(1, 4000) / 100 : chance.between(400, 2000);
  const again = { kind: 'planner releases it again', order, at: at + later } as const;
  return [{ kind, order, at }, ...(chance.happens(0.5) ? [again] : [])];
}

/** Sometimes it is corrected back. */
function corrected(chance: Chance, { orders, split }: Setting): readonly ScenarioEvent[] {
  const order = chance.between(0, orders.length - 1);
  const planned = orders[order];
  if (split === 'when-all-done' || planned?.article !== 'plain') return [];
  const at = planned.releasedAt + planned.builtAfter + chance.between(1000, 6000) / 100;
  const more = chance.pick([-1, 1]);
  const correction = { kind: 'recording is corrected afterwards', order } as const;
  const back = { ...correction, at: at + chance.between(200, 6000) / 100, more: -more };
  return [{ ...correction, at, more }, ...(chance.happens(0.3) ? [back] : [])];
}

function articleRenamed(chance: Chance, setting: Setting): readonly ScenarioEvent[] {
  return [{ kind: 'article is renamed in the ERP', ...orderIn(chance, setting) }];
}

/**
 * Of some orders the operators mistype the good quantity. It has a random stream of its own, so that it does not change the
 * rest of a seed's scenario.
 */
export function drawMistyped(
  seed: number,
  { split, orders }: Setting,
  events: readonly ScenarioEvent[],
): readonly ScenarioEvent[] {
  const chance = createChance(seed ^ 0x1b873593);
  return orders.flatMap(({ article }, order): ScenarioEvent[] => {
    const isRecordedOtherwise = events.some(
      (one) => one.kind === 'operator records other figures' && one.order === order,
    );
    const isCounted = split === 'one' && article === 'plain' && !isRecordedOtherwise;
    if (!chance.happens(0.15) || !isCounted) return [];
    return [{ kind: 'operator records other figures', order, figures: 'mistyped' }];
  });
}

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
  const isFollowed = events.some(({ kind }) => kind === 'person follows the advice');

  const drawn = orders.map((planned, order): PlannedOrder => {
    // Where no quantity is recorded, nobody could tell a renamed step from it.
    const isOther = events.some(
      (one) => one.kind === 'operator records other figures' && one.order === order,
    );
    if (!assembling.has(erp) || planned.article !== 'plain' || isOther || !chance.happens(0.5))
      return planned;
    if (split === 'one' && chance.happens(0.7) && planned.quantity > 1)
      renamed.push({
        kind: 'step is renamed in Azumuta',
        order,
        ...(isFollowed && chance.happens(0.75) && { until: 'somebody is told' }),
      });
    return { ...planned, article: 'assembly' };
  });
  return { orders: drawn, events: [...events, ...renamed] };
}
