import { withoutIds } from '../partners/erp.ts';
import { type Chance, createChance } from '../world/chance.ts';
import { momentOf } from './draw-events.ts';
import type { ScenarioEvent } from './scenario-event.ts';
import type { PlannedOrder, Setting } from './setting.ts';

const dayMinutes = 24 * 60;

type Draw = (chance: Chance, setting: Setting) => readonly ScenarioEvent[];

const none: PlannedOrder = { article: 'plain', quantity: 1, scrap: 0, releasedAt: 0, builtAfter: 0 };

/**
 * Draws what people end by the commands, each with what makes it possible. It has a random stream of its own, so that it
 * does not change the rest of a seed's scenario.
 */
export function drawEnds(seed: number, setting: Setting): readonly ScenarioEvent[] {
  const chance = createChance(seed ^ 0x7f4a7c15);
  if (chance.happens(0.3)) return [];
  return chance.pick(drawsOf(setting))(chance, setting);
}

/** In most journeys a person does what is told, some hours after the last order was built. It has a stream of its own, too. */
export function drawFollowing(seed: number, setting: Setting): readonly ScenarioEvent[] {
  const { orders } = setting;
  const chance = createChance(seed ^ 0x2b7e1516);
  if (chance.happens(0.3)) return [];
  const built = Math.max(...orders.map(({ releasedAt, builtAfter }) => releasedAt + builtAfter));
  const follows = { kind: 'person follows the advice', at: later(chance, built, 600) } as const;
  return [...(chance.happens(0.5) ? chance.pick(toldRarely(setting))(chance, setting, built) : []), follows];
}

type Told = (chance: Chance, setting: Setting, built: number) => readonly ScenarioEvent[];

/** What people would seldom be told else, where it is possible: what is possible in few settings, or seldom works out, more often. */
function toldRarely({ erp, via, split, orders }: Setting): readonly Told[] {
  const isOne = split === 'one';
  const hasPlain = orders.some(({ article }) => article === 'plain');
  const isOdoo = erp === 'odoo 17' || erp === 'odoo 19';
  const isSentWithoutId = withoutIds.has(erp) && via === 'endpoint';
  return [
    ...[removed, forgotten, refusedCreation, articleMissing, dies],
    ...(isOne ? [contentChanged] : []),
    ...(split !== 'when-all-done' && hasPlain ? repeated(2, figuresChanged) : []),
    ...(isOne && hasPlain ? repeated(4, completedOtherwise) : []),
    ...(orders.length > 1 ? repeated(2, numberTaken) : []),
    ...(isOdoo && via === 'pull' ? repeated(9, renumbered) : []),
    ...(isSentWithoutId ? repeated(6, usedAgain) : []),
    ...(via === 'endpoint' ? repeated(2, waitsTooLong) : []),
  ];
}

const repeated = (times: number, one: Told): readonly Told[] => Array.from({ length: times }, () => one);

/** One of the orders that record nothing but a quantity. */
function plainOrderIn(chance: Chance, { orders }: Setting) {
  const planned = chance.pick(orders.filter(({ article }) => article === 'plain'));
  return { order: orders.indexOf(planned), planned };
}

const figuresChanged: Told = (chance, setting, built) => {
  const { order } = plainOrderIn(chance, setting);
  const at = later(chance, built + 20, 60);
  return [{ kind: 'recording is corrected afterwards', order, at, more: chance.pick([-1, 1]) }];
};

const contentChanged: Told = (chance, setting) => {
  const { order, planned, at } = notBuilt(chance, setting);
  return [{ kind: 'planner changes the quantity', order, at, quantity: planned.quantity + 1 }];
};

const removed: Told = (chance, setting) => {
  const { order, at } = notBuilt(chance, setting);
  return [{ kind: 'operator removes it', order, at }];
};

const numberTaken: Told = (chance, { orders }) => [
  { kind: 'planner shares a number', order: chance.between(1, orders.length - 1) },
];

/** An ERP without ids that sends an order a day after it was booked may mean another one. */
const usedAgain: Told = (chance, setting, built) => [
  {
    kind: 'ERP sends a built order again',
    order: orderIn(chance, setting).order,
    at: built + 2 * dayMinutes,
  },
];

/** Odoo keeps its id, and shows another number than the completion is for, until the next pull. */
const renumbered: Told = (chance, setting) => {
  const { order, planned } = orderIn(chance, setting);
  const at = planned.releasedAt + planned.builtAfter - chance.between(1, 200) / 100;
  return [{ kind: 'planner renames', order, at: Math.max(0.5, at), to: ' A 1' }];
};

const articleMissing: Told = (chance, setting) => [
  { kind: 'article is missing in Azumuta', order: orderIn(chance, setting).order },
];

/**
 * Azumuta is down for longer than a message may wait. Most of that time nothing is received: hundreds of attempts that can
 * do nothing would take as long as many other journeys.
 */
