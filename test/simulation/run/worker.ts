import { parentPort } from 'node:worker_threads';
import { simulateFetch } from '../world/network.ts';
import { runSeed } from './seed-run.ts';

simulateFetch();
// Many errors are thrown in a run, and nobody reads their stack traces.
Error.stackTraceLimit = 0;

parentPort?.on('message', async (seed: number) => {
  parentPort?.postMessage(await runSeed(seed));
});
