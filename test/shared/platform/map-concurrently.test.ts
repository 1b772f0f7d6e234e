import { describe, expect, it } from 'vitest';
import { mapConcurrently } from '../../../shared/platform/map-concurrently.ts';

/** Work that ends when it is told to. */
function heldBack() {
  const begun: number[] = [];
  const ends = new Map<number, PromiseWithResolvers<number>>();
  return {
    begun,
    end: (one: number) => ends.get(one)?.resolve(one * 10),
    fail: (one: number) => ends.get(one)?.reject(new Error(`no ${one}`)),
    work(one: number): Promise<number> {
      begun.push(one);
      const end = Promise.withResolvers<number>();
      ends.set(one, end);
      return end.promise;
    },
  };
}
const turnOver = () => new Promise((resolve) => setImmediate(resolve));

describe('work in turns', () => {
  it('never has more under way than its width, and returns results in the order of its input', async () => {
    // Prepare
    const { begun, end, work } = heldBack();
    const all = mapConcurrently([1, 2, 3], 2, work);

    // Act
    expect(begun).toEqual([1, 2]);
    end(2);
    await turnOver();
    expect(begun).toEqual([1, 2, 3]);
    end(3);
    end(1);

    // Assess
    expect(await all).toEqual([10, 20, 30]);
  });

  it('begins nothing after a failure, and rejects once what was under way has ended', async () => {
    // Prepare
    const { begun, end, fail, work } = heldBack();
    let told = false;
    const all = mapConcurrently([1, 2, 3], 2, work).catch((error: unknown) => {
      told = true;
      return error;
    });

    // Act
    fail(1);
    await turnOver();
    expect(told).toBe(false);
    end(2);

    // Assess
    expect(await all).toEqual(new Error('no 1'));
    expect(begun).toEqual([1, 2]);
  });
});
