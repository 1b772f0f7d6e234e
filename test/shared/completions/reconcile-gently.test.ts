import { beforeEach, describe, expect, it } from 'vitest';
import { Breaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import type { ReconcileDependencies } from '../../../shared/completions/reconcile.ts';
import { RetryLater } from '../../../shared/model/errors.ts';
import { overriding } from '../../support/overriding.ts';
import { eventsOf, orderRoute } from './completed.ts';
import { type ReconcileStage, reconcileStageOn } from './reconcile-stage.ts';
import { startCompletionStage } from './stage.ts';

const partners = await startCompletionStage();
let stage: ReconcileStage;
beforeEach(async () => {
  stage = await reconcileStageOn(partners);
});

/** Orders that are overdue by so many days. */
async function created(...days: number[]): Promise<string[]> {
  const numbers: string[] = [];
  for (const dueDaysAgo of days) numbers.push(await stage.created(dueDaysAgo));
  return numbers;
}

/** A run. @returns the orders that Azumuta was asked about. */
async function turn(dependencies: Parameters<typeof stage.run>[0] = {}): Promise<string[]> {
  await stage.azumutaSide.forgetCalls();
  await stage.run(dependencies);
  return (await stage.askedAbout()).sort();
}

/** Azumuta, where something happens before it shows a product order. */
const azumutaThat = (happens: (id: string) => void | Promise<void>): ReconcileDependencies['azumuta'] =>
  overriding(partners.azumuta, {
    async productOrder(id, signal) {
      await happens(id);
      return partners.azumuta.productOrder(id, signal);
    },
  });

describe('the reconciliation', () => {
  it('asks about no more orders than configured, longest overdue first, with a pause between two questions', async () => {
    const [, ...oldest] = await created(2, 4, 3);
    const pauses: number[] = [];
    const clock = { ...stage.clock, sleep: async (ms: number) => void pauses.push(ms) };
    expect(await turn({ most: 2, clock })).toEqual(oldest.sort());
    expect(pauses).toEqual([250]);
  });

  it('asks about the others first in the next run, until it has asked about every order', async () => {
    const numbers = await created(6, 5, 4);
    const turns: string[][] = [];
    for (let hour = 0; hour < 4; hour++) {
      turns.push(await turn({ most: 1 }));
      stage.clock.advance(3600);
    }
    expect(turns).toEqual([...numbers.map((number) => [number]), []]);
  });

  it('asks about an open order again the next day, and keeps its journey short', async () => {
    const [number = ''] = await created(2);
    await stage.run();
    stage.clock.advance(24 * 3600);
    expect(await stage.run()).toMatchObject({ asked: 1, open: 1 });
    expect(await eventsOf(stage, number)).toEqual(['queued', 'created']);
  });

  it('asks in one run at a time', async () => {
    await created(2);
    const gate = Promise.withResolvers<void>();
    const underWay = Promise.withResolvers<void>();
    const azumuta = azumutaThat(() => {
      underWay.resolve();
      return gate.promise;
    });
    const first = stage.run({ azumuta });
    await underWay.promise;
    expect(await stage.run()).toMatchObject({ outcome: 'another run is under way', asked: 0 });
    gate.resolve();
    expect(await first).toMatchObject({ outcome: 'asked', asked: 1 });
    // The lease was given back.
    expect(await stage.run()).toMatchObject({ outcome: 'asked' });
  });

  it('stops when the function is nearly out of time', async () => {
    await created(3, 2);
    const remaining = [300_000, 300_000, 300_000];
    const remainingMs = () => remaining.shift() ?? 15_000;
    expect(await stage.run({ remainingMs })).toMatchObject({ outcome: 'out of time', asked: 1 });
  });

  it('stops once Azumuta fails; the order of that moment comes after the others, but not a day later', async () => {
    // Prepare
    const [first, second] = await created(3, 2);
    await stage.azumutaSide.setFaults([{ route: orderRoute, kind: 'status', status: 503 }]);

    // Act
    const down = await stage.run();
    const calls = await stage.azumutaSide.calls();
    await stage.azumutaSide.setFaults([]);
    const turns = [await turn()];
    stage.clock.advance(3600);
    turns.push(await turn());

    // Assess
    expect(down).toMatchObject({ outcome: 'Azumuta is down', asked: 0 });
    expect(calls).toEqual({ [orderRoute]: 1 });
    expect(turns).toEqual([[second], [first]]);
  });

  it('asks about all other orders although Azumuta fails for one order every time', async () => {
    const [broken = '', ...others] = await created(9, 8, 7);
    const entry = await stage.ledger.orders.find(broken);
    const azumuta = azumutaThat((id) => {
      if (id === entry?.productOrder?.id) throw new RetryLater('Azumuta failed.', { scope: 'partner' });
    });
    const days: string[][] = [];
    for (let day = 0; day < 4; day++) {
      days.push(await turn({ azumuta }));
      stage.clock.advance(24 * 3600);
    }
    // No order waits for longer than two days.
    expect(days).toEqual([[], others, [], others]);
  });

  it('asks nothing while the breaker of Azumuta is open, and then about the same orders', async () => {
    // Prepare
    const numbers = await created(3);
    const breaker = new Breaker(stage.store.table, stage.clock);
    const refused = new RetryLater('Refused.', { scope: 'partner', unauthorized: true });
    await breaker.recordFailure('azumuta', refused, 'call', 'another container');

    // Act
    const report = await stage.run();
    const calls = await stage.azumutaSide.calls();
    stage.clock.advance(301);
    await breaker.recordSuccess('azumuta', await breaker.permit('azumuta', 'prober'), 'prober');

    // Assess
    expect(report.outcome).toBe('Azumuta is down');
    expect(calls).toEqual({});
    expect(await turn()).toEqual(numbers);
  });
});

it('asks about the others when Azumuta does not know one order any more', async () => {
  await created(2);
  await stage.createdOutside(3);
  expect(await stage.run()).toMatchObject({ asked: 2, open: 1, unclear: 1 });
  expect(await stage.run()).toMatchObject({ asked: 0 });
});

it.each([{ kind: 'malformed', as: 'wrong-shape' }, { kind: 'business-error' }] as const)(
  'asks about the others when the answer about one order cannot be read: %o',
  async (fault) => {
    await created(3, 2);
    await stage.azumutaSide.setFaults([{ ...fault, route: orderRoute, times: 1 }]);
    expect(await stage.run()).toMatchObject({ outcome: 'asked', asked: 2, open: 1, unclear: 1 });
    expect(await stage.run()).toMatchObject({ asked: 0 });
  },
);
