import { setTimeout as pause } from 'node:timers/promises';
import type { JourneyEntry } from '../../../shared/ledger/records/events.ts';
import type { LocalSystem } from '../run-locally.ts';

/** How many orders have come how far. */
export interface DemoProgress {
  readonly released: number;
  readonly created: number;
  readonly completed: number;
  readonly booked: number;
}

export type DemoOutcome = Awaited<ReturnType<ReturnType<typeof createDemo>['outcome']>>;

/** The longest time that one part of the demo may take: it must outlast a kill -9 of any process. */
const patienceMs = 90_000;
/** By then, every trigger has its answer. */
const lostTriggerMs = 6_000;

/**
 * Takes `orders` production orders from the ERP to Azumuta, has them built, and waits for their bookings. What has
 * happened is read from the partners' own books, not from the integration.
 * @param tell Called with the progress.
 */
export function createDemo(
  { erp, azumuta, emulator, orderEndpoint, ledger }: LocalSystem,
  orders: number,
  tell: (progress: DemoProgress) => void,
  signal: AbortSignal,
) {
  const startedAt = Date.now();
  const numbers: string[] = [];
  /** When each order was completed in Azumuta (ISO). */
  const completedAt = new Map<string, string>();
  let progress: DemoProgress = { released: 0, created: 0, completed: 0, booked: 0 };

  return {
    /** The ERP sends one half to the order endpoint; the scheduled pull finds the other. */
    async ordersOut(): Promise<void> {
      const pushed = Math.ceil(orders / 2);
      for (let sent = 0; sent < pushed; sent++) {
        const [number = ''] = await release(1, sent + 1);
        await persistently(async () => {
          const { status, answer } = await erp.releaseAndSend(orderEndpoint, { number });
          if (status !== 202 && status !== 200)
            throw new Error(`The order endpoint answered ${status}: ${answer}`);
        });
      }
      if (orders > pushed) await release(orders - pushed, 1000);
      await persistently(async () => {
        const { payload } = await emulator.runSchedule('SchedulesPull');
        // A run that was killed still holds its lease: try again until a run has read everything.
        if (Object(payload).outcome !== 'read')
          throw new Error(`The pull did not run through: ${JSON.stringify(payload)}`);
      });
      await until('Not every order is in Azumuta and known to the ERP', async () => {
        const linked = (await erp.orders()).filter(
          ({ number, azumutaId }) => azumutaId !== null && numbers.includes(number),
        );
        advance({ created: linked.length });
        return linked.length === numbers.length;
      });
    },

    /** Operators build and complete every order; Azumuta fires its triggers. */
    async workDone(): Promise<void> {
      for (const number of numbers) {
        completedAt.set(number, new Date().toISOString());
        await azumuta.complete(number, number === numbers[0] ? { scrap: 1 } : {});
        advance({ completed: progress.completed + 1 });
      }
    },

    /** Every completion is booked in the ERP. */
    async resultsBack(): Promise<void> {
      let checkedAt = Date.now();
      await until('Not every completion is booked in the ERP', async () => {
        const booked = new Set((await erp.bookings()).map(({ order }) => order));
        advance({ booked: numbers.filter((number) => booked.has(number)).length });
        if (progress.booked === numbers.length) return true;
        if (Date.now() - checkedAt > lostTriggerMs) {
          checkedAt = Date.now();
          await repeatLostTriggers();
        }
        return false;
      });
    },

    async outcome() {
      const booked = new Set((await erp.bookings()).map(({ order }) => order));
      const journeys = new Map(
        await Promise.all(numbers.map(async (number) => [number, await ledger.journeys.of(number)] as const)),
      );
      const seconds = (start: (number: string, journey: Journey) => string | undefined, end: string) =>
        median(
          [...journeys].flatMap(([number, journey]) =>
            secondsBetween(start(number, journey), timeOf(end, journey)),
          ),
        );
      const total = (calls: Readonly<Record<string, number>>) =>
        Object.values(calls).reduce((sum, count) => sum + count, 0);
      return {
        journeys,
        orders: numbers.length,
        booked: numbers.filter((number) => booked.has(number)).length,
        /** Orders that did not arrive, with the last entry of their journey. */
        missing: [...journeys].flatMap(([number, journey]) =>
          booked.has(number)
            ? []
            : [`${number}: ${journey.at(-1)?.event ?? 'unknown'} ${journey.at(-1)?.note ?? ''}`],
        ),
        /** From the release in the ERP to the product order in Azumuta, median. */
        secondsToCreate: seconds((_, journey) => timeOf('queued', journey), 'created'),
        /** From the completion in Azumuta to the booking in the ERP, median. */
        secondsToBook: seconds((number) => completedAt.get(number), 'booked'),
        seconds: (Date.now() - startedAt) / 1000,
        azumutaCalls: total(await azumuta.calls()),
        erpCalls: total(await erp.calls()),
      };
    },
  };

  function advance(more: Partial<DemoProgress>): void {
    progress = { ...progress, ...more };
    tell(progress);
  }

  async function release(count: number, seed: number): Promise<readonly string[]> {
    const released = (await erp.release({ count, seed })).map(({ number }) => number);
    numbers.push(...released);
    advance({ released: numbers.length });
    return released;
  }

  async function until(complaint: string, reached: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + patienceMs; Date.now() < end; await pause(150, undefined, { signal })) {
      if (await reached()) return;
    }
    throw new Error(`${complaint} after ${patienceMs / 1000} s.`);
  }

  /** Tries again for half a minute, as the ERP or a person would when the integration does not answer. */
  async function persistently<T>(act: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await act();
      } catch (error) {
        if (tries >= 120) throw error;
        await pause(250, undefined, { signal });
      }
    }
  }

  /** A trigger without an answer is lost, as nothing promises that Azumuta repeats it. So an operator fires it again. */
  async function repeatLostTriggers(): Promise<void> {
    const log = await azumuta.triggerLog();
    for (const number of numbers) {
      const calls = log.filter(({ productOrderNumber }) => productOrderNumber === number);
      const lost = calls.every(({ outcome }) => typeof outcome !== 'number' || outcome >= 300);
      if (lost) await azumuta.trigger(number);
    }
  }
}

type Journey = readonly JourneyEntry[];

function timeOf(event: string, journey: Journey): string | undefined {
  return journey.find((entry) => entry.event === event)?.at;
}

function secondsBetween(start: string | undefined, end: string | undefined): number[] {
  return start && end ? [(Date.parse(end) - Date.parse(start)) / 1000] : [];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
