import type { SQSRecord } from 'aws-lambda';
import type { Breaker } from '../circuit-breaker/circuit-breaker.ts';
import type { Attempts } from '../ledger/records/attempts.ts';
import type { DeadLetters } from '../ledger/records/dead-letters.ts';
import type { FlowName } from '../ledger/records/pauses.ts';
import type { Partner } from '../model/partner.ts';
import type { WorkerQueues } from '../platform/aws/queue.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Slots } from '../slots/slots.ts';

/** What a message needs next: a call to one partner, or none. */
export interface WorkerStep {
  /** Absent: it calls nobody. */
  readonly needs?: Partner | undefined;
  /** Number under which the ledger keeps the order, where the message has another: its dead letter is filed there. */
  readonly order?: string | undefined;
  /** @returns the next step; undefined when the message is done. @throws RetryLater, Rejected; anything else is a bug. */
  readonly run: (attempt: WorkAttempt) => Promise<WorkerStep | undefined>;
  /** What to write down when the partner cannot be called now; absent where nothing was read that would be lost. */
  readonly leave?: ((attempt: WorkAttempt) => Promise<void>) | undefined;
}

/** One queue's work: how to read a message and what to do with it. */
export interface Consumer<Message> {
  /** Name of the function, as dead letters and logs show it. */
  readonly stage: string;
  /** All of its work waits while this is paused. */
  readonly flow: FlowName;
  /** The partners that it calls, in this order: a batch is done with one before it begins with the next. */
  readonly partners: readonly [Partner, ...Partner[]];
  /** @throws Rejected naming the path of what is invalid. */
  readonly parse: (body: string) => Message;
  readonly orderNumber: (message: Message) => string;
  /** Id of the call or run that the message goes back to: all logs of the order carry it. */
  readonly eventId?: (message: Message) => string;
  /** Finds the first step of a message. It only reads, as no attempt is noted yet. @throws Wait, Rejected */
  readonly begin: (message: Message, attempt: WorkAttempt) => Promise<WorkerStep>;
  /**
   * Whether a person has given the order up since its message was sent: then nobody needs to know that it has waited too
   * long, and it need not wait for the end of a pause. Default: nobody can.
   */
  readonly isGivenUp?: (orderNumber: string, sentAt: Date) => Promise<boolean>;
}

export interface WorkAttempt {
  /** Unique to this attempt: owner of ledger claims. */
  readonly owner: string;
  /** Id that the message had at first; a replay keeps it. */
  readonly messageId: string;
  /** Lambda kills this attempt then at the latest. */
  readonly endsAt: Date;
  /** Aborts shortly before that, or before the next partner's turn: every call takes it, and connectors check it before each write. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Whole seconds until a time in epoch milliseconds, at least 1. */
  readonly secondsUntil: (ms: number) => number;
  /** When the message was first put into its queue. */
  readonly sentAt: Date;
  readonly receiveCount: number;
  /** Whether there is time for one more call of the partner that a step needs. */
  readonly hasTime: () => boolean;
}

export interface WorkerDependencies {
  readonly queueUrl: string;
  /** Undefined in shadow: what is refused there stands with its order, and nobody replays it. */
  readonly deadLetterQueueUrl: string | undefined;
  readonly queues: WorkerQueues;
  readonly attempts: Attempts;
  readonly deadLetters: DeadLetters;
  readonly breaker: Pick<Breaker, 'outage'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly slots?: Slots | undefined;
  /** Longest wait after a first failure. */
  readonly baseSeconds?: number;
}

export interface RetriedIn {
  readonly record: SQSRecord;
  readonly seconds: number;
}

export interface RecordInWork {
  readonly record: SQSRecord;
  /** The beginning of the attempt is noted; so its end is, too. */
  readonly hasBegun: boolean;
  /** Empty until the message was parsed. */
  readonly orderNumber: string;
  /** The partner that it needs now, or needed last. */
  readonly partner: Partner;
  readonly log: Logger;
}

export interface RecordWithStep extends RecordInWork {
  readonly step: WorkerStep;
  /** A step of this attempt came before it. */
  readonly isCarried: boolean;
}

export interface Waiting {
  readonly work: RecordWithStep;
  readonly seconds: number;
  readonly reason: string;
  /** It waits for the end of a pause. */
  readonly isPause?: true | undefined;
}

/** What became of a message: it goes on, it is retried, or (undefined) it is done. */
export type AttemptOutcome = { readonly work: RecordWithStep } | { readonly retried: RetriedIn } | undefined;

export function receiveCountOf({ attributes }: SQSRecord): number {
  return Number(attributes.ApproximateReceiveCount);
}
