import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PullProgress } from '../../../shared/ledger/records/pull-state.ts';
import { OrderNotReady, RetryLater } from '../../../shared/model/errors.ts';
import { type PullDependencies, type PullReport, pullOrders } from '../../../shared/orders/pull.ts';
import { afterPage, afterPullWindow, overlapMs, startOfReading } from '../../../shared/orders/pull-window.ts';
import { createQueues } from '../../../shared/platform/aws/queue.ts';
import { ledgerOn } from '../../support/ledger.ts';
import { startSqsEndpoint } from '../../support/sqs.ts';
import { pagesOfExactErp, pagesOfLateErp, pullFrom, type WrittenOrder } from './pull-stage.ts';

const sqs = await startSqsEndpoint();
let { table, clock, ledger } = ledgerOn();
beforeEach(() => {
  ({ table, clock, ledger } = ledgerOn());
});

/** Runs of the pull over an ERP whose clock is wrong by so many hours; times are the ERP's, `H:MM` after 8. */
function plant(skewHours: number, goLive?: string) {
  const skewMs = skewHours * 3_600_000;
  const erpClock = { now: () => new Date(clock.now().getTime() + skewMs) };
  const ms = (time: string) => Date.parse(`2026-11-24T0${time}:00Z`) + skewMs;
  const orders: WrittenOrder[] = [];
  let runs = 0;

  return {
    until: (time: string) => clock.advance((ms(time) - erpClock.now().getTime()) / 1000),
    writes(number: string, writtenAt: string, shownAt = writtenAt) {
      orders.push({ number, writtenAt: ms(writtenAt), shownAt: ms(shownAt) });
    },
    isKnown: async (number: string) => (await ledger.orders.find(number)) !== undefined,
    /**
     * @param failsAt page that is not answered; `pageSeconds` is what a page lasts; `most` pages fit its time; `meanwhile`
     * happens while a page is read.
     */
    run({ failsAt = 99, pageSeconds = 0, most = 99, meanwhile = async () => {} } = {}): Promise<PullReport> {
      let read = 0;
      runs += 1;
      const dependencies: PullDependencies = {
        ...pullFrom({ table, clock }, async function* (since) {
          const pages = pagesOfLateErp(orders, erpClock, 2, since);
          while (true) {
            read += 1;
            if (read === failsAt) throw new OrderNotReady('The ERP is busy.');
            const page = pages.next();
            if (page.done) return;
            clock.advance(pageSeconds);
            await meanwhile();
            yield page.value;
          }
        }),
        ledger,
        queues: createQueues(sqs.client),
        queueUrl: sqs.queueUrl('product-orders'),
        goLive,
      };
      const getRemainingTimeInMillis = () => (read >= most ? 1_000 : 60_000);
      return pullOrders({ awsRequestId: `run ${runs}`, getRemainingTimeInMillis }, dependencies);
    },
  };
}

describe.each([0, -3, 14])('with an ERP whose clock is %i hours off', (skewHours) => {
  it('reads an order that was committed late, between a finished run and one that failed at once', async () => {
    // Prepare
    const erp = plant(skewHours);
    erp.writes('EARLY', '8:01');
    erp.until('8:02');
    await erp.run();
    erp.writes('LATE', '8:00', '8:03');
    erp.until('8:05');
    await expect(erp.run({ failsAt: 1 })).rejects.toThrow(RetryLater);

    // Act
    erp.until('8:10');
    await erp.run();

    // Assess
    expect(await erp.isKnown('LATE')).toBe(true);
  });
});

it('does not read a long window again with the next', async () => {
  const erp = plant(0);
  for (let minute = 10; minute < 60; minute++) erp.writes(`AT-${minute}`, `8:${minute}`);
  erp.until('9:00');
  expect(await erp.run({ pageSeconds: 1 })).toMatchObject({ orders: 50 });
  erp.until('9:01');
  expect((await erp.run()).orders).toBeLessThan(13);
});

it('goes on from a killed run once its lease has ended', async () => {
  // Prepare: a run that is never ended
  const erp = plant(0);
  erp.writes('FIRST', '8:00');
  erp.writes('SECOND', '8:01');
  erp.until('8:02');
  const changedAt = '2026-11-24T08:01:00.000Z';
  await ledger.pullState.beginRun('killed', 60);
  await ledger.pullState.saveWindow('killed', {
    startedAt: changedAt,
    beganAfter: changedAt,
    position: { changedAt },
  });

  // Act
  const meanwhile = await erp.run();
  clock.advance(61);
  const next = await erp.run();

  // Assess
  expect(meanwhile).toMatchObject({ outcome: 'another run is under way' });
  expect(next).toMatchObject({ outcome: 'read', orders: 1 });
  expect(await ledger.pullState.readState()).toMatchObject({ watermark: { changedAt } });
});

