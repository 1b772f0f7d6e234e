import { limitShape } from '../model/partner.ts';

/** What the options of every connector may hold. */
export interface ErpOptions {
  /**
   * So many calls at once at most, over all functions and containers (1 to 100): `1` for an ERP that loses figures when
   * two write at the same time. Default: no limit.
   */
  readonly atOnce?: number;
  /**
   * So many calls (HTTP requests) a second at most, over all functions and containers (0.5 to 100): for an ERP that
   * refuses more. Then `atOnce` is that number, rounded up, unless a lower one is given. Default: no limit.
   */
  readonly perSecond?: number;
}

/** Fields of every connector's schema. */
export const erpOptionsShape = limitShape;
