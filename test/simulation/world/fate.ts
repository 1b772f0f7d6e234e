import type { Answer } from '../../support/server.ts';

/** A service that a process calls. */
export type Service = 'ledger' | 'queues' | 'secrets' | 'azumuta' | 'erp';

/** What happens to one call that leaves a process. */
export interface Fate {
  /**
   * Whether it takes effect: `late` is after its caller has given up or died; `partly` is for some entries of a batch.
   */
  readonly effect: 'none' | 'once' | 'twice' | 'late' | 'partly';
  /**
   * What the caller gets: the answer, a broken connection, a failure, nothing at all, or an answer that the service
   * would not have given.
   */
  readonly callerGets: 'answer' | 'broken' | 'failure' | 'nothing' | Answer;
  /** The process dies at this call, before or after it took effect, or it hangs until Lambda ends it. */
  readonly dies?: 'before' | 'after' | 'at its timeout';
  /** Additional milliseconds until the answer arrives. */
  readonly slowMs?: number;
  /** The accident's name for the timeline and the table of events; absent for a call that succeeds. */
  readonly accident?: string;
}

export const goesWell: Fate = { effect: 'once', callerGets: 'answer' };
