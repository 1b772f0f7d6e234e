import { describe, expect, it } from 'vitest';
import { OrderNotReady, PartnerDown, Rejected } from '../../../shared/model/errors.ts';
import { NoFreeSlot } from '../../../shared/slots/slots.ts';
import { overriding } from '../../support/overriding.ts';
import { settlingSeconds, slotsStage } from './stage.ts';

const stage = slotsStage();

/** A write that the partner never answered. */
const unanswered = async () => {
  throw new PartnerDown('The ERP did not answer.', { wrote: 'perhaps' });
};

describe('a partner with a limit', () => {
  it('gives no slot to two askers at the same moment', async () => {
    const containers = Array.from({ length: 8 }, () => stage.begun({ erp: 3 }));
    const taken = await Promise.all(containers.map((slots) => slots.take('erp')));
    expect(taken.filter(Boolean)).toHaveLength(3);
  });

  it('does not limit the other partner', async () => {
    const [first, second] = [stage.begun({ erp: 1 }), stage.begun({ erp: 1 })];
    await first.take('erp');
    expect(second.isLimited('azumuta')).toBe(false);
    expect(await second.take('azumuta')).toBe(true);
    expect(await second.use('azumuta', async () => 'read')).toBe('read');
  });

  it('is not called without a slot, for which nothing is claimed', async () => {
    const [first, second] = [stage.begun({ erp: 1 }), stage.begun({ erp: 1 })];
    await first.take('erp');
    let called = false;
    const partners = stage.partners(second);

    const attempts = await Promise.allSettled([
      partners.ready('erp'),
      partners.call('erp', new AbortController().signal, async () => {
        called = true;
      }),
    ]);

    const refused = { status: 'rejected', reason: expect.any(NoFreeSlot) };
    expect(attempts).toEqual([refused, refused]);
    expect(called).toBe(false);
  });

  it('gets one call at a time from a container, which takes its slot once', async () => {
    // Prepare
    const [first, second] = [stage.begun({ erp: 2 }), stage.begun({ erp: 2 })];
    let underWay = 0;
    let most = 0;
    const moment = () => stage.table.get({ pk: 'anything', sk: 'slow' });
    const call = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await moment();
      underWay -= 1;
    };

    // Act: the later ones come while the first takes the slot
    const calls: Promise<void>[] = [];
    for (let nth = 0; nth < 4; nth += 1) {
      calls.push(first.use('erp', call));
      await moment();
    }
    await Promise.all(calls);

    // Assess: the other slot is free
    expect(most).toBe(1);
    expect(await second.take('erp')).toBe(true);
  });

  it('costs no request to the ledger when it has no limit', async () => {
    const asked = () => Promise.reject(new Error('The ledger was asked.'));
    const table = overriding(stage.table, { get: asked, query: asked, update: asked });
    const slots = stage.begun({}, { table });
    const answers = [await slots.take('erp'), await slots.use('azumuta', async () => 'read')];
    await slots.end();
    expect(answers).toEqual([true, 'read']);
    expect(stage.logged.lines).toEqual([]);
  });
});

describe('a slot', () => {
  it('is free after a crash once the function must have been killed and the settling time is over', async () => {
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

  it('is kept for the settling time after a write without an answer, and nothing more is called with it', async () => {
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

  it('is not used by calls that waited behind such a write', async () => {
    const slots = stage.begun({ erp: 1 });
    const [first, second] = await Promise.allSettled([
      slots.use('erp', unanswered),
      slots.use('erp', async () => 'booked'),
    ]);
    expect(first.status).toBe('rejected');
    expect(second).toMatchObject({ status: 'rejected', reason: expect.any(NoFreeSlot) });
  });

  it('is kept for the settling time when a call goes on after the invocation', async () => {
    // Prepare: it does not stop at the deadline
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
    ['a refusal', new Rejected('Production MO/1 is cancelled.', { causeCode: 'order-state' })],
    ['a read without an answer', new PartnerDown('No answer.')],
    ['writes that were all answered', new OrderNotReady('Locked.', { wrote: 'known' })],
    ['a bug', new TypeError('undefined is not a function')],
  ])('is free at once after %s', async (_, failure) => {
    const slots = stage.begun({ erp: 1 });
    await slots.use('erp', () => Promise.reject(failure)).catch(() => undefined);
    await slots.end();
    expect(await stage.begun({ erp: 1 }).take('erp')).toBe(true);
  });

  it('is not given back by a container that thaws when the slot belongs to another', async () => {
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

  it('is free at the end of its lease when the ledger fails as it is given back', async () => {
    // Prepare
    const { table } = stage;
    let fails = false;
    const failing = overriding(table, {
      update: (key, update) => (fails ? Promise.reject(new Error('no table')) : table.update(key, update)),
    });
    const slots = stage.begun({ erp: 1 }, { table: failing });
    await slots.take('erp');
    fails = true;

    // Act
    await slots.end();

    // Assess
    expect(stage.logged.lines.join()).toContain('no table');
    stage.clock.advance(60 + settlingSeconds);
    expect(await stage.begun({ erp: 1 }).take('erp')).toBe(true);
  });
});
