import * as z from 'zod/mini';

/** A partner that can be unwell as a whole, and that bears so much. */
export type Partner = 'azumuta' | 'erp';

/** Within a sentence. */
export const partnerWords: Readonly<Record<Partner, string>> = { azumuta: 'Azumuta', erp: 'the ERP' };

/** What a partner bears, over all functions and containers; without `atOnce`, it has no limit. */
export interface PartnerLimit {
  /** Calls under way at the same time. */
  readonly atOnce?: number | undefined;
  /** Calls that begin within a second, on average. */
  readonly perSecond?: number | undefined;
}

/** Fields of whatever configures a partner. */
export const limitShape = {
  atOnce: z.optional(z.int().check(z.minimum(1), z.maximum(100))),
  perSecond: z.optional(z.number().check(z.minimum(0.5), z.maximum(100))),
};

/** A booking of some fifteen calls, one after the other, has to end within its function's minute. */
const maxSecondsBetween = 2;

/** Whether whoever makes one of the calls at once gets on quickly enough with it. */
export const isQuickEnough = z.refine<PartnerLimit>(
  ({ atOnce = 1, perSecond }) => perSecond === undefined || atOnce <= maxSecondsBetween * perSecond,
  {
    path: ['atOnce'],
    error: `at most ${maxSecondsBetween} times perSecond: each of the calls at once is made every atOnce / perSecond seconds, and a booking of some fifteen calls has to end within a minute`,
  },
);

/** As it is, with as many calls at once as begin within a second where only those are limited. */
export function withAtOnce<T extends PartnerLimit>(limit: T): T {
  const { atOnce, perSecond } = limit;
  return perSecond === undefined || atOnce !== undefined ? limit : { ...limit, atOnce: Math.ceil(perSecond) };
}
