import { Worker } from 'node:worker_threads';
import type { SeedRun } from './seed-run.ts';

/**
 * A run takes some hundredths of a second. A run that uses this much processor time, or waits for something outside the
 * simulation, never ends. Wall-clock time is not limited, because the machine may be busy with other things.
 */
const maxRunMs = 60_000;
const betweenLooksMs = 5000;

/**
 * Runs one seed after the other, on several cores.
 * @param take Called with each run in the order of the seeds, whichever ends first; returns whether to go on.
 * @throws Error with the seed whose run does not end, or the error of a worker.
 */
export function simulateSeeds(first: number, cores: number, take: (run: SeedRun) => boolean): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const early = new Map<number, SeedRun>();
  let [next, wanted, isOver] = [first, first, false];

  function end(settle: () => void): void {
    if (isOver) return;
    isOver = true;
    void Promise.all(workers.map(({ stop }) => stop())).then(settle, reject);
  }

  function done(run: SeedRun): void {
    early.set(run.seed, run);
    for (let found = early.get(wanted); found && !isOver; found = early.get(wanted)) {
      early.delete(wanted++);
      if (!take(found)) end(resolve);
    }
  }

  const workers = Array.from({ length: cores }, () => {
    const worker = new Worker(new URL('worker.ts', import.meta.url));
    let inWork = first;
    let firstLook = { seed: Number.NaN, computed: 0, idle: 0 };
    async function look(): Promise<void> {
      const seed = inWork;
      const { user, system } = await worker.cpuUsage();
      const computed = (user + system) / 1000;
      const { idle } = worker.performance.eventLoopUtilization();
      if (firstLook.seed !== seed) firstLook = { seed, computed, idle };
      else if (computed - firstLook.computed > maxRunMs || idle - firstLook.idle > maxRunMs)
        end(() => reject(new Error(`The run of seed ${seed} does not end.`)));
    }
    // A worker that has ended in the meantime cannot be asked.
    const watch = setInterval(() => void look().catch(() => undefined), betweenLooksMs);
    function hand(seed: number): void {
      inWork = seed;
      worker.postMessage(seed);
    }
    worker.on('message', (run: SeedRun) => {
      done(run);
      if (!isOver) hand(next++);
    });
    worker.on('error', (error) => end(() => reject(error)));
    hand(next++);
    return {
      stop() {
        clearInterval(watch);
        return worker.terminate();
      },
    };
  });
  return promise;
}
