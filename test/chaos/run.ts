import { setTimeout as pause } from 'node:timers/promises';
import type { Overrides } from '../../infra/local/emulator/overrides.ts';
import { type LocalSystem, localOverrides, startLocalSystem } from '../../infra/local/run-locally.ts';
import { createDice, type Dice } from './accidents/dice.ts';
import { slowestCommitMs, startFaults } from './accidents/faults.ts';
import { type Kills, startKilling } from './accidents/kills.ts';
import { type Balance, balanceOf } from './balance/balance.ts';
import { faultCounts, readPartners, withLostTrigger } from './balance/books.ts';
import { viewQueues } from './balance/queues.ts';
import { type Load, type LoadFigures, startLoad } from './load/load.ts';
import { untilNone } from './load/patience.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly loadSeconds: number;
  /** Orders, and so completions, per second. */
  readonly perSecond: number;
  readonly killEverySeconds: number;
  readonly faultsEverySeconds: number;
  /** One trigger an order, and no pull: nothing makes up for a loss. */
  readonly single: boolean;
  readonly dataDir: string;
  /** The load goes on until then, however slow the machine is. */
  readonly isEnough: (soFar: SoFar) => boolean;
  readonly tell: (progress: Progress) => void;
  readonly log: (line: string) => void;
}

/** What has happened under load. */
export interface SoFar extends LoadFigures, Pick<ChaosResult, 'kills' | 'faults' | 'clocks'> {}

export interface Progress extends LoadFigures {
  readonly phase: 'load' | 'completing' | 'pulling' | 'repeating lost triggers' | 'emptying the queues';
  readonly seconds: number;
  readonly kills: number;
  readonly faults: number;
  /** Undefined while the queues do not answer. */
  readonly waiting: number | undefined;
}

export interface ChaosResult extends LoadFigures {
  readonly balance: Balance;
  readonly kills: ReadonlyMap<string, number>;
  readonly faults: ReadonlyMap<string, number>;
  readonly webhookCalls: number;
  /** Messages that were given back to a queue. */
  readonly retries: number;
  /** How far the clock of each container that was started was off, in milliseconds. */
  readonly clocks: readonly number[];
  readonly loadSeconds: number;
  readonly quietSeconds: number;
}

/**
 * Clocks of containers differ by twice this at most. A takeover compares two clocks: a container whose clock is ahead
 * takes over that much too early, and the calls of the dead container must be settled by then. So the settling time must
 * be longer than that and the slowest commit together. Deployed it is 300 s, of which an ERP needs a part; the clocks of
 * Lambda's machines follow NTP and differ by far less than a second, so these seconds are a hard test.
 */
const maxClockOffsetMs = 2_000;
const settlingSeconds = Math.ceil((2 * maxClockOffsetMs + slowestCommitMs) / 1000);
const overrides: Overrides = {
  ...localOverrides,
  environment: { ...localOverrides.environment, SETTLING_SECONDS: String(settlingSeconds) },
};
/** Further containers use them over again. */
const differentClocks = 100;

/**
 * One run: load, kills and faults together, then a quiet time until the queues are empty, then the balance of the
 * partners' own books.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  let retries = 0;
  const clocks: number[] = [];
  const log = (line: string) => {
    retries += Number(/: (\d+) of \d+ messages are received again/.exec(line)?.[1] ?? 0);
    const [, offset] = /has a clock that is (-?\d+) ms off/.exec(line) ?? [];
    if (offset !== undefined) clocks.push(Number(offset));
    options.log(line);
  };
  const dice = (part: string) => createDice(options.seed, part);
  const system = await startPlant(options, dice('clocks'), log);
  try {
    const queues = viewQueues(system);
    const began = performance.now();
    const load = startLoad(system, dice('load'), options);
    const faults = startFaults(system, dice('faults'), options.faultsEverySeconds);
    const kills = startKilling(system, dice('kills'), options.killEverySeconds);
    const tell = teller(options, { ...system.sandboxes, load, kills, depth: queues.depth }, began);

    const closeBooks = async (loadSeconds: number): Promise<ChaosResult> => {
      const partners = readPartners(system);
      const books = {
        ...partners,
        deadLetters: await queues.deadLetters(),
        waiting: await queues.depth(),
      };
      return {
        ...load.figures(),
        clocks,
        balance: balanceOf(books, load.completed),
        kills: kills.counts,
        faults: faultCounts(system.sandboxes),
        webhookCalls: partners.triggers.length,
        retries,
        loadSeconds,
        quietSeconds: (performance.now() - began) / 1000 - loadSeconds,
      };
    };

    const soFar = (): SoFar => ({
      ...load.figures(),
      ...{ clocks, kills: kills.counts, faults: faultCounts(system.sandboxes) },
    });
    const until = began + options.loadSeconds * 1000;
    while (performance.now() < until || !options.isEnough(soFar())) {
      const left = until - performance.now();
      await pause(left > 0 ? Math.min(5_000, left) : 1_000);
      await tell('load');
    }
    await kills.stop();
    await faults.stop();
    const loadSeconds = (performance.now() - began) / 1000;

    await telling('completing', tell, load.finish());
    await telling('pulling', tell, load.pullRest());
    await tell('repeating lost triggers');
    await repeatLostTriggers();
    await untilNone(async () => {
      await tell('emptying the queues');
      return queues.depth();
    }, 2_000);
    return await closeBooks(loadSeconds);
  } finally {
    await system.stop();
  }

  /** Fires lost triggers again. Deployed, the reconciliation would find these completions. */
  async function repeatLostTriggers() {
    await untilNone(async () => {
      const numbers = withLostTrigger(readPartners(system));
      for (const number of numbers) await system.azumuta.trigger(number);
      return numbers.length;
    }, 6_000);
  }
}

/** Reports the progress every five seconds until the work is done. */
async function telling(phase: Progress['phase'], tell: Tell, work: Promise<void>): Promise<void> {
  const done = new AbortController();
  const reporting = (async () => {
    while (!done.signal.aborted) {
      await tell(phase);
      await pause(5_000, undefined, { signal: done.signal }).catch(() => undefined);
    }
  })();
  await work.finally(() => done.abort());
  await reporting;
}

function startPlant(
  { dataDir, single }: ChaosOptions,
  clockDice: Dice,
  log: (line: string) => void,
): Promise<LocalSystem> {
  return startLocalSystem({
    integrationFile: 'integration.config.ts',
    dataDir,
    overrides,
    clockOffsetsMs: Array.from({ length: differentClocks }, () =>
      clockDice.between(-maxClockOffsetMs, maxClockOffsetMs),
    ),
    log,
    triggers: single ? (url) => [{ method: 'POST', url }] : undefined,
  });
}

type Tell = (phase: Progress['phase']) => Promise<void>;

function teller(
  options: ChaosOptions,
  parts: LocalSystem['sandboxes'] & {
    readonly load: Load;
    readonly kills: Kills;
    readonly depth: () => Promise<number>;
  },
  began: number,
): Tell {
  return async (phase) => {
    options.tell({
      ...parts.load.figures(),
      phase,
      seconds: (performance.now() - began) / 1000,
      kills: sumOf(parts.kills.counts),
      faults: parts.azumuta.faultLog.length + parts.erp.faultLog.length,
      waiting: await parts.depth().catch(() => undefined),
    });
  };
}

export function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
