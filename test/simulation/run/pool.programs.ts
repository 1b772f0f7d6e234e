import { afterAll, beforeAll, expect, it } from 'vitest';
import { simulateFetch } from '../world/network.ts';
import { simulateSeeds } from './pool.ts';
import { runSeed, type SeedRun } from './seed-run.ts';

let giveBack = () => {};
beforeAll(() => {
  giveBack = simulateFetch();
});
afterAll(() => giveBack());

it('tells of the seeds in their order, on any number of cores, and does in each what it does alone', async () => {
  const runs: SeedRun[] = [];

  await simulateSeeds(1, 2, (run) => {
    runs.push(run);
    return runs.length < 6;
  });

  const alone: SeedRun[] = [];
  for (let seed = 6; seed >= 1; seed -= 1) alone.unshift(await runSeed(seed));
  expect(runs).toEqual(alone);
});
