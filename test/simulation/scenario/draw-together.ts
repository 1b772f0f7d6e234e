import { type Chance, createChance } from '../world/chance.ts';
import type { AccidentName } from './accidents.ts';
import type { ScenarioEvent } from './scenario-event.ts';
import { partsOf, type Setting, withoutLastPart } from './setting.ts';

const minutesOfDay = 24 * 60;
const lost = [
  'the call takes effect after it was given up',
  'the call is never answered',
  'the answer is lost',
  'the container dies after the call',
] as const satisfies readonly AccidentName[];

/**
 * Draws events that do harm only together and would seldom meet by chance, and events that are too rare or too long for
 * each run. They have a random stream of their own, so that they do not change the rest of a seed's scenario.
 */
export function drawTogether(seed: number, setting: Setting): readonly ScenarioEvent[] {
  const { orders, via } = setting;
  const chance = createChance(seed ^ 0x3c6ef372);
  if (chance.happens(0.4)) return [];
  const order = chance.between(0, orders.length - 1);
  const at = chance.between(5, 90);
  const early = chance.between(5, 20);
  const days = chance.between(minutesOfDay, 3 * minutesOfDay);
  return chance.pick<() => readonly ScenarioEvent[]>([
    () => withdrawnEarly(chance, setting, order),
    // All parts are booked at the same time.
    () => [{ kind: 'flow is paused', flow: 'bookings', at: early, minutes: 120 }],
    () => [{ kind: 'flow is paused', flow: 'bookings', at: early, minutes: 120 }, lostBooking(chance)],
    () => [
      {
        ...lostBooking(chance),
        stage: 'create-product-orders',
        service: 'azumuta',
        nth: chance.between(1, 9),
      },
      { kind: 'message comes twice', queue: 'product-orders', nth: chance.between(1, 2) },
    ],
    () => [
      lostBooking(chance),
      { kind: 'message comes twice', queue: 'completions', nth: chance.between(1, 2) },
      { kind: 'flow is paused', flow: 'bookings', at, minutes: 120 },
    ],
    () => refusedWithoutDeadLetter(chance, order, at),
    () => [{ kind: 'trigger of an open order', order, at }],
    () => (via === 'pull' ? [{ kind: 'ERP commits late', order, minutes: chance.between(1, 9) }] : []),
    () => readInSeveralRuns(chance, setting),
    () => moreThenFewerParts(chance, setting),
    () => fewerParts(chance, setting, order),
    // Where there are parts of several units, more often than one of the others.
    ...(setting.per === undefined
      ? []
      : Array.from({ length: 6 }, () => () => otherSizes(chance, setting, order))),
    () => [{ kind: 'order is locked', order, at: early, minutes: chance.happens(0.3) ? days : 90 }],
  ])();
}

/** An order that is cancelled or changed before it is created. */
function withdrawnEarly(chance: Chance, { per = 1 }: Setting, order: number): readonly ScenarioEvent[] {
  const at = chance.between(25, 60);
  const quantity = chance.between(1, 5 * per);
  return [
    { kind: 'flow is paused', flow: 'orders', at: 1, minutes: 80 },
    chance.happens(0.5)
      ? { kind: 'planner cancels', order, at }
      : { kind: 'planner changes the quantity', order, at, quantity },
  ];
}

function lostBooking(chance: Chance): Extract<ScenarioEvent, { kind: 'call' }> {
  const nth = chance.between(1, 25);
  return { kind: 'call', stage: 'book-completion', service: 'erp', nth, accident: chance.pick(lost) };
}

/** A booking that is refused while its dead letter cannot be sent. */
function refusedWithoutDeadLetter(chance: Chance, order: number, at: number): readonly ScenarioEvent[] {
  const nth = chance.between(1, 2);
  return [
    { kind: 'planner finishes it by hand', order, at },
    { kind: 'call', stage: 'book-completion', service: 'queues', nth, accident: 'AWS fails' },
  ];
}

/**
 * The first run reads everything, but cannot save its position. The second run starts behind an order that has become
 * visible only by then, and reads the latest change.
 */
