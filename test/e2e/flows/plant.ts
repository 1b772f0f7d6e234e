import { afterAll, beforeAll } from 'vitest';
import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import { startTestSystem, testEnvironment } from '../../support/local-system.ts';
import { callsOf } from './calls.ts';

/** The system that the tests of both flows share, as its start takes longer than most of them. */
export let system: LocalSystem;
/** The output of the platform while it runs. */
export const lines: string[] = [];
export let calls: ReturnType<typeof callsOf>;

export function startPlant(): void {
  beforeAll(async () => {
    // On a slow machine a pull and a waiting caller need more than the short local time, so they get that of an account.
    system = await startTestSystem({
      overrides: { environment: testEnvironment },
      log: (line) => lines.push(line),
    });
    calls = callsOf(system);
  });
  afterAll(() => system?.stop());
}