const waitsTooLong: Told = (_, { orders }) => {
  const at = Math.max(...orders.map(({ releasedAt }) => releasedAt)) + 12;
  const minutes = 6 * dayMinutes + 30;
  return [
    { kind: 'outage', partner: 'azumuta', at: 0.01, minutes: at + minutes + 60, how: 'refuses connections' },
    { kind: 'nothing is received', queue: 'product-orders', at, minutes },
  ];
};

/** More often than a message is tried whose attempts never finish, as several messages may take part, or an attempt finish. */
const dies: Told = () => {
  const place = { kind: 'call', stage: 'book-completion', service: 'erp', of: 'writes' } as const;
  const accident = 'the container dies before the call';
  return Array.from({ length: 12 }, (_, at) => ({ ...place, nth: at + 1, accident }));
};

/** What somebody adds after it was booked makes it another quantity. */
const completedOtherwise: Told = (chance, setting) => {
  const { order, planned } = plainOrderIn(chance, setting);
  const { quantity, releasedAt, builtAfter } = planned;
  const at = later(chance, releasedAt + builtAfter + 15, 60);
  const forgot = { quantity: quantity > 1 ? quantity - 1 : 2 };
  return [{ kind: 'operator opens it again', order, at, rework: chance.between(2, 40), forgot }];
};

const forgotten: Told = (chance, setting) => [
  { kind: 'operator forgets to complete it', order: orderIn(chance, setting).order },
];

const refusedCreation: Told = (chance) => {
  const place = { kind: 'call', stage: 'create-product-orders', service: 'azumuta', of: 'writes' } as const;
  return [{ ...place, nth: chance.between(1, 2), accident: 'the partner refuses it' }];
};

/** What can happen in a setting, with what happens rarely more often. */
function drawsOf({ split, via }: Setting): readonly Draw[] {
  const ofEach = [givenUp, givenUp, remadeAfterGivenUp, removedAndRemade, removedAndSettled, discarded];
  const isOne = split === 'one';
  // An ERP that posts its orders posts no end of an order, but posts that it has fewer parts.
  const isEndHeard = via === 'pull' || !isOne;
  return [
    ...ofEach,
    ...(isOne ? [changedAndSettled, changedAndSettled] : []),
    ...(split === 'when-all-done'
      ? [partGivenUp, partGivenUp, partRemade]
      : [correctedAndSettled, correctedAndSettled, correctedAndSettled]),
    ...(isEndHeard ? [unwantedAndSettled, unwantedAndSettled, withdrawnAndRemade, withdrawnAndRemade] : []),
  ];
}

/** An order, and a moment at which something does most harm to it. */
function orderIn(chance: Chance, { orders }: Setting) {
  const order = chance.between(0, orders.length - 1);
  const planned = orders[order] ?? none;
  return { order, planned, at: momentOf(chance, planned) };
}

/** So many minutes later, with fractions. */
const later = (chance: Chance, at: number, most: number) => at + chance.between(1, most * 100) / 100;

/** While it is built it may wait for the ERP, or its booking may be refused. */
function held(chance: Chance, { planned }: { readonly planned: PlannedOrder }): readonly ScenarioEvent[] {
  const at = Math.max(0.5, planned.releasedAt + planned.builtAfter - chance.between(0, 5));
  return chance.pick<() => readonly ScenarioEvent[]>([
    () => [],
    () => [{ kind: 'flow is paused', flow: 'bookings', at, minutes: chance.between(10, 90) }],
    () => [{ kind: 'outage', partner: 'erp', at, minutes: chance.between(10, 60), how: 'answers 503' }],
    () => [refusedBooking(chance)],
  ])();
}

function refusedBooking(chance: Chance): ScenarioEvent {
  const place = { kind: 'call', stage: 'book-completion', service: 'erp', of: 'writes' } as const;
  return { ...place, nth: chance.between(1, 3), accident: 'the partner refuses it' };
}

function givenUp(chance: Chance, setting: Setting): readonly ScenarioEvent[] {
  const { order, planned, at } = orderIn(chance, setting);
  const byHand = chance.happens(0.5);
  return [...held(chance, { planned }), { kind: 'person gives up an order', order, at, byHand }];
}

function remadeAfterGivenUp(chance: Chance, setting: Setting): readonly ScenarioEvent[] {
  const { order, planned } = orderIn(chance, setting);
  const at = later(chance, planned.releasedAt, Math.max(1, planned.builtAfter));
  return [
    { kind: 'person gives up an order', order, at, byHand: false },
    { kind: 'person has it made again', order, at: later(chance, at, 60), after: 'given up' },
  ];
}

