import { setTimeout as pause } from 'node:timers/promises';
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
  await step('Work done in Azumuta', (tell) => workDone(demo, numbers, tell));
  await step('Results back: Azumuta → ERP', (tell) => resultsBack(demo, numbers, tell));
  return outcomeOf(system, numbers, startedAt);
}

/** The ERP sends one half to the order endpoint; the scheduled pull finds the other. */
async function ordersOut(demo: Demo, orders: number, tell: Tell): Promise<readonly string[]> {
  const { erp, emulator, orderEndpoint } = demo;
  const numbers: string[] = [];
  const advance = (created: number) =>
    tell(`Orders out: ${numbers.length} released in the ERP, ${created} created in Azumuta`);
  const release = (count: number, seed: number) => {
    const released = erp.release({ count, seed }).map(({ number }) => number);
    numbers.push(...released);
    advance(0);
    return released;
  };
  const pushed = Math.ceil(orders / 2);
  for (let sent = 0; sent < pushed; sent++) {
    const [number = ''] = release(1, sent + 1);
    await persistently(demo, async () => {
      const { status, answer } = await erp.releaseAndSend(orderEndpoint, { number });
      if (status !== 202 && status !== 200)
        throw new Error(`The order endpoint answered ${status}: ${answer}`);
    });
  }
  if (orders > pushed) release(orders - pushed, 1000);
  await persistently(demo, async () => {
    const { payload } = await emulator.runSchedule('SchedulesPull');
    // A run that was killed still holds its lease: try again until a run has read everything.
    if (Object(payload).outcome !== 'read')
      throw new Error(`The pull did not run through: ${JSON.stringify(payload)}`);
  });
  await until(demo, 'Not every order is in Azumuta and known to the ERP', async () => {
    const linked = erp
      .orders()
      .filter(({ number, azumutaId }) => azumutaId !== null && numbers.includes(number));
    advance(linked.length);
    return linked.length === numbers.length;
  });
  return numbers;
}

/** Operators build and complete every order; Azumuta fires its triggers. */
async function workDone({ azumuta }: Demo, numbers: readonly string[], tell: Tell) {
  for (const [done, number] of numbers.entries()) {
    azumuta.complete(number, done === 0 ? { scrap: 1 } : {});
    tell(`Work done: ${done + 1} of ${numbers.length} completed in Azumuta`);
  }
}

/** Every completion is booked in the ERP. */
async function resultsBack(demo: Demo, numbers: readonly string[], tell: Tell): Promise<void> {
  let checkedAt = Date.now();
  await until(demo, 'Not every completion is booked in the ERP', async () => {
    const booked = bookedOf(demo, numbers);
    tell(`Results back: ${booked.length} of ${numbers.length} booked in the ERP`);
    if (booked.length === numbers.length) return true;
    if (Date.now() - checkedAt > lostTriggerMs) {
      checkedAt = Date.now();
      repeatLostTriggers(demo, numbers);
    }
    return false;
  });
}

/** Those of the orders that are booked in the ERP. */
function bookedOf({ erp }: LocalSystem, numbers: readonly string[]): readonly string[] {
  const booked = new Set(erp.bookings().map(({ order }) => order));
  return numbers.filter((number) => booked.has(number));
}

async function outcomeOf(system: LocalSystem, numbers: readonly string[], startedAt: number) {
  const { erp, azumuta, ledger } = system;
  const booked = bookedOf(system, numbers);
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
    seconds: (Date.now() - startedAt) / 1000,
    azumutaCalls: total(azumuta.calls()),
    erpCalls: total(erp.calls()),
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
function repeatLostTriggers({ azumuta }: Demo, numbers: readonly string[]): void {
  const log = azumuta.triggerLog();
  for (const number of numbers) {
    const calls = log.filter(({ productOrderNumber }) => productOrderNumber === number);
    const lost = calls.every(({ outcome }) => typeof outcome !== 'number' || outcome >= 300);
    if (lost) azumuta.trigger(number);
  }
}
