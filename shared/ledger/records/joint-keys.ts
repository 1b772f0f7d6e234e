import { createHash } from 'node:crypto';
import type { BookingKey } from '../../model/completions.ts';
import type { OrderEntry } from './product-orders.ts';

const form = /^[0-9a-f]{17}#(\d+)#quantity$/;

/**
 * The key of the next quantity of parts that are booked together: whoever knows the same bookings writes the same item, so
 * that one is first, and the others decide again.
 * @param first The entry of part 1, where the bookings are kept. @param keys All that were ever written there.
 */
export function nextJointKey(
  { number, history }: Pick<OrderEntry, 'number' | 'history'>,
  keys: readonly BookingKey[],
): BookingKey {
  const highest = Math.max(0, ...keys.map(countInJointKey));
  return `${jointKeyName(number, history[0]?.at)}#${highest + 1}#quantity`;
}

/** Whether it is such a key. Those with an id of Azumuta are not: another planner finds another one. */
export function isJointKey(key: BookingKey): boolean {
  return form.test(key);
}

function countInJointKey(key: BookingKey): number {
  return Number(form.exec(key)?.[1] ?? 0);
}

/** As long as an id of Azumuta, of the same characters. @param since When the first part came: a number may be used again. */
function jointKeyName(number: string, since = ''): string {
  return createHash('sha256').update(`${number}\n${since}`).digest('hex').slice(0, 17);
}
