import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { functionNames } from '../../../infra/build/bundle-functions.ts';
import { system } from './plant.ts';

/** Last, as it reads the logs of the flows before. */
export function logTests(): void {
  describe('the log of a function', () => {
    it('has Lambda’s request id in every line', async () => {
      // Prepare: every function has run by now
      const folder = join(system.emulator.dataDir, 'logs');

      // Act
      const lines = readdirSync(folder)
        .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
        .filter((line) => line.startsWith('{"level"'))
        .map((line) => JSON.parse(line));

      // Assess
      expect(new Set(lines.map(({ Function: name }) => name))).toEqual(new Set(functionNames));
      expect(lines.filter(({ requestId }) => !/^[0-9a-f-]{36}$/.test(requestId))).toEqual([]);
    });
  });
}
