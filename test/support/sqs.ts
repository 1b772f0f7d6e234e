import { randomUUID } from 'node:crypto';
import {
  type ChangeMessageVisibilityBatchCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
  SQSServiceException,
} from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { checkMessage, type Outgoing } from '../simulation/aws/queue-rules.ts';

interface SentMessage {
  readonly queue: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

type Command = SendMessageCommand | SendMessageBatchCommand | ChangeMessageVisibilityBatchCommand;

/**
 * An SQS, as a client of it sees it, that records messages and changes of visibility, and can fail. Like SQS it refuses
 * messages that are empty, too large, or contain characters that are not allowed.
 */
export async function startSqsEndpoint() {
  const sent: SentMessage[] = [];
  /** In which queue a message was hidden, and for how long. */
  const hidden: { readonly queue: string; readonly seconds: number }[] = [];
  /** Seconds per receipt handle. */
  const visibility = new Map<string, number>();
  const failures = new Map<string, { status: number; times: number }>();
  const refused = new Set<string>();
  const failing: string[] = [];
  const fails = (body: string) => failing.includes(body) && failing.splice(failing.indexOf(body), 1);

  function keep(queue: string, message: Outgoing) {
    const texts = Object.entries(checkMessage(message));
    const attributes = Object.fromEntries(texts.map(([name, { StringValue }]) => [name, StringValue]));
    sent.push({ queue, body: message.MessageBody ?? '', attributes });
    return { MessageId: randomUUID() };
  }

  function answer(command: Command) {
    const queue = command.input.QueueUrl?.split('/').at(-1) ?? '';
    if (command instanceof SendMessageCommand) return keep(queue, command.input);
    const Failed: object[] = [];
    if (command instanceof SendMessageBatchCommand) {
      for (const entry of command.input.Entries ?? [])
        try {
          if (fails(entry.MessageBody ?? ''))
            Failed.push({ Id: entry.Id, SenderFault: false, Code: 'InternalError' });
          else keep(queue, entry);
        } catch (error) {
          Failed.push({ Id: entry.Id, SenderFault: true, Code: error instanceof Error && error.name });
        }
      return { Failed };
    }
    for (const { Id, ReceiptHandle = '', VisibilityTimeout: seconds = 0 } of command.input.Entries ?? []) {
      if (refused.has(ReceiptHandle)) {
        Failed.push({ Id, SenderFault: true, Code: 'ReceiptHandleIsInvalid' });
        continue;
      }
      visibility.set(ReceiptHandle, seconds);
      hidden.push({ queue, seconds });
    }
    return { Failed };
  }

  async function send(command: Command) {
    const failure = failures.get(command.constructor.name.replace('Command', ''));
    if (!failure?.times) return answer(command);
    failure.times -= 1;
    const $metadata = { httpStatusCode: failure.status };
    const message = 'requested by the test';
    throw new SQSServiceException({ name: 'InternalError', $fault: 'server', message, $metadata });
  }

  return {
    // The overloads of the SDK's method are one function.
    client: { send } as Pick<SQSClient, 'send'>,
    sent: sent as readonly SentMessage[],
    hidden: hidden as readonly (typeof hidden)[number][],
    visibility: visibility as ReadonlyMap<string, number>,
    queueUrl: (name: string) => `https://sqs.invalid/000000000000/${name}`,
    /** Answers the next calls of an action with this status. */
    fail: (action: string, status: number, times = 1) => void failures.set(action, { status, times }),
    /** Refuses these receipt handles in an otherwise successful batch. */
    refuse(handles: readonly string[]): void {
      for (const handle of handles) refused.add(handle);
    },
    /** Refuses messages with these bodies in an otherwise successful batch, by a fault of SQS itself, once for each. */
    failOnce: (bodies: readonly string[]) => void failing.push(...bodies),
    forget(): void {
      sent.length = 0;
      hidden.length = 0;
      visibility.clear();
      failures.clear();
      refused.clear();
      failing.length = 0;
    },
    stop() {},
  };
}

/** A record as Lambda's event source mapping passes it to a function. */
export function sqsRecord(given: {
  readonly body: string;
  readonly messageId?: string;
  readonly receiveCount?: number;
  readonly sentAt?: Date;
  /** Default: the time at which it was sent. */
  readonly firstReceivedAt?: Date;
}): SQSRecord {
  const messageId = given.messageId ?? randomUUID();
  const sentAt = String((given.sentAt ?? new Date('2026-11-24T07:59:00Z')).getTime());
  return {
    messageId,
    receiptHandle: `handle of ${messageId}`,
    body: given.body,
    attributes: {
      ApproximateReceiveCount: String(given.receiveCount ?? 1),
      SentTimestamp: sentAt,
      SenderId: 'AIDAEXAMPLE',
      ApproximateFirstReceiveTimestamp: String(given.firstReceivedAt?.getTime() ?? sentAt),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:queue',
    awsRegion: 'eu-west-1',
  };
}
