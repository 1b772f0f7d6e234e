import { book } from './book.ts';
import { lookForAmendment, lookForQuantity } from './look.ts';

/** Only the function that books has this file in its bundle (infra/build/bundle-functions.ts). */
// It looks before it writes in every attempt, so `again` makes no difference.
export const booking = { lookForQuantity, lookForAmendment, write: book };
