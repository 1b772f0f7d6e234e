import type { BreakerState } from '../circuit-breaker/circuit-breaker.ts';
import { type FlowName, flowNames, type Pause } from '../ledger/records/pauses.ts';
import type { QueueName } from '../model/queues.ts';
import { sentence } from '../model/text.ts';
import { duration, durationInWords } from '../model/time.ts';
import { backoffDefaults, maxWaitMs } from '../worker/policy.ts';

interface Flow {
  /** What is paused, as the subject of a sentence. */
  readonly does: string;
  readonly partners: string;
  /** The queue in which it waits meanwhile. */
  readonly queue?: QueueName;
  /** How it is while it is paused: a sentence. */
  readonly meanwhile: string;
  /** What a long pause loses: a sentence. */
  readonly lost?: string;
  /** What happens once it is resumed: a sentence without its capital and its full stop. */
  readonly resumed: string;
}

const queuedFlowSentences = {
  lost: `What has waited for ${durationInWords(maxWaitMs / 1000)} becomes dead letters.`,
  resumed: `what waits goes on within ${durationInWords(backoffDefaults.capSeconds)}`,
};

export const flows: Readonly<Record<FlowName, Flow>> = {
  orders: {
    does: 'creating product orders in Azumuta',
    partners: 'Azumuta and the ERP',
    queue: 'product-orders',
    ...queuedFlowSentences,
    meanwhile: 'Orders are still accepted.',
  },
  completions: {
    does: 'reading completions from Azumuta and booking them in the ERP',
    partners: 'Azumuta and the ERP',
    queue: 'completions',
    ...queuedFlowSentences,
    meanwhile: 'Triggers are still accepted.',
  },
  bookings: {
    does: 'booking in the ERP',
    partners: 'the ERP; completions are still read and planned',
    queue: 'completions',
    ...queuedFlowSentences,
    meanwhile: 'Completions are still read from Azumuta and planned.',
  },
  pull: {
    does: 'reading orders from the ERP',
    partners: 'the ERP, on schedule',
    meanwhile: 'Each run of its schedule ends at once; the first one after the pause reads what changed.',
    resumed: 'it goes on with the next run of its schedule',
  },
};

/** The pause for whose end the messages of a queue wait. @param erp The breaker that knows what is paused. */
export function pauseHoldingQueue(queue: QueueName, { paused = {} }: BreakerState): FlowName | undefined {
  return flowNames.find((name) => paused[name] && flows[name].queue === queue);
}

/** By whom and why it is paused, and when that is planned to end: sentences. */
export function whyPaused({ note, until }: Pause, now: Date): string {
  const why = note === undefined ? 'Somebody paused it.' : `It is paused: ${sentence(note)}`;
  if (until === undefined) return why;
  const seconds = (until.getTime() - now.getTime()) / 1000;
  const end =
    seconds > 0
      ? `It is planned to end in ${duration(seconds)}.`
      : `It was planned to end ${duration(-seconds)} ago.`;
  return `${why} ${end}`;
}
