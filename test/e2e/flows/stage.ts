import { afterAll, beforeAll } from 'vitest';
import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import { startTestSystem, testEnvironment } from '../../support/local-system.ts';
import { callsOf } from './calls.ts';

/** The system that the tests of both flows share: its start takes longer than most of them. */
export let system: LocalSystem;
/** What the platform says while it runs. */
export const lines: string[] = [];
export let calls: ReturnType<typeof callsOf>;

export function startStage(): void {
  beforeAll(async () => {
    // A pull and a caller that waits need more than the short local time on a slow machine: they have an account's.
    system = await startTestSystem({
      overrides: { environment: testEnvironment },
      log: (line) => lines.push(line),
    });
    calls = callsOf(system);
  });
  afterAll(() => system?.stop());
}
