import { book } from './book.ts';
import { lookForAmendment, lookForQuantity } from './look.ts';

/** Only the function that books has this file in its bundle (infra/build/bundle-functions.ts). */
export const booking = { lookForQuantity, lookForAmendment, write: book };
