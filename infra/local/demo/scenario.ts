import { setTimeout as pause } from 'node:timers/promises';
import type { ProgressDisplay } from '../progress.ts';
import type { LocalSystem } from '../run-locally.ts';

const ordersInDemo = 8;
/** The longest time that one part of the demo may take. */
const longestDemoPartMs = 90_000;

/** Gets the line that says how far a part of the demo has come. */
type Tell = (line: string) => void;
type Until = (complaint: string, reached: () => boolean) => Promise<void>;

export type DemoOutcome = Awaited<ReturnType<typeof runDemo>>;

/**
 * Takes production orders from the ERP to Azumuta, has them built, and waits for their bookings. What has
 * happened is read from the partners' own books, not from the integration.
 * @param step Runs a part of the demo.
 * @throws Error when an order does not arrive.
 */
export async function runDemo(system: LocalSystem, step: ProgressDisplay['step'], signal: AbortSignal) {
  const startedAt = Date.now();
  const until: Until = async (complaint, reached) => {
    for (const end = Date.now() + longestDemoPartMs; !reached(); await pause(150, undefined, { signal }))
      if (Date.now() > end) throw new Error(`${complaint} after ${longestDemoPartMs / 1000} s.`);
  };
  const numbers = await step('Orders out: ERP → Azumuta', (tell) => sendOrdersOut(system, until, tell));
  // Operators build and complete every order; Azumuta fires its triggers.
  await step('Work done in Azumuta', async (tell) => {
    for (const [done, number] of numbers.entries()) {
      system.azumuta.complete(number, done === 0 ? { scrap: 1 } : {});
      tell(`Work done: ${done + 1} of ${numbers.length} completed in Azumuta`);
    }
  });
  await step('Results back: Azumuta → ERP', (tell) =>
    until('Not every completion is booked in the ERP', () => {
      const booked = new Set(system.erp.bookings().map(({ order }) => order));
      tell(`Results back: ${booked.size} of ${numbers.length} booked in the ERP`);
      return numbers.every((number) => booked.has(number));
    }),
  );
  const journeyOf = async (number: string) =>
    [number, await system.ledger.journeys.readJourney(number)] as const;
  return {
    journeys: new Map(await Promise.all(numbers.map(journeyOf))),
    seconds: (Date.now() - startedAt) / 1000,
    azumutaCalls: sumOfCalls(system.azumuta.calls()),
    erpCalls: sumOfCalls(system.erp.calls()),
  };
}

/** The ERP sends one half to the order endpoint; the scheduled pull finds the other. @returns their numbers. */
async function sendOrdersOut(
  { erp, emulator, orderEndpoint }: LocalSystem,
  until: Until,
  tell: Tell,
): Promise<readonly string[]> {
  const numbers: string[] = [];
  const advance = (created: number) =>
    tell(`Orders out: ${numbers.length} released in the ERP, ${created} created in Azumuta`);
  while (numbers.length < ordersInDemo / 2) {
    const { order, status, answer } = await erp.releaseAndSend(orderEndpoint);
    if (status !== 202) throw new Error(`The order endpoint answered ${status}: ${answer}`);
    numbers.push(order.number);
    advance(0);
  }
  numbers.push(...erp.release({ count: ordersInDemo - numbers.length }).map(({ number }) => number));
  advance(0);
  const { payload } = await emulator.runSchedule('SchedulesPull');
  if (Object(payload).outcome !== 'read')
    throw new Error(`The pull did not run through: ${JSON.stringify(payload)}`);
  await until('Not every order is in Azumuta and known to the ERP', () => {
    const linked = erp
      .orders()
      .filter(({ number, azumutaId }) => azumutaId !== null && numbers.includes(number));
    advance(linked.length);
    return linked.length === numbers.length;
  });
  return numbers;
}

const sumOfCalls = (calls: Readonly<Record<string, number>>) =>
  Object.values(calls).reduce((sum, count) => sum + count, 0);
