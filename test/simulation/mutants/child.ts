import { registerHooks } from 'node:module';
import type { Finding } from '../invariants/judge.ts';
import { type Mutant, planted, root } from './mutant.ts';
import { mutants } from './table.ts';

/** What a child process has to run. */
export interface Task {
  /** Name of the mutant to plant; absent for the unchanged code. */
  readonly mutant: string | undefined;
  readonly firstSeed: number;
  /** It stops at the first finding, or after this number of journeys. */
  readonly journeys: number;
}

/** The child's report: sent now and then, and at its end. */
export interface Report {
  readonly seed: number;
  readonly journeys: number;
  /** Empty unless the seed breaks a promise. */
  readonly findings: readonly Finding[];
  readonly isOver: boolean;
}

/** Number of scenarios between two reports. */
const reportEvery = 20;

/** Plants the fault when the module is loaded; nothing on disk changes. */
function plant(mutant: Mutant): void {
  const url = new URL(mutant.file, root).href;
  registerHooks({
    load(wanted, context, nextLoad) {
      const loaded = nextLoad(wanted, context);
      if (wanted !== url) return loaded;
      return { ...loaded, source: planted(String(loaded.source), mutant) };
    },
  });
}

async function run({ mutant: name, firstSeed, journeys: most }: Task): Promise<void> {
  const mutant = mutants.find((one) => one.name === name);
  if (mutant) plant(mutant);
  // Imported only now, so that the modules are loaded with the fault.
  const { runScenario } = await import('../run-scenario.ts');
  const { drawScenario } = await import('../scenario/scenario.ts');
  const { simulateFetch } = await import('../world/network.ts');
  simulateFetch();
  let journeys = 0;
  for (let seed = firstSeed; ; seed += 1) {
    const scenario = drawScenario(seed);
    journeys += scenario.orders.length;
    // An error here is one of the simulation, not a finding: the child dies of it.
    const { findings } = await runScenario(scenario);
    const report: Report = { seed, journeys, findings, isOver: findings.length > 0 || journeys >= most };
    if (report.isOver) return send(report);
    if (seed % reportEvery === 0) send(report);
  }
}

function send(report: Report): void {
  process.send?.(report);
}

// Without the parent, nobody reads the reports.
process.once('disconnect', () => process.exit());
process.once('message', (task: Task) => {
  void run(task).then(() => process.disconnect());
});
