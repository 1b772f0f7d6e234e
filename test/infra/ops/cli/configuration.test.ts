import { expect, it } from 'vitest';
import { configurationOf } from '../../../../infra/ops/cli/configuration.ts';

/** A stack with the plant of its configuration among its outputs. */
const stackOf = (plant: string, stackName = `AzumutaErp-${plant}-production`) => ({
  stackName,
  output: (name: string) => (name === 'Plant' ? plant : ''),
});

it("the configuration of a stack is that of its plant, and no other plant's", async () => {
  const [own, other] = ['integration.config.ts', 'test/e2e/tryton/plant.config.ts'];
  expect((await configurationOf(stackOf('demo'), own)).plant).toBe('demo');
  await expect(configurationOf(stackOf('demo2'), own)).rejects.toThrow(
    'is the configuration of plant demo, but AzumutaErp-demo2-production is the stack of plant demo2',
  );
  await expect(configurationOf(stackOf('demo'), other)).rejects.toThrow(
    "name that plant's file with --config",
  );
});

it('a plant whose name begins like another is not taken for it', async () => {
  await expect(configurationOf(stackOf('demo-north'), 'integration.config.ts')).rejects.toThrow(
    'is the stack of plant demo-north',
  );
});

it('a file that does not load is said by its name', async () => {
  await expect(configurationOf(stackOf('demo'), 'nowhere.config.ts')).rejects.toThrow(
    /^nowhere\.config\.ts: /,
  );
});
