import { setTimeout as pause } from 'node:timers/promises';
import type { JourneyEntry } from '../../../shared/ledger/records/events.ts';
import type { LocalSystem } from '../run-locally.ts';

/** How far the story has got. */
export interface StoryProgress {
  readonly released: number;
  readonly created: number;
  readonly completed: number;
  readonly booked: number;
}

export interface StoryFigures {
  readonly orders: number;
  readonly booked: number;
  /** Numbers of orders that did not arrive, with the last thing that is known of them. */
  readonly missing: readonly string[];
  /** From the release in the ERP to the product order in Azumuta, seconds, median. */
  readonly secondsToCreate: number;
  /** From the completion in Azumuta to the booking in the ERP, seconds, median. */
  readonly secondsToBook: number;
  readonly seconds: number;
  readonly azumutaCalls: number;
  readonly erpCalls: number;
}

export interface Story {
  /** The ERP sends one half to the order endpoint; the scheduled pull finds the other. */
  readonly ordersOut: () => Promise<void>;
  /** Operators build and complete every order; Azumuta fires its triggers. */
  readonly workDone: () => Promise<void>;
  /** Every completion is booked in the ERP. */
  readonly resultsBack: () => Promise<void>;
  readonly figures: () => Promise<StoryFigures>;
  readonly journeys: () => Promise<ReadonlyMap<string, readonly JourneyEntry[]>>;
}

/** The longest that one part of the story may take: long enough to outlive a kill -9 of any process. */
const patienceMs = 90_000;
/** A trigger has had its answer long before. */
const lostTriggerMs = 6_000;

/**
 * The story of `orders` production orders: from the ERP to Azumuta, built, and back. It is told by the
 * partners' own books, not by what the integration says of itself.
 */
export function createStory(
  system: LocalSystem,
  orders: number,
  told: (progress: StoryProgress) => void,
  signal: AbortSignal,
): Story {
  const { erp, azumuta, emulator, orderEndpoint, ledger } = system;
  const startedAt = Date.now();
  const numbers: string[] = [];
  let progress: StoryProgress = { released: 0, created: 0, completed: 0, booked: 0 };
  const tell = (more: Partial<StoryProgress>) => {
    progress = { ...progress, ...more };
    told(progress);
  };

  async function until(what: string, reached: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + patienceMs; Date.now() < end; await pause(150, undefined, { signal })) {
      // A sandbox that was just killed answers again in a moment.
      if (await reached().catch(() => false)) return;
    }
    throw new Error(`${what} after ${patienceMs / 1000} s.`);
  }

  /** What a person would do about a partner that does not answer: try again. */
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

  return {
    async ordersOut() {
      const pushed = Math.ceil(orders / 2);
      for (let sent = 0; sent < pushed; sent++) {
        const [order] = await persistently(() => erp.release({ seed: sent + 1 }));
        if (!order) throw new Error('The ERP sandbox released nothing.');
        numbers.push(order.number);
        await persistently(async () => {
          const { status, answer } = await erp.releaseAndSend(orderEndpoint, { number: order.number });
          if (status !== 202 && status !== 200)
            throw new Error(`The order endpoint answered ${status}: ${answer}`);
        });
        tell({ released: numbers.length });
      }
      const pulled =
        orders > pushed ? await persistently(() => erp.release({ count: orders - pushed, seed: 1000 })) : [];
      numbers.push(...pulled.map(({ number }) => number));
      tell({ released: numbers.length });
      await persistently(async () => {
        const run = await emulator.runSchedule('SchedulesPull');
        // A run that was killed keeps its lease for a while: the next one that gets it reads everything.
        if (!tellsRead(run.payload))
          throw new Error(`The pull did not run through: ${JSON.stringify(run.payload)}`);
      });
      await until('Not every order is in Azumuta and known to the ERP', async () => {
        const linked = (await erp.orders()).filter(
          ({ number, azumutaId }) => azumutaId !== null && numbers.includes(number),
        );
        tell({ created: linked.length });
        return linked.length === numbers.length;
      });
    },

    async workDone() {
      let completed = 0;
      for (const number of numbers) {
        await persistently(() => complete(number));
        completed += 1;
        tell({ completed });
      }
    },

    async resultsBack() {
      let mendedAt = Date.now();
      await until('Not every completion is booked in the ERP', async () => {
        const booked = new Set((await erp.bookings()).map(({ order }) => order));
        tell({ booked: numbers.filter((number) => booked.has(number)).length });
        if (progress.booked === numbers.length) return true;
        if (Date.now() - mendedAt > lostTriggerMs) {
          mendedAt = Date.now();
          await mendLostTriggers();
        }
        return false;
      });
    },

    async figures() {
      const bookings = await erp.bookings();
      const journeys = await Promise.all(
        numbers.map(async (number) => [number, await ledger.journeys.of(number)] as const),
      );
      const booked = numbers.filter((number) => bookings.some(({ order }) => order === number));
      const seconds = (from: string, to: string) =>
        median(journeys.flatMap(([, journey]) => secondsBetween(journey, from, to) ?? []));
      const total = (calls: Readonly<Record<string, number>>) =>
        Object.values(calls).reduce((sum, count) => sum + count, 0);
      return {
        orders: numbers.length,
        booked: booked.length,
        missing: journeys.flatMap(([number, journey]) =>
          booked.includes(number)
            ? []
            : [`${number}: ${journey.at(-1)?.event ?? 'unknown'} ${journey.at(-1)?.note ?? ''}`],
        ),
        secondsToCreate: seconds('queued', 'created'),
        secondsToBook: seconds('completed', 'booked'),
        seconds: (Date.now() - startedAt) / 1000,
        azumutaCalls: total(await azumuta.calls()),
        erpCalls: total(await erp.calls()),
      };
    },

    async journeys() {
      return new Map(
        await Promise.all(numbers.map(async (number) => [number, await ledger.journeys.of(number)] as const)),
      );
    },
  };

  /** Completes an order, unless an attempt that got no answer has done so. */
  async function complete(number: string): Promise<void> {
    const [order] = (await azumuta.productOrders()).filter((each) => each.number === number);
    if (order?.status === 'completed') return;
    await azumuta.complete(number, number === numbers[0] ? { scrap: 1 } : {});
  }

  /** A trigger that no door answered is lost, as nothing promises that Azumuta repeats it: its operator does. */
  async function mendLostTriggers(): Promise<void> {
    const log = await azumuta.triggerLog();
    for (const number of numbers) {
      const calls = log.filter(({ productOrderNumber }) => productOrderNumber === number);
      const lost = calls.every(({ outcome }) => typeof outcome !== 'number' || outcome >= 300);
      if (lost) await azumuta.trigger(number);
    }
  }
}

function tellsRead(payload: unknown): boolean {
  return (
    payload !== null && typeof payload === 'object' && 'outcome' in payload && payload.outcome === 'read'
  );
}

function secondsBetween(journey: readonly JourneyEntry[], from: string, to: string): number | undefined {
  const at = (event: string) => journey.find((entry) => entry.event === event)?.at;
  const [start, end] = [at(from), at(to)];
  return start && end ? (Date.parse(end) - Date.parse(start)) / 1000 : undefined;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
