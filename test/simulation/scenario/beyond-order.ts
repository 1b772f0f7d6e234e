import { figuresToAccept } from '../../../shared/erp/beyond-order.ts';
import type { BuiltProductOrder } from '../partners/azumuta.ts';
import type { World } from '../world/world.ts';
import { replayAll, toolsOf } from './administrators.ts';
import type { ReleasedOrder } from './released-order.ts';
import type { OtherFigures } from './scenario-event.ts';

/** How many times too many a mistyped figure is: a comma was lost. */
export const timesTooMany = 10;

/**
 * A person looks at each booking that was refused as more than its order: what was really built is accepted, and what was
 * mistyped is corrected in Azumuta. Whatever else was refused so is left, and is a broken promise.
 */
export async function seeToFigures(world: World, orders: readonly ReleasedOrder[]): Promise<void> {
  const { azumuta, timeline } = world;
  for (const order of orders)
    for (const made of world.madeFor(order.ref)) {
      const { number, figures } = await refusedFigures(made, world);
      if (figures === undefined) continue;
      if (order.figures === 'more') {
        order.accepted.add(figures);
        timeline.note('administrator', () => `accepts ${figures} of ${number}`);
        await replayAll(world, orders, { orders: new Set([number]), accepts: figures });
      }
      const mistyped = made.recordings.findLast(({ good }) => good !== undefined);
      if (order.figures !== 'mistyped' || !mistyped) continue;
      const meant = Number(mistyped.good) / timesTooMany;
      timeline.note('operator', () => `corrects ${made.number} to ${meant}`);
      azumuta.correct(made.id, mistyped.id, meant);
      await replayAll(world, orders, { orders: new Set([number]) });
    }
}

/** What people see to after they have recorded such figures. */
export const isSeenTo = (figures: OtherFigures | undefined): boolean =>
  figures === 'more' || figures === 'mistyped';

/** With which figures it was refused, under the number that the ledger knows: an operator may have renamed it. */
async function refusedFigures(made: BuiltProductOrder, world: World) {
  const { knownOrders } = toolsOf(world).ledger;
  const number = (await knownOrders.numberOfAzumutaId(made.id)) ?? made.number;
  const { bookings } = await knownOrders.readStanding(number);
  const refused = bookings.filter(({ state, discarded }) => state === 'rejected' && !discarded);
  const [figures] = refused.flatMap(({ reason }) => figuresToAccept(reason) ?? []);
  return { number, figures };
}
