import { createHash, randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { checkMessage } from '../simulation/aws/queue-rules.ts';
import { listenOnLoopback } from './loopback.ts';

interface SentMessage {
  readonly queue: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

interface WireEntry {
  readonly Id: string;
  readonly MessageBody: string;
  readonly ReceiptHandle: string;
  readonly VisibilityTimeout: number;
  readonly MessageAttributes?: Record<string, { readonly DataType: string; readonly StringValue: string }>;
}

/**
 * An SQS endpoint on loopback that records messages and changes of visibility, and can fail. Like SQS it refuses
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

  const { url, close } = await listenOnLoopback(async (request, response) => {
    const action = String(request.headers['x-amz-target']).replace('AmazonSQS.', '');
    const body = JSON.parse(await text(request));
    const failure = failures.get(action);
    if (failure && failure.times > 0) {
      failure.times -= 1;
      response.writeHead(failure.status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(
        JSON.stringify({ __type: 'com.amazonaws.sqs#InternalError', message: 'requested by the test' }),
      );
      return;
    }
    const refusal = action === 'SendMessage' ? refusalOf(body) : undefined;
    response.writeHead(refusal ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(refusal ? { __type: `com.amazonaws.sqs#${refusal}` } : answer(action, body)));
  });
  const client = new SQSClient({
    endpoint: url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    useQueueUrlAsEndpoint: false,
    maxAttempts: 1,
  });

  function answer(
    action: string,
    body: WireEntry & { QueueUrl: string; Entries?: readonly WireEntry[] },
  ): unknown {
    const queue = body.QueueUrl.split('/').at(-1) ?? '';
    const keep = (entry: WireEntry) => {
      const attributes = Object.entries(entry.MessageAttributes ?? {}).map(([name, { StringValue }]) => [
        name,
        StringValue,
      ]);
      sent.push({ queue, body: entry.MessageBody, attributes: Object.fromEntries(attributes) });
      return {
        MessageId: randomUUID(),
        MD5OfMessageBody: createHash('md5').update(entry.MessageBody).digest('hex'),
      };
    };
    if (action === 'SendMessage') return keep(body);
    const entries = body.Entries ?? [];
    if (action === 'SendMessageBatch') {
      const failed = entries.filter(({ MessageBody }) => fails(MessageBody));
      const taken = entries.filter((entry) => !failed.includes(entry) && !refusalOf(entry));
      const refused = entries.filter((entry) => !failed.includes(entry) && !taken.includes(entry));
      return {
        Successful: taken.map((entry) => ({ Id: entry.Id, ...keep(entry) })),
        Failed: [
          ...refused.map((entry) => ({ Id: entry.Id, SenderFault: true, Code: refusalOf(entry) })),
          ...failed.map(({ Id }) => ({ Id, SenderFault: false, Code: 'InternalError' })),
        ],
      };
    }
    const bad = entries.filter(({ ReceiptHandle }) => refused.has(ReceiptHandle));
    const good = entries.filter((entry) => !bad.includes(entry));
    for (const { ReceiptHandle, VisibilityTimeout: seconds } of good) {
      visibility.set(ReceiptHandle, seconds);
      hidden.push({ queue, seconds });
    }
    return {
      Successful: good.map(({ Id }) => ({ Id })),
      Failed: bad.map(({ Id }) => ({ Id, SenderFault: true, Code: 'ReceiptHandleIsInvalid' })),
    };
  }

  return {
    client,
    sent: sent as readonly SentMessage[],
    hidden: hidden as readonly (typeof hidden)[number][],
    visibility: visibility as ReadonlyMap<string, number>,
    queueUrl: (name: string) => `${url}/000000000000/${name}`,
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
    async stop() {
      client.destroy();
      await close();
    },
  };
}

/** Why SQS refuses a message; undefined if it accepts it. */
function refusalOf(message: WireEntry): string | undefined {
  try {
    checkMessage(message);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
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
