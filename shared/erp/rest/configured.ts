import { callConfigured } from '../../model/errors.ts';

/**
 * Calls functions of one part of the configuration, so that one that throws refuses this order and tells its path:
 * `erp.book.lookUp[1].done failed for order MO/0001: …`.
 * @throws Rejected
 */
export type CallConfigured = <Given extends unknown[], Told>(
  name: string,
  told: (...given: Given) => Told,
  ...given: Given
) => Told;

/**
 * @param path Of the part below `erp`: `book.lookUp[1]`.
 * @param orderNumber Absent where it is about no single order.
 */
export function configuredAt(path: string, orderNumber?: string): CallConfigured {
  const about = orderNumber === undefined ? '' : ` for order ${orderNumber}`;
  return (name, told, ...given) => callConfigured(`erp.${path}.${name} failed${about}`, () => told(...given));
}
