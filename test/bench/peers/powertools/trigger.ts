import * as z from 'zod/mini';

/** The body of Azumuta's trigger, and of a message in the queue. */
export const triggerSchema = z.object({ productOrderNumber: z.string().check(z.minLength(1)) });
