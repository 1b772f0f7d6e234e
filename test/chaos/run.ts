import { setTimeout as pause } from 'node:timers/promises';
import { localOverrides, startLocalSystem } from '../../infra/local/run-locally.ts';
import { createDice } from './accidents/dice.ts';
import { startFaults } from './accidents/faults.ts';
import { type Kills, startKilling } from './accidents/kills.ts';
import { type Balance, balanceOf } from './balance/balance.ts';
import { countStrikes, readPartners, strikeCounts, untold } from './balance/books.ts';
import { viewQueues } from './balance/queues.ts';
import { type Load, type LoadFigures, startLoad } from './load/load.ts';
import { comesTrue, persistently } from './load/patience.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly loadSeconds: number;
  /** Orders, and so completions, per second. */
  readonly perSecond: number;
  readonly killEverySeconds: number;
  readonly faultsEverySeconds: number;
  /** One trigger an order, no pull: nothing makes good for what is lost. */
  readonly single: boolean;
  readonly dataDir: string;
  readonly tell: (progress: Progress) => void;
  readonly log: (line: string) => void;
}

export interface Progress extends LoadFigures {
  readonly phase: 'load' | 'completing' | 'pulling' | 'telling again' | 'emptying the queues';
  readonly seconds: number;
  readonly kills: number;
  readonly faults: number;
  readonly waiting: number;
}

export interface ChaosResult extends LoadFigures {
  readonly balance: Balance;
  readonly kills: ReadonlyMap<string, number>;
  readonly faults: ReadonlyMap<string, number>;
  readonly permanentFaults: number;
  readonly webhookCalls: number;
  /** Messages that were given back to a queue. */
  readonly retries: number;
  readonly deadLetters: number;
  readonly loadSeconds: number;
  readonly quietSeconds: number;
}

/** What comes again after a kill is hidden for ten seconds, after failures for longer and longer. */
const emptyWithinMs = (loadSeconds: number) => 1000 * Math.max(240, loadSeconds);

/**
 * One run: load, kills and faults together, then quiet until nothing moves any more, then the balance of the
 * partners' own books.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  let retries = 0;
  const log = (line: string) => {
    retries += Number(/: (\d+) of \d+ come again/.exec(line)?.[1] ?? 0);
    options.log(line);
  };
  const system = await startLocalSystem({
    integrationFile: 'integration.config.ts',
    dataDir: options.dataDir,
    overrides: localOverrides,
    log,
    ...(options.single ? { triggers: (url) => [{ method: 'POST', url }] } : {}),
  });
  try {
    const queues = viewQueues(system);
    const began = performance.now();
    const dice = (part: string) => createDice(options.seed, part);
    const load = startLoad(system, dice('load'), options);
    const faults = startFaults(system, dice('faults'), options.faultsEverySeconds);
    const kills = startKilling(system, dice('kills'), options.killEverySeconds);
    const tell = teller(options, { load, kills, depth: queues.depth }, began);

    for (const until = began + options.loadSeconds * 1000; performance.now() < until; ) {
      await pause(Math.min(5_000, Math.max(0, until - performance.now())));
      await tell('load');
    }
    await kills.stop();
    await faults.stop();
    const loadSeconds = (performance.now() - began) / 1000;

    await telling('completing', tell, load.finish());
    await telling('pulling', tell, load.pullRest());
    await tell('telling again');
    await tellUntold();
    const empty = () =>
      comesTrue(
        async () => {
          await tell('emptying the queues');
          return (await queues.depth()) === 0;
        },
        emptyWithinMs(options.loadSeconds),
        2_000,
      );
    await empty();

    const partners = readPartners(options.dataDir);
    const deadLetters = await queues.deadLetters();
    const injected = { ...load.injected(), kills: sumOf(kills.counts) };
    return {
      ...load.figures(),
      balance: balanceOf({ ...partners, deadLetters, waiting: await queues.depth() }, injected),
      kills: kills.counts,
      faults: strikeCounts(partners.strikes),
      permanentFaults: injected.permanent.length,
      webhookCalls: partners.triggers.length,
      retries,
      deadLetters: deadLetters.length,
      loadSeconds,
      quietSeconds: (performance.now() - began) / 1000 - loadSeconds,
    };
  } finally {
    await system.stop();
  }

  /** Tells how far it is every other moment until the work is done. */
  async function telling(phase: Progress['phase'], tell: Tell, work: Promise<void>): Promise<void> {
    const done = new AbortController();
    const told = (async () => {
      while (!done.signal.aborted) {
        await tell(phase);
        await pause(5_000, undefined, { signal: done.signal }).catch(() => undefined);
      }
    })();
    await work.finally(() => done.abort());
    await told;
  }

  /** What reconciliation does about a trigger that was lost with its sender or at a dead door. */
  async function tellUntold() {
    await comesTrue(
      async () => {
        const numbers = untold(readPartners(options.dataDir));
        for (const number of numbers) await persistently(() => system.azumuta.trigger(number));
        return numbers.length === 0;
      },
      120_000,
      6_000,
    );
  }
}

type Tell = (phase: Progress['phase']) => Promise<void>;

function teller(
  options: ChaosOptions,
  parts: {
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
      faults: countStrikes(options.dataDir),
      waiting: await parts.depth().catch(() => Number.NaN),
    });
  };
}

export function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
