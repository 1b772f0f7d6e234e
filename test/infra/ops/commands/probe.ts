import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { azumutaSandboxKey } from '../../../../infra/local/sandbox/api.ts';
import type { CommandStage } from './stage.ts';

export function probeTests(stage: () => CommandStage): void {
  it("looks at the account of the stack, with the stack's key", async () => {
    // Prepare
    const { createdOrder, typedHere, folder } = stage();
    const answers = join(folder, 'seen.json');
    await writeFile(answers, JSON.stringify({ number: await createdOrder() }));

    // Act
    const own = join(folder, 'own.contract.ts');
    const { code, output } = await typedHere('probe', '--answers', answers, '--out', own);

    // Assess: the sandbox talks as it is assumed, so only what is to confirm is written
    expect(readFileSync(own, 'utf8')).toMatch(/AzumutaContractSettings = \{\};\s+\/\/ Look at these/);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('Nothing differs') });
    expect(output).toMatch(/productOrder\.number +number +sure/);
    expect(output).not.toContain(azumutaSandboxKey);
  });
}
