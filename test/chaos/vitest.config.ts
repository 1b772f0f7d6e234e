import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/chaos/**/*.chaos.ts'],
    // Each has the whole plant running, and its time limits mean something only when it has the machine.
    fileParallelism: false,
    hookTimeout: 60_000,
  },
});
