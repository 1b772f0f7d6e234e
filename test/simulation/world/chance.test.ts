import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createChance } from './chance.ts';

const some = Array.from({ length: 50 });

it('chooses the same with the same seed, and differently with another', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const draw = (from: number) => {
        const chance = createChance(from);
        return some.map(() => [chance.next(), chance.between(1, 6), chance.happens(0.5), chance.id()]);
      };

      expect(draw(seed)).toEqual(draw(seed));
      expect(draw(seed)).not.toEqual(draw(seed + 1));
    }),
  );
});

it('is not affected by what a fork draws', () => {
  const [one, other] = [createChance(3), createChance(3)];
  const fork = one.fork();
  other.fork();

  for (const _ of some) fork.next();

  expect(one.next()).toBe(other.next());
});
