import type { Ledger } from '../ledger/ledger.ts';
import type { KnownOrder } from '../ledger/records/known-orders.ts';
import { homeOf } from './decide-bookings.ts';
import type { CompletionHint } from './messages.ts';

/** What the ledger knows of the order that a hint is about. */
export interface Standing extends KnownOrder {
  /** The ledger keeps the order under this number. */
  readonly number: string;
  /** It keeps the bookings, and their dead letters, under this one. */
  readonly home: string;
  /** Questions to Azumuta are kept under the number that the hint names. */
  readonly askedAs: string;
}

/** Reads what the ledger knows of a hint's order: one query, and more for a number that is not ours alone. */
export async function readStanding(
  { productOrderNumber, otherNumber }: Pick<CompletionHint, 'productOrderNumber' | 'otherNumber'>,
  ledger: Pick<Ledger, 'knownOrders'>,
): Promise<Standing> {
  const known = await readNumber(productOrderNumber, ledger);
  if (known.entry || otherNumber === undefined) return withHome(known, ledger);
  // If its number can be read in two ways, the one that the ledger knows is meant.
  const other = await readNumber(otherNumber, ledger);
  return withHome(other.entry ? other : known, ledger);
}

async function readNumber(number: string, { knownOrders }: Pick<Ledger, 'knownOrders'>) {
  const known = { ...(await knownOrders.read(number)), number, askedAs: number };
  if (known.entry || known.alias === undefined) return known;
  const ours = await knownOrders.read(known.alias);
  const { question, answered } = known;
  return ours.entry ? { ...ours, number: known.alias, askedAs: number, question, answered } : known;
}

/** The bookings of parts that are booked together are kept with the first part. */
async function withHome(
  known: Omit<Standing, 'home'>,
  { knownOrders }: Pick<Ledger, 'knownOrders'>,
): Promise<Standing> {
  const home = homeOf(known.number, known.entry);
  if (home === known.number) return { ...known, home };
  const { bookings, letters } = await knownOrders.read(home);
  return { ...known, home, bookings, letters: [...known.letters, ...letters] };
}
