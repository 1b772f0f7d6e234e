import { describe, expect, it } from 'vitest';
import { Rejected, RetryLater } from '../../../shared/model/errors.ts';
import { createSlots, NoFreeSlot, type Slots } from '../../../shared/slots/slots.ts';
import { silent } from '../../support/logs.ts';
import { invocation, settlingSeconds, slotsStage } from './stage.ts';

const stage = slotsStage();

/** A write that the partner never answered. */
const unanswered = async () => {
  throw new RetryLater('The ERP did not answer.', { scope: 'partner', wrote: 'perhaps' });
};

describe('a partner with a limit', () => {
  it.each([1, 2, 5])('is called by %i containers at once, and by no further one', async (atOnce) => {
    const containers = Array.from({ length: atOnce + 1 }, () => stage.begun({ erp: atOnce }));

    const taken: boolean[] = [];
    for (const slots of containers) taken.push(await slots.take('erp'));

    expect(taken).toEqual([...Array.from({ length: atOnce }, () => true), false]);
  });

  it('gives no slot to two that ask in the same moment', async () => {
    const containers = Array.from({ length: 8 }, () => stage.begun({ erp: 3 }));
    const taken = await Promise.all(containers.map((slots) => slots.take('erp')));
    expect(taken.filter(Boolean)).toHaveLength(3);
  });

  it('has a free slot again when a batch is over', async () => {
    // Prepare
    const [first, second] = [stage.begun({ erp: 1 }), stage.begun({ erp: 1 })];
    await first.take('erp');
    const before = await second.take('erp');

    // Act
    await first.end();

    // Assess
    expect(before).toBe(false);
    expect(await second.take('erp')).toBe(true);
  });

  it('does not limit the other one', async () => {
    const [first, second] = [stage.begun({ erp: 1 }), stage.begun({ erp: 1 })];
    await first.take('erp');
    expect(second.isLimited('azumuta')).toBe(false);
    expect(await second.take('azumuta')).toBe(true);
    expect(await second.use('azumuta', async () => 'read')).toBe('read');
  });

  it('is not called without a slot', async () => {
    const [first, second] = [stage.begun({ erp: 1 }), stage.begun({ erp: 1 })];
    await first.take('erp');
    let called = false;

    const call = second.use('erp', async () => {
      called = true;
    });

    await expect(call).rejects.toThrow(NoFreeSlot);
    expect(called).toBe(false);
  });

  it('has one call at a time from a container, whose slot was taken once', async () => {
    // Prepare
    const [first, second] = [stage.begun({ erp: 2 }), stage.begun({ erp: 2 })];
    let underWay = 0;
    let most = 0;
    const call = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await stage.table.get({ pk: 'anything', sk: 'slow' });
      underWay -= 1;
    };

    // Act
    await Promise.all(Array.from({ length: 4 }, () => first.use('erp', call)));

    // Assess: the other slot is free
    expect(most).toBe(1);
    expect(await second.take('erp')).toBe(true);
  });

  it('is asked for nothing, nor the ledger, when no partner has one', () => {
    const dependencies = {
      ...{ table: stage.table, clock: stage.clock, name: 'book-completion', settlingSeconds },
      ...{ random: Math.random, pause: async () => {}, log: silent },
    };
    expect(createSlots({ azumuta: undefined, erp: undefined }, dependencies)).toBeUndefined();
  });
});

