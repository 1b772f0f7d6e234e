import type { Finding } from '../invariants/judge.ts';
import { runScenario } from '../run-scenario.ts';
import { drawScenario } from '../scenario/scenario.ts';
import { kindOf } from '../scenario/words.ts';

/** What came of one seed. */
export interface SeedRun {
  readonly seed: number;
  /** An order from its release to its booking, whatever becomes of it. */
  readonly journeys: number;
  readonly findings: readonly Finding[];
  /** Kinds of the happenings that were drawn, and of those that happened: one of a kind may stand there twice. */
  readonly drawn: readonly string[];
  readonly happened: readonly string[];
}

export async function runSeed(seed: number): Promise<SeedRun> {
  const scenario = drawScenario(seed);
  const { findings, happened } = await runScenario(scenario);
  return {
    seed,
    journeys: scenario.orders.length,
    findings,
    drawn: scenario.happenings.map(kindOf),
    happened: [...happened].map(kindOf),
  };
}
