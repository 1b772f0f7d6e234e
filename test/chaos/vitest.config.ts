import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/chaos/**/*.chaos.ts'],
    // Each has the whole plant running, and its time limits mean something only when it has the machine.
    fileParallelism: false,
    hookTimeout: 60_000,
  },
});