function partGivenUp(chance: Chance, setting: Setting): readonly ScenarioEvent[] {
  const { order, planned } = orderIn(chance, setting);
  const part = chance.between(1, planned.quantity);
  const built = planned.releasedAt + planned.builtAfter + 4 * planned.quantity;
  const at = later(chance, planned.releasedAt, built - planned.releasedAt + 5);
  return [...held(chance, { planned }), { kind: 'person gives up a part', order, at, part }];
}

function partRemade(chance: Chance, setting: Setting): readonly ScenarioEvent[] {
  const given = partGivenUp(chance, setting);
  return given.flatMap((event): readonly ScenarioEvent[] => {
    if (event.kind !== 'person gives up a part') return [event];
    const { order, at } = event;
    return [event, { kind: 'person has it made again', order, at: later(chance, at, 60), after: 'given up' }];
  });
}

function removedAndRemade(chance: Chance, setting: Setting): readonly ScenarioEvent[] {
  const { order, at } = notBuilt(chance, setting);
  return [
    { kind: 'operator removes it', order, at },
    { kind: 'person has it made again', order, at: later(chance, at, 60), after: 'removed' },
  ];
}

function removedAndSettled(chance: Chance, setting: Setting): readonly ScenarioEvent[] {
  const { order, at } = notBuilt(chance, setting);
  return [
    { kind: 'operator removes it', order, at },
    { kind: 'person settles', concern: 'removed', order, at: later(chance, at, 60) },
  ];
}

/** A moment when an order is in Azumuta, and most likely not built yet: of the order that waits longest there. */
function notBuilt(chance: Chance, { orders, via }: Setting) {
  const planned = orders.toSorted((one, other) => other.builtAfter - one.builtAfter)[0] ?? none;
  const order = Math.max(0, orders.indexOf(planned));
  const { releasedAt, builtAfter } = planned;
  // The pull runs every ten minutes.
  const there = via === 'pull' ? 10 * Math.ceil((releasedAt + 0.1) / 10) : releasedAt;
  const at = there + 0.2 + chance.next() * Math.max(1, releasedAt + builtAfter - there);
  return { order, planned, at };
}

/** While Azumuta is down, the ERP takes an order back, or a part of it. */
function withdrawnAndRemade(chance: Chance, setting: Setting): readonly ScenarioEvent[] {
  const { order, at } = notBuilt(chance, setting);
  const ended = { order, at: at + 10 };
  return [
    { kind: 'outage', partner: 'azumuta', at: 0, minutes: at + 30, how: 'refuses connections' },
    noLongerWanted(setting, ended),
    { kind: 'person has it made again', order, at: later(chance, at + 10, 120), after: 'withdrawn' },
  ];
}

/** The ERP does not want an order any more, or its last part. */
function noLongerWanted(
  { split, via, orders }: Setting,
  { order, at }: { readonly order: number; readonly at: number },
): ScenarioEvent {
  const quantity = (orders[order]?.quantity ?? 1) - 1;
  if (split === 'one' || (via === 'pull' && quantity < 1)) return { kind: 'planner cancels', order, at };
  return { kind: 'planner changes the quantity', order, at, quantity: Math.max(1, quantity) };
}

function changedAndSettled(chance: Chance, setting: Setting): readonly ScenarioEvent[] {
  const { order, planned, at } = notBuilt(chance, setting);
  const quantity = planned.quantity + chance.pick([1, 2]);
  return [
    { kind: 'planner changes the quantity', order, at, quantity },
    { kind: 'person settles', concern: 'changed', order, at: later(chance, at, 30) },
  ];
}

function unwantedAndSettled(chance: Chance, setting: Setting): readonly ScenarioEvent[] {
  const { order, at } = notBuilt(chance, setting);
  const settled = { kind: 'person settles', concern: 'unwanted', order, at: later(chance, at, 30) } as const;
  return [noLongerWanted(setting, { order, at }), settled];
}

function correctedAndSettled(chance: Chance, setting: Setting): readonly ScenarioEvent[] {
  const plain = setting.orders.filter(({ article }) => article === 'plain');
  if (plain.length === 0) return givenUp(chance, setting);
  const planned = chance.pick(plain);
  const order = setting.orders.indexOf(planned);
  // Several corrections, as the first may come before it is booked.
  const at = planned.releasedAt + planned.builtAfter + chance.between(14, 40);
  const more = chance.pick([-1, 1]);
  const correction = { kind: 'recording is corrected afterwards', order, more } as const;
  return [
    { ...correction, at },
    { ...correction, at: at + chance.between(20, 60) },
    { kind: 'person settles', concern: 'figures-changed', order, at: later(chance, at + 60, 60) },
  ];
}

function discarded(chance: Chance, setting: Setting): readonly ScenarioEvent[] {
  const { planned } = orderIn(chance, setting);
  const at = later(chance, planned.releasedAt + planned.builtAfter, 90);
  return [refusedBooking(chance), { kind: 'dead letter is discarded', at, byHand: chance.happens(0.5) }];
}
