import { type ErpName, erpModels } from '../partners/erp.ts';
import { type Chance, createChance } from '../world/chance.ts';
import type { ClockChange } from '../world/moments.ts';
import { drawCalls } from './draw-calls.ts';
import { drawEnds, drawFollowing } from './draw-ends.ts';
import { drawClosure, drawPeople, drawWorld } from './draw-events.ts';
import { drawAssemblies, drawLife, drawMistyped } from './draw-life.ts';
import { drawPairs } from './draw-pairs.ts';
import { drawSurplus, drawTogether } from './draw-together.ts';
import type { ScenarioEvent } from './scenario-event.ts';
import { type BatchSetting, type PlannedOrder, productOrdersOf, type Setting } from './setting.ts';

export interface Scenario extends Setting {
  readonly seed: number;
  /** Limit of simultaneous calls to each partner; absent for no limit. */
  readonly atOnce?: number;
  /** Limit of calls a second to each partner; absent for no limit. */
  readonly perSecond?: number;
  /** Times at which completed parts are booked; absent where they wait for the last. */
  readonly bookAt?: readonly string[];
  /** What is done to the clocks of the plant half an hour after the beginning; absent on an ordinary day. */
  readonly clocks?: ClockChange;
  /** Orders per page of the ERP's list; absent for a page that holds all. */
  readonly pageSize?: number;
  readonly events: readonly ScenarioEvent[];
}

/** Each has a fifth of the seeds; one that came later has its share by a random stream of its own. */
const laterErp = 'business-central' satisfies ErpName;
// The keys of the table are the names.
const earlierErps = (Object.keys(erpModels) as ErpName[]).filter((name) => name !== laterErp);

export function drawScenario(seed: number): Scenario {
  const chance = createChance(seed);
  const via = chance.pick(['pull', 'endpoint'] as const);
  const split = chance.pick(['one', 'one', 'each', 'when-all-done'] as const);
  const erp = erpOf(seed, chance.pick(earlierErps));
  const drawn = Array.from({ length: chance.between(1, 4) }, () => drawOrder(chance, split, erp));
  const setting: Setting = { erp, via, split, ...partsDrawn(seed, split, drawn) };
  const events = [
    ...several(chance, 1, 1 + productOrdersOf(setting), () => drawCalls(chance, setting)),
    ...several(chance, 0, 3, () => drawPeople(chance, setting)),
    ...several(chance, 0, 3, () => drawWorld(chance, setting)),
    ...drawTogether(seed, setting),
    ...drawLife(seed, setting),
    ...drawPairs(seed, setting),
    ...drawSurplus(seed, setting),
    ...drawEnds(seed, setting),
    ...drawFollowing(seed, setting),
    ...drawClosure(seed, setting),
  ];
  const all = [...events, ...drawMistyped(seed, setting, events)];
  const limit: Pick<Scenario, 'atOnce'> = chance.happens(0.2) ? { atOnce: chance.between(1, 2) } : {};
  return {
    seed,
    erp,
    split,
    ...(setting.per && { per: setting.per }),
    via,
    ...limit,
    ...paceOf(seed, limit.atOnce),
    ...timesOf(seed, split),
    ...batchDrawn(seed, split),
    ...pagesOf(seed, via),
    ...drawAssemblies(seed, setting, all),
  };
}

/** All seeds but the share of the later ERP have what they had before there was one. */
function erpOf(seed: number, earlier: ErpName): ErpName {
  const share = 1 / Object.keys(erpModels).length;
  return createChance(seed ^ 0x2c1b3c6d).happens(share) ? laterErp : earlier;
}

/** Parts of several units, of which the last is often for a rest: as many parts as are drawn. Uses a random stream of its own. */
function partsDrawn(
  seed: number,
  split: Setting['split'],
  orders: readonly PlannedOrder[],
): Pick<Setting, 'per' | 'orders'> {
  const chance = createChance(seed ^ 0x7feb352d);
  if (split === 'one' || !chance.happens(0.35)) return { orders };
  const per = chance.between(2, 4);
  const unitsOf = (parts: number) => per * parts - chance.between(0, per - 1);
  const inParts = orders.map((order): PlannedOrder => {
    const quantity = unitsOf(order.quantity);
    return { ...order, quantity, lastPartFirst: chance.happens(0.5) };
  });
  return { per, orders: inParts };
}

/** Uses a random stream of its own. */
function batchDrawn(seed: number, split: Setting['split']): { readonly batch?: BatchSetting } {
  const chance = createChance(seed ^ 0x1b873593);
  if (split === 'one' || !chance.happens(0.35)) return {};
  return { batch: { triggers: chance.pick(['once', 'for each'] as const), isShared: chance.happens(0.3) } };
}

/** Small pages, because a real plant has more orders than fit on a page. Uses a random stream of its own. */
function pagesOf(seed: number, via: Setting['via']): Pick<Scenario, 'pageSize'> {
  const chance = createChance(seed ^ 0x27d4eb2f);
  return via === 'pull' && chance.happens(0.5) ? { pageSize: chance.between(1, 2) } : {};
}

/** A run begins at seven in the morning at the plant, and in the night where clocks are changed. Uses a separate random stream, as `paceOf` does. */
function timesOf(seed: number, split: Setting['split']): Pick<Scenario, 'bookAt' | 'clocks'> {
  const chance = createChance(seed ^ 0x5bd1e995);
  if (split !== 'when-all-done' || chance.happens(0.5)) return {};
  if (chance.happens(0.3))
    return chance.pick([
      { clocks: 'put forward', bookAt: ['02:30', '03:05'] },
      { clocks: 'put forward', bookAt: ['02:15', '08:00'] },
      { clocks: 'put back', bookAt: ['02:45', '03:10'] },
      { clocks: 'put back', bookAt: ['02:50', '02:59', '14:00'] },
    ]);
  return {
    bookAt: chance.pick([
      ['07:15', '07:30', '07:45', '08:00'],
      ['07:20', '22:00'],
      ['08:00', '09:00', '14:00'],
      ['12:00'],
    ]),
  };
}

/** Uses a random stream of its own, so that it does not change the rest of a seed's scenario. */
function paceOf(seed: number, atOnce = 1): Pick<Scenario, 'perSecond'> {
  const chance = createChance(seed ^ 0x165667b1);
  return chance.happens(0.15) ? { perSecond: chance.between(atOnce, 3) } : {};
}

function several<T>(chance: Chance, least: number, most: number, draw: () => readonly T[]): T[] {
  return Array.from({ length: chance.between(least, most) }, draw).flat();
}

function drawOrder(chance: Chance, split: Scenario['split'], erp: ErpName): PlannedOrder {
  const article = split === 'one' ? chance.pick(['plain', 'plain', 'lots', 'serials'] as const) : 'plain';
  const one = article === 'serials' && erp === 'odoo 17';
  const quantity = one ? 1 : split === 'one' ? chance.between(1, 5) : chance.between(1, 3);
  const scrap = article === 'plain' && split === 'one' && chance.happens(0.2) ? 1 : 0;
  return {
    article,
    quantity,
    scrap: Math.min(scrap, quantity - 1),
    releasedAt: chance.between(0, 20),
    builtAfter: chance.between(1, 40),
  };
}
