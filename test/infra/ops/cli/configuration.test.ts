import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { configurationOf } from '../../../../infra/ops/cli/target.ts';
import { newFolder } from '../../new-folder.ts';

/** A stack with the plant of its configuration among its outputs. */
const stackOf = (plant: string) => ({
  stackName: `AzumutaErp-${plant}-production`,
  local: false,
  output: (name: string) => (name === 'Plant' ? plant : 'production'),
});
const own = 'integration.config.ts';

it('loads the configuration of the plant of a stack', async () => {
  expect((await configurationOf(stackOf('ghent'), own)).integration.plant).toBe('ghent');
});

it.each([
  ['of another plant', 'ghent', 'test/e2e/tryton/plant.config.ts', "name that plant's file with --config"],
  ['of a plant whose name begins alike', 'ghent-north', own, 'is the stack of plant ghent-north'],
  [
    'of a plant of another number',
    'ghent2',
    own,
    'is the configuration of plant ghent, but AzumutaErp-ghent2-production is the stack of plant ghent2',
  ],
  ['that is not there', 'ghent', 'nowhere.config.ts', /^nowhere\.config\.ts: /],
])('refuses a file %s', async (_, plant, file, complaint) => {
  await expect(configurationOf(stackOf(plant), file)).rejects.toThrow(complaint);
});

it("takes a plant's own file when no other is named", async () => {
  // Prepare
  const before = process.cwd();
  const folder = newFolder();
  onTestFinished(() => process.chdir(before));
  const exporting = (file: string) => `export { default } from '${resolve(file)}';`;
  mkdirSync(join(folder, 'plants'));
  const example = exporting('plants/examples/odoo.config.ts');
  writeFileSync(join(folder, 'plants/ghent.config.ts'), example);
  writeFileSync(join(folder, own), exporting(own));

  // Act
  process.chdir(folder);
  const plants = await configurationOf(stackOf('ghent'), own);
  const here = await configurationOf({ ...stackOf('ghent'), local: true }, own);
  rmSync(join(folder, 'plants'), { recursive: true });
  const none = await configurationOf(stackOf('ghent'), own);

  // Assess
  expect([plants, here, none].map(({ integration }) => integration.erp.name)).toEqual([
    'odoo',
    'Sandbox ERP',
    'Sandbox ERP',
  ]);
});
