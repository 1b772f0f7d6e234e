import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { type FoundPattern, patternsIn } from './collect-patterns.ts';

const project = fileURLToPath(new URL('../../..', import.meta.url));
/** Larger than any text that a pattern is given. */
const length = 100_000;

/**
 * Patterns that are not through with their worst inputs in this time. One whose time grows with the length needs
 * some milliseconds for all of them; one whose time grows with its square needs ten seconds for each.
 */
async function slowOnes(
  patterns: readonly Omit<FoundPattern, 'file'>[],
  patienceMs: number,
): Promise<unknown[]> {
  const slow: unknown[] = [];
  let worker: Worker | undefined;
  for (const pattern of patterns) {
    worker ??= new Worker(new URL('./pattern-worker.ts', import.meta.url));
    const { source, flags } = pattern;
    worker.postMessage({ source, flags, length });
    try {
      await once(worker, 'message', { signal: AbortSignal.timeout(patienceMs) });
    } catch (error) {
      if (!(error instanceof Error && error.name === 'AbortError')) throw error;
      slow.push(pattern);
      await worker.terminate();
      worker = undefined;
    }
  }
  await worker?.terminate();
  return slow;
}

it('finishes every pattern soon on 100 KB of its worst input', async () => {
  const found = patternsIn(project, ['shared', 'functions']);
  expect(found.length).toBeGreaterThan(50);
  // Only what repeats without end can be slow; many are written in several files.
  const patterns = found.filter(({ source }) => /[*+]|,\}/.test(source));
  const each = new Map(patterns.map((pattern) => [`${pattern.source} ${pattern.flags}`, pattern]));
  expect(await slowOnes([...each.values()], 10_000)).toEqual([]);
}, 120_000);

it.each([/\s+$/, /(a+)+b/, /(^|\.)[A-Z]\w*[a-z]\w*$/])('finds that %s is slow', async ({ source, flags }) => {
  expect(await slowOnes([{ source, flags }], 500)).toHaveLength(1);
});
