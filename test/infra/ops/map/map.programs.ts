import { expect, it } from 'vitest';
import { samples } from '../../../../infra/ops/map/read-sample.ts';
import { typed } from '../commands/typed.ts';

it('map says by which configuration it maps, as without one it takes the demo', async () => {
  const told = await typed('map', ['-'], { input: JSON.stringify(samples.order) });
  expect(told).toMatchObject({ code: 0, complaint: '' });
  expect(told.output).toMatch(/^By integration\.config\.ts, at the stage production:\n\nERP order\n/);
});