describe('what was sent settles before the next one begins', () => {
  it('after a crash: when the function must have been killed, and the settling time is over', async () => {
    // Prepare: it never ends
    await stage.begun({ erp: 1 }).take('erp');
    const takenAfter = async (seconds: number) => {
      stage.clock.advance(seconds);
      return stage.begun({ erp: 1 }).take('erp');
    };

    // Act
    const taken = [await takenAfter(60), await takenAfter(settlingSeconds - 1), await takenAfter(1)];

    // Assess
    expect(taken).toEqual([false, false, true]);
  });

  it('after a write without an answer: nothing more is called, and the slot is kept for the settling time', async () => {
    // Prepare
    const slots = stage.begun({ erp: 1 });
    await slots.use('erp', unanswered).catch(() => undefined);

    // Act
    const next = slots.use('erp', async () => 'booked');
    await expect(next).rejects.toThrow(NoFreeSlot);
    const taken = await slots.take('erp');
    await slots.end();

    // Assess
    expect(taken).toBe(false);
    stage.clock.advance(settlingSeconds - 1);
    expect(await stage.begun({ erp: 1 }).take('erp')).toBe(false);
    stage.clock.advance(1);
    expect(await stage.begun({ erp: 1 }).take('erp')).toBe(true);
  });

  it('after such a write, also for calls that waited behind it', async () => {
    const slots = stage.begun({ erp: 1 });
    const [first, second] = await Promise.allSettled([
      slots.use('erp', unanswered),
      slots.use('erp', async () => 'booked'),
    ]);
    expect(first.status).toBe('rejected');
    expect(second).toMatchObject({ status: 'rejected', reason: expect.any(NoFreeSlot) });
  });

  it('after a call that goes on when the invocation ends', async () => {
    // Prepare: it does not heed the deadline
    const slots = stage.begun({ erp: 1 });
    const begun = Promise.withResolvers<void>();
    void slots.use('erp', () => {
      begun.resolve();
      return new Promise(() => undefined);
    });
    await begun.promise;

    // Act
    await slots.end();

    // Assess
    expect(await stage.begun({ erp: 1 }).take('erp')).toBe(false);
  });

  it.each([
    ['a refusal', new Rejected('Production MO/1 is cancelled.', { code: 'order-state' })],
    ['a read without an answer', new RetryLater('No answer.', { scope: 'partner' })],
    ['writes that were all answered', new RetryLater('Locked.', { scope: 'order', wrote: 'known' })],
    ['a bug', new TypeError('undefined is not a function')],
  ])('and at once after %s', async (_, failure) => {
    const slots = stage.begun({ erp: 1 });
    await slots.use('erp', () => Promise.reject(failure)).catch(() => undefined);
    await slots.end();
    expect(await stage.begun({ erp: 1 }).take('erp')).toBe(true);
  });

  it('and a container that thaws after its time gives nothing back that is another’s by now', async () => {
    // Prepare
    const frozen = stage.begun({ erp: 1 });
    await frozen.take('erp');
    stage.clock.advance(60 + settlingSeconds);
    await stage.begun({ erp: 1 }).take('erp');

    // Act
    await frozen.end();

    // Assess
    expect(await stage.begun({ erp: 1 }).take('erp')).toBe(false);
  });

  it('and a ledger that fails at the end only leaves the slot to the end of its lease', async () => {
    // Prepare
    const { table } = stage;
    let fails = false;
    const failing: typeof table = {
      ...table,
      update: (key, update) => (fails ? Promise.reject(new Error('no table')) : table.update(key, update)),
    };
    const slots = stage.container({ erp: 1 }, { table: failing });
    slots.begin(invocation());
    await slots.take('erp');
    fails = true;

    // Act
    await slots.end();

    // Assess
    expect(stage.heard.lines.join()).toContain('no table');
    stage.clock.advance(60 + settlingSeconds);
    expect(await stage.begun({ erp: 1 }).take('erp')).toBe(true);
  });
});

describe('no function starves another', () => {
  /** A batch of a function that takes the slot if it can. */
  async function tries(name: string): Promise<Slots | undefined> {
    const slots = stage.begun({ erp: 1 }, name);
    return (await slots.take('erp')) ? slots : undefined;
  }

  it('whoever asks in the right moment has the slot, while nobody has waited for long', async () => {
    // Prepare
    const working = await tries('book-completion');
    await tries('create-product-orders');
    await working?.end();

    // Act
    stage.clock.advance(9);

    // Assess
    expect(await tries('book-completion')).toBeDefined();
  });

  it('one with a single message has the next slot after ten seconds, however busy the others are', async () => {
    // Prepare: book's queue is never empty, and two of its containers try all the time
    const working = await tries('book-completion');
    await tries('create-product-orders');
    await tries('book-completion');
    stage.clock.advance(10);

    // Act
    await working?.end();
    const bookAgain = await tries('book-completion');
    stage.clock.advance(3);
    const create = await tries('create-product-orders');

    // Assess
    expect(bookAgain).toBeUndefined();
    expect(create).toBeDefined();
    await create?.end();
    expect(await tries('book-completion')).toBeDefined();
  });

  it('of three that never rest, none waits for longer than ten seconds and a turn of each other', async () => {
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

  it('and whoever does not come back is waited for no longer than until its place lapses', async () => {
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

  it('and two that each have what the other needs both go on: neither waits with a slot', async () => {
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

describe('a run by the clock, which no queue brings back', () => {
  it('looks every other second whether its turn has come', async () => {
    // Prepare: the batch that has the slot is over after five seconds
    const working = stage.begun({ erp: 1 });
    await working.take('erp');
    let remainingMs = 300_000;
    const pauses: number[] = [];
    const pull = stage.container(
      { erp: 1 },
      {
        name: 'pull-product-orders',
        async pause(ms) {
          pauses.push(ms);
          remainingMs -= ms;
          stage.clock.advance(ms / 1000);
          if (pauses.length === 3) await working.end();
        },
      },
    );
    pull.begin(invocation(() => remainingMs));

    // Act
    const taken = await pull.takeInTime('erp');

    // Assess
    expect(taken).toBe(true);
    expect(pauses).toEqual([2000, 2000, 2000]);
  });

  it('gives up when half of its time is over, so that the rest is enough to read', async () => {
    await stage.begun({ erp: 1 }).take('erp');
    let remainingMs = 60_000;
    const pull = stage.container(
      { erp: 1 },
      {
        async pause(ms) {
          remainingMs -= ms;
        },
      },
    );
    pull.begin(invocation(() => remainingMs));
    expect(await pull.takeInTime('erp')).toBe(false);
    expect(remainingMs).toBe(30_000);
  });
});
