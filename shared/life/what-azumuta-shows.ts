import { type BookingEntry, bookedQuantity } from '../ledger/records/bookings.ts';
import type { Concern } from '../ledger/records/concerns.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import type { OrderOutcome } from './outcomes.ts';

/**
 * What there is of a product order of ours when Azumuta is asked about it:
 *
 *   withdrawn, given up      it has ended
 *   perhaps made             its creation was refused, after it may have been created
 *   made                     it is in Azumuta
 *   unwanted                 the same, and the ERP does not want it: a person was asked to remove it
 *   wanted again             the ERP did not want it, and does by now
 *   built                    its booking is planned or under way
 *   built, unwanted          the same, and the ERP does not want it
 *   booked                   its quantity is in the ERP
 */
export const azumutaRows = [
  'withdrawn',
  'given up',
  'perhaps made',
  'made',
  'unwanted',
  'wanted again',
  'built',
  'built, unwanted',
  'booked',
] as const;
export type AzumutaRow = (typeof azumutaRows)[number];

/**
 * What Azumuta shows. A look, which asks as something is open about an order, compares it:
 *
 *   equal       it has what the ERP wants
 *   renamed     the same, under another number: it is known by its id
 *   different   it has something else, or the number of another order
 *   gone        it does not have it, under its id or its number
 *
 * A hint, which asks as it may be completed, only wants to know that:
 *
 *   opened      it is not completed, or not any more
 *   completed   it is
 */
export const azumutaEvents = ['equal', 'renamed', 'different', 'gone', 'opened', 'completed'] as const;
export type AzumutaEvent = (typeof azumutaEvents)[number];

const keepAsking = { to: 'ask Azumuta' } as const;
const decideWhatToBook = { to: 'decide again' } as const;
const endTheOrder = { to: 'end the order', as: 'withdrawn' } as const;
const makeAgain = { to: 'replace' } as const;
const tellDifferent = { to: 'tell', kind: 'changed' } as const;
const tellRemoved = { to: 'tell', kind: 'removed' } as const;
const endWhatWasOpen = { to: 'end', kinds: ['changed', 'unwanted', 'removed'] } as const;
/** Whether it is there does not matter any more. */
const endWhereItIs = { to: 'end', kinds: ['unwanted', 'removed'] } as const;
const leaveAsShown = (because: string) => ({ to: 'nothing', because }) as const;
const isStillThere = leaveAsShown('a person was asked to remove it, and Azumuta still has it');
const isGivenUp = leaveAsShown('a person has given it up');
const deadLetterSaysWhy = leaveAsShown('its creation was refused, and its dead letter says what to do');
const builtButUnwanted = leaveAsShown('it is built: book it by hand, or have the ERP want it again');

export const whatAzumutaShows = {
  withdrawn: {
    equal: endWhatWasOpen,
    renamed: endWhatWasOpen,
    different: endWhatWasOpen,
    gone: endWhatWasOpen,
    opened: keepAsking,
    completed: decideWhatToBook,
  },
  'given up': {
    equal: endWhatWasOpen,
    renamed: endWhatWasOpen,
    different: endWhatWasOpen,
    gone: endWhatWasOpen,
    opened: isGivenUp,
    completed: isGivenUp,
  },
  'perhaps made': {
    equal: endWhatWasOpen,
    renamed: endWhatWasOpen,
    different: tellDifferent,
    gone: deadLetterSaysWhy,
    opened: keepAsking,
    completed: decideWhatToBook,
  },
  made: {
    equal: endWhatWasOpen,
    renamed: endWhatWasOpen,
    different: tellDifferent,
    gone: tellRemoved,
    opened: keepAsking,
    completed: decideWhatToBook,
  },
  unwanted: {
    equal: isStillThere,
    renamed: isStillThere,
    different: isStillThere,
    gone: endTheOrder,
    opened: keepAsking,
    completed: decideWhatToBook,
  },
  'wanted again': {
    equal: endWhatWasOpen,
    renamed: endWhatWasOpen,
    different: tellDifferent,
    gone: makeAgain,
    opened: keepAsking,
    completed: decideWhatToBook,
  },
  // What is planned was read from Azumuta: it is booked although it is gone there.
  built: {
    equal: endWhatWasOpen,
    renamed: endWhatWasOpen,
    different: tellDifferent,
    gone: endWhereItIs,
    opened: keepAsking,
    completed: decideWhatToBook,
  },
  'built, unwanted': {
    equal: builtButUnwanted,
    renamed: builtButUnwanted,
    different: builtButUnwanted,
    gone: builtButUnwanted,
    opened: keepAsking,
    completed: decideWhatToBook,
  },
  // Nothing can be put right in Azumuta any more; only the ERP says whether it wants more than was booked.
  booked: {
    equal: endWhatWasOpen,
    renamed: endWhatWasOpen,
    different: endWhereItIs,
    gone: endWhereItIs,
    opened: keepAsking,
    completed: decideWhatToBook,
  },
} as const satisfies Record<AzumutaRow, Record<AzumutaEvent, OrderOutcome>>;

export interface AzumutaFacts {
  readonly entry: OrderEntry;
  readonly concerns: readonly Concern[];
  /** How far its quantity is: what is planned was read from Azumuta, and once it is booked nothing can be put right there. */
  readonly booking: 'none' | 'planned' | 'booked';
}

/** What is refused may be booked otherwise, or never. @param index Of its part. */
export function howFarBooked(bookings: readonly BookingEntry[], index: number): AzumutaFacts['booking'] {
  if (bookedQuantity(bookings, index)) return 'booked';
  const isPlanned = bookings.some(({ parts, state }) => parts.includes(index) && state !== 'rejected');
  return isPlanned ? 'planned' : 'none';
}

export function azumutaRowOf({ entry, concerns, booking }: AzumutaFacts): AzumutaRow {
  if (entry.end) return entry.end.how;
  if (booking === 'booked') return 'booked';
  const unwanted = concerns.filter(({ kind }) => kind === 'unwanted');
  const isUnwanted = unwanted.some(({ wanted }) => !wanted);
  if (isUnwanted) return booking === 'planned' ? 'built, unwanted' : 'unwanted';
  if (booking === 'planned') return 'built';
  if (unwanted.length > 0) return 'wanted again';
  return entry.state === 'done' ? 'made' : 'perhaps made';
}
