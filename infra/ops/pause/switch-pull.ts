import type { Pauses } from '../../../shared/ledger/records/pauses.ts';
import { pullStage } from '../../../shared/orders/pull.ts';

export interface PullOutcome {
  readonly flow: 'pull';
  /** Whether it had been so before. */
  readonly already: boolean;
}

/**
 * Pauses the pull, or lets it go on, by the ledger alone: its schedule goes on and each run ends at once, so that no
 * deployment resumes it, and nothing but a run that does not come at all is silence.
 */
export async function switchPull(pauses: Pauses, on: boolean): Promise<PullOutcome> {
  const isPaused = (await pauses.of(pullStage)).since !== undefined;
  const already = isPaused !== on;
  if (!already) await (on ? pauses.end(pullStage) : pauses.begin(pullStage));
  return { flow: 'pull', already };
}
