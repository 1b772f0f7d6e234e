import {
  ChangeMessageVisibilityCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../../../../infra/local/emulator/emulator.ts';
import { eventually } from '../../../../support/eventually.ts';
import { awsOf, startFixture } from '../running.ts';

let emulator: Emulator;
let aws: ReturnType<typeof awsOf>;
beforeAll(async () => {
  emulator = await startFixture();
  aws = awsOf(emulator);
  // A container that is up keeps to its two seconds also when the machine is busy.
  await aws.send({ id: 'first' });
  await eventually(() => aws.seen('first'));
});
afterAll(() => emulator?.stop());

describe('a batch', () => {
  it.concurrent('arrives in Lambda’s shape', async () => {
    const messageId = await aws.send({ id: 'shape' });

    const { record } = await eventually(() => aws.seen('shape'));

    expect(record).toMatchObject({
      messageId,
      body: '{"id":"shape"}',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        SenderId: expect.any(String),
      },
      messageAttributes: { kind: { stringValue: 'task', dataType: 'String' } },
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:orders',
      awsRegion: 'eu-west-1',
    });
  });

  it.concurrent('has its reported messages come again, and the others are gone', async () => {
    await Promise.all([aws.send({ id: 'fails', failUntil: 2 }), aws.send({ id: 'works' })]);

    await eventually(async () => (await aws.seen('fails'))?.times === 2);

    expect(await aws.seen('works')).toMatchObject({ times: 1 });
  });

  it.concurrent('has what was received too often in the dead-letter queue, with its attributes', async () => {
    const messageId = await aws.send({ id: 'never', failUntil: 99 });

    const dead = await eventually(() => aws.take('Unable'));

    expect(dead).toMatchObject({
      MessageId: messageId,
      MessageAttributes: { kind: { StringValue: 'task' } },
    });
    expect(await aws.seen('never')).toMatchObject({ times: 3 });
  });

  it('comes again as a whole when the function throws', async () => {
    await aws.send({ id: 'throws', failUntil: 2, throws: true });

    const { record } = await eventually(async () => {
      const seen = await aws.seen('throws');
      return seen?.times === 2 && seen;
    });

    expect(record.attributes.ApproximateReceiveCount).toBe('2');
  });

  it('waits while its mapping is switched off', async () => {
    await emulator.switchMapping('Worker', false);
    try {
      await aws.send({ id: 'waits' });
      await eventually(async () => {
        const { visible, inFlight } = await aws.depth('orders');
        return visible + inFlight >= 1;
      });
      expect(await aws.seen('waits')).toBeUndefined();
    } finally {
      await emulator.switchMapping('Worker', true);
    }

    expect(await eventually(() => aws.seen('waits'))).toMatchObject({ times: 1 });
  });
});

describe('the queues', () => {
  it('have the URLs that the functions are configured with', async () => {
    const { QueueUrl } = await aws.sqs.send(new GetQueueUrlCommand({ QueueName: 'orders' }));
    const { QueueUrls } = await aws.sqs.send(new ListQueuesCommand({}));

    expect(QueueUrl).toBe(emulator.queueUrl('Orders'));
    expect(QueueUrls).toContain(emulator.queueUrl('Unable'));
  });

  it('make a message visible at once, as often as asked', async () => {
    const QueueUrl = emulator.queueUrl('Unable');
    await aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'visible' }));
    const receive = async () =>
      (await aws.sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }))).Messages?.[0];

    for (let times = 0; times < 2; times += 1) {
      const received = await receive();
      expect(received?.Body).toBe('visible');
      await aws.sqs.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl,
          ReceiptHandle: received?.ReceiptHandle,
          VisibilityTimeout: 0,
        }),
      );
    }

    expect((await aws.take('Unable'))?.Body).toBe('visible');
  });

  it('give nothing to a caller that has hung up', async () => {
    const QueueUrl = emulator.queueUrl('Unable');
    const hangUp = new AbortController();
    const waiting = aws.sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), {
      abortSignal: hangUp.signal,
    });
    // The wait has begun when a call that was sent after it has come back twice.
    await aws.depth('Unable');
    await aws.depth('Unable');
    hangUp.abort();
    await expect(waiting).rejects.toThrow();
    // So has the news of its end: on a busy machine the next call may overtake it.
    await aws.depth('Unable');
    await aws.depth('Unable');

    await aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'for the next' }));

    expect((await eventually(() => aws.take('Unable'), 5_000)).Body).toBe('for the next');
  });
});
