import { type Chance, createChance } from '../world/chance.ts';
import { flows, otherFigures, outages, queues, type ScenarioEvent } from './scenario-event.ts';
import type { PlannedOrder, Setting } from './setting.ts';

const bothPartners = ['azumuta', 'erp'] as const;
/** Orders are released, and people act, within this number of minutes. */
const busyMinutes = 90;
const dayMinutes = 24 * 60;
/** A summer closure. */
const mostClosedDays = 21;

/** Draws events that belong together. */
type Draw = () => readonly ScenarioEvent[];

/** A minute, with fractions: often close to an order's release or completion, when an event does most harm. */
export function momentOf(
  chance: Chance,
  { releasedAt, builtAfter }: Pick<PlannedOrder, 'releasedAt' | 'builtAfter'>,
): number {
  const about = (minute: number) => Math.max(0.01, minute + chance.between(-100, 200) / 100);
  const draw = chance.pick([
    () => about(releasedAt),
    () => about(releasedAt + builtAfter),
    () => chance.between(100, busyMinutes * 100) / 100,
  ]);
  return draw();
}

/** An act of a person on one order. */
export function drawPeople(chance: Chance, setting: Setting): readonly ScenarioEvent[] {
  const order = chance.between(0, setting.orders.length - 1);
  const planned = setting.orders[order];
  if (!planned) return [];
  const draws = [
    ...plannersDraws(chance, setting, order, planned),
    ...operatorsDraws(chance, setting, order, planned),
  ];
  return chance.pick(draws)();
}

function plannersDraws(
  chance: Chance,
  { erp }: Setting,
  order: number,
  planned: PlannedOrder,
): readonly Draw[] {
  const at = momentOf(chance, planned);
  const soon = planned.releasedAt + chance.between(1, 60) / 100;
  const afterwards = at + chance.between(1, 4000) / 100;
  const quantity = () => chance.between(1, 5);
  const draws: Draw[] = [
    () => [{ kind: 'planner changes the quantity', order, at, quantity: quantity() }],
    () => [
      { kind: 'planner changes the quantity', order, at, quantity: quantity() },
      { kind: 'planner changes the quantity', order, at: afterwards, quantity: quantity() },
    ],
    () => [{ kind: 'planner cancels', order, at }],
    () => [{ kind: 'planner finishes it by hand', order, at }],
    () => [{ kind: 'planner touches', order, at }],
    () => [{ kind: 'order is locked', order, at, minutes: chance.between(10, 3000) / 100 }],
  ];
  if (order > 0) draws.push(() => [{ kind: 'planner shares a number', order }]);
  if (erp === 'sap-s4hana')
    draws.push(() => [
      { kind: 'planner cancels', order, at },
      { kind: 'planner releases it again', order, at: afterwards },
    ]);
  if (erp === 'rest')
    draws.push(
      () => [{ kind: 'planner renames', order, at, to: '-new' }],
      () => [
        { kind: 'planner renames', order, at: soon, to: chance.pick([' A 1', '/7/2', ' 🚲', ' #1%2F?']) },
      ],
    );
  if (erp === 'odoo 17' || erp === 'odoo 19') draws.push(() => [{ kind: 'planner splits', order, at }]);
  return draws;
}

function operatorsDraws(
  chance: Chance,
  { split }: Setting,
  order: number,
  planned: PlannedOrder,
): readonly Draw[] {
  const at = momentOf(chance, planned);
  const soon = planned.releasedAt + chance.between(1, 60) / 100;
  const otherwise: Draw = () => [
    { kind: 'operator records other figures', order, figures: chance.pick(otherFigures) },
  ];
  const isPlain = split === 'one' && planned.article === 'plain';
  return [
    () => [{ kind: 'operator renames', order, at }],
    () => [
      {
        kind: 'operator opens it again',
        order,
        at: at + chance.between(0, 10),
        rework: chance.between(2, 40),
      },
    ],
    () => [{ kind: 'operator removes it', order, at }],
    () => [{ kind: 'operator types it by hand', order, at: soon, equal: chance.happens(0.5) }],
    ...(isPlain ? [otherwise, otherwise, otherwise] : []),
  ];
}

/** An act of an administrator, or a failure of AWS or a partner as a whole. */
export function drawWorld(chance: Chance, setting: Setting): readonly ScenarioEvent[] {
  const at = momentOf(chance, chance.pick(setting.orders));
  const draws = [...accidentsDraws(chance, setting, at), ...administratorsDraws(chance, at)];
  return chance.pick(draws)();
}

function accidentsDraws(chance: Chance, { orders, via }: Setting, at: number): readonly Draw[] {
  const queue = chance.pick(queues);
  const nth = chance.between(1, orders.length);
  const outage: Draw = () => {
    const [partner, how] = [chance.pick(bothPartners), chance.pick(outages)];
    return [{ kind: 'outage', partner, at, minutes: chance.between(1, 60), how }];
  };
  const run: Draw = () => {
    const becomes = chance.pick(['late', 'doubled', 'missing'] as const);
    if (via === 'endpoint') return [{ kind: 'run', stage: 'reconcile-completions', nth: 1, becomes }];
    return [{ kind: 'run', stage: 'pull-product-orders', nth: chance.between(1, 5), becomes }];
  };
  const trigger: Draw = () => [
    { kind: 'trigger', nth, becomes: chance.pick(['lost', 'doubled', 'late'] as const) },
  ];
  return [
    ...[outage, outage, outage, run, run, trigger],
    () => [{ kind: 'indexes lag', at, minutes: chance.between(5, 60), seconds: chance.between(5, 600) }],
    () => [{ kind: 'items expire', at }],
    () => [{ kind: 'message comes twice', queue, nth }],
    () => [{ kind: 'delete is lost', queue, nth }],
    () => [{ kind: 'ERP restarts', at }],
    () => [{ kind: 'ERP ignores a booking', at }],
  ];
}

function administratorsDraws(chance: Chance, at: number): readonly Draw[] {
  const flow = chance.pick(flows);
  const later = at + chance.between(0, 60);
  return [
    () => [{ kind: 'flow is paused', flow, at, minutes: chance.between(1, 240) }],
    // Meanwhile messages go round: more than three days would take too many steps.
    () => [{ kind: 'flow is paused', flow, at, minutes: chance.between(1, 3) * dayMinutes }],
    () => [
      {
        kind: 'secret is rotated',
        partner: chance.pick(bothPartners),
        at,
        minutes: chance.between(0, 10),
        first: chance.pick(['partner', 'Secrets Manager'] as const),
      },
    ],
    () => [{ kind: 'dead letters are sent again', at: later, twice: chance.happens(0.5) }],
    () => [{ kind: 'dead letter is discarded', at: later, byHand: true }],
  ];
}

/**
 * The plant is closed for days, seldom: its messages go round meanwhile. It has a random stream of its own, so that the others
 * have what they had.
 */
export function drawClosure(seed: number, { orders }: Setting): readonly ScenarioEvent[] {
  const chance = createChance(seed ^ 0x6a09e667);
  if (!chance.happens(0.02)) return [];
  const at = momentOf(chance, chance.pick(orders));
  return [{ kind: 'plant is closed', at, minutes: chance.between(1, mostClosedDays) * dayMinutes }];
}
