import type { Finding } from '../invariants/judge.ts';
import { runScenario } from '../run-scenario.ts';
import type { AdviceSteps } from '../scenario/follow-advice.ts';
import { drawScenario } from '../scenario/scenario.ts';
import { kindOf } from '../scenario/words.ts';

/** The result of one seed. */
export interface SeedRun {
  readonly seed: number;
  /** Number of orders. Each is one journey from its release to its booking, however it ends. */
  readonly journeys: number;
  readonly findings: readonly Finding[];
  /** Kinds of the events that were drawn, and of those that happened; a kind can occur several times. */
  readonly drawn: readonly string[];
  readonly happened: readonly string[];
  readonly advice: AdviceSteps;
}

export async function runSeed(seed: number): Promise<SeedRun> {
  const scenario = drawScenario(seed);
  const { findings, happened, advice } = await runScenario(scenario);
  return {
    seed,
    journeys: scenario.orders.length,
    findings,
    advice,
    drawn: scenario.events.map(kindOf),
    happened: [...happened].map(kindOf),
  };
}
