import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createVirtualTime } from './virtual-time.ts';

const never = () => false;

it('runs each act at its moment, and acts of the same moment in the order of planning', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 40 }), async (moments) => {
      const time = createVirtualTime(0);
      const seen: (readonly [number, number])[] = [];
      for (const [place, ms] of moments.entries()) time.at(ms, () => seen.push([time.now(), place]));

      const hasEnd = await time.run(never);

      expect(hasEnd).toBe(false);
      expect(seen).toEqual(
        moments.map((ms, place) => [ms, place] as const).sort((one, other) => one[0] - other[0]),
      );
    }),
  );
});

it('completes everything that follows from an act before the next act', async () => {
  const time = createVirtualTime(0);
  const seen: string[] = [];
  const long = async () => {
    for (let turn = 0; turn < 50; turn += 1) await undefined;
    seen.push('what follows');
  };
  time.at(1, () => void long());
  time.at(1, () => seen.push('the next'));

  await time.run(never);

  expect(seen).toEqual(['what follows', 'the next']);
});
