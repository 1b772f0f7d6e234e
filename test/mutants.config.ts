import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { planted } from './simulation/mutants/mutant.ts';
import { mutants } from './simulation/mutants/table.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const mutant = mutants.find(({ name }) => name === process.env.PLANTED);

/** Tests against the code with one fault, which the environment names: `npm run simulate -- --mutants` starts it. */
export default defineConfig({
  plugins: [
    {
      name: 'planted',
      enforce: 'pre',
      transform: (code, id) => (mutant && id === root + mutant.file ? planted(code, mutant) : undefined),
    },
  ],
  test: {
    root,
    include: ['test/**/*.test.ts'],
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // A module that was cached with another fault would be taken for this one.
    fsModuleCache: false,
  },
});
