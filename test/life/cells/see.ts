import { plant } from '../acts.ts';
import { renamed, type Scene } from './scene.ts';

/** What an outcome may change. */
export type Seen = Awaited<ReturnType<typeof see>>;

/** What ledger, ERP and Azumuta have of the product order of a cell. */
export async function see({ number, order, elsewhere, showsQuantity }: Scene) {
  const {
    entry,
    bookings,
    concerns,
    deadLetters: letters,
  } = await plant.ledger.knownOrders.readStanding(number);
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
    letters: letters.length,
    bookings: bookings.map(({ state, discarded }) => ({ state, discarded })),
    /** Ids of all that is in Azumuta. */
    made: all.map(({ id }) => id),
    /** The quantity of each product order that has the number. */
    named: all.filter((one) => one.number === number).map(({ parameters }) => parameters.Quantity),
    /** Numbers of all others. */
    others: all.filter((one) => one.number !== number).map((one) => one.number),
    /** As Azumuta shows it, under whatever number. */
    there: there && {
      status: there.status,
      quantity: showsQuantity ?? Number(there.parameters.Quantity),
    },
    booked: {
      good: books.good,
      times: books.bookings.length,
    },
    /** How often Azumuta was called. */
    asked: plant.calls.azumuta,
  };
}
