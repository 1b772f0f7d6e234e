import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Breaker, createBreaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import type { PartnerCalls } from '../../../shared/circuit-breaker/guarded-call.ts';
import type { BookingMessage } from '../../../shared/completions/messages.ts';
import type { Attempt, ErpConnector } from '../../../shared/erp/connector.ts';
import { bookingKeyOf, erpOrderLockKey } from '../../../shared/ledger/keys.ts';
import { RetryLater } from '../../../shared/model/errors.ts';
import { NoFreeSlot } from '../../../shared/slots/slots.ts';
import { startFaultProxy } from '../erp/conformance/fault-proxy.ts';
import { failureOf } from './completed.ts';
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

/** Three parts of one ERP order that are booked each, and ready for it. */
async function threeBookings(): Promise<{
  erpOrder: string;
  messages: [BookingMessage, BookingMessage, BookingMessage];
}> {
  const { erpOrder, numbers } = await stage.ordered(threeParts('each'));
  for (const productOrderNumber of numbers) {
    await stage.azumutaSide.complete(productOrderNumber, { quantity: 1 });
    await stage.collect({ productOrderNumber });
  }
  const [first, second, third] = stage.sent();
  if (!first || !second || !third) throw new Error('Three parts are three bookings.');
  return { erpOrder, messages: [first, second, third] };
}

/** A connector that records its calls. */
function recorded(): { erp: ErpConnector; attempts: Attempt[] } {
  const erp = erpAt(stage.erpUrl);
  const attempts: Attempt[] = [];
  return {
    attempts,
    erp: {
      releasedOrders: (since, signal) => erp.releasedOrders(since, signal),
      book(completion, key, attempt) {
        attempts.push(attempt);
        return erp.book(completion, key, attempt);
      },
    },
  };
}

describe('a booking on an ERP order', () => {
  it('is made while the other bookings wait, which are made after it', async () => {
    // Prepare: the ERP order and its bookings are read first, the third call is the booking
    const { erpOrder, messages } = await threeBookings();
    const [first, ...others] = messages;
    const proxy = await startFaultProxy(stage.erpUrl);
    const arrived = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    proxy.beforeCall(3, () => {
      arrived.resolve();
      return gate.promise;
    });

    // Act
    const booking = stage.book(first, {}, { erp: erpAt(proxy.url) });
    await arrived.promise;
    const meanwhile = await Promise.allSettled(others.map((message) => stage.book(message)));
    gate.resolve();
    await booking;
    for (const message of others) await stage.book(message);

    // Assess
    expect(proxy.calls()[2]).toMatchObject({ method: 'POST' });
    const waits = {
      name: 'RetryLater',
      scope: 'order',
      message: expect.stringContaining('Another booking on ERP order'),
      // Short waits that do not grow, as the other booking takes a moment.
      forOurLock: true,
    };
    expect(meanwhile).toMatchObject([{ reason: waits }, { reason: waits }]);
    expect(await stage.bookingsOf(erpOrder)).toHaveLength(3);
    await proxy.close();
  });
});

describe('a booking whose ERP is down', () => {
  it('claims nothing, locks nothing and calls nobody while the breaker is open', async () => {
    // Prepare
    const {
      erpOrder,
      messages: [message],
    } = await threeBookings();
    const open = { seconds: 15, reason: 'The ERP failed (503).', openedAt: 0, isDown: false };
    const breaker: Breaker = {
      ...createBreaker(stage.store.table, stage.clock),
      outage: async () => open,
    };
    const before = await stage.store.table.get(bookingKeyOf(message.home, message.key));

    // Act
    const failure = await failureOf(stage.book(message, {}, { breaker }));

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner', afterSeconds: 15 });
    expect(await stage.store.table.get(bookingKeyOf(message.home, message.key))).toEqual(before);
    expect(await stage.store.table.get(erpOrderLockKey(erpOrder))).toBeUndefined();
    expect(await stage.bookingsOf(erpOrder)).toEqual([]);
  });
});

