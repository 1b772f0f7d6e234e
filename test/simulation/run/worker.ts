import { registerHooks } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { planted, root } from '../mutants/mutant.ts';
import { mutants } from '../mutants/table.ts';

const mutant = mutants.find(({ name }) => name === workerData);
/** Plants the fault when its module is loaded; nothing on disk changes. */
registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!mutant || url !== new URL(mutant.file, root).href) return loaded;
    return { ...loaded, source: planted(String(loaded.source), mutant) };
  },
});
// Imported only now, so that the modules are loaded with the fault.
const { simulateFetch } = await import('../world/network.ts');
const { runSeed } = await import('./seed-run.ts');

simulateFetch();
// Many errors are thrown in a run, and nobody reads their stack traces.
Error.stackTraceLimit = 0;

parentPort?.on('message', async (seed: number) => {
  parentPort?.postMessage(await runSeed(seed));
});
