import { Worker } from 'node:worker_threads';
import type { SeedRun } from './seed-run.ts';

/**
 * Runs one seed after the other, on several cores.
 * @param take Called with each run in the order of the seeds, whichever ends first; returns whether to go on.
 * @param mutant Name of the fault to plant; without one, the code runs unchanged.
 * @throws the error of a worker.
 */
export function simulateSeeds(
  first: number,
  cores: number,
  take: (run: SeedRun) => boolean,
  mutant?: string,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const early = new Map<number, SeedRun>();
  let [next, wanted, isOver] = [first, first, false];

  function end(settle: () => void): void {
    if (isOver) return;
    isOver = true;
    void Promise.all(workers.map((worker) => worker.terminate())).then(settle, reject);
  }

  function done(run: SeedRun): void {
    early.set(run.seed, run);
    for (let found = early.get(wanted); found && !isOver; found = early.get(wanted)) {
      early.delete(wanted++);
      if (!take(found)) end(resolve);
    }
  }

  const workers = Array.from({ length: cores }, () => {
    const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: mutant });
    worker.on('message', (run: SeedRun) => {
      done(run);
      if (!isOver) worker.postMessage(next++);
    });
    worker.on('error', (error) => end(() => reject(error)));
    worker.postMessage(next++);
    return worker;
  });
  return promise;
}
