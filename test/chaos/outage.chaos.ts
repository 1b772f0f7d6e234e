import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runOutage } from './outage.ts';

it('of the ERP costs no completion, no dead letter and few calls', { timeout: 300_000 }, async () => {
  // Prepare
  const dataDir = mkdtempSync(join(tmpdir(), 'azumuta-erp-outage-'));
  try {
    // Act
    const outage = await runOutage({ dataDir, seconds: 12, perSecond: 8, log: () => {}, say: () => {} });

    // Assess
    expect(outage.completions).toBe(96);
    expect(outage.findings).toEqual([]);
    expect(outage.callsWhileOpen).toBeLessThanOrEqual(20);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});
