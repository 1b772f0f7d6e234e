import { sentenceOf } from '../cli/command.ts';
import { plantOf } from '../cli/partners.ts';
import type { Target } from '../cli/target.ts';

/** Asks Azumuta which product order a recording belongs to: the ledger does not keep recordings by their ids. */
export type FindOwner = (recordingId: string) => Promise<{
  /** Number or Azumuta's id of the product order; undefined when there is no such recording. */
  readonly owner?: string | undefined;
  /** Why Azumuta could not be asked, and what to do instead. */
  readonly notAsked?: string | undefined;
}>;

/** An id of Azumuta; numbers of orders often have other characters. */
const idPattern = /^\w{1,100}$/;
/** Longest that Azumuta may take to answer. */
const maxWaitMs = 30_000;

/** Calls Azumuta from this machine, with the key of the stack and the configuration of its plant. */
export function findOwnerOf(target: Target, config: string): FindOwner {
  return async (recordingId) => {
    if (!idPattern.test(recordingId)) return {};
    try {
      const { azumuta } = await plantOf(target, config);
      const recording = await azumuta.recording(recordingId, AbortSignal.timeout(maxWaitMs));
      if (!recording) return {};
      const { number, id } = recording.productOrder;
      const owner = number ?? id;
      return owner === undefined
        ? { notAsked: insteadOf('It does not say which order it belongs to') }
        : { owner };
    } catch (error) {
      return { notAsked: insteadOf(`Azumuta could not be asked about it: ${sentenceOf(error)}`) };
    }
  };
}

function insteadOf(why: string): string {
  return `If it is a recording: ${why.replace(/\.$/, '')}. Ask for the number of its order, which Azumuta shows with it.`;
}
