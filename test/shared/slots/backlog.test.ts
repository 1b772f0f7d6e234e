import { describe, expect, it } from 'vitest';
import type { Slots } from '../../../shared/slots/slots.ts';
import { type Limits, slotsStage } from './stage.ts';

const stage = slotsStage();

/** Containers of a function that ask for slots for their backlog, one after the other. */
async function asked(times: number, limits: Limits, name = 'book-completion') {
  const containers = Array.from({ length: times }, () => stage.begun(limits, name));
  const answers: string[] = [];
  for (const slots of containers) {
    stage.clock.advance(0.001);
    answers.push(await slots.takeFor('erp', 'backlog'));
  }
  return { containers, answers };
}

describe('a backlog', () => {
  it.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [5, 3],
  ])(
    'has, of a partner that allows %i calls at once, %i slots, and new messages have the rest',
    async (atOnce, half) => {
      // Act
      const { answers } = await asked(atOnce + 1, { erp: atOnce });
      const fresh: boolean[] = [];
      for (let nth = half; nth <= atOnce; nth += 1)
        fresh.push(await stage.begun({ erp: atOnce }).take('erp'));

      // Assess
      expect(answers.filter((answer) => answer === 'taken').length).toBeLessThanOrEqual(half);
      expect(answers.filter((answer) => answer === 'taken').length).toBeGreaterThanOrEqual(1);
      expect(fresh.slice(0, atOnce - half)).toEqual(Array(atOnce - half).fill(true));
    },
  );

  it('is left its slots by new messages as long as there are others', async () => {
    await stage.begun({ erp: 3 }).take('erp');
    expect((await asked(2, { erp: 3 })).answers).toEqual(['taken', 'taken']);
  });

  it('has no place in line while it has a slot', async () => {
    const { answers } = await asked(2, { erp: 1 });
    stage.clock.advance(11);
    const awaited = await stage.begun({ erp: 1 }).isAwaited('erp');
    expect(answers).toEqual(['taken', 'shared']);
    expect(awaited).toBe(false);
  });

  it('gets a slot, too, however many new messages there are', async () => {
    // Prepare: new messages ask first, each second
    let working: Slots | undefined;
    let turns = 0;

    // Act
    for (let second = 0; second < 60; second += 1) {
      await working?.end();
      const fresh = stage.begun({ erp: 1 });
      const backlog = stage.begun({ erp: 1 });
      const isFresh = await fresh.take('erp');
      const isBacklog = (await backlog.takeFor('erp', 'backlog')) === 'taken';
      if (isBacklog) turns += 1;
      working = isFresh ? fresh : backlog;
      stage.clock.advance(1);
    }

    // Assess: once in some ten seconds
    expect(turns).toBeGreaterThanOrEqual(4);
    expect(turns).toBeLessThanOrEqual(7);
  });

  it('does not keep another function waiting, which has a place in line and gets the next slot', async () => {
    const { containers } = await asked(1, { erp: 1 });
    const link = await asked(1, { erp: 1 }, 'create-product-orders');
    expect(link.answers).toEqual(['none']);
    expect(await containers[0]?.isAwaited('erp')).toBe(true);
    await containers[0]?.end();
    expect((await asked(1, { erp: 1 })).answers).toEqual(['none']);
    expect((await asked(1, { erp: 1 }, 'create-product-orders')).answers).toEqual(['taken']);
  });
});
