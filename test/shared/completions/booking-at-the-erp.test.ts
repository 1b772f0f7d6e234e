import { describe, expect, it } from 'vitest';
import type { Attempt } from '../../../shared/erp/connector.ts';
import { RetryLater } from '../../../shared/model/errors.ts';
import { startFaultProxy } from '../erp/conformance/fault-proxy.ts';
import { bookRoute, complete, erpThat, inErp } from './completed.ts';
import { erpAt, type Handling, settlingSeconds, startCompletionStage, threeParts } from './stage.ts';

const stage = await startCompletionStage();

/** Three parts of one ERP order that are booked each: an attempt at the message of each. */
async function threeMessages() {
  const { erpOrder, numbers } = await stage.ordered(threeParts('each'));
  for (const number of numbers) await complete(stage, number);
  const [first = '', second = '', third = ''] = numbers;
  const [one, two, three] = [stage.message(first), stage.message(second), stage.message(third)];
  return { erpOrder, first, one, two, three };
}

/** The ERP, and which attempts had to look first. */
function recorded(): Handling & { readonly attempts: Attempt[] } {
  const attempts: Attempt[] = [];
  const erp = erpThat((completion, key, attempt) => {
    attempts.push(attempt);
    return stage.erp.book(completion, key, attempt);
  });
  return { ...erp, attempts };
}

const waits = {
  name: 'RetryLater',
  scope: 'order',
  message: expect.stringContaining('Another booking on ERP order'),
  // Short waits that do not grow, as the other booking takes a moment.
  forOurLock: true,
};

describe('a booking on an ERP order', () => {
  it('is made while the other bookings wait, which are made after it', async () => {
    // Prepare: the ERP order and its bookings are read first, the third call is the booking
    const { erpOrder, one, two, three } = await threeMessages();
    const proxy = await startFaultProxy(stage.erpUrl);
    const arrived = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    proxy.beforeCall(3, () => {
      arrived.resolve();
      return gate.promise;
    });

    // Act
    const booking = one({ erp: erpAt(proxy.url) });
    await arrived.promise;
    const meanwhile = await Promise.all([two(), three()]);
    gate.resolve();
    await booking;
    await two();
    await three();

    // Assess
    expect(proxy.calls()[2]).toMatchObject({ method: 'POST' });
    expect(meanwhile).toMatchObject([waits, waits]);
    expect(await inErp(stage, erpOrder)).toEqual(['1', '1', '1']);
    await proxy.close();
  });
});

describe('a booking that may have been written', () => {
  it('keeps its claim and the ERP order until it must have settled, and the next attempt looks first', async () => {
    // Prepare
    const { erpOrder, first, one, two } = await threeMessages();
    await stage.erpSide.setFaults([{ kind: 'reset-after', route: bookRoute, times: 1 }]);
    const erp = recorded();

    // Act
    const failure = await one(erp);
    const [step] = await stage.ledger.bookings.of(first);
    stage.clock.advance(settlingSeconds - 1);
    const early = await Promise.all([one(erp), two(erp)]);
    stage.clock.advance(1);
    await one(erp);

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', wrote: 'perhaps', afterSeconds: settlingSeconds });
    expect(step).toMatchObject({ state: 'claimed' });
    expect(early).toMatchObject([
      { message: expect.stringContaining('under way in another attempt') },
      waits,
    ]);
    expect(erp.attempts.map(({ again }) => again)).toEqual([false, true]);
    expect(await stage.bookingsOf(erpOrder)).toMatchObject([{ reference: step?.key, goodQuantity: '1' }]);
    expect(await stage.ledger.bookings.of(first)).toMatchObject([{ state: 'done' }]);
  });
});

describe('a booking whose writes were all answered', () => {
  it('is retried when the connector says, looks then, and does not stop other bookings meanwhile', async () => {
    // A lock error after the connector's first write
    const { erpOrder, one, two } = await threeMessages();
    const locked = new RetryLater('Locked.', { scope: 'order', wrote: 'known', afterSeconds: 5 });
    const erp = recorded();
    const failure = await one(erpThat(() => Promise.reject(locked)));
    await two();
    stage.clock.advance(5);
    await one(erp);
    expect(failure).toMatchObject({ name: 'RetryLater', wrote: 'known', afterSeconds: 5 });
    expect(erp.attempts.map(({ again }) => again)).toEqual([true]);
    expect(await inErp(stage, erpOrder)).toEqual(['1', '1']);
  });
});
