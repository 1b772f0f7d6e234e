import type { AzumutaProductOrder } from '../azumuta/resources.ts';
import type { PartnerCalls } from '../circuit-breaker/guarded-call.ts';
import type { ErpConnector } from '../erp/connector.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { BookingEntry } from '../ledger/records/bookings.ts';
import type { KnownOrder } from '../ledger/records/known-orders.ts';
import type { Rejected } from '../model/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import type { MapCompletion } from './content.ts';
import { homeOf } from './decide-bookings.ts';
import type { CompletionHint } from './messages.ts';
import type { CompletionReader } from './read-recordings.ts';

/** What working on a hint needs, from its first look into the ledger to its receipt. */
export interface HintDependencies {
  readonly ledger: Ledger;
  readonly reader: CompletionReader;
  readonly erp: ErpConnector;
  readonly partners: PartnerCalls;
  readonly clock: Clock;
  readonly map: MapCompletion;
  /** Version of the configuration. */
  readonly configuration: string;
  /** Whether Azumuta's article codes differ from the ERP's, so that only the ledger knows the ERP's. */
  readonly articleIsMapped: boolean;
  /** Book without Azumuta's product order saying that it is completed. */
  readonly trustTrigger: boolean;
  /** Book although it is unknown which recordings there are. */
  readonly withoutRecordings: boolean;
  /** Whether the reconciliation asks about overdue orders: then an open order needs no person. */
  readonly reconciles: boolean;
  readonly unknownOrder: 'reject' | 'ignore';
  /** Of a product order that the ledger does not know; by default its own. With it, several may be booked on one ERP order. */
  readonly erpOrderNumber: ((productOrderNumber: string) => string) | undefined;
}

/** What the ledger knows of the order that a hint is about, under the number that it keeps the order under. */
export interface Standing extends KnownOrder {
  /** It keeps the bookings, and their dead letters, under this one. */
  readonly home: string;
  /** Questions to Azumuta are kept under the number that the hint names. */
  readonly askedAs: string;
}

/** A hint, the attempt that works on it now, and what the ledger knows of its order. */
export interface Inquiry extends Standing {
  readonly hint: CompletionHint;
  readonly attempt: WorkAttempt;
}

/** A hint for which Azumuta was asked. */
export interface Reading extends Inquiry {
  readonly order: AzumutaProductOrder;
  readonly readAt: Date;
  /** Bookings of which surely nothing was sent, and that are decided anew. */
  readonly anew: readonly BookingEntry[];
  /** What this message was refused before. */
  readonly refused: readonly Rejected[];
}

/** Reads what the ledger knows of a hint's order: one query, and more for a number that is not ours alone. */
export async function readStanding(
  { productOrderNumber, otherNumber }: Pick<CompletionHint, 'productOrderNumber' | 'otherNumber'>,
  ledger: Pick<Ledger, 'knownOrders'>,
): Promise<Standing> {
  let known = await readNumber(productOrderNumber, ledger);
  // If its number can be read in two ways, the one that the ledger knows is meant.
  const other = known.entry || otherNumber === undefined ? known : await readNumber(otherNumber, ledger);
  if (other.entry) known = other;
  const home = homeOf(known.number, known.entry);
  if (home === known.number) return { ...known, home };
  // The bookings of parts that are booked together are kept with the first part.
  const { bookings, letters } = await ledger.knownOrders.read(home);
  return { ...known, home, bookings, letters: [...known.letters, ...letters] };
}

async function readNumber(number: string, { knownOrders }: Pick<Ledger, 'knownOrders'>) {
  const known = { ...(await knownOrders.read(number)), askedAs: number };
  if (known.entry || known.alias === undefined) return known;
  const ours = await knownOrders.read(known.alias);
  const { askedAs, question, answered } = known;
  return ours.entry ? { ...ours, askedAs, question, answered } : known;
}
