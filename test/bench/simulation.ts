import { performance } from 'node:perf_hooks';
import { simulateSeeds } from '../simulation/run/pool.ts';

/** The speed of the simulation. */
export interface Simulated {
  readonly journeys: number;
  readonly seconds: number;
  readonly cores: number;
}

/** Runs the seeds from 1 on until so many orders have been released and booked. */
export async function measureSimulation(cores: number, most: number): Promise<Simulated> {
  const began = performance.now();
  let journeys = 0;
  await simulateSeeds(1, cores, (run) => {
    journeys += run.journeys;
    return journeys < most;
  });
  return { journeys, seconds: (performance.now() - began) / 1000, cores };
}
