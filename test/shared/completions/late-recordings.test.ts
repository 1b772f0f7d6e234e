import { expect, it } from 'vitest';
import integration from '../../../integration.config.ts';
import type { CompletionMapping } from '../../../shared/integration/define.ts';
import { bookedAndRecorded, inErp, mapping } from './completed.ts';
import { startCompletionStage } from './stage.ts';

const stage = await startCompletionStage();

it.each<[string, CompletionMapping, number, string]>([
  ['quantity', {}, 9, 'came after it was booked as 1 good; with it, it would be 9 good'],
  [
    'scrap',
    { scrap: ({ recordings }) => recordings.length - 1 },
    1,
    'booked as 1 good; with it, it would be 1 good, 1 scrap',
  ],
  [
    'lots',
    { lots: ({ recordings }) => recordings.map((_, at) => `L${at + 1}`) },
    1,
    'booked as 1 good, lots L1; with it, it would be 1 good, lots L1, L2',
  ],
])('leaves a late recording that would change the %s to a person, with both figures', async (...given) => {
  const [, changed, quantity, figures] = given;
  const { number } = await bookedAndRecorded(stage, 1, { quantity });
  const failure = await stage.message(number)(mapping({ ...integration.completions, ...changed }));
  expect(failure).toMatchObject({ name: 'Rejected', message: expect.stringContaining(figures) });
  expect(await inErp(stage, number)).toEqual(['1']);
});
