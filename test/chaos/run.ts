import { setInterval as every, setTimeout as pause } from 'node:timers/promises';
import { startLocalSystem } from '../../infra/local/run-locally.ts';
import { createChance } from '../simulation/world/chance.ts';
import { viewQueues } from '../support/queues.ts';
import { startFaults } from './accidents/faults.ts';
import { startKilling } from './accidents/kills.ts';
import { balanceOf } from './balance/balance.ts';
import { readPartners, withLostTrigger } from './balance/books.ts';
import type { ChaosErp } from './erps/erp.ts';
import { type ChaosErpName, chaosPlants } from './erps/plants.ts';
import { type LoadFigures, startLoad } from './load/load.ts';
import { untilNone } from './load/patience.ts';

export interface ChaosOptions {
  readonly erp: ChaosErpName;
  readonly seed: number;
  readonly loadSeconds: number;
  /** Orders, and so completions, per second. */
  readonly perSecond: number;
  readonly killEverySeconds: number;
  /** One trigger an order, and no pull: nothing makes up for a loss. */
  readonly single: boolean;
  readonly dataDir: string;
  readonly tell: (progress: Progress) => void;
  readonly log: (line: string) => void;
}

/** What has happened under load. */
interface SoFar extends LoadFigures {
  readonly kills: ReadonlyMap<string, number>;
  readonly faults: ReadonlyMap<string, number>;
}

export interface Progress extends SoFar {
  readonly phase: 'load' | 'completing' | 'pulling' | 'repeating lost triggers' | 'emptying the queues';
  readonly seconds: number;
  /** Undefined while the queues do not answer. */
  readonly waiting: number | undefined;
}

export type ChaosResult = Awaited<ReturnType<typeof runChaos>>;

/**
 * One run: load, kills and faults together, then a quiet time until the queues are empty, then the balance of the
 * partners' own books.
 */
export async function runChaos(options: ChaosOptions) {
  let retries = 0;
  const log = (line: string) => {
    retries += Number(/: (\d+) of \d+ messages are received again/.exec(line)?.[1] ?? 0);
    options.log(line);
  };
  const over = new AbortController();
  // Each part has its own choices, which do not depend on another part's timing.
  const chance = createChance(options.seed);
  const { integrationFile, start } = chaosPlants[options.erp];
  const plant = await start();
  const system = await startLocalSystem({
    integrationFile,
    environment: plant.environment,
    dataDir: options.dataDir,
    log,
    triggers: options.single ? (url) => [{ method: 'POST', url }] : undefined,
  });
  try {
    const erp = plant.erpOf(system);
    const queues = viewQueues(system);
    const began = performance.now();
    const load = startLoad(system, erp, chance.fork(), options);
    const faults = startFaults(system, erp, chance.fork());
    const kills = startKilling(system, chance.fork(), options.killEverySeconds);
    const seconds = () => (performance.now() - began) / 1000;
    const soFar = (): SoFar => ({
      ...load.figures(),
      kills: kills.counts,
      faults: faults.counts,
    });
    let phase: Progress['phase'] = 'load';
    const telling = (async () => {
      for await (const _ of every(5_000, undefined, { signal: over.signal })) {
        const waiting = await queues.depth().catch(() => undefined);
        options.tell({ ...soFar(), phase, seconds: seconds(), waiting });
      }
    })();
    telling.catch(() => undefined);

    while (seconds() < options.loadSeconds || !isEnough(soFar())) await pause(500);
    await kills.stop();
    faults.stop();
    const loadSeconds = seconds();
    phase = 'completing';
    await load.finish();
    phase = 'pulling';
    await load.pullRest();
    phase = 'repeating lost triggers';
    await repeatLostTriggers(erp);
    phase = 'emptying the queues';
    await untilNone(queues.depth, 2_000);

    const partners = readPartners(system, erp.books());
    const left = { deadLetters: await queues.deadLetters(), waiting: await queues.depth() };
    return {
      ...soFar(),
      balance: balanceOf({ ...partners, ...left }),
      webhookCalls: partners.triggers.length,
      /** Messages that were given back to a queue. */
      retries,
      loadSeconds,
      quietSeconds: seconds() - loadSeconds,
    };
  } finally {
    over.abort();
    await system.stop();
    await plant.stop();
  }

  /** Fires lost triggers again. Deployed, the reconciliation would find these completions. */
  async function repeatLostTriggers(erp: ChaosErp) {
    await untilNone(async () => {
      const numbers = withLostTrigger(readPartners(system, erp.books()));
      for (const number of numbers) await system.azumuta.trigger(number);
      return numbers.length;
    }, 6_000);
  }
}

/**
 * Else a run is balanced in which little happened: on a slow machine, the load goes on until each kind of process was
 * killed, and both partners have failed.
 */
function isEnough({ orders, kills, faults }: SoFar): boolean {
  const happened = [...kills.keys(), ...faults.keys()];
  return (
    orders > 100 &&
    ['container', 'services', 'sqs', 'dynamodb', 'azumuta', 'erp'].every((one) =>
      happened.some((name) => name.startsWith(one)),
    )
  );
}

export function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
