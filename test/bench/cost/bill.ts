import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { viewQueues } from '../../support/queues.ts';
import { type Partners, tenRecordings } from '../partners/partners.ts';
import { numbersOf, offer, until } from '../peers/load.ts';
import { type BenchPlant, type BenchPlantOptions, startBenchPlant } from '../peers/plant.ts';
import { usageOf } from '../peers/processes.ts';
import { postOrders, productOrdersToComplete, untilLinked } from '../peers/product-orders.ts';
import { sum } from '../statistics.ts';
import { type AwsCounter, startAwsCounter } from './aws-counter.ts';
import type { Measured } from './cost.ts';

const perSecond = 5;
/** Each flow prepares its events, and returns a function that sends them. */
const flows = {
  completions: { functions: ['receive-webhook', 'book-completion'], run: completionsOf('B') },
  'completions with ten recordings': {
    functions: ['receive-webhook', 'book-completion'],
    run: completionsOf(tenRecordings),
  },
  orders: { functions: ['accept-product-orders', 'create-product-orders'], run: ordersOf(1) },
  'orders in lists of 50': {
    functions: ['accept-product-orders', 'create-product-orders'],
    run: ordersOf(50),
  },
};
export type Flow = keyof typeof flows;

/**
 * Measures what the functions do and request from AWS for some completions or orders that arrive one at a time, so that
 * no batch is shared. This is how most plants work, and the most expensive case; but many ERPs post their orders in
 * lists.
 */
export async function measureBill(
  flow: Flow,
  units: number,
  options: Omit<BenchPlantOptions, 'partners'> & { readonly partners: Partners },
): Promise<Measured> {
  const counter = await startAwsCounter(() => plant.emulator);
  const plant: BenchPlant = await startBenchPlant({ ...options, functionsEndpoint: counter.url });
  const { functions, run } = flows[flow];
  try {
    await (await run(plant, options.partners, 40))();
    // The peer has fewer functions.
    const working = functions.filter((name) => plant.containers(name).length > 0);
    const work = await run(plant, options.partners, units);
    return await bill(plant, counter, working, units, work);
  } finally {
    await plant.stop();
    await counter.close();
  }
}

async function bill(
  plant: BenchPlant,
  counter: AwsCounter,
  functions: readonly string[],
  units: number,
  work: () => Promise<void>,
): Promise<Measured> {
  await isQuiet(plant);
  counter.reset();
  const before = new Map(functions.map((name) => [name, stand(plant, name)]));
  await work();
  await isQuiet(plant);
  const worked = functions.map((name) => {
    const [was, is] = [before.get(name), stand(plant, name)];
    return {
      name,
      memoryMegabytes: is.memoryMegabytes,
      invocations: is.invocations - (was?.invocations ?? 0),
      durationMs: is.durationMs - (was?.durationMs ?? 0),
      cpuMs: is.cpuMs - (was?.cpuMs ?? 0),
      logBytes: is.logBytes - (was?.logBytes ?? 0),
    };
  });
  // The HTTP API invokes the first function once for each call.
  const apiCalls = worked[0]?.invocations ?? 0;
  return { units, requests: counter.requests(), apiCalls, functions: worked };
}

/** Receipts come after the effects that end the work. */
async function isQuiet(plant: BenchPlant): Promise<void> {
  const { depth } = viewQueues(plant);
  if (!(await until(async () => (await depth()) === 0, 60_000, 200)))
    throw new Error('The queues are not empty.');
}

/** What a function has done so far, from its log and its processes. */
function stand(plant: BenchPlant, folder: string) {
  const lambda = plant.functionOf(folder);
  const log = readFileSync(join(plant.emulator.dataDir, 'logs', `${lambda.name}.log`), 'utf8');
  const durations = [...log.matchAll(/^REPORT .* after (\d+) ms$/gm)].map(([, ms]) => Number(ms));
  return {
    memoryMegabytes: lambda.MemorySize,
    invocations: durations.length,
    durationMs: sum(durations),
    cpuMs: sum(plant.containers(folder).map(({ pid }) => usageOf(pid)?.cpuMs ?? 0)),
    logBytes: Buffer.byteLength(log),
  };
}

/** Completes product orders of this prefix, each number once: the warm-up has fewer than the measurement. */
function completionsOf(prefix: string) {
  return async (plant: BenchPlant, partners: Partners, count: number) => {
    const numbers = await productOrdersToComplete(plant, partners, `${prefix}-${count}`, count);
    return async () => {
      await offer({ url: plant.webhookUrl, numbers, width: 4, perSecond });
      const all = async () => Object.keys((await partners.read()).bookings).length >= count;
      if (!(await until(all, 60_000, 200))) throw new Error('Not every completion was booked.');
    };
  };
}

/** Posts orders in lists of this length, as an ERP does. */
function ordersOf(listed: number) {
  return async (plant: BenchPlant, partners: Partners, count: number) => {
    await partners.reset();
    return async () => {
      const numbers = numbersOf(`PO-${count}`, count);
      const began = Date.now();
      for (let from = 0; from < count; from += listed) {
        await until(async () => Date.now() >= began + (from / perSecond) * 1000, 30_000, 5);
        await postOrders(plant, numbers.slice(from, from + listed));
      }
      await untilLinked(partners, count);
    };
  };
}
