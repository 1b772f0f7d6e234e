import { afterAll, expect, it } from 'vitest';
import { simulateFetch } from '../world/network.ts';
import { simulateSeeds } from './pool.ts';
import { runSeed, type SeedRun } from './seed-run.ts';

afterAll(simulateFetch());

it('reports seeds in order on any number of cores, with the same result as each seed alone', async () => {
  const runs: SeedRun[] = [];

  await simulateSeeds(1, 2, (run) => {
    runs.push(run);
    return runs.length < 6;
  });

  const alone: SeedRun[] = [];
  for (let seed = 6; seed >= 1; seed -= 1) alone.unshift(await runSeed(seed));
  expect(runs).toEqual(alone);
});
