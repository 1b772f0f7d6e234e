import { createEventSourceMapping } from '../aws/event-source-mapping.ts';
import type { QueueModel } from '../aws/queue.ts';
import type { Chance } from './chance.ts';
import type { LambdaFunction } from './lambda.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Maximum number of simultaneous containers of a consumer. A stack has fewer by default: more at once find more. */
const maxAtOnce = 5;

/** Decides when the event source mapping of a queue polls, and how many batches run at the same time. */
export function createPoller(
  url: string,
  target: LambdaFunction,
  runtime: {
    readonly time: VirtualTime;
    readonly chance: Chance;
    readonly queues: QueueModel;
    /** Within how many milliseconds the n-th received message comes once more, processed or not. */
    readonly comesTwice: (nth: number) => number | false;
    /** Whether the delete of the n-th batch is lost: its messages are retried after their visibility timeout. */
    readonly isDeleteLost: (nth: number) => boolean;
  },
) {
  const { time, chance, queues, comesTwice, isDeleteLost } = runtime;
  const mapping = createEventSourceMapping(queues, url);
  let received = 0;
  let batches = 0;
  let plannedAt = Number.POSITIVE_INFINITY;
  let isOff = false;

  /** There may be something to receive. */
  function wake(): void {
    if (isOff || target.running() >= maxAtOnce) return;
    const visibleAt = queues.nextVisibleAt(url);
    if (visibleAt === undefined) return;
    const at = Math.max(time.now(), visibleAt) + chance.between(1, 150);
    if (at >= plannedAt) return;
    plannedAt = at;
    time.at(at, () => {
      if (plannedAt !== at) return;
      plannedAt = Number.POSITIVE_INFINITY;
      poll();
    });
  }

  function poll(): void {
    if (isOff || target.running() >= maxAtOnce) return;
    const batch = mapping.receive();
    if (batch) {
      for (const { MessageId } of batch.messages) {
        const withinMs = comesTwice(++received);
        if (withinMs !== false) comeAgain(MessageId, withinMs);
      }
      const isLost = isDeleteLost(++batches);
      target.invoke(batch.event, (ending) => {
        if (!isLost) mapping.finish(batch, 'response' in ending ? { returned: ending.response } : 'failed');
        wake();
      });
    }
    wake();
  }

  /** SQS delivers at least once: a copy may come minutes after the message was deleted. */
  function comeAgain(messageId: string, withinMs: number): void {
    time.after(chance.between(1, withinMs), () => {
      queues.duplicate(url, messageId);
      wake();
    });
  }

  return {
    url,
    wake,
    /** The event source mapping receives nothing until the function that this returns is called. */
    switchOff(): () => void {
      isOff = true;
      return () => {
        isOff = false;
        wake();
      };
    },
  };
}
