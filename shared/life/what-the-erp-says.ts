import { isNothingSent } from '../ledger/claims.ts';
import { kindsEndedBy } from '../ledger/records/concerns.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import { type ErpOrderRef, isSameErpOrder } from '../model/orders.ts';
import type { OrderOutcome } from './outcomes.ts';

/**
 * What there is of a product order when the ERP says something about its order:
 *
 *   nothing                  the ledger has no order of this number (what was typed by hand is adopted by its creation)
 *   withdrawn, given up      it has ended
 *   another's                it was made for another ERP order, which is mapped to the same number
 *   not made                 it waits for its creation, and surely was never sent
 *   refused                  the same, and an alert says why it cannot be created
 *   refused, perhaps made    an attempt before may have created it
 *   refused, but booked      it was typed by hand and booked, while its creation was refused
 *   perhaps made             an attempt is under way, or in doubt
 *   made                     Azumuta has it
 *   built                    it is completed: its booking is planned or refused, or it waits for other parts
 *   booked                   nothing can be put right in Azumuta any more
 */
export const erpRows = [
  'nothing',
  'withdrawn',
  'given up',
  "another's",
  'not made',
  'refused',
  'refused, perhaps made',
  'refused, but booked',
  'perhaps made',
  'made',
  'built',
  'booked',
] as const;
export type ErpRow = (typeof erpRows)[number];

/**
 * What the ERP says of it:
 *
 *   same                   it wants this, as it was (going to be) made
 *   other                  it wants other content
 *   more                   the same, and a larger quantity, or, of what is booked, another article
 *   surplus                the ERP order has fewer parts now, and this one is not among them
 *   not wanted             cancelled, put back, deleted, or not accepted by the plant
 *   numbered otherwise     the ERP order is mapped to other numbers now, or its parts are booked in another way
 */
export const erpEvents = ['same', 'other', 'more', 'surplus', 'not wanted', 'numbered otherwise'] as const;
export type ErpEvent = (typeof erpEvents)[number];

const createAsWanted = { to: 'create' } as const;
const replaceContent = { to: 'replace' } as const;
const replaceIfAsked = { to: 'replace', ifAsked: true } as const;
const withdrawNotMade = { to: 'withdraw' } as const;
const lookInAzumuta = { to: 'look' } as const;
const createEndedAgain = { to: 'take the end back' } as const;
const tellErpChange = { to: 'tell', kind: 'changed' } as const;
/** Nobody needs to correct in Azumuta what is to be removed there; what the ERP wants again is compared again. */
const tellUnwanted = { to: 'tell', kind: 'unwanted', ends: ['changed'] } as const;
const tellTaken = { to: 'tell', kind: 'number-taken' } as const;
/** What is going to be made as it is wanted, or not at all: no concern about its content is true any more. */
const endOfContent = { to: 'end', kinds: kindsEndedBy('withdrawal') } as const;
const endOfBooked = { to: 'end', kinds: kindsEndedBy('booking') } as const;
const nothingToChange = (because: string) => ({ to: 'nothing', because }) as const;
const neverCame = nothingToChange('there is none of that number');
const isEnded = nothingToChange('it has ended already');
const partNumbersDoNotMatter = nothingToChange(
  'what the ERP calls its parts does not matter to what has ended',
);

/**
 * A row asks whether there is anything in Azumuta, and whether it can still be put right; a stage of `lifeOf` says how far
 * the order is. So most rows have one stage, and a few have two or more: `test/life/cells/stages.test.ts` lists them.
 */
