import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSServiceException,
} from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { expect } from 'vitest';
import * as z from 'zod/mini';
import { createQueueModel, type QueueCommand } from './queue.ts';

/**
 * fauxqs, an independent implementation of SQS, called without a socket. Where it differs from AWS's documentation, the
 * random operations avoid the difference, and queue-rules.test.ts and queue-time.test.ts check what the documentation
 * says. fauxqs
 * - refuses characters from U+10000 on, accepts any delay, any attribute, and an empty body within a batch;
 * - accepts a delete with a handle that it never issued, and calls such a handle "not in flight" in
 *   ChangeMessageVisibility; within a batch, it calls a handle "invalid" that it issued but that is no longer in
 *   flight;
 * - counts the move to a dead-letter queue as a receive; has neither the limit of 12 hours nor retention.
 */
export const fauxqs = buildApp({ logger: false });

const commands = {
  SendMessage: SendMessageCommand,
  SendMessageBatch: SendMessageBatchCommand,
  ReceiveMessage: ReceiveMessageCommand,
  ChangeMessageVisibility: ChangeMessageVisibilityCommand,
  ChangeMessageVisibilityBatch: ChangeMessageVisibilityBatchCommand,
  DeleteMessage: DeleteMessageCommand,
  DeleteMessageBatch: DeleteMessageBatchCommand,
};
export type Name = keyof typeof commands;

const text = z.optional(z.string());
const attributesSchema = z.record(z.string(), z.object({ DataType: z.string(), StringValue: z.string() }));
/** The parts of an answer that must agree; ids and handles are replaced before they are compared. */
const answerSchema = z.object({
  MessageId: text,
  MD5OfMessageBody: text,
  MD5OfMessageAttributes: text,
  Messages: z._default(
    z.array(
      z.object({
        MessageId: z.string(),
        ReceiptHandle: z.string(),
        Body: z.string(),
        MD5OfBody: z.string(),
        MD5OfMessageAttributes: text,
        MessageAttributes: z._default(attributesSchema, {}),
        Attributes: z.object({ ApproximateReceiveCount: z.string() }),
      }),
    ),
    [],
  ),
  Successful: z._default(
    z.array(
      z.object({ Id: z.string(), MessageId: text, MD5OfMessageBody: text, MD5OfMessageAttributes: text }),
    ),
    [],
  ),
  Failed: z._default(z.array(z.object({ Id: z.string(), Code: z.string(), SenderFault: z.boolean() })), []),
});
type Answer = z.infer<typeof answerSchema> & { error?: string };

const refused = (error: string): Answer => ({ error, Messages: [], Successful: [], Failed: [] });
const errorSchema = z.object({ __type: z.string() });

async function askFauxqs(name: string, input: object): Promise<Answer> {
  const response = await fauxqs.inject({
    method: 'POST',
    url: '/',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${name}` },
    payload: JSON.stringify(input),
  });
  if (response.statusCode === 200) return answerSchema.parse(response.json());
  return refused(errorSchema.parse(response.json()).__type.replace(/^.*#/, ''));
}

const inspectedSchema = z.object({
  messages: z.object({
    ready: z.array(z.object({ messageId: z.string() })),
    delayed: z.array(z.object({ messageId: z.string() })),
    inflight: z.array(z.object({ message: z.object({ messageId: z.string() }) })),
  }),
});

let worlds = 0;

/** The same two queues in both: `main` moves messages to `dead` after two receives. */
export async function createWorld() {
  worlds += 1;
  const names = [`main-${worlds}`, `dead-${worlds}`];
  const [main = '', dead = ''] = names.map((name) => `http://sqs.local/000000000000/${name}`);
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: `arn:aws:sqs:us-east-1:000000000000:${names[1]}`,
    maxReceiveCount: 2,
  });
  await askFauxqs('CreateQueue', { QueueName: names[1] });
  await askFauxqs('CreateQueue', { QueueName: names[0], Attributes: { RedrivePolicy } });
  let ids = 0;
  const common = { visibilityTimeoutSeconds: 30, retentionSeconds: 345_600 };
  const model = createQueueModel({
    queues: [
      { ...common, name: 'main', url: main, redrive: { maxReceiveCount: 2, to: dead } },
      { ...common, name: 'dead', url: dead },
    ],
    now: () => Date.parse('2026-11-24T08:00:00Z'),
    // All visible messages are received, and an outdated handle deletes nothing.
    random: () => 0.999,
    newId: () => `id ${++ids}`,
  });
  /** Ids and handles differ between the two, so they are replaced by numbers in order of appearance. */
  const ours = new Map<string, number>();
  const theirs = new Map<string, number>();
  const handles: { url: string; ours: string; theirs: string }[] = [];
  return { model, urls: [main, dead, 'http://sqs.local/000000000000/nowhere'], names, ours, theirs, handles };
}
export type World = Awaited<ReturnType<typeof createWorld>>;

