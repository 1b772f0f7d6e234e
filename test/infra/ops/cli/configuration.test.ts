import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { configurationOf } from '../../../../infra/ops/cli/target.ts';

/** A stack with the plant of its configuration among its outputs. */
const stackOf = (plant: string, stackName = `AzumutaErp-${plant}-production`) => ({
  stackName,
  local: false,
  output: (name: string) => (name === 'Plant' ? plant : 'production'),
});

it('loads the configuration of the plant of a stack, and refuses that of another plant', async () => {
  const [own, other] = ['integration.config.ts', 'test/e2e/tryton/plant.config.ts'];
  expect((await configurationOf(stackOf('ghent'), own)).plant).toBe('ghent');
  await expect(configurationOf(stackOf('ghent2'), own)).rejects.toThrow(
    'is the configuration of plant ghent, but AzumutaErp-ghent2-production is the stack of plant ghent2',
  );
  await expect(configurationOf(stackOf('ghent'), other)).rejects.toThrow(
    "name that plant's file with --config",
  );
});

it('does not confuse plants whose names begin alike', async () => {
  await expect(configurationOf(stackOf('ghent-north'), 'integration.config.ts')).rejects.toThrow(
    'is the stack of plant ghent-north',
  );
});

it('names a file that does not load', async () => {
  await expect(configurationOf(stackOf('ghent'), 'nowhere.config.ts')).rejects.toThrow(
    /^nowhere\.config\.ts: /,
  );
});

it("takes a plant's own file when no other is named", async () => {
  // Prepare
  const before = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'plants-'));
  onTestFinished(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  });
  const example = resolve('plants/examples/odoo.config.ts');
  const demo = resolve('integration.config.ts');
  mkdirSync(join(folder, 'plants'));
  writeFileSync(join(folder, 'plants/ghent.config.ts'), `export { default } from '${example}';`);
  writeFileSync(join(folder, 'integration.config.ts'), `export { default } from '${demo}';`);

  // Act
  process.chdir(folder);
  const own = await configurationOf(stackOf('ghent'), 'integration.config.ts');
  const here = await configurationOf({ ...stackOf('ghent'), local: true }, 'integration.config.ts');
  rmSync(join(folder, 'plants'), { recursive: true });
  const none = await configurationOf(stackOf('ghent'), 'integration.config.ts');

  // Assess
  expect([own, here, none].map(({ erp }) => erp.name)).toEqual(['odoo', 'Sandbox ERP', 'Sandbox ERP']);
});
