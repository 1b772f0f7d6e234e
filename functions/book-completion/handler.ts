import { integration } from '../integration.ts';
import { lambdaSurroundings } from '../surroundings.ts';
import { createBookCompletion } from './book-completion.ts';

/** Trigger: the bookings queue. */
export const handler = createBookCompletion(integration, lambdaSurroundings());
