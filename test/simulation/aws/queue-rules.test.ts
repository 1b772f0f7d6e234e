import {
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { createQueues, maxMessageBytes } from '../../../shared/platform/aws/queue.ts';
import { main, queueStage } from './queue-stage.ts';

const texts = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`a${at}`, { DataType: 'String', StringValue: 'v' }]),
  );

it.each([
  ['an empty body', { MessageBody: '' }, 'MissingParameter'],
  ['a character that SQS does not accept', { MessageBody: '\u0000' }, 'InvalidMessageContents'],
  ['half a surrogate pair', { MessageBody: '\uD83D' }, 'InvalidMessageContents'],
  ['a body of more than 1 MiB', { MessageBody: 'x'.repeat(maxMessageBytes + 1) }, 'InvalidParameterValue'],
  ['eleven attributes', { MessageBody: 'x', MessageAttributes: texts(11) }, 'InvalidParameterValue'],
  [
    'an empty attribute',
    { MessageBody: 'x', MessageAttributes: { a: { DataType: 'String', StringValue: '' } } },
    'InvalidParameterValue',
  ],
])('refuses %s, alone and within a batch', (_, message, name) => {
  // Prepare
  const { model } = queueStage();
  const Entries = [{ Id: 'bad', ...message, MessageBody: message.MessageBody.slice(0, maxMessageBytes) }];

  // Act
  const alone = () => model.answer(new SendMessageCommand({ QueueUrl: main, ...message }));
  const batch = () => model.answer(new SendMessageBatchCommand({ QueueUrl: main, Entries }));

  // Assess
  expect(alone).toThrow(expect.objectContaining({ name, $fault: 'client' }));
  // In a batch, a body that is too long makes the batch too long, which is another error.
  if (message.MessageBody.length <= maxMessageBytes) {
    expect(batch()).toMatchObject({ Successful: undefined, Failed: [{ Id: 'bad', Code: name }] });
  }
  expect(model.messages(main)).toEqual([]);
});

it('accepts ten attributes, and all characters beyond U+FFFF', () => {
  const { model, receive } = queueStage();

  model.answer(
    new SendMessageCommand({ QueueUrl: main, MessageBody: '😀 \u{10FFFF}', MessageAttributes: texts(10) }),
  );

  expect(receive()).toMatchObject([{ Body: '😀 \u{10FFFF}', MessageAttributes: texts(10) }]);
});

it('accepts the valid messages of a batch and lists the others by their ids', async () => {
  const { model } = queueStage();

  const refused = await createQueues(model.client).sendAll(main, [
    { body: '"a"' },
    { body: '' },
    { body: '"c"' },
  ]);

  expect(refused).toEqual([1]);
  expect(model.messages(main).map(({ body }) => body)).toEqual(['"a"', '"c"']);
});

it.each([
  ['without entries', [], 'EmptyBatchRequest'],
  ['with more than ten entries', Array.from('abcdefghijk'), 'TooManyEntriesInBatchRequest'],
  ['with one id twice', ['same', 'same'], 'BatchEntryIdsNotDistinct'],
  ['with an id that is none', ['not an id'], 'InvalidBatchEntryId'],
])('refuses a batch %s as a whole', (_, ids, name) => {
  const { model } = queueStage();
  const Entries = ids.map((Id) => ({ Id, MessageBody: 'x' }));

  const act = () => model.answer(new SendMessageBatchCommand({ QueueUrl: main, Entries }));

  expect(act).toThrow(expect.objectContaining({ name }));
  expect(model.messages(main)).toEqual([]);
});

it('refuses a handle that it never issued', () => {
  const { remove, change } = queueStage();
  expect([remove('invented'), change('invented', 30)]).toEqual([
    'ReceiptHandleIsInvalid',
    'ReceiptHandleIsInvalid',
  ]);
});

it('throws errors of the SDK’s own classes, also through the client', async () => {
  const { model } = queueStage();
  const command = new ReceiveMessageCommand({ QueueUrl: 'http://sqs.local/000000000000/nowhere' });

  await expect(model.client.send(command)).rejects.toThrow(QueueDoesNotExist);
});
