import { atOnceSchema } from '../model/partner.ts';

/** What the options of every connector may hold. */
export interface ErpOptions {
  /**
   * So many calls at once at most, over all functions and containers (1 to 100): `1` for an ERP that loses figures when
   * two write at the same time. Default: no limit.
   */
  readonly atOnce?: number;
}

/** Fields of every connector's schema. */
export const erpOptionsShape = { atOnce: atOnceSchema };
