import * as z from 'zod/mini';

/** What Azumuta's trigger tells, and what the queue holds. */
export const triggerSchema = z.object({ productOrderNumber: z.string().check(z.minLength(1)) });
