import { beforeEach, describe, expect, it } from 'vitest';
import { createBreaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import type { ReconcileDependencies } from '../../../shared/completions/reconcile.ts';
import { RetryLater } from '../../../shared/model/errors.ts';
import { orderRoute } from './completed.ts';
import { type ReconcileStage, reconcileStageOn } from './reconcile-stage.ts';
import { startCompletionStage } from './stage.ts';

const partners = await startCompletionStage();
let stage: ReconcileStage;
beforeEach(async () => {
  stage = await reconcileStageOn(partners);
});

describe('the reconciliation', () => {
  it('asks about overdue orders only, and not within the grace period', async () => {
    const overdue = await stage.created(1.5);
    await stage.created(0.5);
    await stage.created(-5);
    await stage.run();
    expect(await stage.askedAbout()).toEqual([overdue]);
  });

  it('asks about no more orders than configured, longest overdue first, with a pause between two questions', async () => {
    const pauses: number[] = [];
    const noting = { ...stage.clock, sleep: async (ms: number) => void pauses.push(ms) };
    await stage.created(2);
    const oldest = await stage.created(4);
    const older = await stage.created(3);
    const report = await stage.run({ most: 2, clock: noting });
    expect(report).toMatchObject({ asked: 2, open: 2 });
    expect((await stage.askedAbout()).sort()).toEqual([oldest, older].sort());
    expect(pauses).toEqual([250]);
  });

  it('asks about the others first in the next run, until it has asked about every order', async () => {
    const numbers = [await stage.created(6), await stage.created(5), await stage.created(4)];
    const turns: string[][] = [];
    for (let hour = 0; hour < 3; hour++) {
      await stage.azumutaSide.forgetCalls();
      await stage.run({ most: 1 });
      turns.push(await stage.askedAbout());
      stage.clock.advance(3600);
    }
    const fourth = await stage.run({ most: 1 });
    expect(turns).toEqual(numbers.map((number) => [number]));
    expect(fourth.asked).toBe(0);
  });

  it('asks about an open order again the next day, and keeps its journey short', async () => {
    const number = await stage.created(2);
    await stage.run();
    stage.clock.advance(24 * 3600);
    const again = await stage.run();
    expect(again).toMatchObject({ asked: 1, open: 1 });
    expect((await stage.ledger.journeys.of(number)).map(({ event }) => event)).toEqual(['queued', 'created']);
  });

  it('asks in one run at a time', async () => {
    // Prepare
    await stage.created(2);
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const { promise: underWay, resolve: began } = Promise.withResolvers<void>();
    const slow: ReconcileDependencies['azumuta'] = {
      findProductOrder: (number, signal) => partners.azumuta.findProductOrder(number, signal),
      async productOrder(id, signal) {
        began();
        await answered;
        return partners.azumuta.productOrder(id, signal);
      },
    };

    // Act
    const first = stage.run({ azumuta: slow });
    await underWay;
    const second = await stage.run();
    answer();

    // Assess
    expect(second).toMatchObject({ outcome: 'another run is under way', asked: 0 });
    expect(await first).toMatchObject({ outcome: 'asked', asked: 1 });
    // The lease was given back.
    expect((await stage.run()).outcome).toBe('asked');
  });

  it('asks again once the lease of a run that died has ended', async () => {
    await stage.created(2);
    await stage.ledger.reconciling.take('a run that was killed', 305);
    const during = await stage.run();
    stage.clock.advance(305);
    const after = await stage.run();
    expect(during.outcome).toBe('another run is under way');
    expect(after).toMatchObject({ outcome: 'asked', asked: 1 });
  });

  it('stops when the function is nearly out of time', async () => {
    await stage.created(3);
    await stage.created(2);
    const remaining = [300_000, 300_000, 300_000, 15_000];
    const report = await stage.run({ remainingMs: () => remaining.shift() ?? 15_000 });
    expect(report).toMatchObject({ outcome: 'out of time', asked: 1 });
  });

  it('stops once Azumuta fails; the order of that moment comes after the others, but not a day later', async () => {
    // Prepare
    const first = await stage.created(3);
    const second = await stage.created(2);
    await stage.azumutaSide.setFaults([{ route: orderRoute, kind: 'status', status: 503 }]);

    // Act
    const down = await stage.run();
    const calls = await stage.azumutaSide.calls();
    await stage.azumutaSide.setFaults([]);
    const turns: string[][] = [];
    for (const hours of [0, 1]) {
      stage.clock.advance(hours * 3600);
      await stage.azumutaSide.forgetCalls();
      await stage.run();
      turns.push(await stage.askedAbout());
    }

    // Assess
    expect(down).toMatchObject({ outcome: 'Azumuta is down', asked: 0 });
    expect(calls).toEqual({ [orderRoute]: 1 });
    expect(turns).toEqual([[second], [first]]);
  });

  it('asks about all other orders although Azumuta fails for one order every time', async () => {
    // Prepare
    const broken = await stage.created(9);
    const others = [await stage.created(8), await stage.created(7)];
    const entry = await stage.ledger.orders.find(broken);
    const sick: ReconcileDependencies['azumuta'] = {
      findProductOrder: (number, signal) => partners.azumuta.findProductOrder(number, signal),
      async productOrder(id, signal) {
        if (id === entry?.productOrder?.id)
          throw new RetryLater('Azumuta failed (500).', { scope: 'partner' });
        return partners.azumuta.productOrder(id, signal);
      },
    };

    // Act: a run each day.
    const days: string[][] = [];
    for (let day = 0; day < 4; day++) {
      await stage.azumutaSide.forgetCalls();
      await stage.run({ azumuta: sick });
      days.push((await stage.askedAbout()).sort());
      stage.clock.advance(24 * 3600);
    }

    // Assess: no order waits for longer than two days.
    expect(days).toEqual([[], others, [], others]);
  });

  it('asks nothing while the breaker of Azumuta is open', async () => {
    // Prepare
    const number = await stage.created(3);
    const breaker = createBreaker(stage.store.table, stage.clock);
    const refused = new RetryLater('Azumuta refused our credentials.', {
      scope: 'partner',
      unauthorized: true,
    });
    await breaker.recordFailure('azumuta', refused, { permit: 'call' }, 'another container');

    // Act
    const report = await stage.run();
    const calls = await stage.azumutaSide.calls();
    stage.clock.advance(301);
    await breaker.recordSuccess('azumuta', await breaker.permit('azumuta', 'prober'), 'prober');
    await stage.run();

    // Assess: no order was asked about, so none moved back.
    expect(report.outcome).toBe('Azumuta is down');
    expect(calls).toEqual({});
    expect(await stage.askedAbout()).toEqual([number]);
  });
});

it('asks about the others when Azumuta does not know one order any more', async () => {
  const number = await stage.created(2);
  await stage.createdOutside(3);
  const first = await stage.run();
  const second = await stage.run();
  expect(first).toMatchObject({ asked: 2, open: 1, unclear: 1 });
  expect(second.asked).toBe(0);
  expect(await stage.askedAbout()).toEqual([number]);
});

it.each([{ kind: 'malformed', as: 'wrong-shape' }, { kind: 'business-error' }] as const)(
  'asks about the others when the answer about one order cannot be read: %o',
  async (fault) => {
    await stage.created(3);
    await stage.created(2);
    await stage.azumutaSide.setFaults([{ ...fault, route: orderRoute, times: 1 }]);
    const first = await stage.run();
    const second = await stage.run();
    expect(first).toMatchObject({ outcome: 'asked', asked: 2, open: 1, unclear: 1 });
    expect(second.asked).toBe(0);
  },
);
