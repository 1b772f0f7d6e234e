import {
  BatchRequestTooLong,
  type ChangeMessageVisibilityBatchRequestEntry,
  MessageNotInflight,
  QueueDoesNotExist,
  ReceiptHandleIsInvalid,
  type ReceiveMessageCommandInput,
  type SendMessageBatchCommandInput,
} from '@aws-sdk/client-sqs';
import type { ReceivedMessage } from '../../../infra/local/emulator/lambda/sqs-event.ts';
import {
  bytesOf,
  checkMessage,
  checkRange,
  commonError,
  inBatch,
  maxMessageBytes,
  maxVisibilitySeconds,
  type Outgoing,
  refused,
  type TextAttributes,
} from './queue-rules.ts';

export interface ModelledQueue {
  readonly name: string;
  readonly url: string;
  readonly visibilityTimeoutSeconds: number;
  readonly retentionSeconds: number;
  /** `to` is the URL of the dead-letter queue. */
  readonly redrive?: { readonly maxReceiveCount: number; readonly to: string } | undefined;
}

export interface QueueModelOptions {
  readonly queues: readonly ModelledQueue[];
  /** Epoch milliseconds. */
  readonly now: () => number;
  /**
   * From 0 to below 1. When it is always close to 1, SQS behaves ideally: it returns all messages and keeps those it
   * should.
   */
  readonly random: () => number;
  /** Unique ids, for messages and receipt handles. */
  readonly newId: () => string;
}

/** One copy of a message in one queue. */
interface Copy {
  readonly id: string;
  readonly body: string;
  readonly attributes: TextAttributes;
  readonly sentAt: number;
  visibleAt: number;
  receives: number;
  firstReceivedAt: number | undefined;
  /** Handle of the last receive. */
  receivedAt: number;
  /** Undefined until the first receive. */
  handle: string | undefined;
}

interface Queue extends ModelledQueue {
  readonly copies: Set<Copy>;
  /** The last copy of every message that was ever in this queue, by its id. */
  readonly known: Map<string, Copy>;
  readonly handles: Map<string, Copy>;
}

/** Probability that a receive returns fewer messages than it could. The documentation allows it; the rate is ours. */
const fewerAt = 0.25;
/** Probability that a delete with an outdated handle deletes the message all the same. */
const lateDeleteAt = 0.5;

