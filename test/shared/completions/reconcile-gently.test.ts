import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { ReconcileDependencies } from '../../../shared/completions/reconcile.ts';
import { RetryLater } from '../../../shared/model/errors.ts';
import { type ReconcileStage, type ReconcileTest, startReconcileStage } from './reconcile-stage.ts';

let stage: ReconcileStage;
let control: ReconcileStage['control'];
let azumuta: ReconcileStage['azumuta'];
let clock: ReconcileTest['clock'];
let ledger: ReconcileTest['ledger'];
let breaker: ReconcileTest['breaker'];
let created: ReconcileTest['created'];
let createdOutside: ReconcileTest['createdOutside'];
let run: ReconcileTest['run'];
let askedAbout: ReconcileTest['askedAbout'];

beforeAll(async () => {
  stage = await startReconcileStage();
  ({ control, azumuta } = stage);
});
afterAll(() => stage?.stop());
beforeEach(async () => {
  ({ clock, ledger, breaker, created, createdOutside, run, askedAbout } = await stage.begin());
});

describe('the reconciliation', () => {
  it('asks about overdue orders only, and not within the grace period', async () => {
    // Prepare
    const overdue = await created('OVERDUE', 1.5);
    await created('GRACE', 0.5);
    await created('FUTURE', -5);

    // Act
    await run();

    // Assess
    expect(await askedAbout()).toEqual([overdue]);
  });

  it('asks about no more orders than configured, longest overdue first, with a pause between two questions', async () => {
    // Prepare
    const pauses: number[] = [];
    const noting = { ...clock, sleep: async (ms: number) => void pauses.push(ms) };
    await created('C', 2);
    const oldest = await created('A', 4);
    const older = await created('B', 3);

    // Act
    const report = await run({ most: 2, clock: noting });

    // Assess
    expect(report).toMatchObject({ asked: 2, open: 2 });
    expect((await askedAbout()).sort()).toEqual([oldest, older].sort());
    expect(pauses).toEqual([250]);
  });

  it('asks about the others first in the next run, until it has asked about every order', async () => {
    // Prepare
    const numbers = [await created('R1', 6), await created('R2', 5), await created('R3', 4)];
    const turns: string[][] = [];

    // Act
    for (let hour = 0; hour < 3; hour++) {
      await control.forgetCalls();
      await run({ most: 1 });
      turns.push(await askedAbout());
      clock.advance(3600);
    }
    const fourth = await run({ most: 1 });

    // Assess
    expect(turns).toEqual(numbers.map((number) => [number]));
    expect(fourth.asked).toBe(0);
  });

  it('asks about an open order again the next day, and keeps its journey short', async () => {
    // Prepare
    const number = await created('DAILY', 2);
    await run();
    clock.advance(24 * 3600);

    // Act
    const again = await run();

    // Assess
    expect(again).toMatchObject({ asked: 1, open: 1 });
    expect((await ledger.journeys.of(number)).map(({ event }) => event)).toEqual(['queued', 'created']);
  });

  it('asks in one run at a time', async () => {
    // Prepare
    await created('ONE', 2);
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const { promise: underWay, resolve: began } = Promise.withResolvers<void>();
    const slow: ReconcileDependencies['azumuta'] = {
      findProductOrder: (number, signal) => azumuta.findProductOrder(number, signal),
      async productOrder(id, signal) {
        began();
        await answered;
        return azumuta.productOrder(id, signal);
      },
    };

    // Act
    const first = run({ azumuta: slow });
    await underWay;
    const second = await run();
    answer();

    // Assess
    expect(second).toEqual({
      outcome: 'another run is under way',
      asked: 0,
      completed: 0,
      open: 0,
      unclear: 0,
    });
    expect(await first).toMatchObject({ outcome: 'asked', asked: 1 });
    // The lease was given back.
    expect((await run()).outcome).toBe('asked');
  });

  it('asks again once the lease of a run that died has ended', async () => {
    // Prepare
    await created('DEAD', 2);
    await ledger.reconciling.take('a run that was killed', 305);

    // Act
    const during = await run();
    clock.advance(305);
    const after = await run();

    // Assess
    expect(during.outcome).toBe('another run is under way');
    expect(after).toMatchObject({ outcome: 'asked', asked: 1 });
  });

  it('stops when the function is nearly out of time', async () => {
    // Prepare
    await created('T1', 3);
    await created('T2', 2);
    const remaining = [300_000, 300_000, 300_000, 15_000];

    // Act
    const report = await run({ remainingMs: () => remaining.shift() ?? 15_000 });

    // Assess
    expect(report).toMatchObject({ outcome: 'out of time', asked: 1 });
  });

  it('stops once Azumuta fails; the order of that moment comes after the others, but not a day later', async () => {
    // Prepare
    const first = await created('U1', 3);
    const second = await created('U2', 2);
    await control.setFaults([{ route: 'GET /api/v1/productorders/{id}', kind: 'status', status: 503 }]);

    // Act
    const down = await run();
    const calls = await control.calls();
    await control.setFaults([]);
    const turns: string[][] = [];
    for (const hours of [0, 1]) {
      clock.advance(hours * 3600);
      await control.forgetCalls();
      await run();
      turns.push(await askedAbout());
    }

    // Assess
    expect(down).toMatchObject({ outcome: 'Azumuta is down', asked: 0 });
    expect(calls).toEqual({ 'GET /api/v1/productorders/{id}': 1 });
    expect(turns).toEqual([[second], [first]]);
  });

  it('asks about all other orders although Azumuta fails for one order every time', async () => {
    // Prepare
    const broken = await created('BROKEN', 9);
    const others = [await created('V1', 8), await created('V2', 7)];
    const entry = await ledger.orders.find(broken);
    const sick: ReconcileDependencies['azumuta'] = {
      findProductOrder: (number, signal) => azumuta.findProductOrder(number, signal),
      async productOrder(id, signal) {
        if (id === entry?.productOrder?.id)
          throw new RetryLater('Azumuta failed (500).', { scope: 'partner' });
        return azumuta.productOrder(id, signal);
      },
    };

    // Act: a run each day.
    const days: string[][] = [];
    for (let day = 0; day < 4; day++) {
      await control.forgetCalls();
      await run({ azumuta: sick });
      days.push((await askedAbout()).sort());
      clock.advance(24 * 3600);
    }

    // Assess: no order waits for longer than two days.
    expect(days).toEqual([[], others, [], others]);
  });

  it('asks nothing while the breaker of Azumuta is open', async () => {
    // Prepare
    const number = await created('B1', 3);
    const refused = new RetryLater('Azumuta refused our credentials.', {
      scope: 'partner',
      unauthorized: true,
    });
    await breaker.recordFailure('azumuta', refused, { permit: 'call' }, 'another container');
    const wellAgain = async () => {
      clock.advance(301);
      await breaker.recordSuccess('azumuta', await breaker.permit('azumuta', 'prober'), 'prober');
    };
    onTestFinished(wellAgain);

    // Act
    const report = await run();
    const calls = await control.calls();
    await wellAgain();
    await run();

    // Assess: no order was asked about, so none moved back.
    expect(report.outcome).toBe('Azumuta is down');
    expect(calls).toEqual({});
    expect(await askedAbout()).toEqual([number]);
  });
});

it('asks about the others when Azumuta does not know one order any more', async () => {
  // Prepare
  const number = await created('KNOWN', 2);
  await createdOutside('GONE', 3);

  // Act
  const first = await run();
  const second = await run();

  // Assess
  expect(first).toMatchObject({ asked: 2, open: 1, unclear: 1 });
  expect(second.asked).toBe(0);
  expect(await askedAbout()).toEqual([number]);
});

it.each([{ kind: 'malformed', as: 'wrong-shape' }, { kind: 'business-error' }] as const)(
  'asks about the others when the answer about one order cannot be read: %o',
  async (fault) => {
    // Prepare
    await created('ODD', 3);
    await created('EVEN', 2);
    await control.setFaults([{ ...fault, route: 'GET /api/v1/productorders/{id}', times: 1 }]);

    // Act
    const first = await run();
    const second = await run();

    // Assess
    expect(first).toMatchObject({ outcome: 'asked', asked: 2, open: 1, unclear: 1 });
    expect(second.asked).toBe(0);
  },
);
