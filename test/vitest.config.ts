import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import LongestFirst from './support/longest-first.ts';

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('..', import.meta.url)),
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/infra/stack/grants/record.ts', 'test/support/synthesize-once.ts'],
    reporters: ['default', 'test/infra/stack/grants/reporter.ts'],
    // Test files share no state but what modules keep for themselves; loading those again for each takes a quarter.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // By itself Vitest leaves one core to its own process, which has little to do: half of two is too much.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // What hangs ends by the limit of what it waits for, which says more; a test or hook waits for several things.
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});
