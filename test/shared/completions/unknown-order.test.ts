import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bookingKeyOf } from '../../../shared/ledger/keys.ts';
import { UnknownOrder } from '../../../shared/model/errors.ts';
import { failureOf, madeByHand } from './completed.ts';
import { type CompletionStage, settlingSeconds, startCompletionStage, timeoutSeconds } from './stage.ts';

let stage: CompletionStage;

beforeAll(async () => {
  stage = await startCompletionStage();
});
afterAll(() => stage?.stop());
beforeEach(() => stage.sqs.forget());

describe('an order that the ERP does not know, with unknownOrder: ignore', () => {
  const unknown = (attempts: unknown[]): Parameters<CompletionStage['book']>[2] => ({
    unknownOrder: 'ignore',
    erp: {
      // Only what the ERP answers matters here.
      async *releasedOrders() {},
      async book(_completion, _key, attempt) {
        attempts.push(attempt.again);
        throw new UnknownOrder('The ERP does not know order X.');
      },
    },
  });

  async function collected(number: string) {
    await stage.azumutaSide.complete(number, { quantity: 1 });
    await stage.collect({ productOrderNumber: number });
    const [message] = stage.sent();
    if (!message) throw new Error('Nothing was collected.');
    return message;
  }

  it('is ignored when it never came from the ERP', async () => {
    const message = await collected(await madeByHand(stage));
    await stage.book(message, {}, unknown([]));
    expect(await stage.ledger.bookings.of(message.home)).toMatchObject([{ state: 'done' }]);
  });

  it('is for a person when the ERP gave it to us, as it may be hidden for a while, or deleted', async () => {
    // Prepare
    const { numbers } = await stage.ordered();
    const message = await collected(numbers[0] ?? '');

    // Act
    const failure = await failureOf(stage.book(message, {}, unknown([])));

    // Assess
    expect(failure).toMatchObject({ name: 'UnknownOrder' });
    expect(await stage.ledger.bookings.of(message.home)).toMatchObject([{ state: 'rejected' }]);
  });

  it('is ignored when it is replayed after a rejection at the look-up, which leaves nothing in doubt', async () => {
    // Prepare
    const message = await collected(await madeByHand(stage));
    const attempts: unknown[] = [];
    const policy = unknown(attempts);
    const given = { messageId: 'the dead letter' };
    await failureOf(stage.book(message, given, { ...policy, unknownOrder: 'reject' }));

    // Act
    await stage.book(message, given, policy);

    // Assess
    expect(attempts).toEqual([false, false]);
    expect(await stage.ledger.bookings.of(message.home)).toMatchObject([{ state: 'done' }]);
  });

  it('is for a person once an attempt may have written to it, as it was known then', async () => {
    // Prepare: an attempt that died
    const message = await collected(await madeByHand(stage));
    const endsAt = new Date(stage.clock.now().getTime() + timeoutSeconds * 1000);
    await stage.ledger.claims.claim(bookingKeyOf(message.home, message.key), {
      owner: 'dead',
      messageId: 'm',
      endsAt,
    });
    stage.clock.advance(timeoutSeconds + settlingSeconds);
    const attempts: unknown[] = [];

    // Act
    const failure = await failureOf(stage.book(message, {}, unknown(attempts)));

    // Assess
    expect(attempts).toEqual([true]);
    expect(failure).toMatchObject({ name: 'UnknownOrder' });
    expect(await stage.ledger.bookings.of(message.home)).toMatchObject([{ state: 'rejected' }]);
  });
});
