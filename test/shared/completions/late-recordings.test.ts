import { describe, expect, it } from 'vitest';
import integration from '../../../integration.config.ts';
import type { CompletionMapping } from '../../../shared/integration/define.ts';
import { mapCompletion } from '../../../shared/integration/mapping/completions.ts';
import { inErp, bookedAndRecorded as recordedLate } from './completed.ts';
import { startCompletionStage } from './stage.ts';

const stage = await startCompletionStage();

/** Azumuta is asked once a minute. */
async function bookedAndRecorded(...given: [number, { quantity?: number }?]) {
  const { number } = await recordedLate(stage, ...given);
  stage.clock.advance(61);
  return number;
}

describe('a recording that comes late', () => {
  it('is booked as an amendment, and the quantity stays', async () => {
    const number = await bookedAndRecorded(1);
    await stage.handle(number);
    expect(await inErp(stage, number)).toEqual(['1', 'notes']);
  });

  it.each([
    ['quantity', {}, 9, /came after it was booked as 1 good; with it, it would be 9 good/],
    [
      'scrap',
      { scrap: ({ recordings }) => recordings.length - 1, quantity: () => 1 },
      1,
      /booked as 1 good; with it, it would be 1 good, 1 scrap/,
    ],
    [
      'lots',
      { lots: ({ recordings }) => recordings.map((_, at) => `L${at + 1}`) },
      1,
      /booked as 1 good, lots L1; with it, it would be 1 good, lots L1, L2/,
    ],
  ] satisfies [string, CompletionMapping, number, RegExp][])(
    'is for a person, with both figures, when it would change the %s',
    async (_what, changed, quantity, figures) => {
      const number = await bookedAndRecorded(1, { quantity });
      const completions = { ...integration.completions, ...changed };
      const failure = await stage.message(number)({
        map: (kind, completed) => mapCompletion({ ...integration, completions }, kind, completed),
      });
      expect(failure).toMatchObject({ name: 'Rejected', message: expect.stringMatching(figures) });
      expect(await inErp(stage, number)).toEqual(['1']);
    },
  );
});
