import { expect, it, onTestFinished, vi } from 'vitest';
import { untilNone } from './patience.ts';

const hourMs = 3_600_000;

it.each<[string, number, readonly number[]]>([
  [
    'waits for hours while something becomes less, so that the books are compared at last',
    0,
    [3, 3, 2, 1, 0],
  ],
  ['ends without an error when nothing becomes less, so that the books are compared all the same', 2, [2]],
])('%s', async (_, last, counts) => {
  // Prepare: each look comes a quarter of an hour after the one before.
  let looks = 0;
  const now = vi.spyOn(performance, 'now').mockImplementation(() => looks * (hourMs / 4));
  onTestFinished(() => now.mockRestore());
  const left = vi.fn(async () => counts[Math.min(looks++, counts.length - 1)] ?? 0);

  // Act
  await untilNone(left, 0);

  // Assess
  expect(await left.mock.results.at(-1)?.value).toBe(last);
});
