import { beforeEach, describe, expect, it } from 'vitest';
import { type Breaker, createBreaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { createPartnerCalls } from '../../../shared/circuit-breaker/guarded-call.ts';
import { stopIfAborted } from '../../../shared/erp/booking-rules.ts';
import { RetryLater } from '../../../shared/model/errors.ts';
import { createHttp } from '../../../shared/platform/http.ts';
import { type TestClock, testClock } from '../../support/clock.ts';
import { type LedgerStore, startLedgerStore } from '../../support/dynamodb.ts';
import { silent } from '../../support/logs.ts';
import { startServer } from '../../support/server.ts';

let store: LedgerStore;
let clock: TestClock;
let breaker: Breaker;

beforeEach(async () => {
  store = await startLedgerStore();
  clock = testClock();
  breaker = createBreaker(store.table, clock, { cooldownSeconds: 15 });
  return () => store.stop();
});

const unwell = () => new RetryLater('The ERP failed (503).', { scope: 'partner' });
const locked = () => new RetryLater('MO/0001 is locked.', { scope: 'order' });
const refused = () =>
  new RetryLater('The ERP refused our credentials (401).', { scope: 'partner', unauthorized: true });

/** One container's calls; `asked` counts what reached the partner. */
function container(name: string) {
  const partners = createPartnerCalls({ breaker, newOwner: () => name, clock, log: silent });
  let asked = 0;
  return {
    asked: () => asked,
    call: (answer: () => unknown) =>
      partners
        .call('erp', async () => {
          asked += 1;
          const failure = await answer();
          if (failure instanceof Error) throw failure;
        })
        .then(
          () => 'well' as const,
          (error: Error) => error,
        ),
  };
}

async function opened(failure = unwell) {
  const first = container('first');
  for (let i = 0; i < 5; i++) expect(await first.call(failure)).toMatchObject(failure());
  expect(await breaker.state('erp')).toMatchObject({ open: true });
  return first;
}

describe('the breaker opens when its partner is unwell', () => {
  it('lets nothing through after five failures in a minute, for any container', async () => {
    // Prepare
    await opened();
    const other = container('other');

    // Act
    const answer = await other.call(() => undefined);

    // Assess
    expect(answer).toBeInstanceOf(RetryLater);
    expect(other.asked()).toBe(0);
    expect(await breaker.state('erp')).toMatchObject({ open: true, reason: 'The ERP failed (503).' });
  });

  it('stays closed however many orders are locked', async () => {
    const one = container('one');
    for (let i = 0; i < 30; i++) await one.call(locked);
    expect(await one.call(() => undefined)).toBe('well');
    expect(await breaker.state('erp')).toMatchObject({ open: false });
  });

  it('opens at the first refused credentials, and waits at least five minutes', async () => {
    const one = container('one');
    await one.call(refused);
    clock.advance(299);
    await one.call(() => undefined);
    expect(one.asked()).toBe(1);
    clock.advance(2);
    expect(await one.call(() => undefined)).toBe('well');
    expect(one.asked()).toBe(2);
  });

  it('waits as long after refused credentials though it was open for another reason, or as long as it was asked', async () => {
    // Prepare
    await opened();
    const asked = new RetryLater('The ERP refused our credentials (403).', {
      scope: 'partner',
      unauthorized: true,
      afterSeconds: 1200,
    });
    const seconds = async () => {
      const { openUntilMs = 0 } = await breaker.state('erp');
      return (openUntilMs - clock.now().getTime()) / 1000;
    };

    // Act: calls that were under way when it opened
    await breaker.recordFailure('erp', refused(), { permit: 'call' }, 'late');
    const first = await seconds();
    await breaker.recordFailure('erp', asked, { permit: 'call' }, 'later');
    const second = await seconds();
    await breaker.recordFailure('erp', refused(), { permit: 'call' }, 'latest');

    // Assess: never sooner again
    expect([first, second, await seconds()]).toEqual([300, 1200, 1200]);
  });

  it('counts each target for itself', async () => {
    await opened();
    const partners = createPartnerCalls({
      breaker,
      newOwner: () => 'one',
      clock,
      log: silent,
    });
    await expect(partners.call('azumuta', async () => 'answer')).resolves.toBe('answer');
  });
});

describe('one probe at a time', () => {
  it('lets exactly one of many containers through after the cooldown', async () => {
    // Prepare: a probe that is under way until all others have been refused
    await opened();
    clock.advance(16);
    const refusals = Promise.withResolvers<void>();
    let refused = 0;
    let asked = 0;

    // Act
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        createPartnerCalls({ breaker, newOwner: () => `container ${i}`, clock, log: silent })
          .call('erp', async () => {
            asked += 1;
            await refusals.promise;
            return 'well';
          })
          .catch((error: Error) => {
            refused += 1;
            if (refused === 7) refusals.resolve();
            return error.name;
          }),
      ),
    );

    // Assess
    expect(asked).toBe(1);
    expect(answers.filter((answer) => answer === 'well')).toHaveLength(1);
  });

  it('closes after a probe that went well', async () => {
    const first = await opened();
    clock.advance(16);
    expect(await first.call(() => undefined)).toBe('well');
    expect(await container('other').call(() => undefined)).toBe('well');
    expect(await breaker.state('erp')).toMatchObject({ open: false });
  });

  it.each([
    ['before a call of a connector', () => stopIfAborted(AbortSignal.abort(), 'Tryton', 'booking MO/0001')],
    ['before a call of our own', () => AbortSignal.abort().throwIfAborted()],
    [
      'while the partner is asked',
      async () => {
        const aborting = new AbortController();
        const silentPartner = await startServer(() => {
          aborting.abort();
          return new Promise(() => undefined);
        });
        const http = createHttp({ partner: 'Tryton', baseUrl: silentPartner.url });
        await http.send({ method: 'POST', path: '/book', signal: aborting.signal });
      },
    ],
  ])(
    'learns nothing from a probe that our own deadline ended %s: the next one probes',
    async (_when, work) => {
      // Prepare
      await opened();
      clock.advance(16);
      const other = container('other');

      // Act
      const answer = await other.call(work);

      // Assess
      expect(answer).not.toBe('well');
      expect(await breaker.state('erp')).toMatchObject({ open: true });
      expect(await breaker.permit('erp', 'next')).toEqual({ permit: 'probe' });
    },
  );

  /** A prober that took too long, and the one that probes since. */
  async function takenOver() {
    await opened();
    clock.advance(16);
    const slow = await breaker.permit('erp', 'slow');
    clock.advance(91);
    return { slow, next: await breaker.permit('erp', 'next') };
  }

  it('leaves the probe to the one that has taken it over', async () => {
    // Prepare
    const { slow } = await takenOver();

    // Act
    await breaker.recordNoAnswer('erp', slow, 'slow');

    // Assess
    expect(await breaker.permit('erp', 'third')).toMatchObject({ permit: 'wait' });
  });

  it('is not closed by a probe that comes too late: another has failed since', async () => {
    // Prepare
    const { slow, next } = await takenOver();
    await breaker.recordFailure('erp', unwell(), next, 'next');

    // Act
    await breaker.recordSuccess('erp', slow, 'slow');

    // Assess
    expect(await breaker.state('erp')).toMatchObject({ open: true });
  });

  it.each([
    ['a bug of ours', () => new TypeError('undefined is not a function')],
    ['a table that fails', () => Object.assign(new Error('slow down'), { $metadata: {} })],
  ])('learns nothing from %s: the next one probes', async (_, thrown) => {
    await opened();
    clock.advance(16);
    await container('other').call(thrown);
    expect(await breaker.state('erp')).toMatchObject({ open: true });
    expect(await breaker.permit('erp', 'next')).toEqual({ permit: 'probe' });
  });

  it('waits twice as long after each probe that failed, up to five minutes', async () => {
    const first = await opened();
    const before = first.asked();
    for (let second = 0; second < 60; second++) {
      clock.advance(1);
      await first.call(unwell);
    }
    // 15 s, then 30 s, then 60 s.
    expect(first.asked() - before).toBe(2);
  });

  it('never waits longer than its longest cooldown, however many probes have failed', async () => {
    // Prepare
    const first = await opened();
    const waits: number[] = [];

    // Act
    for (let probe = 0; probe < 10; probe++) {
      const { openUntilMs = 0 } = await breaker.state('erp');
      const seconds = (openUntilMs - clock.now().getTime()) / 1000;
      waits.push(seconds);
      clock.advance(seconds);
      await first.call(unwell);
    }

    // Assess
    expect(first.asked()).toBe(15);
    expect(waits).toEqual([15, 30, 60, 120, 240, 300, 300, 300, 300, 300]);
  });

  it.each([
    ['two minutes', 120, 120],
    ['seconds since 1970', 1_795_507_200, 3600],
    ['a number that no store takes', 1e200, 3600],
  ])(
    'heeds a Retry-After of %s for an hour at most, and the failure stays what it is',
    async (_what, afterSeconds, waits) => {
      // Prepare
      const asks = () => new RetryLater('The ERP failed (503).', { scope: 'partner', afterSeconds });

      // Act
      const first = container('first');
      const answers = [];
      for (let i = 0; i < 5; i++) answers.push(await first.call(asks));

      // Assess
      expect(answers).toEqual(Array.from({ length: 5 }, asks));
      const { openUntilMs } = await breaker.state('erp');
      expect(openUntilMs).toBe(clock.now().getTime() + waits * 1000);
    },
  );

  it('frees the probe of a container that died', async () => {
    await opened();
    clock.advance(16);
    expect(await breaker.permit('erp', 'dies')).toEqual({ permit: 'probe' });
    expect(await breaker.permit('erp', 'next')).toMatchObject({ permit: 'wait' });
    clock.advance(91);
    expect(await breaker.permit('erp', 'next')).toEqual({ permit: 'probe' });
  });
});