export const whatTheErpSays = {
  nothing: {
    same: createAsWanted,
    other: createAsWanted,
    more: createAsWanted,
    surplus: neverCame,
    'not wanted': neverCame,
    'numbered otherwise': neverCame,
  },
  withdrawn: {
    same: createEndedAgain,
    other: createEndedAgain,
    more: createEndedAgain,
    surplus: endOfContent,
    'not wanted': endOfContent,
    // Other parts of its order keep their numbers: who wants it again learns that it is not made.
    'numbered otherwise': tellErpChange,
  },
  // Only a person takes back what a person has given up: the answer says how.
  'given up': {
    same: createEndedAgain,
    other: createEndedAgain,
    more: createEndedAgain,
    surplus: isEnded,
    'not wanted': isEnded,
    'numbered otherwise': partNumbersDoNotMatter,
  },
  "another's": {
    same: tellTaken,
    other: tellTaken,
    more: tellTaken,
    surplus: neverCame,
    'not wanted': neverCame,
    'numbered otherwise': neverCame,
  },
  'not made': {
    same: endOfContent,
    other: replaceContent,
    more: replaceContent,
    surplus: withdrawNotMade,
    'not wanted': withdrawNotMade,
    'numbered otherwise': tellErpChange,
  },
  refused: {
    same: replaceIfAsked,
    other: replaceContent,
    more: replaceContent,
    surplus: withdrawNotMade,
    'not wanted': withdrawNotMade,
    'numbered otherwise': tellErpChange,
  },
  // Its replacement is searched by number before it is created.
  'refused, perhaps made': {
    same: replaceIfAsked,
    other: replaceContent,
    more: replaceContent,
    surplus: tellUnwanted,
    'not wanted': tellUnwanted,
    'numbered otherwise': tellErpChange,
  },
  // What Azumuta has is taken for it, as long as it is what the ERP wants; otherwise it would be built a second time.
  'refused, but booked': {
    same: replaceIfAsked,
    other: endOfBooked,
    more: tellErpChange,
    surplus: endOfBooked,
    'not wanted': endOfBooked,
    'numbered otherwise': endOfBooked,
  },
  'perhaps made': {
    same: endOfContent,
    other: tellErpChange,
    more: tellErpChange,
    surplus: tellUnwanted,
    'not wanted': tellUnwanted,
    'numbered otherwise': tellErpChange,
  },
  made: {
    same: lookInAzumuta,
    other: tellErpChange,
    more: tellErpChange,
    surplus: tellUnwanted,
    'not wanted': tellUnwanted,
    'numbered otherwise': tellErpChange,
  },
  built: {
    same: lookInAzumuta,
    other: tellErpChange,
    more: tellErpChange,
    surplus: tellUnwanted,
    'not wanted': tellUnwanted,
    'numbered otherwise': tellErpChange,
  },
  booked: {
    same: endOfBooked,
    other: endOfBooked,
    more: tellErpChange,
    // The order of the ERP that used its number again has another number by now.
    surplus: endOfContent,
    'not wanted': endOfBooked,
    'numbered otherwise': endOfBooked,
  },
} as const satisfies Record<ErpRow, Record<ErpEvent, OrderOutcome>>;

export interface ErpFacts {
  /** What the ledger has under the number, whoever's it is. */
  readonly entry: OrderEntry | undefined;
  /** What the ERP says something about. */
  readonly erpOrder: ErpOrderRef;
  /** Its booking is planned, refused or done, or it is completed and waits for other parts. */
  readonly isBuilt: boolean;
  /** Its quantity is booked. */
  readonly isBooked: boolean;
}

export function erpRowOf({ entry, erpOrder, isBuilt, isBooked }: ErpFacts): ErpRow {
  if (!entry) return 'nothing';
  if (entry.end?.how === 'withdrawn') return 'withdrawn';
  if (!isSameErpOrder(entry.erpOrder, erpOrder)) return "another's";
  if (entry.end) return isBooked ? 'booked' : 'given up';
  if (entry.state === 'rejected') {
    if (isBooked) return 'refused, but booked';
    return isNothingSent(entry) ? 'refused' : 'refused, perhaps made';
  }
  if (isBooked) return 'booked';
  if (isNothingSent(entry)) return 'not made';
  if (isBuilt) return 'built';
  return entry.state === 'done' ? 'made' : 'perhaps made';
}
