import type { Answer } from '../../support/server.ts';

/** What a process calls outside of itself. */
export type Service = 'ledger' | 'queues' | 'secrets' | 'azumuta' | 'erp';

/** What becomes of one call that leaves a process. */
export interface Fate {
  /** How often it takes effect: `late` once its caller has given it up, or is dead; `partly` for some of a batch. */
  readonly effect: 'none' | 'once' | 'twice' | 'late' | 'partly';
  /**
   * What the caller hears of it: the answer, that there is none (the connection breaks), a failure, nothing for ever,
   * or something else than the service would have said.
   */
  readonly heard: 'answer' | 'broken' | 'failure' | 'nothing' | Answer;
  /**
   * The process ends at this call, before or after it took effect; or it stands still from now on, until Lambda
   * ends it.
   */
  readonly dies?: 'before' | 'after' | 'when its time is up';
  /** Added to how long the answer takes, in milliseconds. */
  readonly slowMs?: number;
  /** In words, for the timeline and the table of accidents; absent for a call that goes well. */
  readonly accident?: string;
}

export const goesWell: Fate = { effect: 'once', heard: 'answer' };
