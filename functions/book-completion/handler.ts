import integration from '#integration';
import { lambdaSurroundings } from '../surroundings.ts';
import { createBookCompletion } from './book-completion.ts';

/** Trigger: the bookings queue. */
export const handler = createBookCompletion(integration, lambdaSurroundings());
