import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runOutage } from './accidents/outage.ts';

it('loses no completion, makes no dead letter and few calls in an outage of the ERP', {
  timeout: 300_000,
}, async () => {
  // Prepare
  const dataDir = mkdtempSync(join(tmpdir(), 'azumuta-erp-outage-'));
  try {
    // Act
    const outage = await runOutage({
      dataDir,
      seconds: 12,
      perSecond: 8,
      cooldownSeconds: 2,
      log: () => {},
      say: () => {},
    });

    // Assess
    expect(outage.completions).toBe(96);
    expect(outage.findings).toEqual([]);
    // After 2 s, after 4 s more, and what was under way when it opened.
    expect(outage.callsWhileOpen).toBeGreaterThanOrEqual(1);
    expect(outage.callsWhileOpen).toBeLessThanOrEqual(10);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});
