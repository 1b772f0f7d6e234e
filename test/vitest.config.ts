import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/infra/grants-record.ts', 'test/local/synthesized-once.ts'],
    reporters: ['default', 'test/infra/grants-reporter.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
