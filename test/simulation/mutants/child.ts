import { registerHooks } from 'node:module';
import type { Finding } from '../invariants/judge.ts';
import { type Mutant, planted, root } from './mutant.ts';
import { mutants } from './table.ts';

/** What a child is asked for. */
export interface Order {
  /** Name of the mutant that it plants; absent for the code as it is. */
  readonly mutant: string | undefined;
  readonly firstSeed: number;
  /** It stops at its first finding, or after so many journeys. */
  readonly journeys: number;
}

/** What a child tells: once in a while, and at its end. */
export interface Told {
  readonly seed: number;
  readonly journeys: number;
  readonly finding?: Finding;
  readonly isOver: boolean;
}

/** So many scenarios between two signs of life. */
const betweenSigns = 20;

/** From now on a module is loaded with the fault in it; nothing on disk changes. */
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

async function run({ mutant: name, firstSeed, journeys: most }: Order): Promise<void> {
  const mutant = mutants.find((one) => one.name === name);
  if (mutant) plant(mutant);
  // Only now: what they import is loaded with the fault.
  const { runScenario } = await import('../run-scenario.ts');
  const { drawScenario } = await import('../scenario/scenario.ts');
  const { simulateFetch } = await import('../world/network.ts');
  simulateFetch();
  let journeys = 0;
  for (let seed = firstSeed; ; seed += 1) {
    const scenario = drawScenario(seed);
    journeys += scenario.orders.length;
    const { findings } = await runScenario(scenario).catch((error: unknown) => ({
      findings: [{ invariant: 'The run ends, and nothing throws.', sentence: String(error) }],
    }));
    const [finding] = findings;
    const told: Told = {
      seed,
      journeys,
      ...(finding ? { finding } : {}),
      isOver: finding !== undefined || journeys >= most,
    };
    if (told.isOver) return tell(told);
    if (seed % betweenSigns === 0) tell(told);
  }
}

function tell(told: Told): void {
  process.send?.(told);
}

// Nobody hears of what it finds any more.
process.once('disconnect', () => process.exit());
process.once('message', (order: Order) => {
  void run(order).then(() => process.disconnect());
});
