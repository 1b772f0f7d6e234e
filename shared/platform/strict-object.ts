import * as z from 'zod/mini';
import { shorten } from '../model/text.ts';

/**
 * An object with these fields and no others. The error for a misspelt field names the one that was probably meant.
 * @param moved For names that are wrong but likely: what to write instead.
 */
export function strictObject<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
  moved: Readonly<Record<string, string>> = {},
) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `no such field as ${issue.keys
            .slice(0, 5)
            .map((key) => `${shorten(key, 60)} (${moved[key] ?? suggestion(key, Object.keys(shape))})`)
            .join(', ')}`
        : undefined,
  });
}

function suggestion(name: string, known: readonly string[]): string {
  // With more changes than half of its letters, any short name would match.
  const nearest = [1, 2, 3]
    .filter((changes) => changes <= name.length / 2)
    .flatMap((changes) =>
      known.filter((each) => isWithin(changes, name.toLowerCase(), each.toLowerCase())),
    )[0];
  return nearest === undefined ? `there are ${known.join(', ')}` : `did you mean ${nearest}?`;
}

/** Whether one becomes the other by inserting, removing or changing at most so many letters. */
function isWithin(changes: number, a: string, b: string): boolean {
  if (changes < 0) return false;
  if (a === '' || b === '') return a.length + b.length <= changes;
  const [restOfA, restOfB] = [a.slice(1), b.slice(1)];
  if (a[0] === b[0]) return isWithin(changes, restOfA, restOfB);
  return [
    [restOfA, b],
    [a, restOfB],
    [restOfA, restOfB],
  ].some(([left = '', right = '']) => isWithin(changes - 1, left, right));
}
