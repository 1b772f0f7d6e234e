import { beforeEach, describe, expect, it } from 'vitest';
import { Breaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import type { ReconcileDependencies } from '../../../shared/completions/reconcile.ts';
import { PartnerDown } from '../../../shared/model/errors.ts';
import { withFields } from '../../../shared/model/unread.ts';
import { setFaults } from '../../support/faults.ts';
import { newOrder } from '../../support/orders.ts';
import { overriding } from '../../support/overriding.ts';
import { complete, eventsOf, inErp, orderRoute } from './completed.ts';
import { type ReconcileStage, reconcileStageOn } from './reconcile-stage.ts';
import { startCompletionStage } from './stage.ts';

const partners = await startCompletionStage();
let stage: ReconcileStage;
beforeEach(async () => {
  stage = await reconcileStageOn(partners);
});

/** One whose completion nobody told. */
async function lost(): Promise<string> {
  const number = await stage.created(3);
  await complete(stage, number);
  await stage.azumutaSide.forgetCalls();
  return number;
}
const nothing = { outcome: 'asked', asked: 0, completed: 0, planned: 0, open: 0, unclear: 0 };

describe('a completion whose trigger was lost', () => {
  it('enters the completions queue as a hint of the reconciliation, after one read', async () => {
    const number = await lost();
    expect(await stage.run()).toEqual({ ...nothing, asked: 1, completed: 1 });
    expect(stage.hints).toEqual([
      {
        v: 1,
        kind: 'completion',
        productOrderNumber: number,
        recordingIds: [],
        eventId: 'run-1/1',
        via: 'reconciliation',
      },
    ]);
    expect(await stage.azumutaSide.calls()).toEqual({ [orderRoute]: 1 });
  });

  it('is not asked about when its trigger came a moment ago and the index does not show it yet', async () => {
    const number = await lost();
    await stage.handle(number);
    await stage.azumutaSide.forgetCalls();
    const due = overriding(stage.ledger.due, { listOverdue: async () => [number] });
    expect(await stage.run({ ledger: { ...stage.ledger, due } })).toEqual(nothing);
    expect(await stage.azumutaSide.calls()).toEqual({});
  });

  it('gets another hint on another day, in case the first was lost', async () => {
    const number = await lost();
    await stage.run();
    stage.clock.advance(86_400);
    expect(await stage.run()).toMatchObject({ completed: 1 });
    expect(stage.hints.map(({ productOrderNumber }) => productOrderNumber)).toEqual([number, number]);
  });
});

describe('a booking that is planned and whose message is lost', () => {
  it.each([
    ['of an order that waits', lost],
    ['that waits by itself, as its order does not: an amendment', lateRecording],
    ['that waits by itself: of an order that was typed into Azumuta', typedIn],
  ])(
    'gets its hint each day without a question to Azumuta, and is booked: one %s',
    async (_which, orderOf) => {
      // Prepare
      const number = await orderOf();
      const before = (await inErp(stage, number)).length;
      await stage.message(number)({ down: 'erp' });
      stage.clock.advance(2 * 86_400);
      await stage.azumutaSide.forgetCalls();

      // Act
      const reports = [await stage.run(), await stage.run()];
      stage.clock.advance(86_400);
      reports.push(await stage.run());
      for (const hint of stage.hints.slice(1)) await stage.handle(hint, {}, { down: 'azumuta' });
      stage.clock.advance(86_400);

      // Assess
      expect(reports).toEqual([{ ...nothing, planned: 1 }, nothing, { ...nothing, planned: 1 }]);
      expect(await stage.azumutaSide.calls()).toEqual({});
      expect(await inErp(stage, number)).toHaveLength(before + 1);
      expect(await stage.run()).toEqual(nothing);
    },
  );

  async function typedIn(): Promise<string> {
    const { number } = await stage.build(await stage.released());
    await complete(stage, number);
    return number;
  }

  async function lateRecording(): Promise<string> {
    const number = await lost();
    await stage.handle(number);
    await complete(stage, number);
    stage.clock.advance(61);
    return number;
  }
});

describe('while its flow is paused', () => {
  it.each([
    ['orders', { outcome: 'asked', asked: 1 }, { looked: 0, hinted: 1 }],
    ['completions', { outcome: 'paused', asked: 0 }, { looked: 1, hinted: 0 }],
    ['bookings', { outcome: 'asked', asked: 1 }, { looked: 1, hinted: 1 }],
  ] as const)('nothing is sent into it that would only wait: %s', async (flow, report, sent) => {
    await lost();
    await stage.ledger.pauses.pauseFlow(flow);
    expect(await stage.run()).toMatchObject(report);
    expect({ looked: stage.lookedAt.length, hinted: stage.hints.length }).toEqual(sent);
  });

  it.each(['bookings are paused', 'the ERP is down'] as const)(
    'a planned booking gets no further hint while %s, and one a day later',
    async (why) => {
      // Prepare
      const number = await lost();
      await stage.message(number)({ down: 'erp' });
      const breaker = new Breaker(stage.store.table, stage.clock);
      const refused = new PartnerDown('Refused.', { unauthorized: true });
      stage.clock.advance(2 * 86_400);
      if (why === 'the ERP is down') await breaker.recordFailure('erp', refused, 'call', 'another container');
      else await stage.ledger.pauses.pauseFlow('bookings');

      // Act
      const held = await stage.run();
      const before = stage.hints.length;
      stage.clock.advance(86_400);
      await stage.ledger.pauses.resumeFlow('bookings');
      const later = await stage.run();

      // Assess
      expect([held, later]).toMatchObject([{ planned: 1 }, { planned: 1 }]);
      expect([before, stage.hints.length]).toEqual([0, 1]);
    },
  );
});

it('records once that an overdue product order was removed in Azumuta, and has it looked at from then on', async () => {
  const number = await stage.createdOutside(3);
  const reports = [await stage.run()];
  const before = [...stage.lookedAt];
  for (let days = 0; days < 2; days++) {
    stage.clock.advance(86_400);
    reports.push(await stage.run());
  }
  expect(reports).toMatchObject([
    { asked: 1, unclear: 1 },
    { asked: 0, unclear: 0 },
    { asked: 0, unclear: 0 },
  ]);
  expect(before).toEqual([number]);
  expect(stage.lookedAt).toEqual([number, number, number]);
  const told = (await stage.ledger.journeys.readJourney(number)).filter(({ event }) => event === 'removed');
  expect(told.map(({ note }) => note)).toEqual(['Azumuta does not have it any more']);
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

  it('asks about as many as configured, however many are due before them that are not made yet', async () => {
    const waiting = Array.from({ length: 60 }, (_, at) => `WAITS-${at}`);
    for (const number of waiting)
      await stage.ledger.orders.create(newOrder({ number, dueDate: '2020-01-01' }));
    const [number] = await created(2);
    expect(await turn({ most: 1 })).toEqual([number]);
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
    setFaults(stage.azumutaSide, [{ route: orderRoute, kind: 'status', status: 503 }]);

    // Act
    const down = await stage.run();
    const calls = await stage.azumutaSide.calls();
    setFaults(stage.azumutaSide, []);
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
      if (id === entry?.productOrder?.id) throw new PartnerDown('Azumuta failed.');
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
    const refused = new PartnerDown('Refused.', { unauthorized: true });
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

it.each([{ kind: 'wrong-shape' }, { kind: 'business-error' }] as const)(
  'asks about the others when the answer about one order cannot be read: %o',
  async (fault) => {
    await created(3, 2);
    setFaults(stage.azumutaSide, [{ ...fault, route: orderRoute, times: 1 }]);
    expect(await stage.run()).toMatchObject({ outcome: 'asked', asked: 2, open: 1, unclear: 1 });
    expect(await stage.run()).toMatchObject({ asked: 0 });
  },
);

describe('an order whose status is a word that the contract does not know', () => {
  /** Shows this status of each order, and whatever else Azumuta shows of it. */
  const showing = (status: string) =>
    overriding(stage.azumuta, {
      productOrder: async (id, call) => {
        const order = await partners.azumuta.productOrder(id, call);
        return order && withFields(order, { status, completed: false });
      },
    });

  it('is remembered by its word alone: no name, number or link of the order', async () => {
    // Prepare
    await stage.created(3);
    await stage.created(4);

    // Act
    const report = await stage.run({ azumuta: showing('Awaiting double check') });

    // Assess
    expect(report).toMatchObject({ asked: 2, open: 2 });
    const stored = await stage.store.table.get({ pk: 'AZUMUTA', sk: 'STATUSES' });
    const { writtenAt, expiresAt, ...rest } = stored ?? {};
    const words = { 'Awaiting double check': String(writtenAt).slice(0, 10) };
    expect(rest).toEqual({ pk: 'AZUMUTA', sk: 'STATUSES', words });
  });

  it.each(['open', 'In-Progress', 'completed'])(
    'is nothing new where the contract knows it: %s',
    async (status) => {
      await stage.created(3);

      await stage.run({ azumuta: showing(status) });

      expect(await stage.ledger.statusWords.list()).toEqual([]);
    },
  );
});
