import * as z from 'zod/mini';
import { switchMapping } from '../support/switch-mapping.ts';
import type { Partners } from './partners/partners.ts';
import { until } from './peers/load.ts';
import type { BenchPlant } from './peers/plant.ts';
import { killIfAlive, usageOf } from './peers/processes.ts';
import { sum } from './statistics.ts';

/** One pull of all released orders, in as many runs as it needs. */
export interface Pulled {
  readonly orders: number;
  readonly calls: number;
  /** Peak memory of a process of the function; undefined without /proc. */
  readonly peakBytes: number | undefined;
}

export interface PulledAfterKill {
  readonly pagesReadAgain: number;
  readonly orders: number;
  readonly createdTwice: number;
  readonly missing: number;
}

const reportSchema = z.object({ outcome: z.string(), orders: z.number() });
const schedule = 'SchedulesPull';
const folder = 'pull-product-orders';
const maxRuns = 50;

/**
 * Repeats the same pull of a thousand orders in one process, to show the memory that Node keeps for any long work. A
 * single short run would end before its heap has grown that far.
 */
export async function pullSmall(plant: BenchPlant, partners: Partners, times: number): Promise<Pulled> {
  let all: Pulled | undefined;
  for (let time = 1; time <= times; time += 1) {
    const one = await pullAll(plant, partners, time * 1000, time === 1);
    all = all
      ? {
          orders: all.orders + one.orders,
          calls: all.calls + one.calls,
          peakBytes: one.peakBytes,
        }
      : one;
  }
  if (!all) throw new Error('Nothing was pulled.');
  return all;
}

/** Gives the ERP released orders and pulls them. The messages are not processed: their mapping is switched off. */
export async function pullAll(
  plant: BenchPlant,
  partners: Partners,
  released: number,
  freshProcess = true,
): Promise<Pulled> {
  await switchMapping(plant.emulator, plant.functionOf('create-product-orders').name, false);
  if (freshProcess) await endContainers(plant);
  await partners.reset(released);
  let orders = 0;
  let peakBytes: number | undefined;
  for (let runs = 1; runs <= maxRuns; runs += 1) {
    const { payload, functionError } = await plant.emulator.runSchedule(schedule);
    if (functionError) throw new Error(`The pull failed: ${JSON.stringify(payload)}`);
    const report = z.parse(reportSchema, payload);
    orders += report.orders;
    for (const { pid } of plant.containers(folder)) {
      const usage = usageOf(pid);
      if (usage) peakBytes = Math.max(peakBytes ?? 0, usage.peakBytes);
    }
    if (report.outcome !== 'read') continue;
    const { calls } = await partners.read();
    return { orders, calls: calls['erp page'] ?? 0, peakBytes };
  }
  throw new Error(`The pull of ${released} orders did not end within ${maxRuns} runs.`);
}

/** Kills a pull in the middle, pulls again, and waits until everything is created. */
export async function pullThroughKill(
  plant: BenchPlant,
  partners: Partners,
  released: number,
): Promise<PulledAfterKill> {
  await switchMapping(plant.emulator, plant.functionOf('create-product-orders').name, true);
  await partners.reset(released);
  const first = plant.emulator.runSchedule(schedule).catch(() => undefined);
  await until(async () => Object.keys((await partners.read()).pages).length >= 3, 20_000, 5);
  await endContainers(plant);
  await first;
  // The killed run's lease must end first; if a run fails on a busy machine, the next one continues.
  const goneOn = async () => {
    const { payload } = await plant.emulator.runSchedule(schedule);
    return z.safeParse(reportSchema, payload).data?.outcome === 'read';
  };
  if (!(await until(goneOn, 60_000, 1_000))) throw new Error('After the kill no pull came to its end.');
  await until(async () => Object.keys((await partners.read()).created).length >= released, 120_000, 500);
  const { pages, created } = await partners.read();
  return {
    orders: released,
    pagesReadAgain: sum(Object.values(pages).map((times) => times - 1)),
    createdTwice: Object.values(created).filter((times) => times > 1).length,
    missing: released - Object.keys(created).length,
  };
}

async function endContainers(plant: BenchPlant): Promise<void> {
  for (const { pid } of plant.containers(folder)) killIfAlive(pid);
  await until(async () => plant.containers(folder).length === 0, 5_000, 20);
}
