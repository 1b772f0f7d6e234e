import { expect, it } from 'vitest';
import { configurationOf } from '../../../../infra/ops/cli/configuration.ts';

it("the configuration of a stack is that of its plant, and no other plant's", async () => {
  const [own, other] = ['integration.config.ts', 'test/e2e/tryton/plant.config.ts'];
  const target = { stackName: 'AzumutaErp-demo-production' };
  expect((await configurationOf(target, own)).plant).toBe('demo');
  await expect(configurationOf({ stackName: 'AzumutaErp-demo2-production' }, own)).rejects.toThrow(
    'is the configuration of plant demo, but the stack is AzumutaErp-demo2-production',
  );
  await expect(configurationOf(target, other)).rejects.toThrow("name that plant's file with --config");
});

it('a file that does not load is said by its name', async () => {
  const target = { stackName: 'AzumutaErp-demo-production' };
  await expect(configurationOf(target, 'nowhere.config.ts')).rejects.toThrow(/^nowhere\.config\.ts: /);
});
