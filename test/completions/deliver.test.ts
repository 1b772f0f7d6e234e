import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeliveryMessage } from '../../shared/completions/messages.ts';
import type { Attempt, ErpConnector } from '../../shared/erp/port.ts';
import { startFaultProxy } from '../erp-conformance/fault-proxy.ts';
import { type CompletionStage, erpAt, settlingSeconds, startCompletionStage, threeParts } from './stage.ts';

let stage: CompletionStage;

beforeAll(async () => {
  stage = await startCompletionStage();
});
afterAll(() => stage?.stop());
beforeEach(async () => {
  stage.sqs.forget();
  await stage.erpSide.setFaults([]);
});

/** Three parts of one ERP order that are booked each, ready to be delivered. */
async function threeDeliveries(): Promise<{
  erpOrder: string;
  messages: [DeliveryMessage, DeliveryMessage, DeliveryMessage];
}> {
  const { erpOrder, numbers } = await stage.ordered(threeParts('each'));
  for (const productOrderNumber of numbers) {
    await stage.azumutaSide.complete(productOrderNumber, { quantity: 1 });
    await stage.collect({ productOrderNumber });
  }
  const [first, second, third] = stage.sent();
  if (!first || !second || !third) throw new Error('Three parts are three deliveries.');
  return { erpOrder, messages: [first, second, third] };
}

/** A connector that writes down how it was called. */
function recorded(): { erp: ErpConnector; attempts: Attempt[] } {
  const erp = erpAt(stage.erpUrl);
  const attempts: Attempt[] = [];
  return {
    attempts,
    erp: {
      releasedOrders: (since, signal) => erp.releasedOrders(since, signal),
      deliver(completion, key, attempt) {
        attempts.push(attempt);
        return erp.deliver(completion, key, attempt);
      },
    },
  };
}

describe('an ERP order is booked on by one delivery at a time', () => {
  it('the others wait while a booking is on its way, and are booked after it', async () => {
    // Prepare: the ERP order and its bookings are looked at first, the third call is the booking
    const { erpOrder, messages } = await threeDeliveries();
    const [first, ...others] = messages;
    const proxy = await startFaultProxy(stage.erpUrl);
    const arrived = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    proxy.beforeCall(3, () => {
      arrived.resolve();
      return gate.promise;
    });

    // Act
    const booking = stage.deliver(first, {}, { erp: erpAt(proxy.url) });
    await arrived.promise;
    const meanwhile = await Promise.allSettled(others.map((message) => stage.deliver(message)));
    gate.resolve();
    await booking;
    for (const message of others) await stage.deliver(message);

    // Assess
    expect(proxy.calls()[2]).toMatchObject({ method: 'POST' });
    const waits = {
      name: 'RetryLater',
      scope: 'order',
      message: expect.stringContaining('Another booking on ERP order'),
    };
    expect(meanwhile).toMatchObject([{ reason: waits }, { reason: waits }]);
    expect(await stage.bookingsOf(erpOrder)).toHaveLength(3);
    await proxy.close();
  });
});

describe('a booking that may have been written', () => {
  it('keeps its claim and the ERP order until it must have settled, and the next attempt looks first', async () => {
    // Prepare
    const { erpOrder, messages } = await threeDeliveries();
    const [inDoubt, other] = messages;
    const route = 'POST /api/production-orders/{number}/bookings';
    await stage.erpSide.setFaults([{ kind: 'reset-after', route, times: 1 }]);
    const { erp, attempts } = recorded();

    // Act
    const failure = await stage.deliver(inDoubt, {}, { erp }).catch((error: unknown) => error);
    const [step] = await stage.ledger.deliveries.of(inDoubt.home);
    stage.clock.advance(settlingSeconds - 1);
    const early = await Promise.allSettled([
      stage.deliver(inDoubt, {}, { erp }),
      stage.deliver(other, {}, { erp }),
    ]);
    stage.clock.advance(1);
    await stage.deliver(inDoubt, {}, { erp });

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', wrote: 'perhaps', afterSeconds: settlingSeconds });
    expect(step).toMatchObject({ state: 'claimed' });
    expect(early).toMatchObject([
      { reason: { name: 'RetryLater', message: expect.stringContaining('under way in another attempt') } },
      { reason: { name: 'RetryLater', message: expect.stringContaining('Another booking on ERP order') } },
    ]);
    expect(attempts.map(({ again }) => again)).toEqual([false, true]);
    expect(await stage.bookingsOf(erpOrder)).toMatchObject([{ reference: inDoubt.key, goodQuantity: '1' }]);
    expect(await stage.ledger.deliveries.of(inDoubt.home)).toMatchObject([{ state: 'done' }]);
  });
});

describe('a completion by reference', () => {
  it('is read again in turns, all product orders and recordings of a split order', async () => {
    // Prepare
    const { erpOrder, numbers } = await stage.ordered(threeParts('when-all-done'));
    const recordings = new Map<string, string[]>();
    for (const number of numbers) {
      const order = await stage.azumutaSide.complete(number, { quantity: 1, recordings: 2 });
      recordings.set(
        number,
        order.recordings.map(({ id }) => id),
      );
    }
    for (const productOrderNumber of numbers) await stage.collect({ productOrderNumber });
    const [message] = stage.sent();
    if (!message || !('completed' in message.content)) throw new Error('Nothing was collected.');
    const reference = message.content.completed.map(({ productOrder }) => ({
      number: productOrder.number,
      productOrderId: productOrder.id,
      recordingIds: recordings.get(productOrder.number) ?? [],
    }));
    await stage.azumutaSide.forgetCalls();

    // Act
    await stage.deliver({ ...message, content: { reference } });

    // Assess
    expect(await stage.bookingsOf(erpOrder)).toMatchObject([{ reference: message.key, goodQuantity: '3' }]);
    expect(await stage.azumutaSide.calls()).toEqual({
      'GET /api/v1/productorders/{id}': 3,
      'GET /api/v1/recordings/{id}': 6,
    });
  });
});
