import * as z from 'zod/mini';
import { shorten } from '../model/text.ts';

/**
 * An object with these fields and no others. The error for another field lists those that there are.
 * @param moved For names that are wrong but likely: what to write instead.
 */
export function strictObject<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
  moved: Readonly<Record<string, string>> = {},
) {
  return z.strictObject(shape, {
    error(issue) {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const told = issue.keys.map(
        (key) => shorten(key, 60) + (Object.hasOwn(moved, key) ? ` (${moved[key]})` : ''),
      );
      const others = issue.keys.every((key) => Object.hasOwn(moved, key))
        ? ''
        : ` (there are ${Object.keys(shape).join(', ')})`;
      return `no such field as ${told.slice(0, 5).join(', ')}${others}`;
    },
  });
}
