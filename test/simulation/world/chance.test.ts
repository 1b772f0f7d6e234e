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

it('chooses each of several with equal probability, and nothing else', () => {
  const chance = createChance(1);
  const drawn = Array.from({ length: 6000 }, () => chance.between(1, 6));

  for (const face of [1, 2, 3, 4, 5, 6]) {
    const count = drawn.filter((one) => one === face).length;
    // A thousand each, with a standard deviation of 29.
    expect(count).toBeGreaterThan(850);
    expect(count).toBeLessThan(1150);
  }
  expect(new Set(drawn).size).toBe(6);
});

it('is not affected by what a fork draws', () => {
  const [one, other] = [createChance(3), createChance(3)];
  const fork = one.fork();
  other.fork();

  for (const _ of some) fork.next();

  expect(one.next()).toBe(other.next());
});

it('makes unique ids of 17 characters', () => {
  const chance = createChance(4);
  const ids = Array.from({ length: 5000 }, () => chance.id());

  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[0-9a-z]{17}$/);
});
