import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runChaos, sumOf } from './run.ts';

/** The short form of `npm run chaos`. */
describe.each([
  ['with second triggers and pulls', false],
  ['with nothing that makes up for a loss', true],
])('a run of kills and faults under load, %s', (_, single) => {
  it('loses nothing and books nothing twice, by the books of both partners', {
    timeout: 900_000,
  }, async () => {
    // Prepare
    const dataDir = mkdtempSync(join(tmpdir(), 'azumuta-erp-run-'));
    const log: string[] = [];
    try {
      // Act
      const result = await runChaos({
        seed: 7,
        single,
        loadSeconds: 30,
        perSecond: 5,
        killEverySeconds: 3,
        faultsEverySeconds: 2.5,
        floodEverySeconds: 5,
        dataDir,
        tell: () => {},
        log: (line) => log.push(line),
      });

      // Assess: enough must have happened
      const { lost, double, wrong } = result.balance;
      expect({ lost, double, wrong }, log.slice(-50).join('\n')).toEqual({ lost: [], double: [], wrong: [] });
      expect(result.orders).toBeGreaterThan(100);
      expect(result.completions).toBeGreaterThanOrEqual(result.orders);
      expect(sumOf(result.kills)).toBeGreaterThanOrEqual(5);
      const { changed, renamed, flooded } = result.injected;
      expect(new Set(changed.map(({ split }) => split)).size).toBe(3);
      expect(renamed.size).toBeGreaterThan(0);
      expect(flooded.length).toBeGreaterThan(0);
      expect(new Set(result.clocks).size).toBeGreaterThan(5);
      for (const partner of ['azumuta', 'erp']) {
        expect([...result.faults.keys()].filter((name) => name.startsWith(partner))).not.toEqual([]);
      }
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});
