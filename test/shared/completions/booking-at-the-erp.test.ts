import { describe, expect, it } from 'vitest';
import type { Attempt } from '../../../shared/erp/connector.ts';
import { OrderNotReady } from '../../../shared/model/errors.ts';
import { bookedAndRecorded, complete, erpThat, inErp, kept } from './completed.ts';
import { type Handling, startCompletionStage, threeParts } from './stage.ts';

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
  awaits: 'our-lock',
};

it('makes other bookings on its ERP order wait, and its own message, which writes nothing', async () => {
  // Prepare: the ERP does not answer yet
  const { erpOrder, first, one, two, three } = await threeMessages();
  const arrived = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const slow = erpThat(async (...given) => {
    arrived.resolve();
    await gate.promise;
    return stage.erp.book(...given);
  });

  // Act
  const booking = one(slow);
  await arrived.promise;
  const before = await kept(stage, first);
  const meanwhile = [await one(), await two(), await three()];
  const after = await kept(stage, first);
  gate.resolve();
  const later = [await booking, await one({ down: 'azumuta' }), await two(), await three()];

  // Assess
  const underWay = { name: 'RetryLater', afterSeconds: 4, message: expect.stringContaining('under way') };
  expect(meanwhile).toMatchObject([underWay, waits, waits]);
  expect(after).toEqual(before);
  expect(later).toEqual(Array(4).fill(undefined));
  expect(await inErp(stage, erpOrder)).toEqual(['1', '1', '1']);
});

it('lets an amendment wait, whose own claim guards nothing else, while its ERP order is booked on', async () => {
  // Prepare: an order that is not split, booked before, and somebody else books on it
  const { number } = await bookedAndRecorded(stage, 1);
  const lock = stage.ledger.bookingLock(number);
  await lock.take('another', 60);
  const attempt = stage.message(number);

  // Act
  const meanwhile = await attempt();
  const before = await inErp(stage, number);
  await lock.release('another');
  const later = await attempt();

  // Assess
  expect([meanwhile, later]).toMatchObject([waits, undefined]);
  expect([before, await inErp(stage, number)]).toEqual([['1'], ['1', 'notes']]);
});

describe('a booking whose writes were all answered', () => {
  it('is retried when the connector says, looks then, and does not stop other bookings meanwhile', async () => {
    // A lock error after the connector's first write
    const { erpOrder, one, two } = await threeMessages();
    const locked = new OrderNotReady('Locked.', { wrote: 'known', afterSeconds: 5 });
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