function readInSeveralRuns(chance: Chance, setting: Setting): readonly ScenarioEvent[] {
  const { orders, via } = setting;
  const other = orders.findIndex(({ releasedAt }) => releasedAt < runMinutes);
  // It is written before the first run, and becomes visible after it.
  const late = orders.findIndex(({ releasedAt }) => releasedAt > runMinutes && releasedAt < runMinutes + 9);
  if (via !== 'pull' || late < 0 || other < 0) return [];
  const listed = orders.filter(({ releasedAt }) => releasedAt <= runMinutes);
  // Each product order takes a read and a write; each record takes a look-up, a write and a check.
  const calls = listed.reduce((sum, { quantity }) => sum + 3 + 2 * partsOf(setting, quantity), 0);
  const place = { stage: 'pull-product-orders', service: 'ledger' } as const;
  const nth = calls + chance.between(4, 4 + 2 * listed.length);
  return [
    { kind: 'ERP commits late', order: late, minutes: 9 },
    { kind: 'planner touches', order: other, at: runMinutes - 0.05 },
    { kind: 'call', ...place, nth, accident: 'AWS fails' },
    { kind: 'planner touches', order: other, at: 2 * runMinutes - 0.05 },
  ];
}

/** Between two runs of the pull. */
const runMinutes = 10;

/**
 * The ERP posts that it wants more parts, and before those are written, that it wants only the existing ones. The first
 * post gets a slow answer when it reads the record.
 */
function moreThenFewerParts(chance: Chance, setting: Setting): readonly ScenarioEvent[] {
  const { via, split, orders, per = 1 } = setting;
  const [first] = orders.toSorted((one, other) => one.releasedAt - other.releasedAt);
  if (via !== 'endpoint' || split === 'one' || !first) return [];
  const { releasedAt, quantity } = first;
  const place = { kind: 'planner changes the quantity', order: orders.indexOf(first) } as const;
  const at = releasedAt + chance.between(10, 50) / 100;
  // Each part takes its own read and its own write.
  const nth = 4 * partsOf(setting, quantity) + chance.between(9, 12);
  return [
    { ...place, at, quantity: quantity + 2 * per },
    { ...place, at: at + chance.between(2, 10) / 100, quantity },
    { kind: 'call', stage: 'accept-product-orders', service: 'ledger', nth, accident: 'AWS is slow' },
  ];
}

/**
 * The ERP wants one part less, and all are completed at the same moment: two hints see different parts that are enough. It
 * has a random stream of its own, so that it does not change the rest of a seed's scenario.
 */
export function drawSurplus(seed: number, setting: Setting): readonly ScenarioEvent[] {
  const { split, orders } = setting;
  const chance = createChance(seed ^ 0x7f4a7c15);
  const order = chance.between(0, orders.length - 1);
  const { quantity = 1, releasedAt = 0, builtAfter = 0 } = orders[order] ?? {};
  const isOfSeveral = split === 'when-all-done' && partsOf(setting, quantity) > 1;
  if (!isOfSeveral || chance.happens(0.4)) return [];
  const at = releasedAt + Math.max(0.5, builtAfter - chance.between(0, 1500) / 100);
  return [
    { kind: 'operators finish all parts at once', order },
    { kind: 'planner changes the quantity', order, at, quantity: withoutLastPart(setting, quantity) },
  ];
}

/** When all but the last part are built, the ERP no longer wants the last one. */
function fewerParts(chance: Chance, setting: Setting, order: number): readonly ScenarioEvent[] {
  const { split, orders } = setting;
  const { quantity = 1, releasedAt = 0, builtAfter = 0 } = orders[order] ?? {};
  const parts = partsOf(setting, quantity);
  if (split !== 'when-all-done' || parts < 2) return [];
  // The operator takes four minutes per part.
  const at = releasedAt + builtAfter + 4 * (parts - 2) + chance.between(0, 800) / 100;
  return [{ kind: 'planner changes the quantity', order, at, quantity: withoutLastPart(setting, quantity) }];
}

/** While its parts are built, the ERP wants another quantity: what is built may be for more or less than its part is by then. */
function otherSizes(chance: Chance, setting: Setting, order: number): readonly ScenarioEvent[] {
  const { quantity: was = 1, releasedAt = 0, builtAfter = 0 } = setting.orders[order] ?? {};
  const { per = 1 } = setting;
  const at = releasedAt + builtAfter + chance.between(50, 400 * partsOf(setting, was)) / 100;
  const quantity = Math.max(1, was + chance.between(-per, 2 * per));
  return [{ kind: 'planner changes the quantity', order, at, quantity }];
}