it('reads a page again whose orders were not all sent', async () => {
  // Prepare
  const erp = plant(0);
  for (const minute of [1, 2, 3]) erp.writes(`SENT-${minute}`, `8:0${minute}`);
  erp.until('8:05');
  sqs.forget();
  sqs.fail('SendMessageBatch', 500);
  await expect(erp.run()).rejects.toThrow();

  // Act
  await erp.run();

  // Assess
  const sent = sqs.sent.map(({ body }) => JSON.parse(body).number);
  expect(sent.sort()).toEqual(['SENT-1', 'SENT-2', 'SENT-3']);
});

it('stops at the page after which another run has taken over, and leaves it its lease', async () => {
  // Prepare
  const erp = plant(0);
  for (const minute of [1, 2, 3]) erp.writes(`SLOW-${minute}`, `8:0${minute}`);
  erp.until('8:05');
  const meanwhile = async () => void (await ledger.pullState.beginRun('the next run', 60));

  // Act
  const slow = erp.run({ pageSeconds: 66, meanwhile });

  // Assess
  await expect(slow).rejects.toThrow('Another run has taken over the pull.');
  expect(await erp.isKnown('SLOW-3')).toBe(false);
  expect(await ledger.pullState.readState()).toEqual({ watermark: undefined, endedAt: undefined });
  expect(await erp.run()).toMatchObject({ outcome: 'another run is under way' });
});

it('never reads from before going live', async () => {
  const erp = plant(0, '2026-11-24T08:04:00Z');
  erp.writes('BEFORE', '8:03');
  erp.writes('AFTER', '8:05');
  erp.until('8:06');
  await erp.run();
  await erp.run();
  expect([await erp.isKnown('BEFORE'), await erp.isKnown('AFTER')]).toEqual([false, true]);
});

const kinds = [
  { kind: 'time', pagesOf: pagesOfLateErp, mostDelayMinutes: overlapMs / 60_000, mostReads: Infinity },
  // However long a transaction is open, and nothing is read again.
  { kind: 'exact', pagesOf: pagesOfExactErp, mostDelayMinutes: 120, mostReads: 1 },
] as const;

const minutes = (most: number) => fc.noBias(fc.integer({ min: 0, max: most * 60_000 }));
const runsOfPull = fc.array(
  fc.record({ gap: minutes(15), pages: fc.integer({ min: 0, max: 6 }), pageMs: minutes(5) }),
  { minLength: 5, maxLength: 30 },
);
type Run = typeof runsOfPull extends fc.Arbitrary<(infer One)[]> ? One : never;

/** Runs over an ERP whose orders come and show by and by. @returns how often each was read. */
async function readsOf(
  { kind, pagesOf }: Pick<(typeof kinds)[number], 'kind' | 'pagesOf'>,
  orders: readonly WrittenOrder[],
  runs: readonly Run[],
  { skewMs = 0, goLive, stand = {} }: { skewMs?: number; goLive?: string; stand?: PullProgress } = {},
): Promise<ReadonlyMap<string, number>> {
  let now = 0;
  let progress = stand;
  const erpClock = { now: () => new Date(now + skewMs) };
  const reads = new Map<string, number>();
  for (const { gap, pages: most, pageMs } of runs) {
    now += gap;
    const startedAt = new Date(now).toISOString();
    const pages = pagesOf(orders, erpClock, 3, startOfReading(kind, progress, goLive));
    let isFinished = false;
    for (let read = 0; read < most && !isFinished; read += 1) {
      const page = await pages.next();
      if (page.done) isFinished = true;
      else {
        now += pageMs;
        for (const { number } of page.value.orders) reads.set(number, (reads.get(number) ?? 0) + 1);
        const window = afterPage(progress.window ?? { startedAt }, page.value.watermark, new Date(now));
        progress = { ...progress, window };
      }
    }
    if (isFinished)
      progress = { watermark: afterPullWindow(kind, progress.watermark, progress.window ?? {}) };
  }
  return reads;
}

