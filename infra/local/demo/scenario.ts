import { setTimeout as pause } from 'node:timers/promises';
import type { Progress } from '../progress.ts';
import type { LocalSystem } from '../run-locally.ts';

const orders = 8;
/** The longest time that one part of the demo may take. */
const patienceMs = 90_000;

interface Demo extends LocalSystem {
  readonly signal: AbortSignal;
}

/** Gets the line that says how far a part of the demo has come. */
type Tell = (line: string) => void;

export type DemoOutcome = Awaited<ReturnType<typeof runDemo>>;

/**
 * Takes production orders from the ERP to Azumuta, has them built, and waits for their bookings. What has
 * happened is read from the partners' own books, not from the integration.
 * @param step Runs a part of the demo.
 * @throws Error when an order does not arrive.
 */
export async function runDemo(system: LocalSystem, step: Progress['step'], signal: AbortSignal) {
  const startedAt = Date.now();
  const demo: Demo = { ...system, signal };
  const numbers = await step('Orders out: ERP → Azumuta', (tell) => ordersOut(demo, tell));
  await step('Work done in Azumuta', (tell) => workDone(demo, numbers, tell));
  await step('Results back: Azumuta → ERP', (tell) => resultsBack(demo, numbers, tell));
  return outcomeOf(system, numbers, startedAt);
}

/** The ERP sends one half to the order endpoint; the scheduled pull finds the other. */
async function ordersOut(demo: Demo, tell: Tell): Promise<readonly string[]> {
  const { erp, emulator, orderEndpoint } = demo;
  const numbers: string[] = [];
  const advance = (created: number) =>
    tell(`Orders out: ${numbers.length} released in the ERP, ${created} created in Azumuta`);
  const release = (count: number) => {
    const released = erp.release({ count }).map(({ number }) => number);
    numbers.push(...released);
    advance(0);
    return released;
  };
  const pushed = orders / 2;
  for (let sent = 0; sent < pushed; sent++) {
    const [number = ''] = release(1);
    const { status, answer } = await erp.releaseAndSend(orderEndpoint, { number });
    if (status !== 202) throw new Error(`The order endpoint answered ${status}: ${answer}`);
  }
  release(orders - pushed);
  const { payload } = await emulator.runSchedule('SchedulesPull');
  if (Object(payload).outcome !== 'read')
    throw new Error(`The pull did not run through: ${JSON.stringify(payload)}`);
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
  await until(demo, 'Not every completion is booked in the ERP', async () => {
    const booked = new Set(demo.erp.bookings().map(({ order }) => order));
    tell(`Results back: ${booked.size} of ${numbers.length} booked in the ERP`);
    return numbers.every((number) => booked.has(number));
  });
}

async function outcomeOf(
  { erp, azumuta, ledger }: LocalSystem,
  numbers: readonly string[],
  startedAt: number,
) {
  const journeys = new Map(
    await Promise.all(numbers.map(async (number) => [number, await ledger.journeys.of(number)] as const)),
  );
  const total = (calls: Readonly<Record<string, number>>) =>
    Object.values(calls).reduce((sum, count) => sum + count, 0);
  return {
    journeys,
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
