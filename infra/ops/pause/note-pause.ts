import type { Pauses } from '../../../shared/ledger/records/pauses.ts';
import { sentenceOf } from '../cli/command.ts';
import { stageOfQueue } from '../dead-letters/dead-letter.ts';
import { pausable, type SwitchOutcome } from './switch-flow.ts';

/**
 * Writes into the ledger that a flow was paused, or goes on. What was so before is no news: nobody knows since when;
 * but a pause that the ledger does not know of counts from now on.
 * @returns why it could not be written: the flow is switched nevertheless.
 */
export async function notePause(
  pauses: Pauses,
  { flow, already }: Pick<SwitchOutcome, 'flow' | 'already'>,
  on: boolean,
): Promise<string | undefined> {
  const functionName = stageOfQueue(pausable[flow].queue);
  try {
    if (on) {
      if (!already) await pauses.end(functionName);
    } else if (!already || (await pauses.of(functionName)).since === undefined) {
      await pauses.begin(functionName);
    }
    return undefined;
  } catch (error) {
    return sentenceOf(error);
  }
}
