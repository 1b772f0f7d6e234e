import { defineConfig } from 'vitest/config';
import config from './vitest.config.ts';

/**
 * What only programs show: the operators' commands and the CDK's as they are typed, the simulation's, and the local
 * platform by itself, also while its processes are killed and stopped. They take as long as all other tests, so they
 * have a command of their own.
 */
export default defineConfig({
  test: {
    ...config.test,
    include: ['test/**/*.programs.ts'],
    // Which grants were needed, all tests together tell.
    reporters: ['default'],
  },
});
