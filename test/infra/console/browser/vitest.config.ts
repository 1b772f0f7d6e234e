import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../../../..', import.meta.url)),
    include: ['test/infra/console/**/*.browser.ts'],
    globalSetup: 'test/infra/console/browser/chromium.ts',
    // Each file has a browser and stores or the whole plant of its own.
    fileParallelism: false,
    testTimeout: 100_000,
    hookTimeout: 90_000,
  },
});
