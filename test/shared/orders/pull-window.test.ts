import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PullProgress } from '../../../shared/ledger/records/pull-state.ts';
import { OrderNotReady, RetryLater } from '../../../shared/model/errors.ts';
import { type PullDependencies, type PullReport, pullOrders } from '../../../shared/orders/pull.ts';
import { afterPage, afterPullWindow, overlapMs, startOfReading } from '../../../shared/orders/pull-window.ts';
import { createQueues } from '../../../shared/platform/aws/queue.ts';
import { ledgerOn } from '../../support/ledger.ts';
import { startSqsEndpoint } from '../../support/sqs.ts';
import { pagesOfLateErp, pullFrom, type WrittenOrder } from './pull-stage.ts';

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

it('misses no order that is committed within the overlap, whatever fails and however long it takes', () => {
  const minutes = (most: number) => fc.noBias(fc.integer({ min: 0, max: most * 60_000 }));
  const written = fc.record({ writtenAt: minutes(120), delay: minutes(overlapMs / 60_000) });
  const runs = fc.record({ gap: minutes(15), pages: fc.integer({ min: 0, max: 6 }), pageMs: minutes(5) });
  fc.assert(
    fc.property(
      fc.array(written, { minLength: 20, maxLength: 60 }),
      fc.array(runs, { minLength: 5, maxLength: 30 }),
      minutes(1000),
      (given, plan, skewMs) => {
        let now = 0;
        const erpClock = { now: () => new Date(now + skewMs) };
        const orders = given.map(({ writtenAt, delay }, at): WrittenOrder => {
          return { number: `${at}`, writtenAt: writtenAt + skewMs, shownAt: writtenAt + delay + skewMs };
        });
        const known = new Set<string>();
        let stand: PullProgress = { watermark: undefined, window: undefined };
        const run = (most: number, pageMs: number) => {
          const startedAt = new Date(now).toISOString();
          let pages = 0;
          for (const { orders: page, watermark } of pagesOfLateErp(
            orders,
            erpClock,
            3,
            startOfReading(stand, undefined),
          )) {
            if (pages++ === most) return;
            now += pageMs;
            for (const { number } of page) known.add(number);
            const window = afterPage(stand.window ?? { startedAt }, watermark, new Date(now));
            stand = { ...stand, window };
          }
          stand = { watermark: afterPullWindow(stand.watermark, stand.window ?? {}), window: undefined };
        };

        for (const { gap, pages, pageMs } of plan) {
          now += gap;
          run(pages, pageMs);
        }
        // All is committed by now: the window that was under way ends, and one more follows.
        now = Math.max(now, 131 * 60_000);
        run(99, 0);
        run(99, 0);

        expect(known.size).toBe(orders.length);
      },
    ),
    { numRuns: 400 },
  );
});
