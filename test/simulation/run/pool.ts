import { Worker } from 'node:worker_threads';
import type { SeedRun } from './seed-run.ts';

/** A run takes some hundredths of a second. One that takes so long waits for itself in real time, and never ends. */
const longestMs = 60_000;

/**
 * Runs one seed after the other, on several cores.
 * @param take Told of each run in the order of the seeds, whichever is done first; answers whether there is to be more.
 * @throws Error naming the seed whose run does not end, or what a worker failed with.
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
    let watch: NodeJS.Timeout;
    function hand(seed: number): void {
      const hangs = new Error(`The run of seed ${seed} does not end.`);
      watch = setTimeout(() => end(() => reject(hangs)), longestMs);
      worker.postMessage(seed);
    }
    worker.on('message', (run: SeedRun) => {
      clearTimeout(watch);
      done(run);
      if (!isOver) hand(next++);
    });
    worker.on('error', (error) => end(() => reject(error)));
    hand(next++);
    return {
      stop() {
        clearTimeout(watch);
        return worker.terminate();
      },
    };
  });
  return promise;
}