describe('a booking that may have been written', () => {
  it('keeps its claim and the ERP order until it must have settled, and the next attempt looks first', async () => {
    // Prepare
    const { erpOrder, messages } = await threeBookings();
    const [inDoubt, other] = messages;
    const route = 'POST /api/production-orders/{number}/bookings';
    await stage.erpSide.setFaults([{ kind: 'reset-after', route, times: 1 }]);
    const { erp, attempts } = recorded();

    // Act
    const failure = await stage.book(inDoubt, {}, { erp }).catch((error: unknown) => error);
    const [step] = await stage.ledger.bookings.of(inDoubt.home);
    stage.clock.advance(settlingSeconds - 1);
    const early = await Promise.allSettled([
      stage.book(inDoubt, {}, { erp }),
      stage.book(other, {}, { erp }),
    ]);
    stage.clock.advance(1);
    await stage.book(inDoubt, {}, { erp });

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', wrote: 'perhaps', afterSeconds: settlingSeconds });
    expect(step).toMatchObject({ state: 'claimed' });
    expect(early).toMatchObject([
      { reason: { name: 'RetryLater', message: expect.stringContaining('under way in another attempt') } },
      { reason: { name: 'RetryLater', message: expect.stringContaining('Another booking on ERP order') } },
    ]);
    expect(attempts.map(({ again }) => again)).toEqual([false, true]);
    expect(await stage.bookingsOf(erpOrder)).toMatchObject([{ reference: inDoubt.key, goodQuantity: '1' }]);
    expect(await stage.ledger.bookings.of(inDoubt.home)).toMatchObject([{ state: 'done' }]);
  });
});

describe('a booking whose writes were all answered', () => {
  it('comes again when the connector says, looks then, and does not stop other bookings meanwhile', async () => {
    // Prepare: a lock error after the connector's first write
    const { erpOrder, messages } = await threeBookings();
    const [waiting, other] = messages;
    const { erp, attempts } = recorded();
    const locked = new RetryLater('The ERP could not lock a record.', {
      scope: 'order',
      wrote: 'known',
      afterSeconds: 5,
    });
    const lockedErp: ErpConnector = { ...erp, book: () => Promise.reject(locked) };

    // Act
    const failure = await failureOf(stage.book(waiting, {}, { erp: lockedErp }));
    await stage.book(other);
    stage.clock.advance(5);
    await stage.book(waiting, {}, { erp });

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', wrote: 'known', afterSeconds: 5 });
    expect(attempts.map(({ again }) => again)).toEqual([true]);
    expect((await stage.bookingsOf(erpOrder)).map(({ reference }) => reference).toSorted()).toEqual(
      [waiting.key, other.key].toSorted(),
    );
  });
});

describe('a completion by reference', () => {
  it('is read again: all product orders and recordings of a split order, a few at a time', async () => {
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
    await stage.book({ ...message, content: { reference } });

    // Assess
    expect(await stage.bookingsOf(erpOrder)).toMatchObject([{ reference: message.key, goodQuantity: '3' }]);
    expect(await stage.azumutaSide.calls()).toEqual({
      'GET /api/v1/productorders/{id}': 3,
      'GET /api/v1/recordings/{id}': 6,
    });
  });

  it('claims nothing while Azumuta has no free slot', async () => {
    // Prepare
    const { message } = await collectedByReference();
    const partners: PartnerCalls = {
      async ready(partner) {
        if (partner === 'azumuta') throw new NoFreeSlot(partner);
      },
      call: (partner) => Promise.reject(new NoFreeSlot(partner)),
    };

    // Act
    const failure = await failureOf(stage.book(message, {}, { partners }));

    // Assess
    expect(failure).toBeInstanceOf(NoFreeSlot);
    const events = (await stage.ledger.journeys.of(message.home)).map(({ event }) => event);
    expect(events).toContain('collected');
    expect(events).not.toContain('retry');
  });

  it('waits for a recording that is not shown, and books nothing without it', async () => {
    // Prepare
    const { erpOrder, message } = await collectedByReference();
    await stage.azumutaSide.setFaults([
      { kind: 'status', status: 404, route: 'GET /api/v1/recordings/{id}', times: 1 },
    ]);

    // Act
    const first = await failureOf(stage.book(message));
    const before = await stage.bookingsOf(erpOrder);
    await stage.book(message);

    // Assess
    expect(first).toMatchObject({ name: 'RetryLater', scope: 'order' });
    expect(before).toEqual([]);
    expect(await stage.bookingsOf(erpOrder)).toMatchObject([{ goodQuantity: '1' }]);
  });
});

/** A completed order whose booking only refers to what must be read again. */
async function collectedByReference() {
  const { erpOrder, numbers } = await stage.ordered();
  const [number = ''] = numbers;
  const { id, recordings } = await stage.azumutaSide.complete(number, { quantity: 1, recordings: 1 });
  await stage.collect({ productOrderNumber: number });
  const [message] = stage.sent();
  if (!message) throw new Error('Nothing was collected.');
  const reference = [{ number, productOrderId: id, recordingIds: recordings.map((each) => each.id) }];
  return { erpOrder, message: { ...message, content: { reference } } };
}
