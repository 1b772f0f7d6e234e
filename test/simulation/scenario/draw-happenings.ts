import type { Chance } from '../world/chance.ts';
import { type Happening, otherFigures, outages, queues } from './happening.ts';
import type { PlannedOrder, Setting } from './setting.ts';

const bothPartners = ['azumuta', 'erp'] as const;
/** Releases, and what people do, fall into so many minutes. */
const busyMinutes = 90;
const dayMinutes = 24 * 60;

/** A moment in fractions of a minute: often about when an order is released or built, as more is at stake then. */
function momentOf(chance: Chance, { releasedAt, builtAfter }: PlannedOrder): number {
  const about = (minute: number) => Math.max(0.01, minute + chance.between(-100, 200) / 100);
  const draw = chance.pick([
    () => about(releasedAt),
    () => about(releasedAt + builtAfter),
    () => chance.between(100, busyMinutes * 100) / 100,
  ]);
  return draw();
}

/** What people do to one order. */
export function drawPeople(chance: Chance, setting: Setting): readonly Happening[] {
  const order = chance.between(0, setting.orders.length - 1);
  const planned = setting.orders[order];
  if (!planned) return [];
  const at = momentOf(chance, planned);
  const soon = planned.releasedAt + chance.between(1, 60) / 100;
  const afterwards = at + chance.between(1, 4000) / 100;
  const quantity = () => chance.between(1, 5);
  const { erp, split } = setting;
  const isPlain = split === 'one' && planned.article === 'plain';
  const draw = chance.pick<() => readonly Happening[]>([
    () => [{ kind: 'planner changes the quantity', order, at, quantity: quantity() }],
    () => [
      { kind: 'planner changes the quantity', order, at, quantity: quantity() },
      { kind: 'planner changes the quantity', order, at: afterwards, quantity: quantity() },
    ],
    () => [{ kind: 'planner cancels', order, at }],
    () => [{ kind: 'planner finishes it by hand', order, at }],
    () => [{ kind: 'planner touches', order, at }],
    () => [{ kind: 'operator renames', order, at }],
    () => [{ kind: 'operator opens it again', order, at }],
    () => [{ kind: 'operator removes it', order, at }],
    () => [{ kind: 'operator types it by hand', order, at: soon, equal: chance.happens(0.5) }],
    () => [{ kind: 'order is locked', order, at, minutes: chance.between(10, 3000) / 100 }],
    ...(erp === 'sap-s4hana'
      ? [
          (): readonly Happening[] => [
            { kind: 'planner cancels', order, at },
            { kind: 'planner releases it again', order, at: afterwards },
          ],
        ]
      : []),
    ...(erp === 'rest'
      ? [
          (): readonly Happening[] => [{ kind: 'planner renames', order, at, to: '-new' }],
          (): readonly Happening[] => [
            { kind: 'planner renames', order, at: soon, to: chance.pick([' A 1', '/7/2', ' 🚲', ' #1%2F?']) },
          ],
        ]
      : []),
    ...(erp.startsWith('odoo') ? [(): readonly Happening[] => [{ kind: 'planner splits', order, at }]] : []),
    ...(isPlain
      ? [
          (): readonly Happening[] => [
            { kind: 'operator records other figures', order, figures: chance.pick(otherFigures) },
          ],
        ]
      : []),
    ...(order > 0 ? [(): readonly Happening[] => [{ kind: 'planner shares a number', order }]] : []),
  ]);
  return draw();
}

/** What administrators do, and what befalls AWS and the partners. */
export function drawWorld(chance: Chance, { orders, via }: Setting): readonly Happening[] {
  const at = momentOf(chance, chance.pick(orders));
  const partner = chance.pick(bothPartners);
  const queue = chance.pick(queues);
  const draw = chance.pick<() => Happening>([
    () => ({ kind: 'outage', partner, at, minutes: chance.between(1, 60), how: chance.pick(outages) }),
    () => ({ kind: 'indexes lag', at, minutes: chance.between(5, 60), seconds: chance.between(5, 600) }),
    () => ({ kind: 'items expire', at }),
    () => ({ kind: 'message comes twice', queue, nth: chance.between(1, orders.length) }),
    () => ({ kind: 'delete is lost', queue, nth: chance.between(1, orders.length) }),
    () => ({
      ...{ kind: 'trigger', nth: chance.between(1, orders.length) },
      becomes: chance.pick(['lost', 'twice', 'late'] as const),
    }),
    () => ({
      ...{ kind: 'run', nth: chance.between(1, via === 'pull' ? 5 : 1) },
      stage: via === 'pull' ? 'pull-product-orders' : 'reconcile-completions',
      becomes: chance.pick(['late', 'twice', 'never'] as const),
    }),
    () => ({ kind: 'ERP restarts', at }),
    () => ({ kind: 'ERP ignores a booking', at }),
    () => ({
      ...{ kind: 'flow is paused', queue, at },
      minutes: chance.happens(0.3) ? chance.between(1, 12) * dayMinutes : chance.between(1, 240),
    }),
    () => ({
      ...{ kind: 'secret is rotated', partner, at, minutes: chance.between(0, 10) },
      first: chance.pick(['partner', 'Secrets Manager'] as const),
    }),
    () => ({
      kind: 'dead letters are sent again',
      at: at + chance.between(0, 60),
      twice: chance.happens(0.5),
    }),
    () => ({ kind: 'dead letter is discarded', at: at + chance.between(0, 60) }),
  ]);
  return [draw()];
}