describe.each(kinds)('a watermark of the kind $kind', ({ mostDelayMinutes, mostReads, ...listing }) => {
  const { kind } = listing;
  const written = fc.record({ writtenAt: minutes(120), delay: minutes(mostDelayMinutes) });
  const leftBefore = [
    'nothing',
    'the time of another connector',
    'the position in a database that was restored',
  ] as const;
  const toTheEnd = (gap: number): Run => ({ gap, pages: 99, pageMs: 0 });
  // All is committed by then: the window that was under way ends, and one more follows.
  const lastRuns = [toTheEnd(241 * 60_000), toTheEnd(0)];

  it('misses no order, whatever fails and however long it takes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(written, { minLength: 20, maxLength: 60 }),
        runsOfPull,
        minutes(1000),
        async (given, runs, skewMs) => {
          const orders = given.map(({ writtenAt, delay }, at): WrittenOrder => {
            return { number: `${at}`, writtenAt: writtenAt + skewMs, shownAt: writtenAt + delay + skewMs };
          });

          const reads = await readsOf(listing, orders, [...runs, ...lastRuns], { skewMs });

          expect(reads.size).toBe(orders.length);
          expect(Math.max(...reads.values())).toBeLessThanOrEqual(mostReads);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('never reads from before going live, from wherever it begins; an exact one misses nothing since then', async () => {
    const instant = (ms: number) => new Date(ms).toISOString();
    await fc.assert(
      fc.asyncProperty(
        fc.array(written, { minLength: 20, maxLength: 40 }),
        runsOfPull,
        minutes(120),
        minutes(120),
        fc.constantFrom(...leftBefore),
        async (given, runs, goLiveMs, beforeMs, left) => {
          const orders = given.map(({ writtenAt, delay }, at): WrittenOrder => {
            return { number: `${at}`, writtenAt, shownAt: writtenAt + delay };
          });
          const changedAt = instant(beforeMs);
          const stand: PullProgress = {
            nothing: {},
            'the time of another connector': { watermark: { changedAt } },
            'the position in a database that was restored': { watermark: { changedAt, id: 'change 9999' } },
          }[left];

          const reads = await readsOf(listing, orders, [...runs, ...lastRuns], {
            goLive: instant(goLiveMs),
            stand,
          });

          const isEarly = ({ writtenAt }: WrittenOrder) => writtenAt < goLiveMs;
          expect(orders.filter((one) => isEarly(one) && reads.has(one.number))).toEqual([]);
          if (left === 'the time of another connector') return;
          const isMissed = (one: WrittenOrder) => !isEarly(one) && !reads.has(one.number);
          if (kind === 'exact') expect(orders.filter(isMissed)).toEqual([]);
        },
      ),
    );
  });
});

it('keeps an exact watermark from run to run: what was read is not read again, what a late commit shows is', async () => {
  // Prepare: an order that is written before another one, and committed after it
  const at = (minute: number) => Date.parse(`2026-11-24T08:0${minute}:00Z`);
  const orders: WrittenOrder[] = [
    { number: 'EXACT-1', writtenAt: at(0), shownAt: at(0) },
    { number: 'EXACT-LATE', writtenAt: at(1), shownAt: at(5) },
    { number: 'EXACT-2', writtenAt: at(2), shownAt: at(2) },
  ];
  const read: (string | undefined)[] = [];
  const dependencies: PullDependencies = {
    ...pullFrom({ table, clock }, async function* (since) {
      read.push(since?.id);
      yield* pagesOfExactErp(orders, clock, 2, since);
    }),
    watermark: 'exact',
    ledger,
    queues: createQueues(sqs.client),
    queueUrl: sqs.queueUrl('product-orders'),
  };
  const run = (awsRequestId: string) =>
    pullOrders({ awsRequestId, getRemainingTimeInMillis: () => 60_000 }, dependencies);
  const advanceTo = (minute: number) => clock.advance((at(minute) - clock.now().getTime()) / 1000);

  // Act
  advanceTo(3);
  const reports = [await run('first'), await run('second')];
  advanceTo(6);
  reports.push(await run('third'), await run('fourth'));

  // Assess
  expect(reports.map((report) => report.orders)).toEqual([1, 0, 2, 0]);
  expect(read).toEqual([undefined, 'change 1', 'change 1', 'change 3']);
  expect((await ledger.pullState.readState()).watermark).toMatchObject({ id: 'change 3' });
});

it('goes on right behind what another version has left of an exact window, finished or not', () => {
  const [position, startedAt] = [
    { changedAt: '2026-11-24T08:01:00.000Z', id: '812' },
    '2026-11-24T09:00:00.000Z',
  ];
  const window = { startedAt, beganAfter: startedAt, position };
  const goLive = '2026-11-01T00:00:00Z';

  expect(startOfReading('exact', { window }, goLive)).toEqual({ ...position, goLive });
  expect(startOfReading('exact', { watermark: position }, undefined)).toEqual(position);
  // Without an id it is the time that another connector has left.
  expect(startOfReading('exact', { watermark: { changedAt: position.changedAt } }, undefined)).toEqual({
    changedAt: '2026-11-24T07:51:00.000Z',
  });
  // An ERP that is chosen afterwards reads it as a time.
  expect(startOfReading('time', { watermark: position }, undefined)).toEqual({
    changedAt: '2026-11-24T07:51:00.000Z',
  });
});
