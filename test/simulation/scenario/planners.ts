import { inAzumuta, renamed } from '../world/integration.ts';
import { dayMs } from '../world/moments.ts';
import type { World } from '../world/world.ts';
import { postOrder } from './erp-posts.ts';
import type { ReleasedOrder, ScenarioState } from './released-order.ts';
import type { ScenarioEvent } from './scenario-event.ts';

type Act = Extract<
  ScenarioEvent,
  { readonly kind: `planner ${string}` | `article ${string}`; readonly order: number; readonly at: number }
>;

/**
 * Carries out the act in the ERP. An ERP that posts its orders then posts the change. @returns whether it was possible.
 */
export function plannerDoes(order: ReleasedOrder, act: Act, world: World, state: ScenarioState): boolean {
  const { erp, scenario } = world;
  const isDone = isDoneTo(order, act, world, state);
  const isEnded = act.kind === 'planner cancels' || act.kind === 'planner finishes it by hand';
  const isPosted = !isEnded && !order.isWithheld;
  if (isDone && isPosted && scenario.via === 'endpoint' && erp.books(order.ref).state === 'open') {
    const taken = state.addTask();
    postOrder(world, order, taken);
  }
  return isDone;
}

function isDoneTo(order: ReleasedOrder, act: Act, world: World, state: ScenarioState): boolean {
  const { erp } = world;
  const { ref } = order;
  if (order.isWithheld && act.kind !== 'planner releases it again') return false;
  switch (act.kind) {
    case 'planner changes the quantity':
      // A finished order cannot be changed; of a split order, the model would change an arbitrary open part.
      if (erp.books(ref).state !== 'open' || order.changes.includes('planner splits')) return false;
      if (isTooMany(order, act.quantity, world) || !erp.changeQuantity(ref, String(act.quantity)))
        return false;
      order.quantity = act.quantity;
      order.mostWanted = Math.max(order.mostWanted, act.quantity);
      return true;
    case 'planner cancels':
      return erp.cancel(ref);
    case 'planner releases it again':
      if (!erp.releaseAgain(ref)) return false;
      order.isWithheld = false;
      return true;
    case 'planner puts it back':
    case 'planner deletes it':
      // The ERP keeps the books of the parts of a split order together.
      if (order.changes.includes('planner splits')) return false;
      order.isWithheld = act.kind === 'planner deletes it' ? erp.remove(ref) : erp.putBack(ref);
      return order.isWithheld;
    case 'planner finishes it by hand':
      return erp.finishByHand(ref);
    case 'planner renames':
      return isRenamed(order, `${ref.number}${act.to}`, world);
    case 'planner splits':
      return isSplit(order, world, state);
    case 'planner moves the due date':
      return isMoved(order, act.days, world);
    case 'article is renamed in the ERP':
      return isArticleRenamed(order, world);
    case 'planner touches':
      erp.touch(ref);
      return true;
    default:
      return act satisfies never;
  }
}

/** Some ERPs accept only one serial number, so nobody plans more. */
function isTooMany({ planned }: ReleasedOrder, quantity: number, { erp }: World): boolean {
  return planned.article === 'serials' && quantity > 1 && erp.cannot.serials !== undefined;
}

function isArticleRenamed(order: ReleasedOrder, world: World): boolean {
  const { erp } = world;
  const { ref, changes } = order;
  const article = `${inAzumuta(ref.article)}${renamed}`;
  // What the ERP split off from it would keep the old name.
  const isWhole = !changes.includes('planner splits') && erp.books(ref).bookings.length === 0;
  if (!isWhole || erp.books(ref).state !== 'open' || ref.article === article) return false;
  if (isBookingBegun(order, world) || !erp.renameArticle(ref, article)) return false;
  order.ref = { ...ref, article };
  return true;
}

/** What is written in part is booked exactly as planned, for ever: a person has to book it under the new name. */
function isBookingBegun({ ref }: ReleasedOrder, { plant, madeFor }: World): boolean {
  const keys = new Set(madeFor(ref).map(({ id }) => `BOOKING#${id}#quantity`));
  return plant.table.items().some(({ sk, state }) => keys.has(String(sk)) && state !== 'waiting');
}

function isMoved(order: ReleasedOrder, days: number, { erp, dueDate }: World): boolean {
  if (erp.books(order.ref).state !== 'open') return false;
  order.dueDate = new Date(Date.parse(dueDate) + days * dayMs).toISOString().slice(0, 10);
  erp.changeDueDate(order.ref, order.dueDate);
  return true;
}

function isRenamed(order: ReleasedOrder, number: string, { erp }: World): boolean {
  // A product order that was typed by hand keeps its number.
  if (order.typed.size > 0 || !erp.rename?.(order.ref, number)) return false;
  order.ref = { ...order.ref, number };
  order.numbers.add(number);
  return true;
}

/** Splits one piece off as an order of its own. */
function isSplit(order: ReleasedOrder, { erp }: World, { addOrder }: ScenarioState): boolean {
  const { ref, quantity } = order;
  if (!erp.split || quantity < 2 || erp.books(ref).state !== 'open' || erp.books(ref).bookings.length > 0)
    return false;
  const parts = erp.split(ref, [String(quantity - 1), '1']);
  const [own, other] = [parts.find(({ id }) => id === ref.id), parts.find(({ id }) => id !== ref.id)];
  if (!own || !other) return false;
  order.ref = own;
  order.numbers.add(own.number);
  order.quantity = quantity - 1;
  addOrder({
    ...order,
    ref: other,
    numbers: new Set([other.number]),
    quantity: 1,
    changes: ['planner splits'],
    typed: new Set(),
    removed: [],
    later: new Set(),
    corrected: new Map(),
    reworked: [],
    done: [],
  });
  return true;
}
