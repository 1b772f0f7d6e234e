import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryLater } from '../../../shared/model/errors.ts';
import { type Clock, systemClock } from '../../../shared/platform/clock.ts';
import { createHttp } from '../../../shared/platform/http.ts';
import { pacedBy, Slots } from '../../../shared/slots/slots.ts';
import { createVirtualTime, type VirtualTime } from '../../simulation/world/virtual-time.ts';
import { silent } from '../../support/logs.ts';
import { modelledTable } from '../../support/modelled-table.ts';
import { startServer } from '../../support/server.ts';
import { invocation, settlingSeconds, slotsStage } from './stage.ts';

const stage = slotsStage();

/** Within any second of time, how many there are at most. */
function mostWithinASecond(times: readonly number[]): number {
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length));
}

/** A container whose clock is wrong by this time. */
function clockOf(time: VirtualTime, offsetMs: number) {
  return {
    now: () => new Date(time.now() + offsetMs),
    sleep: (ms: number) => new Promise<void>((resolve) => time.after(ms, resolve)),
  };
}

const batches = fc.record({
  offsetMs: fc.integer({ min: -2000, max: 2000 }),
  beginsAt: fc.integer({ min: 0, max: 20_000 }),
  /** How long the network takes for each request, to the partner and back. */
  latencies: fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 }),
});

describe('a partner with a limit of requests a second', () => {
  it('gets no more in any second, however many containers share its slots and whatever networks and clocks do', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.array(batches, { minLength: 1, maxLength: 8 }),
        async (perSecond, all) => {
          // Prepare
          const time = createVirtualTime(Date.parse('2026-11-24T08:00:00Z'));
          const start = time.now();
          const table = modelledTable();
          const arrivals: number[] = [];
          let running = all.length;

          async function work({ offsetMs, latencies }: (typeof all)[number]): Promise<void> {
            const clock = { ...clockOf(time, offsetMs), timeout: () => new AbortController().signal };
            const limits = { azumuta: {}, erp: { perSecond, atOnce: perSecond } };
            const slots = new Slots({ limits, table, clock, name: 'book', settlingSeconds, log: silent });
            slots.begin(invocation());
            while (!(await slots.take('erp'))) await clock.sleep(700);
            // Half of it is the way to the partner.
            const send = async (latencyMs: number) => {
              await clock.sleep(latencyMs / 2);
              arrivals.push(time.now());
              await clock.sleep(latencyMs / 2);
            };
            await slots.use('erp', (pace) =>
              Promise.all(latencies.map((latencyMs) => pace?.(undefined, () => send(latencyMs)))),
            );
            await slots.end();
            running -= 1;
          }

          // Act
          for (const each of all) time.at(start + each.beginsAt, () => void work(each));
          await time.run(() => running === 0);

          // Assess
          expect(arrivals).toHaveLength(all.flatMap(({ latencies }) => latencies).length);
          expect(mostWithinASecond(arrivals)).toBeLessThanOrEqual(perSecond);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('gets every request of a call at its pace, whatever signal comes with it', async () => {
    // Prepare
    const { url, calls } = await startServer(() => ({}));
    const http = createHttp({ mayWrite: () => true, partner: 'The ERP', baseUrl: url });
    const slept: number[] = [];
    const sleep = async (ms: number) => {
      slept.push(ms);
      stage.clock.advance(ms / 1000);
    };
    const partners = stage.partners(stage.begun({ erp: { atOnce: 1, perSecond: 0.5 } }, { sleep }));

    // Act
    await partners.call('erp', new AbortController().signal, async (call) => {
      await http.send({ ...call, path: '/first' });
      await Promise.all([
        http.send({ path: '/second', guard: call.guard }),
        http.send({ ...call, path: '/third', signal: AbortSignal.any([call.signal]) }),
      ]);
    });

    // Assess
    expect(calls).toHaveLength(3);
    expect(slept).toEqual([2000, 2000, 2000]);
  });
});

describe('a request that waits until it may leave', () => {
  it('is given up, and never sent, when its attempt is out of time', async () => {
    // Prepare
    const { url, calls } = await startServer(() => ({}));
    const http = createHttp({ mayWrite: () => true, partner: 'The ERP', baseUrl: url });
    const timeUp = new AbortController();
    let sleeps = 0;
    const sleep: Clock['sleep'] = (_, signal) => {
      sleeps += 1;
      if (sleeps === 1) return Promise.resolve();
      timeUp.abort();
      return systemClock.sleep(60_000, signal);
    };
    const partners = stage.partners(stage.begun({ erp: { atOnce: 1, perSecond: 1 } }, { sleep }));

    // Act
    const failure = await partners
      .call('erp', timeUp.signal, async (call) => {
        await http.send({ ...call, path: '/' });
        await http.send({ ...call, method: 'POST', path: '/' });
      })
      .catch((error: unknown) => error);

    // Assess
    expect(failure).toBeInstanceOf(RetryLater);
    expect(failure).toMatchObject({ kind: 'out-of-time', wrote: 'nothing' });
    expect(calls).toHaveLength(1);
  });

  it('waits no longer for one before it that failed', async () => {
    const pace = pacedBy(1000, stage.clock);
    const failed = pace(undefined, () => Promise.reject(new Error('no answer')));
    const next = pace(undefined, async () => stage.clock.now());
    await expect(failed).rejects.toThrow('no answer');
    expect((await next).getTime()).toBe(stage.clock.now().getTime());
  });
});
