import { describe, expect, it } from 'vitest';
import { createChance } from '../world/chance.ts';
import { day, dead, hour, main, queueStage, second } from './queue-stage.ts';

describe('a visibility timeout', () => {
  it('hides a received message until it ends, then hands it out with a new handle', () => {
    // Prepare
    const { model, began, pass, send, receive } = queueStage();
    const messageId = send('task');
    pass(5 * second);
    const [first] = receive();

    // Act
    pass(30 * second - 1);
    const early = receive();
    const next = model.nextVisibleAt(main);
    pass(1);
    const [again] = receive();

    // Assess
    expect(early).toEqual([]);
    expect(next).toBe(began + 35 * second);
    expect(again?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
    expect(again).toMatchObject({
      MessageId: messageId,
      Attributes: {
        SentTimestamp: String(began),
        ApproximateFirstReceiveTimestamp: String(began + 5 * second),
        ApproximateReceiveCount: '2',
      },
    });
  });

  it('counts from the call that changed it', () => {
    const { model, began, pass, send, receive, change } = queueStage();
    send('task');
    const [message] = receive();
    pass(20 * second);

    change(message?.ReceiptHandle, 60);

    expect(model.nextVisibleAt(main)).toBe(began + 80 * second);
  });

  it('refuses a change after it has ended, or with an older handle', () => {
    // Prepare
    const { pass, send, receive, change } = queueStage();
    send('task');
    const [first] = receive();
    pass(30 * second);

    // Act
    const whenOver = change(first?.ReceiptHandle, 60);
    receive();
    const byOlderHandle = change(first?.ReceiptHandle, 0);

    // Assess
    expect([whenOver, byOlderHandle]).toEqual(['MessageNotInflight', 'MessageNotInflight']);
    expect(receive()).toEqual([]);
  });

  it('ends 12 hours after the receive, however often it is changed', () => {
    // Prepare
    const { model, began, pass, send, receive, change } = queueStage();
    send('task');
    const handle = receive()[0]?.ReceiptHandle;
    change(handle, 43_200);
    pass(hour);

    // Act
    const beyond = change(handle, 11 * 3600 + 1);

    // Assess
    expect(beyond).toBe('InvalidParameterValue');
    change(handle, 11 * 3600);
    expect(model.nextVisibleAt(main)).toBe(began + 12 * hour);
  });
});

describe('a delete', () => {
  it('deletes a message while it is hidden', () => {
    const { model, pass, send, receive, remove } = queueStage();
    send('task');

    remove(receive()[0]?.ReceiptHandle);
    pass(hour);

    expect(model.messages(main)).toEqual([]);
    expect(model.nextVisibleAt(main)).toBeUndefined();
  });

  it.each([
    { when: 'after the timeout', again: false },
    { when: 'by an older handle', again: true },
  ])('succeeds $when, whether or not it deletes the message', ({ again }) => {
    const left = [0, 0.999].map((draw) => {
      // Prepare
      let drawn = 0.999;
      const { model, pass, send, receive, remove } = queueStage({ random: () => drawn });
      send('task');
      const [message] = receive();
      pass(30 * second);
      if (again) receive();

      // Act
      drawn = draw;
      remove(message?.ReceiptHandle);
      return model.messages(main).length;
    });

    // Assess
    expect(left).toEqual([0, 1]);
  });
});

it('hands out a copy of a message that is still in progress', () => {
  const { model, send, receive } = queueStage();
  const messageId = send('task');
  const [message] = receive();

  model.duplicate(main, messageId);
  const [copy] = receive();

  expect(copy?.MessageId).toBe(messageId);
  expect(copy?.ReceiptHandle).not.toBe(message?.ReceiptHandle);
  expect(model.messages(main)).toHaveLength(2);
});

describe('the dead-letter queue', () => {
  function receivedTwice() {
    const stage = queueStage();
    const messageId = stage.send('poison');
    for (let receives = 0; receives < 2; receives += 1) {
      stage.receive();
      stage.pass(day);
    }
    return { ...stage, messageId };
  }

  it('receives, at the next receive, a message that was received maxReceiveCount times, with its id and times', () => {
    // Prepare
    const { model, began, receive, messageId } = receivedTwice();
    const before = model.messages(dead);

    // Act
    const received = receive();

    // Assess
    expect(before).toEqual([]);
    expect(received).toEqual([]);
    expect(model.messages(main)).toEqual([]);
    expect(receive(dead)).toMatchObject([
      { MessageId: messageId, Attributes: { SentTimestamp: String(began) } },
    ]);
  });

  it('keeps a message for its retention since it was first sent, not since the move', () => {
    const { model, pass, receive } = receivedTwice();
    receive();

    pass(12 * day - 1);
    expect(model.messages(dead)).toHaveLength(1);
    pass(1);

    expect(model.messages(dead)).toEqual([]);
  });
});

it('deletes a message when its retention is over, even in flight', () => {
  // Prepare
  const { model, pass, send, receive } = queueStage();
  send('task');
  pass(4 * day - second);
  receive();

  // Act
  const kept = model.messages(main);
  const next = model.nextVisibleAt(main);
  pass(second);

  // Assess
  expect(kept).toHaveLength(1);
  expect(next).toBeUndefined();
  expect(model.messages(main)).toEqual([]);
});

describe('a receive', () => {
  /** Twelve messages, received with many seeds. */
  const receives = (waitSeconds: number) =>
    Array.from({ length: 200 }, (_, seed) => {
      const { send, receive } = queueStage({ random: createChance(seed).next });
      for (let at = 0; at < 12; at += 1) send(String(at));
      return receive(main, 3, waitSeconds).map(({ Body }) => Body);
    });

  it('returns any of the visible messages, in any order, and no more than requested', () => {
    const received = receives(20);

    expect(new Set(received.flat()).size).toBe(12);
    expect(new Set(received.map(({ length }) => length))).toEqual(new Set([1, 2, 3]));
    expect(received.some((each) => each.join() !== [...each].sort().join())).toBe(true);
  });

  it('may miss all messages when it is a short poll', () => {
    expect(new Set(receives(0).map(({ length }) => length))).toEqual(new Set([0, 1, 2, 3]));
  });
});
