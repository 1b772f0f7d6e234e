import { dayMs } from '../model/time.ts';

/**
 * How messages are retried, wait and end as dead letters: each figure once. Sentences for people take theirs from here
 * (`test/shared/patterns/figures.test.ts`). The stack sets `baseSeconds` by the environment, so that local runs are quick.
 */

/** Longest wait after the first failure; it doubles with each further one, up to the cap: then it is 10 to 15 minutes. */
export const backoffDefaults = { baseSeconds: 4, capSeconds: 900 } as const;

/**
 * SQS hides a message for at most 12 hours after its receive, and refuses anything longer: the message would be received again
 * after its queue's default. The margin is for the time that the attempt took.
 * Source: AWS, "Amazon SQS visibility timeout".
 */
export const maxVisibility = 12 * 3600 - 10 * 60;

/** Wait for something that takes a moment: a probe, or a lock of ours (parts of one ERP order are booked one by one). */
export const lockSeconds = 4;

/**
 * First wait for a slot; each is that much longer than the one before it. It is short, as a slot may be free at any
 * moment, and hardly grows. SQS dead-letters a message at its thousandth receive, which waits that never grow would reach
 * within an hour of a long queue; with these it is reached after `maxWaitMs`.
 */
export const slotWait = { seconds: 2, growth: 1.015 } as const;

/** Messages that have waited for longer belong to the backlog. */
export const newForMs = 60_000;
/** A message of a backlog that came in a full batch is retried after this part of its age. */
export const backlogPart = 0.25;
/** Messages that Lambda passes on at once, at most. */
export const fullBatch = 10;

/** A person is alerted about messages that have waited for longer. */
export const longWaitMs = 3_600_000;
/** A message may wait so long for its partner before it becomes a dead letter. */
export const maxWaitMs = 6 * dayMs;
/** However late it was first tried, a message becomes a dead letter before SQS drops it, which it does at 14 days. */
export const maxAgeMs = 13 * dayMs;
/**
 * While people hold it back (its flow is paused; it is in shadow), a message that is older is put into its queue again, as one that has not waited: a pause may last
 * longer than SQS keeps a message, and nearly all of `maxWaitMs` is left to it once the pause has ended.
 */
export const sentAgainInPauseMs = dayMs;

/** Attempts in a row that never finished (crashes, timeouts) before a message becomes a dead letter. */
export const maxUnfinished = 5;
/** Attempts that ended with an internal error before a message becomes a dead letter: the error may have been a passing one. */
export const maxBugs = 5;

/** Records of one batch that are worked on at the same time: few, as several containers call a partner at once. */
export const concurrency = 5;
/** With less than this part of its time left, a container that works on one record at a time begins no further one. */
export const endPartOfTime = 0.25;
/** The last of two partners gets no call with less left than this part of the function's time: 24 s, of 30 after reading. */
export const enoughForSecondPartner = 0.4;

/** Milliseconds before the end of an invocation at which calls are aborted, what did not stop is given up, and the answer is sent. */
export const lastMomentsMs = { aborting: 1500, givingUp: 750, responding: 200 } as const;
