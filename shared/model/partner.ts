import * as z from 'zod/mini';

/** A partner that can be unwell as a whole, and that bears so many calls at once. */
export type Partner = 'azumuta' | 'erp';

/** Within a sentence. */
export const partnerWords: Readonly<Record<Partner, string>> = { azumuta: 'Azumuta', erp: 'the ERP' };

/** How many calls a partner bears at once, over all functions and containers; absent for no limit. */
export const atOnceSchema = z.optional(z.int().check(z.minimum(1), z.maximum(100)));
