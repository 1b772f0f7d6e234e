import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runChaos, type SoFar, sumOf } from './run.ts';

/** The short form of `npm run chaos`. */
describe.each([
  ['with two triggers an order and pulls', false],
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
        ...{ dataDir, isEnough },
        tell: () => {},
        log: (line) => log.push(line),
      });

      // Assess
      const { lost, double, wrong } = result.balance;
      expect({ lost, double, wrong }, log.slice(-50).join('\n')).toEqual({ lost: [], double: [], wrong: [] });
      expect(result.completions).toBeGreaterThanOrEqual(result.orders);
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});

/** Else the test passes where little happened: on a slow machine, it takes longer. */
function isEnough({ orders, kills, clocks, faults }: SoFar): boolean {
  const isFaulty = (partner: string) => [...faults.keys()].some((name) => name.startsWith(partner));
  return orders > 100 && sumOf(kills) >= 5 && new Set(clocks).size > 5 && ['azumuta', 'erp'].every(isFaulty);
}
