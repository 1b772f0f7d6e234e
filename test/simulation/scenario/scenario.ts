import { type ErpName, erpModels } from '../partners/erp.ts';
import { type Chance, createChance } from '../world/chance.ts';
import type { Service } from '../world/fate.ts';
import { type AccidentName, accidentsOf } from './accidents.ts';

/** One order that planners release and operators build, and when; times in minutes from the beginning. */
export interface PlannedOrder {
  readonly article: 'plain' | 'lots' | 'serials';
  readonly quantity: number;
  readonly scrap: number;
  readonly releasedAt: number;
  /** After it is in Azumuta. */
  readonly builtAfter: number;
}

/** An order by its place in the scenario. */
type Order = { readonly order: number };
type Moment = { readonly at: number };
type Span = Moment & { readonly minutes: number };

/** What may happen beside the way that all goes: each may be left out, to find which of them a failure needs. */
export type Happening =
  | {
      readonly kind: 'call';
      readonly stage: string;
      readonly service: Service;
      /** The n-th call of this function to this service, from 1. */
      readonly nth: number;
      readonly accident: AccidentName;
    }
  | ({ readonly kind: 'outage'; readonly partner: 'azumuta' | 'erp'; readonly how: Outage } & Span)
  | ({ readonly kind: 'indexes lag'; readonly seconds: number } & Span)
  | {
      readonly kind: 'message comes twice';
      readonly queue: 'product-orders' | 'completions' | 'bookings';
      readonly nth: number;
    }
  | { readonly kind: 'trigger'; readonly nth: number; readonly becomes: 'lost' | 'twice' | 'late' }
  | {
      readonly kind: 'run';
      readonly stage: 'pull-product-orders' | 'reconcile-completions';
      readonly nth: number;
      readonly becomes: 'late' | 'twice' | 'never';
    }
  | ({ readonly kind: 'order is locked' } & Order & Span)
  | ({ readonly kind: 'planner changes the quantity'; readonly quantity: number } & Order & Moment)
  | ({ readonly kind: 'planner cancels' } & Order & Moment)
  | ({ readonly kind: 'planner finishes it by hand' } & Order & Moment)
  | ({ readonly kind: 'planner renames' } & Order & Moment)
  | ({ readonly kind: 'operator renames' } & Order & Moment)
  | ({ readonly kind: 'operator opens it again' } & Order & Moment)
  | ({
      readonly kind: 'flow is paused';
      readonly queue: 'product-orders' | 'completions' | 'bookings';
    } & Span)
  | ({ readonly kind: 'secret is rotated'; readonly partner: 'azumuta' | 'erp' } & Moment)
  | ({ readonly kind: 'ERP restarts' } & Moment)
  | ({ readonly kind: 'trigger of an open order' } & Order & Moment)
  /** Of another article, before it comes. */
  | ({ readonly kind: 'somebody types its number' } & Order)
  /** It shows so many minutes after the time that it was written. */
  | ({ readonly kind: 'ERP commits late'; readonly minutes: number } & Order);

export type Outage = 'refuses connections' | 'answers 503' | 'refuses our credentials';

export interface Scenario {
  readonly seed: number;
  readonly erp: ErpName;
  readonly split: 'one' | 'each' | 'when-all-done';
  readonly via: 'pull' | 'endpoint';
  /** So many calls at once to each partner; absent for no limit. */
  readonly atOnce?: number;
  readonly orders: readonly PlannedOrder[];
  readonly happenings: readonly Happening[];
}

// The keys of the table are the names.
const erpNames = Object.keys(erpModels) as ErpName[];
const stages = [
  'accept-product-orders',
  'pull-product-orders',
  'create-product-orders',
  'receive-webhook',
  'collect-completion',
  'book-completion',
  'reconcile-completions',
] as const;
const servicesOf: Readonly<Record<(typeof stages)[number], readonly Service[]>> = {
  'accept-product-orders': ['ledger', 'ledger', 'queues', 'secrets'],
  'pull-product-orders': ['ledger', 'ledger', 'queues', 'erp'],
  'create-product-orders': ['ledger', 'ledger', 'azumuta', 'azumuta', 'erp', 'secrets'],
  'receive-webhook': ['queues', 'secrets'],
  'collect-completion': ['ledger', 'ledger', 'queues', 'azumuta', 'secrets'],
  'book-completion': ['ledger', 'ledger', 'erp', 'erp', 'erp', 'secrets'],
  'reconcile-completions': ['ledger', 'queues', 'azumuta'],
};
const queues = ['product-orders', 'completions', 'bookings'] as const;
const bothPartners = ['azumuta', 'erp'] as const;
/** Releases, and what people do, fall into so many minutes. */
const busyMinutes = 90;
const minutesOfDay = 24 * 60;

export function drawScenario(seed: number): Scenario {
  const chance = createChance(seed);
  const via = chance.pick(['pull', 'endpoint'] as const);
  const split = chance.pick(['one', 'one', 'each', 'when-all-done'] as const);
  const erp = chance.pick(erpNames);
  const orders = Array.from({ length: chance.between(1, 4) }, () => drawOrder(chance, split, erp));
  const each = orders.length;
  const happenings = [
    ...several(chance, each, 3 * each, () => drawCall(chance, each, via)),
    ...several(chance, 0, 2, () => drawPeople(chance, each)),
    ...several(chance, 0, 2, () => drawWorld(chance, each)),
    ...drawTogether({ seed, orders, via }),
  ];
  const limit = chance.happens(0.2) ? { atOnce: chance.between(1, 2) } : {};
  return { seed, erp, split, via, ...limit, orders, happenings };
}

