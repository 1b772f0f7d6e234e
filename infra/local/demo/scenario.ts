import { setTimeout as pause } from 'node:timers/promises';
import type { JourneyEntry } from '../../../shared/ledger/records/events.ts';
import type { Progress } from '../progress.ts';
import type { LocalSystem } from '../run-locally.ts';

/** The longest time that one part of the demo may take: it must outlast a kill -9 of any process. */
const patienceMs = 90_000;
/** By then, every trigger has its answer. */
const lostTriggerMs = 6_000;

interface Demo extends LocalSystem {
  readonly signal: AbortSignal;
}

/** Gets the line that says how far a part of the demo has come. */
type Tell = (line: string) => void;

export type DemoOutcome = Awaited<ReturnType<typeof runDemo>>;

/**
 * Takes `orders` production orders from the ERP to Azumuta, has them built, and waits for their bookings. What has
 * happened is read from the partners' own books, not from the integration.
 * @param step Runs a part of the demo.
 */
export async function runDemo(
  system: LocalSystem,
  orders: number,
  step: Progress['step'],
  signal: AbortSignal,
) {
  const startedAt = Date.now();
  const demo: Demo = { ...system, signal };
  const numbers = await step('Orders out: ERP → Azumuta', (tell) => ordersOut(demo, orders, tell));
  const completedAt = await step('Work done in Azumuta', (tell) => workDone(demo, numbers, tell));
  await step('Results back: Azumuta → ERP', (tell) => resultsBack(demo, numbers, tell));
  return outcomeOf(system, numbers, completedAt, startedAt);
}

/** The ERP sends one half to the order endpoint; the scheduled pull finds the other. */
async function ordersOut(demo: Demo, orders: number, tell: Tell): Promise<readonly string[]> {
  const { erp, emulator, orderEndpoint } = demo;
  const numbers: string[] = [];
  const advance = (created: number) =>
    tell(`Orders out: ${numbers.length} released in the ERP, ${created} created in Azumuta`);
  const release = async (count: number, seed: number) => {
    const released = (await erp.release({ count, seed })).map(({ number }) => number);
    numbers.push(...released);
    advance(0);
    return released;
  };
  const pushed = Math.ceil(orders / 2);
  for (let sent = 0; sent < pushed; sent++) {
    const [number = ''] = await release(1, sent + 1);
    await persistently(demo, async () => {
      const { status, answer } = await erp.releaseAndSend(orderEndpoint, { number });
      if (status !== 202 && status !== 200)
        throw new Error(`The order endpoint answered ${status}: ${answer}`);
    });
  }
  if (orders > pushed) await release(orders - pushed, 1000);
  await persistently(demo, async () => {
    const { payload } = await emulator.runSchedule('SchedulesPull');
    // A run that was killed still holds its lease: try again until a run has read everything.
    if (Object(payload).outcome !== 'read')
      throw new Error(`The pull did not run through: ${JSON.stringify(payload)}`);
  });
  await until(demo, 'Not every order is in Azumuta and known to the ERP', async () => {
    const linked = (await erp.orders()).filter(
      ({ number, azumutaId }) => azumutaId !== null && numbers.includes(number),
    );
    advance(linked.length);
    return linked.length === numbers.length;
  });
  return numbers;
}

/**
 * Operators build and complete every order; Azumuta fires its triggers.
 * @returns when each order was completed in Azumuta (ISO).
 */
async function workDone({ azumuta }: Demo, numbers: readonly string[], tell: Tell) {
  const completedAt = new Map<string, string>();
  for (const number of numbers) {
    completedAt.set(number, new Date().toISOString());
    await azumuta.complete(number, number === numbers[0] ? { scrap: 1 } : {});
    tell(`Work done: ${completedAt.size} of ${numbers.length} completed in Azumuta`);
  }
  return completedAt;
}

/** Every completion is booked in the ERP. */
async function resultsBack(demo: Demo, numbers: readonly string[], tell: Tell): Promise<void> {
  let checkedAt = Date.now();
  await until(demo, 'Not every completion is booked in the ERP', async () => {
    const booked = await bookedOf(demo, numbers);
    tell(`Results back: ${booked.length} of ${numbers.length} booked in the ERP`);
    if (booked.length === numbers.length) return true;
    if (Date.now() - checkedAt > lostTriggerMs) {
      checkedAt = Date.now();
      await repeatLostTriggers(demo, numbers);
    }
    return false;
  });
}

/** Those of the orders that are booked in the ERP. */
async function bookedOf({ erp }: LocalSystem, numbers: readonly string[]): Promise<readonly string[]> {
  const booked = new Set((await erp.bookings()).map(({ order }) => order));
  return numbers.filter((number) => booked.has(number));
}

async function outcomeOf(
  system: LocalSystem,
  numbers: readonly string[],
  completedAt: ReadonlyMap<string, string>,
  startedAt: number,
) {
  const { erp, azumuta, ledger } = system;
  const booked = await bookedOf(system, numbers);
  const journeys = new Map(
    await Promise.all(numbers.map(async (number) => [number, await ledger.journeys.of(number)] as const)),
  );
  const total = (calls: Readonly<Record<string, number>>) =>
    Object.values(calls).reduce((sum, count) => sum + count, 0);
  return {
    journeys,
    orders: numbers.length,
    booked: booked.length,
    /** Orders that did not arrive, with the last entry of their journey. */
    missing: [...journeys].flatMap(([number, journey]) =>
      booked.includes(number)
        ? []
        : [`${number}: ${journey.at(-1)?.event ?? 'unknown'} ${journey.at(-1)?.note ?? ''}`],
    ),
    /** From the release in the ERP to the product order in Azumuta, median. */
    secondsToCreate: medianSeconds(journeys, 'created', (_, journey) => timeOf('queued', journey)),
    /** From the completion in Azumuta to the booking in the ERP, median. */
    secondsToBook: medianSeconds(journeys, 'booked', (number) => completedAt.get(number)),
    seconds: (Date.now() - startedAt) / 1000,
    azumutaCalls: total(await azumuta.calls()),
    erpCalls: total(await erp.calls()),
  };
}

async function until({ signal }: Demo, complaint: string, reached: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + patienceMs; Date.now() < end; await pause(150, undefined, { signal })) {
    if (await reached()) return;
  }
  throw new Error(`${complaint} after ${patienceMs / 1000} s.`);
}

/** Tries again for half a minute, as the ERP or a person would when the integration does not answer. */
async function persistently({ signal }: Demo, act: () => Promise<void>): Promise<void> {
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
async function repeatLostTriggers({ azumuta }: Demo, numbers: readonly string[]): Promise<void> {
  const log = await azumuta.triggerLog();
  for (const number of numbers) {
    const calls = log.filter(({ productOrderNumber }) => productOrderNumber === number);
    const lost = calls.every(({ outcome }) => typeof outcome !== 'number' || outcome >= 300);
    if (lost) await azumuta.trigger(number);
  }
}

type Journey = readonly JourneyEntry[];

function timeOf(event: string, journey: Journey): string | undefined {
  return journey.find((entry) => entry.event === event)?.at;
}

/** From the start to the event, of the journeys that have both. */
function medianSeconds(
  journeys: ReadonlyMap<string, Journey>,
  event: string,
  startOf: (number: string, journey: Journey) => string | undefined,
): number {
  const sorted = [...journeys]
    .map(([number, journey]) => [startOf(number, journey), timeOf(event, journey)])
    .flatMap(([start, end]) => (start && end ? [(Date.parse(end) - Date.parse(start)) / 1000] : []))
    .sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
