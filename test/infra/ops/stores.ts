import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Message, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { freePorts } from '../../../infra/local/emulator/process/http.ts';
import { Supervisor } from '../../../infra/local/emulator/process/supervisor.ts';
import type { LocalQueue } from '../../../infra/local/emulator/template/read-stack.ts';
import { readQueue } from '../../../shared/platform/aws/queue.ts';
import { type DeadLetterContent, deadLetterMessage } from '../../../shared/worker/dead-letter.ts';

export const queueNames = ['dead-letters', 'product-orders', 'completions'] as const;
export type StoredQueue = (typeof queueNames)[number];

export const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const region = 'eu-west-1';
const accountId = '000000000000';

/** The platform's own queue store in a process of its own, with the stack's three queues. */
export async function startQueueStore() {
  const [port = 0] = await freePorts(1);
  const directory = await mkdtemp(join(tmpdir(), 'queue-store-'));
  const endpoint = `http://127.0.0.1:${port}`;
  const url = (queue: StoredQueue) => `${endpoint}/${accountId}/${queue}`;
  const queues: LocalQueue[] = queueNames.map((name) => ({
    Type: 'AWS::SQS::Queue',
    logicalId: name,
    name,
    arn: `arn:aws:sqs:${region}:${accountId}:${name}`,
    ref: url(name),
  }));
  const module = fileURLToPath(new URL('../../../infra/local/emulator/stores/sqs.ts', import.meta.url));
  const supervisor = new Supervisor(() => {});
  await supervisor.start({ name: 'sqs', module, configuration: { port, directory, region, queues } });
  const sqs = new SQSClient({ endpoint, region, credentials, useQueueUrlAsEndpoint: false });

  return {
    sqs,
    endpoint,
    url,
    async put(given: Partial<DeadLetterContent> & { readonly body: string }) {
      const at = new Date('2026-11-24T08:00:00Z');
      const { body, attributes = {} } = deadLetterMessage({
        stage: 'create-product-orders',
        orderNumber: 'PO-1',
        reason: 'Azumuta has no article GEAR-99: create it.',
        cause: 'unknown-article',
        firstAttemptAt: at,
        lastAttemptAt: at,
        messageId: 'm-1',
        ...given,
      });
      const named = Object.entries(attributes).map(([name, StringValue]) => {
        return [name, { DataType: 'String', StringValue }];
      });
      const message = { MessageBody: body, MessageAttributes: Object.fromEntries(named) };
      await sqs.send(new SendMessageCommand({ QueueUrl: url('dead-letters'), ...message }));
    },
    /** A message as SQS's own redrive moves it: without attributes. */
    async putBare(body: string) {
      await sqs.send(new SendMessageCommand({ QueueUrl: url('dead-letters'), MessageBody: body }));
    },
    async depth(queue: StoredQueue) {
      const { waiting: visible, underWay: hidden } = await readQueue(sqs, url(queue));
      return { visible, hidden };
    },
    /** All visible messages of a queue, left in it but hidden for a moment. */
    async read(queue: StoredQueue) {
      const found: Message[] = [];
      for (;;) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl: url(queue),
            MaxNumberOfMessages: 10,
            VisibilityTimeout: 60,
            MessageAttributeNames: ['All'],
          }),
        );
        if (Messages.length === 0) return found;
        found.push(...Messages);
      }
    },
    async stop() {
      sqs.destroy();
      await supervisor.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
