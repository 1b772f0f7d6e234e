import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import {
  type LocalSystem,
  type LocalSystemOptions,
  localOverrides,
  startLocalSystem,
} from '../../infra/local/run-locally.ts';
import { recordGranted } from '../infra/stack/grants/grants.ts';
import { synthesizeOnce } from './synthesize-once.ts';

/** A short settling time, because the sandboxes write before they lose an answer. */
export const testEnvironment = { ...localOverrides.environment, SETTLING_SECONDS: '1' };

/**
 * The whole system for a test. It is synthesized once per test run, and its used grants are recorded for the check at
 * the end.
 */
export async function startTestSystem(options: Partial<LocalSystemOptions> = {}): Promise<LocalSystem> {
  const keptIn = inject('synthesizedIn');
  const grantsFile = inject('grantsFile');
  const system = await startLocalSystem({
    integrationFile: fileURLToPath(new URL('plant.config.ts', import.meta.url)),
    overrides: { ...localOverrides, environment: testEnvironment },
    grantsFile,
    // Two show what comes of several at once; each one more costs a second of a core.
    maxContainers: 2,
    ...(keptIn === undefined ? {} : { synthesize: (wanted) => synthesizeOnce(wanted, keptIn) }),
    ...options,
  });
  if (grantsFile !== undefined) recordGranted(system.emulator.stack, grantsFile);
  return system;
}