function several<T>(chance: Chance, least: number, most: number, draw: () => T): T[] {
  return Array.from({ length: chance.between(least, most) }, draw);
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

function drawCall(chance: Chance, orders: number, via: Scenario['via']): Happening {
  const never = via === 'pull' ? 'accept-product-orders' : 'pull-product-orders';
  const stage = chance.pick(stages.filter((one) => one !== never));
  const service = chance.pick(servicesOf[stage]);
  const most = service === 'secrets' ? 2 : 6 + 5 * orders;
  return {
    kind: 'call',
    stage,
    service,
    nth: chance.between(1, most),
    accident: chance.pick(accidentsOf(service)),
  };
}

function drawPeople(chance: Chance, orders: number): Happening {
  const order = chance.between(0, orders - 1);
  const at = chance.between(1, busyMinutes);
  return chance.pick<() => Happening>([
    () => ({ kind: 'planner changes the quantity', order, at, quantity: chance.between(1, 5) }),
    () => ({ kind: 'planner cancels', order, at }),
    () => ({ kind: 'planner finishes it by hand', order, at }),
    () => ({ kind: 'planner renames', order, at }),
    () => ({ kind: 'operator renames', order, at }),
    () => ({ kind: 'operator opens it again', order, at }),
    () => ({ kind: 'flow is paused', queue: chance.pick(queues), at, minutes: chance.between(1, 120) }),
    () => ({ kind: 'secret is rotated', partner: chance.pick(bothPartners), at }),
  ])();
}

function drawWorld(chance: Chance, orders: number): Happening {
  const order = chance.between(0, orders - 1);
  const at = chance.between(1, busyMinutes);
  return chance.pick<() => Happening>([
    () => ({
      kind: 'outage',
      partner: chance.pick(bothPartners),
      at,
      minutes: chance.between(1, 60),
      how: chance.pick(['refuses connections', 'answers 503', 'refuses our credentials'] as const),
    }),
    () => ({ kind: 'indexes lag', at, minutes: chance.between(5, 60), seconds: chance.between(5, 600) }),
    () => ({ kind: 'message comes twice', queue: chance.pick(queues), nth: chance.between(1, 4) }),
    () => ({
      kind: 'trigger',
      nth: chance.between(1, 2 * orders),
      becomes: chance.pick(['lost', 'twice', 'late'] as const),
    }),
    () => ({
      kind: 'run',
      stage: chance.pick(['pull-product-orders', 'reconcile-completions'] as const),
      nth: chance.between(1, 6),
      becomes: chance.pick(['late', 'twice', 'never'] as const),
    }),
    () => ({ kind: 'order is locked', order, at, minutes: chance.between(1, 30) }),
    () => ({ kind: 'ERP restarts', at }),
  ])();
}

/**
 * Happenings that do harm only together, and would seldom meet by chance; and those that are too rare, or too long,
 * for each run. Drawn from a stream of their own, so that all else of a seed stays as it is.
 */
function drawTogether({
  seed,
  orders,
  via,
}: Pick<Scenario, 'seed' | 'orders' | 'via'>): readonly Happening[] {
  const chance = createChance(seed ^ 0x3c6ef372);
  if (chance.happens(0.4)) return [];
  const order = chance.between(0, orders.length - 1);
  const at = chance.between(5, busyMinutes);
  const early = chance.between(5, 20);
  const lostWith = () =>
    chance.pick([
      'the call takes effect when it was given up',
      'the call is never answered',
      'the answer is lost',
      'the container dies after the call',
    ] as const);
  const changed = (minute: number): Happening =>
    chance.happens(0.5)
      ? { kind: 'planner cancels', order, at: minute }
      : { kind: 'planner changes the quantity', order, at: minute, quantity: chance.between(1, 5) };

  return chance.pick<() => readonly Happening[]>([
    // Withdrawn before it is created.
    () => [
      { kind: 'flow is paused', queue: 'product-orders', at: 1, minutes: 80 },
      changed(chance.between(25, 60)),
    ],
    // All parts at once.
    () => [{ kind: 'flow is paused', queue: 'bookings', at: early, minutes: 120 }],
    () => [
      { kind: 'flow is paused', queue: 'bookings', at: early, minutes: 120 },
      {
        kind: 'call',
        stage: 'book-completion',
        service: 'erp',
        nth: chance.between(1, 25),
        accident: lostWith(),
      },
    ],
    () => [
      {
        kind: 'call',
        stage: 'create-product-orders',
        service: 'azumuta',
        nth: chance.between(1, 9),
        accident: lostWith(),
      },
      { kind: 'message comes twice', queue: 'product-orders', nth: chance.between(1, 2) },
    ],
    () => [
      {
        kind: 'call',
        stage: 'book-completion',
        service: 'erp',
        nth: chance.between(1, 25),
        accident: lostWith(),
      },
      { kind: 'message comes twice', queue: 'bookings', nth: chance.between(1, 2) },
      { kind: 'flow is paused', queue: 'bookings', at, minutes: 120 },
    ],
    // What is refused cannot be put aside at once.
    () => [
      { kind: 'planner finishes it by hand', order, at },
      {
        kind: 'call',
        stage: 'book-completion',
        service: 'queues',
        nth: chance.between(1, 2),
        accident: 'AWS fails',
      },
    ],
    () => [{ kind: 'trigger of an open order', order, at }],
    () => [{ kind: 'somebody types its number', order }],
    () => (via === 'pull' ? [{ kind: 'ERP commits late', order, minutes: chance.between(1, 9) }] : []),
    () =>
      chance.happens(0.3)
        ? [
            {
              kind: 'order is locked',
              order,
              at: early,
              minutes: chance.between(minutesOfDay, 3 * minutesOfDay),
            },
          ]
        : [],
  ])();
}
