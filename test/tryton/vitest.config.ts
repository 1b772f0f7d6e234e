import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/tryton/**/*.tryton.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One SQLite database has one writer: files side by side would only wait for each other.
    fileParallelism: false,
  },
});