function askModel({ model }: World, name: Name, input: object): Answer {
  try {
    // The caller passes a name and the matching input, but the type system cannot connect the two.
    const Command = commands[name] as unknown as new (of: object) => QueueCommand;
    return answerSchema.parse(model.answer(new Command(input)));
  } catch (error) {
    if (error instanceof SQSServiceException) return refused(error.name);
    throw error;
  }
}

/** Sends the operation to both, remembers which ids correspond, and expects the same answer. */
export async function askBoth(world: World, name: Name, input: object, theirInput = input): Promise<void> {
  const ours = askModel(world, name, input);
  const theirs = await askFauxqs(name, theirInput);
  if (name === 'ChangeMessageVisibilityBatch') {
    for (const failed of theirs.Failed) {
      if (failed.Code === 'ReceiptHandleIsInvalid') failed.Code = 'MessageNotInflight';
    }
  }
  number(world.ours, ours);
  number(world.theirs, theirs);
  const comparable = [
    comparableOf(world, ours, world.ours, input),
    comparableOf(world, theirs, world.theirs, input),
  ];
  expect(comparable[0], name).toEqual(comparable[1]);
  for (const message of ours.Messages) {
    const same = theirs.Messages.find(
      ({ MessageId }) => world.theirs.get(MessageId) === world.ours.get(message.MessageId),
    );
    const url = urlOf(input);
    world.handles.push({ url, ours: message.ReceiptHandle, theirs: same?.ReceiptHandle ?? '' });
  }
}

const urlOf = (input: object) => z.parse(z.object({ QueueUrl: z.string() }), input).QueueUrl;

function number(ids: Map<string, number>, answer: Answer): void {
  for (const { MessageId } of [answer, ...answer.Successful]) if (MessageId) ids.set(MessageId, ids.size);
}

/** Without the order of the received messages, which SQS does not guarantee. */
function comparableOf(world: World, answer: Answer, ids: Map<string, number>, input: object) {
  const known = <T extends { MessageId?: string | undefined }>(given: T) => ({
    ...given,
    MessageId: ids.get(given.MessageId ?? ''),
  });
  const Messages = answer.Messages.map(({ ReceiptHandle: _, Attributes, ...message }) => ({
    ...known(message),
    count: urlOf(input) === world.urls[1] ? undefined : Attributes.ApproximateReceiveCount,
  })).sort((a, b) => (a.MessageId ?? 0) - (b.MessageId ?? 0));
  return { ...known(answer), Messages, Successful: answer.Successful.map(known) };
}

/** The contents of both queues, as numbers of messages and their states. */
export async function contents(world: World) {
  const ours = world.urls.slice(0, 2).map((url) =>
    world.model
      .messages(url)
      .map(({ messageId, state }) => `${world.ours.get(messageId)} ${state}`)
      .sort(),
  );
  const theirs = [];
  for (const name of world.names) {
    const answer = await fauxqs.inject(`/_fauxqs/queues/${name}`);
    const { ready, delayed, inflight } = inspectedSchema.parse(answer.json()).messages;
    theirs.push(
      [
        ...ready.map(({ messageId }) => `${world.theirs.get(messageId)} visible`),
        ...delayed.map(({ messageId }) => `${world.theirs.get(messageId)} delayed`),
        ...inflight.map(({ message }) => `${world.theirs.get(message.messageId)} in flight`),
      ].sort(),
    );
  }
  return { ours, theirs };
}
