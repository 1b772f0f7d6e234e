import { orderConcernKinds } from '../ledger/records/concerns.ts';
import type { Stage } from './life.ts';
import type { OrderOutcome } from './outcomes.ts';

/**
 * What a person does about a product order, by a command or in the console:
 *
 *   settle                    says that what is open was put right, or does not matter
 *   give up                   ends it: nobody creates it, asks about it or books it
 *   remake                    has it created again, as it was made
 *   replay of its creation    has a creation that was refused tried again, as the ERP wants it now
 *   replay of a hint          has it looked at again, for what is to be booked
 */
export const personEvents = [
  'settle',
  'give up',
  'remake',
  'replay of its creation',
  'replay of a hint',
] as const;
export type PersonEvent = (typeof personEvents)[number];

const haveItCreated = { to: 'create' } as const;
const haveItReplaced = { to: 'replace' } as const;
const haveItLookedAt = { to: 'look' } as const;
const haveAzumutaAsked = { to: 'ask Azumuta' } as const;
const haveItDecidedAgain = { to: 'decide again' } as const;
const bookAsPlanned = { to: 'book as planned' } as const;
const haveItReopened = { to: 'take the end back' } as const;
const endAsGivenUp = { to: 'end the order', as: 'given up' } as const;
/** The one that is named. */
const endConcern = { to: 'end', kinds: orderConcernKinds } as const;
const notPossible = (because: string) => ({ to: 'nothing', because }) as const;
const hasBooking = notPossible('it has a booking already: a second one would need another number');

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
    wanted: endAsGivenUp,
    'being created': notPossible('it is being created at this moment: try it again in a few minutes'),
    'in Azumuta': endAsGivenUp,
    completed: endAsGivenUp,
    'to be booked': endAsGivenUp,
    booked: endAsGivenUp,
    withdrawn: endAsGivenUp,
    removed: endAsGivenUp,
    'given up': endAsGivenUp,
  },
  remake: {
    wanted: notPossible('it is not made yet: a replay has its creation tried again'),
    'being created': notPossible('it is being created at this moment'),
    'in Azumuta': notPossible(
      'it was not removed in Azumuta, as far as is known, and nobody has given it up',
    ),
    completed: notPossible('it is completed in Azumuta'),
    'to be booked': hasBooking,
    booked: hasBooking,
    withdrawn: notPossible('the ERP does not want it: release it there again, and it is made'),
    removed: haveItReplaced,
    'given up': haveItReopened,
  },
  'replay of its creation': {
    wanted: haveItReplaced,
    'being created': haveItCreated,
    'in Azumuta': haveItLookedAt,
    // It may have been typed by hand, and then its creation takes it for this order.
    completed: haveItCreated,
    'to be booked': haveItCreated,
    booked: haveItCreated,
    withdrawn: notPossible('the ERP does not want it: release it there again, and it is made'),
    removed: haveItLookedAt,
    'given up': haveItReopened,
  },
  'replay of a hint': {
    wanted: haveAzumutaAsked,
    'being created': haveAzumutaAsked,
    'in Azumuta': haveAzumutaAsked,
    completed: haveItDecidedAgain,
    // What surely was not sent is decided again instead: `decideHint` knows.
    'to be booked': bookAsPlanned,
    booked: haveItDecidedAgain,
    withdrawn: haveAzumutaAsked,
    removed: haveAzumutaAsked,
    // A person's own question counts, whatever a person has ended before.
    'given up': haveItDecidedAgain,
  },
} as const satisfies Record<PersonEvent, Record<Stage, OrderOutcome>>;
