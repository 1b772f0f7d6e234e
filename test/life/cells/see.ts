import { plant } from '../acts.ts';
import { renamed, type Scene } from './scene.ts';

/** All that an outcome may change. */
export type Seen = Awaited<ReturnType<typeof see>>;

export async function see({ number, order, elsewhere, showsQuantity }: Scene) {
  const { entry, bookings, concerns, letters } = await plant.ledger.knownOrders.standing(number);
  const all = plant.azumuta
    .productOrders()
    .filter((one) => elsewhere === undefined || !one.number.includes(elsewhere));
  const there = all.find((one) => one.number === number || one.number === renamed);
  const books = plant.erp.books(order);
  return {
    state: entry?.state,
    content: entry?.contentHash,
    awaiting: entry?.awaiting,
    end: entry?.end?.how,
    concerns: concerns.map(({ kind }) => kind).toSorted(),
    bookings: bookings.map(({ state, discarded }) => ({ state, discarded })),
    /** Ids of all that is in Azumuta. */
    made: all.map(({ id }) => id),
    /** Numbers of all others. */
    others: all.filter((one) => one.number !== number).map((one) => one.number),
    /** The quantity of each product order that has the number. */
    named: all.filter((one) => one.number === number).map(({ parameters }) => parameters.Quantity),
    /** As Azumuta shows it, under whatever number. */
    there: there && {
      status: there.status,
      quantity: showsQuantity ?? Number(there.parameters.Quantity),
    },
    booked: { good: books.good, times: books.bookings.length },
    letters: letters.length,
    asked: plant.calls.azumuta,
  };
}
