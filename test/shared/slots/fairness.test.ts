import { describe, expect, it } from 'vitest';
import { slotPlaceKey } from '../../../shared/ledger/keys.ts';
import type { Slots } from '../../../shared/slots/slots.ts';
import { invocation, type Limits, slotsStage } from './stage.ts';

const stage = slotsStage();

describe('a function that needs a slot', () => {
  /** A batch of a function that takes the slot if it can. */
  async function tries(name: string): Promise<Slots | undefined> {
    const slots = stage.begun({ erp: 1 }, name);
    stage.clock.advance(0.001);
    return (await slots.take('erp')) ? slots : undefined;
  }

  it('waits, as one of three busy ones, for ten seconds and one batch of each other at most', async () => {
    // Prepare
    const names = ['book-completion', 'create-product-orders', 'pull-product-orders'];
    const turnSeconds = 2;
    const waits = new Map(names.map((name) => [name, 0]));
    let longest = 0;

    // Act: for two minutes; book is always the first to ask
    for (let seconds = 0; seconds < 120; seconds += turnSeconds) {
      let working: Slots | undefined;
      for (const name of names) {
        const taken = await tries(name);
        working ??= taken;
        waits.set(name, taken ? 0 : (waits.get(name) ?? 0) + turnSeconds);
      }
      longest = Math.max(longest, ...waits.values());
      stage.clock.advance(turnSeconds);
      await working?.end();
    }

    // Assess
    expect(longest).toBeGreaterThanOrEqual(10);
    expect(longest).toBeLessThanOrEqual(10 + 2 * turnSeconds);
  });

  it('is not waited for any longer once its place has lapsed', async () => {
    // Prepare
    const working = await tries('book-completion');
    await tries('create-product-orders');
    await working?.end();

    // Act
    stage.clock.advance(19);
    const kept = await tries('book-completion');
    stage.clock.advance(1);
    const lapsed = await tries('book-completion');

    // Assess
    expect(kept).toBeUndefined();
    expect(lapsed).toBeDefined();
  });

  it('has its place written once in ten seconds', async () => {
    const place = () => stage.table.get(slotPlaceKey('erp', 'create-product-orders'));
    await tries('book-completion');
    await tries('create-product-orders');
    const before = await place();
    stage.clock.advance(9);
    await tries('create-product-orders');
    expect(await place()).toEqual(before);
  });

  it('goes on when it and another each hold what the other needs: neither waits with a slot', async () => {
    // Prepare: one creates in Azumuta and links in the ERP, the other books and reads again
    const limits = { azumuta: 1, erp: 1 };
    const [create, book] = [stage.begun(limits, 'create'), stage.begun(limits, 'book')];
    await create.take('azumuta');
    await book.take('erp');

    // Act
    const both = [await create.take('erp'), await book.take('azumuta')];
    await Promise.all([create.end(), book.end()]);
    const done = new Set<string>();
    for (let seconds = 0; done.size < 2 && seconds < 60; seconds += 4) {
      stage.clock.advance(4);
      for (const [name, first, second] of [
        ['create', 'azumuta', 'erp'],
        ['book', 'erp', 'azumuta'],
      ] as const) {
        const slots = stage.begun(limits, name);
        if ((await slots.take(first)) && (await slots.take(second))) done.add(name);
        await slots.end();
      }
    }

    // Assess
    expect(both).toEqual([false, false]);
    expect([...done].sort()).toEqual(['book', 'create']);
  });
});

describe('a scheduled run, which no queue brings back', () => {
  /** Asks for the slot of a batch that is over at its third look. */
  async function pulled(seconds: number) {
    const working = stage.begun({ erp: 1 });
    await working.take('erp');
    let remainingMs = seconds * 1000;
    const pauses: number[] = [];
    const sleep = async (ms: number) => {
      pauses.push(ms);
      remainingMs -= ms;
      stage.clock.advance(ms / 1000);
      if (pauses.length === 3) await working.end();
    };
    const pull = stage.container({ erp: 1 }, { name: 'pull-product-orders', sleep });
    pull.begin(invocation(() => remainingMs));
    return { taken: await pull.takeInTime('erp'), pauses };
  }

  it('looks for a free slot every other second', async () => {
    expect(await pulled(300)).toEqual({ taken: true, pauses: [2000, 2000, 2000] });
  });

  it('gives up when half of its time is over, so that the rest is enough to read', async () => {
    expect(await pulled(8)).toEqual({ taken: false, pauses: [2000, 2000] });
  });
});

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
