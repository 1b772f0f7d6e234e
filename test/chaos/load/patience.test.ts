import { expect, it, onTestFinished, vi } from 'vitest';
import { untilNone } from './patience.ts';

it.each([
  ['waits for hours while something becomes less', 'none is left', [3, 3, 2, 1, 0]],
  ['ends without an error when nothing becomes less, so that the books are compared', 'two are left', [2]],
])('%s: %s', async (_, __, counts) => {
  // Prepare: each look comes a quarter of an hour after the one before.
  const looks: number[] = [];
  const now = vi.spyOn(performance, 'now').mockImplementation(() => looks.length * 15 * 60_000);
  onTestFinished(() => now.mockRestore());

  // Act
  await untilNone(async () => looks[looks.push(counts[looks.length] ?? 2) - 1] ?? 0, 0);

  // Assess
  expect(looks.at(-1)).toBe(counts.at(-1));
});
