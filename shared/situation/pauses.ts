import type { BreakerState } from '../circuit-breaker/breaker-for-people.ts';
import { type FlowName, flowNames, type Pause } from '../ledger/records/pauses.ts';
import type { QueueName } from '../model/queues.ts';
import { sentence } from '../model/text.ts';
import { duration, durationInWords, localMinute } from '../model/time.ts';
import { backoffDefaults } from '../worker/policy.ts';

interface Flow {
  /** What is paused, as the subject of a sentence. */
  readonly does: string;
  readonly partners: string;
  /** The queue in which it waits meanwhile. */
  readonly queue?: QueueName;
  /** How it is while it is paused: a sentence. */
  readonly meanwhile: string;
  /** What happens once it is resumed: a sentence without its capital and its full stop. */
  readonly resumed: string;
}

/** What waits in a queue is looked at so often. */
const lookedAtSeconds = backoffDefaults.capSeconds;
export const whatGoesOn = `what waits goes on within ${durationInWords(lookedAtSeconds)}`;
/** For so long after all was closed, what is late or waits may be so because of that. */
export const reopeningMs = 2 * lookedAtSeconds * 1000;

export const flows: Readonly<Record<FlowName, Flow>> = {
  orders: {
    does: 'creating product orders in Azumuta',
    partners: 'Azumuta and the ERP',
    queue: 'product-orders',
    meanwhile: 'Orders are still accepted.',
    resumed: whatGoesOn,
  },
  completions: {
    does: 'reading completions from Azumuta and booking them in the ERP',
    partners: 'Azumuta and the ERP',
    queue: 'completions',
    meanwhile: 'Triggers are still accepted.',
    resumed: whatGoesOn,
  },
  bookings: {
    does: 'booking in the ERP',
    partners: 'the ERP; completions are still read and planned',
    queue: 'completions',
    meanwhile: 'Completions are still read from Azumuta and planned.',
    resumed: whatGoesOn,
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

/**
 * Whether all is closed until a time, or was until a short while ago. What is late then, or waits, does so because of that, and
 * is said to nobody; nor is anybody reminded of anything.
 * @param erp The breaker that knows what is paused.
 */
export function isClosure({ paused = {}, pausesEnded = {} }: BreakerState, at: Date): boolean {
  return flowNames.every((flow) => {
    const endedAt = pausesEnded[flow]?.until?.getTime() ?? 0;
    const isReopening = at.getTime() - endedAt < reopeningMs;
    return paused[flow]?.ends !== undefined || isReopening;
  });
}

/**
 * Pauses that have ended by themselves and of which that was not said: the flows by the time (ISO) of their end, the earliest first.
 * @param saidUpTo The last of these times that was said.
 */
export function pauseEndsSince(
  saidUpTo: string | undefined,
  { pausesEnded = {} }: BreakerState,
): Map<string, FlowName[]> {
  const ended = flowNames.flatMap((flow) => {
    const until = pausesEnded[flow]?.until?.toISOString() ?? '';
    return until > (saidUpTo ?? '') ? [{ flow, until }] : [];
  });
  const byEnd = Map.groupBy(ended, ({ until }) => until);
  const inOrder = [...byEnd].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return new Map(inOrder.map(([until, all]) => [until, all.map(({ flow }) => flow)]));
}

/** By whom and why it is paused, and when that ends: sentences. */
export function whyPaused(pause: Pause, now: Date, timeZone: string): string {
  const { note, until, ends } = pause;
  const why = note === undefined ? 'Somebody paused it.' : `It is paused: ${sentence(note)}`;
  if (until === undefined) return why;
  if (ends !== undefined) return `${why} It ends by itself on ${localMinute(until, timeZone)}.`;
  const seconds = (until.getTime() - now.getTime()) / 1000;
  const end =
    seconds > 0
      ? `It is planned to end in ${duration(seconds)}.`
      : `It was planned to end ${duration(-seconds)} ago.`;
  return `${why} ${end}`;
}
