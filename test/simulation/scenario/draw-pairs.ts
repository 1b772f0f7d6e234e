import { type Chance, createChance } from '../world/chance.ts';
import { minuteMs } from '../world/moments.ts';
import type { AccidentName } from './accidents.ts';
import type { ScenarioEvent } from './scenario-event.ts';
import type { Setting } from './setting.ts';

/** A write without an answer: nobody knows whether it was done. */
const doubts = [
  'the answer is lost',
  'the call takes effect after it was given up',
  'the partner does it, but answers 502',
  'the partner answers 500',
] as const satisfies readonly AccidentName[];
/** Surely nothing was written, if it happens to the first call of an attempt, which only looks. */
const clean = ['the partner answers 500', 'the call never arrives', 'the partner answers 429'] as const;
const deaths = ['the container dies before the call', 'the container dies after the call'] as const;

/** The functions that write to a partner, and the queue of each. */
const writers = [
  { stage: 'create-product-orders', service: 'azumuta', queue: 'product-orders' },
  { stage: 'create-product-orders', service: 'erp', queue: 'product-orders' },
  { stage: 'book-completion', service: 'erp', queue: 'completions' },
] as const;
const consumers = [
  ...writers,
  { stage: 'book-completion', service: 'azumuta', queue: 'completions' },
] as const;

/**
 * Two accidents that do harm only together. Each is aimed at the other, as chance would never let them meet: for
 * each pair there is a mutant that is found because they do.
 */
const pairs: Readonly<Record<string, (chance: Chance, setting: Setting) => readonly ScenarioEvent[]>> = {
  /** What the partner still does must not meet the next attempt, although nobody could note how long to wait. */
  'late effect, lost hold': (chance, { split }) => {
    const { stage, service } = chance.pick(writers);
    const [nth, late] = [chance.between(1, 4), 'the call takes effect after it was given up'] as const;
    return [
      { kind: 'call', stage, service, of: 'writes', nth, accident: late },
      // The first one keeps the claim, the second one the lock that parts of one order share.
      {
        kind: 'call',
        stage,
        service: 'ledger',
        of: 'writes',
        after: service,
        nth: split === 'one' ? 1 : chance.between(1, 2),
        accident: chance.pick(['AWS fails', ...deaths]),
      },
    ];
  },
  /** The second attempt wrote nothing, but the first one may have. */
  'doubt, release': (chance) => {
    const { stage, service } = chance.pick(writers);
    const nth = chance.between(1, 4);
    return [
      { kind: 'call', stage, service, of: 'writes', nth, accident: chance.pick(doubts) },
      {
        kind: 'call',
        stage,
        service,
        after: service,
        nth: 1,
        accident: chance.pick(clean),
      },
    ];
  },
  /**
   * Both posts have the same quantity: with two quantities, the older one may be written last, which is a known defect.
   * The stronger draw, with two quantities, comes with its correction.
   */
  'two posts': (chance, { orders, via }) => {
    const order = chance.between(0, orders.length - 1);
    const { releasedAt = 0, builtAfter = 0 } = orders[order] ?? {};
    const at = releasedAt + (chance.happens(0.5) ? builtAfter : 0.5) + chance.next();
    if (via !== 'endpoint') return [];
    return [
      { kind: 'planner changes the quantity', order, at, quantity: chance.between(1, 5) },
      { kind: 'planner touches', order, at: at + chance.between(0, 80) / minuteMs },
    ];
  },
  /** Two containers ask Azumuta about one product order at the same moment, and both want to plan its booking. */
  'two hints': (chance, { orders }) => [
    { kind: 'trigger', nth: chance.between(1, orders.length), becomes: 'doubled at once' },
  ],
  /** All messages that have waited come at once, and the circuit breaker is due. */
  'two probes': (chance, { orders }) => {
    const ends = orders.map(({ releasedAt, builtAfter }) => releasedAt + builtAfter);
    const at = Math.max(1, Math.min(...ends) - 0.5);
    const over = Math.max(...ends, at) + chance.between(6, 20);
    const partner = chance.pick(['erp', 'azumuta'] as const);
    return [
      { kind: 'outage', partner, at, minutes: over - at - 1, how: 'refuses our credentials' },
      { kind: 'flow is paused', flow: 'completions', at: at + 1, minutes: over - at - 1 },
      { kind: 'flow is paused', flow: 'orders', at: at + 1, minutes: over - at - 1 },
    ];
  },
  /** Of two recordings that came later, the ERP refuses one. */
  'rework, refusal': (chance, { orders, split }) => {
    const [{ releasedAt, builtAfter } = { releasedAt: 0, builtAfter: 0 }] = orders;
    if (split !== 'one') return [];
    const place = { kind: 'call', stage: 'book-completion', service: 'erp', of: 'writes' } as const;
    return [
      {
        kind: 'operator opens it again',
        order: 0,
        at: releasedAt + builtAfter + 30,
        rework: 5,
        forgot: { recordings: 2 },
      },
      { ...place, nth: chance.between(2, 8), accident: 'the partner refuses it' },
    ];
  },
  /** What a person has taken over is built again: it stays with that person. */
  'discard, rework': (_, { orders }) => {
    const [{ releasedAt, builtAfter } = { releasedAt: 0, builtAfter: 0 }] = orders;
    const at = releasedAt + builtAfter;
    return [
      { kind: 'planner finishes it by hand', order: 0, at: at - 1 },
      { kind: 'dead letter is discarded', at: at + 30, byHand: false },
      { kind: 'operator opens it again', order: 0, at: at + 60, rework: 5, forgot: { quantity: 7 } },
    ];
  },
  /** The other attempt has begun, or begins, while the claim of the dead one is held. */
  'copy, death': (chance) => {
    const { stage, service, queue } = chance.pick(consumers);
    return [
      { kind: 'message comes twice', queue, nth: 1, atOnce: true },
      {
        kind: 'call',
        stage,
        service: chance.pick([service, 'ledger'] as const),
        nth: chance.between(1, 9),
        accident: chance.pick(deaths),
      },
    ];
  },
};

/** The pair of a seed. They have a random stream of their own, so that they do not change the rest of its scenario. */
export function drawPairs(seed: number, setting: Setting): readonly ScenarioEvent[] {
  const chance = createChance(seed ^ 0x1b873593);
  return chance.happens(0.65) ? chance.pick(Object.values(pairs))(chance, setting) : [];
}
