import { orderConcernKinds } from '../ledger/records/concerns.ts';
import type { Stage } from './life.ts';
import type { Outcome } from './outcomes.ts';

/**
 * What a person does about a product order, by a command or in the console:
 *
 *   settle                    says that what is open was put right, or does not matter
 *   give up                   ends it: nobody creates it, asks about it or books it
 *   remake                    has it created anew, as it was made
 *   replay of its creation    has a creation that was refused tried again, as the ERP wants it now
 *   replay of a hint          has it looked at once more, for what is to be booked
 */
export const personEvents = [
  'settle',
  'give up',
  'remake',
  'replay of its creation',
  'replay of a hint',
] as const;
export type PersonEvent = (typeof personEvents)[number];

const create = { to: 'create' } as const;
const replace = { to: 'replace' } as const;
const look = { to: 'look' } as const;
const askAzumuta = { to: 'ask Azumuta' } as const;
const decideAgain = { to: 'decide again' } as const;
const bookAsPlanned = { to: 'book as planned' } as const;
const takeTheEndBack = { to: 'take the end back' } as const;
const giveUp = { to: 'end the order', as: 'given up' } as const;
/** The one that is named. */
const endConcern = { to: 'end', kinds: orderConcernKinds } as const;
const nothing = (because: string) => ({ to: 'nothing', because }) as const;
const hasBooking = nothing('it has a booking already: a second one would need another number');

/** By the stage that `lifeOf` says: how far the order is. Whether an attempt is under way at this moment is asked besides. */
export const whatAPersonDoes = {
  settle: {
    wanted: endConcern,
    'being created': endConcern,
    'in Azumuta': endConcern,
    completed: endConcern,
    'to be booked': endConcern,
    booked: endConcern,
    withdrawn: endConcern,
    removed: endConcern,
    'given up': endConcern,
  },
  'give up': {
    wanted: giveUp,
    'being created': nothing('it is being created at this moment: try it again in a few minutes'),
    'in Azumuta': giveUp,
    completed: giveUp,
    'to be booked': giveUp,
    booked: giveUp,
    withdrawn: giveUp,
    removed: giveUp,
    'given up': giveUp,
  },
  remake: {
    wanted: nothing('it is not made yet: a replay has its creation tried again'),
    'being created': nothing('it is being created at this moment'),
    'in Azumuta': nothing('it was not removed in Azumuta, as far as is known, and nobody has given it up'),
    completed: nothing('it is completed in Azumuta'),
    'to be booked': hasBooking,
    booked: hasBooking,
    withdrawn: nothing('the ERP does not want it: release it there again, and it is made'),
    removed: replace,
    'given up': takeTheEndBack,
  },
  'replay of its creation': {
    wanted: replace,
    'being created': create,
    'in Azumuta': look,
    // It may have been typed by hand, and then its creation takes it for this order.
    completed: create,
    'to be booked': create,
    booked: create,
    withdrawn: nothing('the ERP does not want it: release it there again, and it is made'),
    removed: look,
    'given up': takeTheEndBack,
  },
  'replay of a hint': {
    wanted: askAzumuta,
    'being created': askAzumuta,
    'in Azumuta': askAzumuta,
    completed: decideAgain,
    // What surely was not sent is decided again instead: `nextStep` knows.
    'to be booked': bookAsPlanned,
    booked: decideAgain,
    withdrawn: askAzumuta,
    removed: askAzumuta,
    // A person's own question counts, whatever a person has ended before.
    'given up': decideAgain,
  },
} as const satisfies Record<PersonEvent, Record<Stage, Outcome>>;
