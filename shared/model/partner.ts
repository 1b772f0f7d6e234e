import * as z from 'zod/mini';

export const partnerNames = ['erp', 'azumuta'] as const;
/** A partner: it can be down as a whole, and has a limit of calls. */
export type Partner = (typeof partnerNames)[number];

export const partnerWords: Readonly<Record<Partner, string>> = { azumuta: 'Azumuta', erp: 'the ERP' };

/**
 * Fields of a configuration of a partner. With half a call a second, a booking of about fifteen successive calls ends
 * within its function's minute; with less it never would.
 */
export const limitShape = {
  /**
   * Most calls under way at once, over all functions and containers (1 to 100): `1` for an ERP that loses figures when
   * two write at the same time. Default: no limit.
   */
  atOnce: z.optional(z.int().check(z.minimum(1), z.maximum(100))),
  /**
   * Most calls (HTTP requests) that begin within any second, over all functions and containers (0.5 to 100; a fraction
   * holds on average), for a partner that refuses more. `atOnce` is then that number, rounded up, unless a lower one is
   * given. Default: no limit.
   */
  perSecond: z.optional(z.number().check(z.minimum(0.5), z.maximum(100))),
};

export type PartnerLimit = Readonly<z.input<z.ZodMiniObject<typeof limitShape>>>;

/** Each simultaneous call has its own pace, so with more of them than `perSecond` more would begin within a second. */
export const isWithinPace = z.refine<PartnerLimit>(
  ({ atOnce = 1, perSecond }) => perSecond === undefined || atOnce <= Math.ceil(perSecond),
  {
    path: ['atOnce'],
    error: 'no more than perSecond: else more calls than that could begin within one second',
  },
);

/** The limit with `atOnce`: where only `perSecond` is given, as many calls at once as begin within a second. */
export function withAtOnce<T extends PartnerLimit>(limit: T): T {
  const { atOnce, perSecond } = limit;
  return perSecond === undefined || atOnce !== undefined ? limit : { ...limit, atOnce: Math.ceil(perSecond) };
}
