import { describe, expect, it } from 'vitest';
import {
  type ReceivedMessage,
  succeededMessages,
} from '../../../../../infra/local/emulator/lambda/sqs-event.ts';

function message(id: string): ReceivedMessage {
  const times = { SentTimestamp: '1', ApproximateFirstReceiveTimestamp: '2' };
  return {
    MessageId: id,
    ReceiptHandle: `handle-${id}`,
    Body: '{}',
    MD5OfBody: 'md5',
    MessageAttributes: {},
    Attributes: { ApproximateReceiveCount: '2', SenderId: '000000000000', ...times },
  };
}

describe('the messages that succeeded, of a batch of a, b, c', () => {
  const batch = ['a', 'b', 'c'].map(message);
  const failures = (...ids: unknown[]) => ({
    batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
  });

  it.each([
    ['nothing reported', failures(), 'abc'],
    ['one reported', failures('b'), 'ac'],
    ['all reported', failures('a', 'b', 'c'), ''],
    ['a null response', null, 'abc'],
    ['no response', undefined, 'abc'],
    ['a null list', { batchItemFailures: null }, 'abc'],
    ['an empty object', {}, 'abc'],
    ['an unknown identifier', failures('a', 'z'), ''],
    ['an empty identifier', failures(''), ''],
    ['a null identifier', failures(null), ''],
    ['a misspelt key', { batchItemFailures: [{ itemIdentifer: 'a' }] }, ''],
    ['a response that is text', 'done', ''],
  ])('%s', (_, payload, expected) => {
    const done = succeededMessages(batch, { status: 200, payload });

    expect(done.map(({ MessageId }) => MessageId).join('')).toBe(expected);
  });

  it('are none when the function failed or did not run', () => {
    const failed = { status: 200, functionError: 'Unhandled', payload: failures() };
    expect([
      succeededMessages(batch, failed),
      succeededMessages(batch, { status: 429, payload: {} }),
    ]).toEqual([[], []]);
  });
});