/** The operations of a queue, one message at a time; `queue.ts` wraps them in SQS's commands. */
export function createQueueOperations({ queues, now, random, newId }: QueueModelOptions) {
  const byUrl = new Map<string, Queue>(
    queues.map((queue) => [queue.url, { ...queue, copies: new Set(), known: new Map(), handles: new Map() }]),
  );

  /** The queue, without messages that exceed their retention. @throws QueueDoesNotExist. */
  function queueAt(url: string | undefined): Queue {
    const queue = byUrl.get(url ?? '');
    if (!queue) throw new QueueDoesNotExist(refused('The specified queue does not exist.'));
    for (const copy of queue.copies) if (expiresAt(queue, copy) <= now()) queue.copies.delete(copy);
    return queue;
  }

  function put(queue: Queue, copy: Copy): void {
    queue.copies.add(copy);
    queue.known.set(copy.id, copy);
  }

  function send(queue: Queue, message: Outgoing) {
    const attributes = checkMessage(message);
    const [id, sentAt] = [newId(), now()];
    put(queue, {
      id,
      body: message.MessageBody ?? '',
      attributes,
      sentAt,
      visibleAt: sentAt,
      receives: 0,
      firstReceivedAt: undefined,
      receivedAt: 0,
      handle: undefined,
    });
    return { MessageId: id };
  }

  function sendBatch({ QueueUrl, Entries = [] }: SendMessageBatchCommandInput) {
    const queue = queueAt(QueueUrl);
    if (Entries.reduce((bytes, entry) => bytes + bytesOf(entry), 0) > maxMessageBytes) {
      throw new BatchRequestTooLong(refused(`The batch is longer than ${maxMessageBytes} bytes.`));
    }
    return inBatch(Entries, (entry) => send(queue, entry));
  }

  /**
   * Returns messages in random order. A short poll asks only some of the servers, so it may miss any message. A long
   * poll gets at least one if there is one; it never waits here ("Amazon SQS short and long polling").
   */
  function receive(input: ReceiveMessageCommandInput): ReceivedMessage[] {
    const { MaxNumberOfMessages = 1, VisibilityTimeout, WaitTimeSeconds = 0 } = input;
    const queue = queueAt(input.QueueUrl);
    checkRange('MaxNumberOfMessages', MaxNumberOfMessages, 1, 10);
    checkRange('VisibilityTimeout', VisibilityTimeout, 0, maxVisibilitySeconds);
    checkRange('WaitTimeSeconds', WaitTimeSeconds, 0, 20);
    const visible = [...queue.copies].filter(({ visibleAt }) => visibleAt <= now());
    let count = Math.min(MaxNumberOfMessages, visible.length);
    const least = WaitTimeSeconds > 0 ? Math.min(1, count) : 0;
    if (count > least && random() < fewerAt) count = least + Math.floor(random() * (count - least));
    const received: ReceivedMessage[] = [];
    while (received.length < count) {
      const [copy] = visible.splice(Math.floor(random() * visible.length), 1);
      if (!copy) break;
      if (moveToDeadLetters(queue, copy)) continue;
      received.push(give(queue, copy, VisibilityTimeout ?? queue.visibilityTimeoutSeconds));
    }
    return received;
  }

  /**
   * A receive moves messages that were already received maxReceiveCount times. The enqueue timestamp stays ("Using
   * dead-letter queues in Amazon SQS"), and so, as far as is known, do the id and the counts.
   */
  function moveToDeadLetters(queue: Queue, copy: Copy): boolean {
    if (!queue.redrive || copy.receives < queue.redrive.maxReceiveCount) return false;
    const target = queueAt(queue.redrive.to);
    queue.copies.delete(copy);
    put(target, { ...copy, visibleAt: now(), handle: undefined });
    return true;
  }

  function give(queue: Queue, copy: Copy, visibilitySeconds: number): ReceivedMessage {
    const handle = newId();
    queue.handles.set(handle, copy);
    copy.handle = handle;
    copy.receives += 1;
    copy.receivedAt = now();
    copy.firstReceivedAt ??= copy.receivedAt;
    copy.visibleAt = copy.receivedAt + visibilitySeconds * 1000;
    return {
      MessageId: copy.id,
      ReceiptHandle: handle,
      Body: copy.body,
      // Nothing reads it.
      MD5OfBody: '',
      Attributes: {
        SenderId: 'AIDAEXAMPLE',
        SentTimestamp: String(copy.sentAt),
        ApproximateReceiveCount: String(copy.receives),
        ApproximateFirstReceiveTimestamp: String(copy.firstReceivedAt),
      },
      MessageAttributes: copy.attributes,
    };
  }

  /** @throws MissingParameter; ReceiptHandleIsInvalid for a handle that this queue never issued. */
  function copyOf(queue: Queue, handle: string | undefined): Copy {
    if (!handle) throw commonError('MissingParameter', 'The request must contain a ReceiptHandle.');
    const copy = queue.handles.get(handle);
    if (!copy) throw new ReceiptHandleIsInvalid(refused("The specified receipt handle isn't valid."));
    return copy;
  }

  const inFlight = (queue: Queue, copy: Copy, handle: string | undefined) =>
    queue.copies.has(copy) && copy.handle === handle && copy.visibleAt > now();

  /**
   * Accepts only the latest handle, and only while the message is hidden: afterwards the call "might result in an
   * error", and here it always does. The new timeout counts from now, and ends at most 12 hours after the receive (API
   * reference of ChangeMessageVisibility; "Amazon SQS visibility timeout").
   */
  function changeVisibility(queue: Queue, change: Omit<ChangeMessageVisibilityBatchRequestEntry, 'Id'>) {
    const { ReceiptHandle, VisibilityTimeout } = change;
    checkRange('VisibilityTimeout', VisibilityTimeout, 0, maxVisibilitySeconds);
    const copy = copyOf(queue, ReceiptHandle);
    if (VisibilityTimeout === undefined) {
      throw commonError('MissingParameter', 'The request must contain the parameter VisibilityTimeout.');
    }
    if (!inFlight(queue, copy, ReceiptHandle)) {
      throw new MessageNotInflight(refused("The specified message isn't in flight."));
    }
    const visibleAt = now() + VisibilityTimeout * 1000;
    if (visibleAt > copy.receivedAt + maxVisibilitySeconds * 1000) {
      throw commonError('InvalidParameterValue', 'Total VisibilityTimeout is beyond 43200 seconds.');
    }
    copy.visibleAt = visibleAt;
    return {};
  }

  /**
   * The latest handle of a hidden message deletes it. With an older handle, or after the timeout, "the request will
   * succeed, but the message might not be deleted" (API reference of DeleteMessage): chance decides.
   */
  function remove(queue: Queue, handle: string | undefined) {
    const copy = copyOf(queue, handle);
    if (inFlight(queue, copy, handle) || random() < lateDeleteAt) queue.copies.delete(copy);
    return {};
  }

  /**
   * The first moment, in epoch milliseconds, at which one of the messages can be received; without those that expire
   * before.
   */
  function nextVisibleAt(queue: Queue): number | undefined {
    const moments = [...queue.copies].flatMap((copy) =>
      copy.visibleAt < expiresAt(queue, copy) ? [copy.visibleAt] : [],
    );
    return moments.length === 0 ? undefined : Math.min(...moments);
  }

  return { queueAt, nextVisibleAt, put, send, sendBatch, receive, changeVisibility, remove };
}

/**
 * When SQS deletes it, in epoch milliseconds: the retention counts from the first sending ("Amazon SQS message
 * quotas").
 */
function expiresAt(queue: Queue, copy: Copy): number {
  return copy.sentAt + queue.retentionSeconds * 1000;
}
