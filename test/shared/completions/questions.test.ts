import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { completed, failureOf, madeByHand } from './completed.ts';
import { otherAzumuta } from './other-azumuta.ts';
import { type CompletionStage, startCompletionStage } from './stage.ts';

let stage: CompletionStage;

beforeAll(async () => {
  stage = await startCompletionStage();
});
afterAll(() => stage?.stop());
beforeEach(async () => {
  stage.sqs.forget();
  await stage.azumutaSide.forgetCalls();
});

const openOrder = async () => (await stage.ordered()).numbers[0] ?? '';
const questions = async () => (await stage.azumutaSide.calls())['GET /api/v1/productorders/{id}'] ?? 0;
/** Hints of different triggers; each is a message that comes again. */
const hintOf = (productOrderNumber: string, trigger: string) => {
  const sentAt = stage.clock.now();
  return () =>
    failureOf(
      stage.collect({ productOrderNumber }, { messageId: `${trigger} ${productOrderNumber}`, sentAt }),
    );
};
const events = async (number: string) =>
  (await stage.ledger.journeys.of(number)).map(({ event }) => event).filter((event) => event !== 'queued');

describe('hints about an order that is still open', () => {
  it('end without a call, a hundred of them, while one asks Azumuta', async () => {
    // Prepare
    const number = await openOrder();
    const asking = await hintOf(number, 'first')();

    // Act
    const flood = Array.from({ length: 100 }, (_, trigger) => hintOf(number, `trigger ${trigger}`));
    const atOnce: unknown[] = [];
    for (const hint of flood) atOnce.push(await hint());
    const byThen = await questions();
    stage.clock.advance(60);
    const later: unknown[] = [];
    for (const hint of flood) later.push(await hint());

    // Assess: one of those that waited for a minute asks, as the order may be completed since
    expect([asking, ...atOnce]).toEqual(Array(101).fill(expect.objectContaining({ name: 'RetryLater' })));
    expect(later.filter((failure) => failure !== undefined)).toEqual([]);
    expect([byThen, await questions()]).toEqual([1, 2]);
  });

  it('ask once a minute, so that a completion is seen soon; only the first comes again', async () => {
    // Prepare
    const number = await openOrder();
    const first = hintOf(number, 'first');
    await first();
    stage.clock.advance(60);

    // Act
    const second = await hintOf(number, 'second')();
    const third = await hintOf(number, 'third')();
    stage.clock.advance(60);
    const again = await first();

    // Assess
    expect([second, third]).toMatchObject([undefined, { name: 'RetryLater', afterSeconds: 60 }]);
    expect(again).toMatchObject({ name: 'RetryLater' });
    expect(await questions()).toBe(3);
  });

  it('are asked for by another when the one that asked does not come again', async () => {
    // Prepare: it or its whole queue was purged
    const number = await openOrder();
    await hintOf(number, 'gone')();
    stage.clock.advance(20 * 60);

    // Act
    const next = await hintOf(number, 'next')();

    // Assess
    expect(next).toMatchObject({ name: 'RetryLater' });
  });

  it('are asked for by another when the one that asked is lost, however many came in the meantime', async () => {
    // Prepare
    const number = await openOrder();
    await hintOf(number, 'gone')();
    const flood: unknown[] = [];
    for (let minute = 0; minute < 19; minute++) {
      stage.clock.advance(60);
      flood.push(await hintOf(number, `minute ${minute}`)());
    }
    stage.clock.advance(60);

    // Act
    const next = await hintOf(number, 'next')();

    // Assess
    expect(flood.filter((failure) => failure !== undefined)).toEqual([]);
    expect(next).toMatchObject({ name: 'RetryLater' });
  });
});

describe('hints about an unknown order', () => {
  it('leave one dead letter after half an hour, and a hundred others end', async () => {
    // Prepare
    const number = `NOBODYS-${stage.clock.now().getTime()}`;
    const first = hintOf(number, 'first');
    const flood = Array.from({ length: 100 }, (_, trigger) => hintOf(number, `trigger ${trigger}`));
    await first();
    stage.clock.advance(60);

    // Act
    const others: unknown[] = [];
    for (const hint of flood) others.push(await hint());
    stage.clock.advance(29 * 60);
    const last = await first();

    // Assess
    expect(others.filter((failure) => failure !== undefined)).toEqual([]);
    expect(last).toMatchObject({ name: 'Rejected', code: 'unknown-order' });
  });
});

describe('hints about an order that is completed and booked', () => {
  const booked = async () => {
    const { number } = await completed(stage, 1);
    await stage.collect({ productOrderNumber: number });
    await stage.azumutaSide.forgetCalls();
    return number;
  };

  it('ask Azumuta once a minute, and those that came before end', async () => {
    // Prepare: the trigger came twice
    const number = await booked();
    const flood = Array.from({ length: 50 }, (_, at) => hintOf(number, `trigger ${at}`));
    const [first, ...others] = flood;

    // Act
    stage.clock.advance(6);
    await first?.();
    const afterwards = [];
    for (const hint of others) afterwards.push(await hint());

    // Assess
    expect(afterwards.filter((failure) => failure !== undefined)).toEqual([]);
    expect(await questions()).toBe(1);
  });

  it('wait when they come a moment later, and ask then, as there may be something new', async () => {
    // Prepare
    const number = await booked();
    await hintOf(number, 'once more')();
    stage.clock.advance(10);
    const next = hintOf(number, 'after it');

    // Act
    const atOnce = await next();
    stage.clock.advance(50);
    const later = await next();

    // Assess
    expect(atOnce).toMatchObject({ name: 'RetryLater', scope: 'order', afterSeconds: 50 });
    expect(later).toBeUndefined();
    expect(await questions()).toBe(2);
  });

  it('do not end while a booking is planned and not sent', async () => {
    // Prepare: the first dies when it has planned, and others find nothing to do
    const { number } = await completed(stage, 1);
    const planner = { messageId: `planner of ${number}`, sentAt: stage.clock.now() };
    stage.sqs.fail('SendMessage', 500);
    await failureOf(stage.collect({ productOrderNumber: number }, planner));
    stage.clock.advance(10);
    for (const trigger of ['second', 'third']) await hintOf(number, trigger)();

    // Act
    await stage.collect({ productOrderNumber: number }, planner);

    // Assess
    expect(stage.sent()).toHaveLength(1);
  });

  it('make their dead letter when they come again, if it could not be written before', async () => {
    // Prepare: it was made again in Azumuta of another article, and the worker died
    const number = await booked();
    const { azumuta } = await otherAzumuta(stage, (order) => {
      order.article = { number: 'GEAR-02' };
    });
    const message = { messageId: `tells of ${number}`, sentAt: stage.clock.now() };
    const attempt = () => failureOf(stage.collect({ productOrderNumber: number }, message, { azumuta }));
    stage.clock.advance(10);
    await attempt();

    // Act
    const again = await attempt();

    // Assess
    expect(again).toMatchObject({ name: 'Rejected' });
  });
});

describe('an order that is still open after half an hour', () => {
  it('is overdue, and its hint ends with a line in its journey', async () => {
    // Prepare
    const number = await openOrder();
    const hint = hintOf(number, 'too early');
    const { ledger, clock } = stage;
    const asked = () =>
      failureOf(
        stage.collect(
          { productOrderNumber: number },
          { messageId: number, sentAt: new Date('2026-11-24T08:00:00Z') },
          { reconciles: true },
        ),
      );
    await asked();
    clock.advance(30 * 60);

    // Act
    const last = await asked();

    // Assess
    expect(last).toBeUndefined();
    expect(await events(number)).toEqual(['created', 'not completed']);
    expect(await ledger.orders.overdue(clock.now(), 10)).toContain(number);
    // A further trigger asks again, for as long.
    expect(await hint()).toMatchObject({ name: 'RetryLater' });
  });

  it('is overdue as well when it has no ERP order', async () => {
    // Prepare
    const number = await madeByHand(stage);
    const asked = () =>
      failureOf(
        stage.collect(
          { productOrderNumber: number },
          { messageId: number, sentAt: new Date('2026-11-24T08:00:00Z') },
          { reconciles: true },
        ),
      );
    await asked();
    stage.clock.advance(30 * 60);

    // Act
    await asked();

    // Assess
    expect(await stage.ledger.orders.overdue(stage.clock.now(), 10)).toContain(number);
  });

  it('is for a person where the reconciliation is off', async () => {
    const hint = hintOf(await openOrder(), 'too early');
    await hint();
    stage.clock.advance(30 * 60);
    expect(await hint()).toMatchObject({
      name: 'Rejected',
      message: expect.stringContaining('for 30 minutes'),
    });
  });

  it('is not asked about any more once it is collected', async () => {
    // Prepare
    const number = await openOrder();
    const early = { messageId: number, sentAt: stage.clock.now() };
    await failureOf(stage.collect({ productOrderNumber: number }, early, { reconciles: true }));
    stage.clock.advance(30 * 60);
    await stage.collect({ productOrderNumber: number }, early, { reconciles: true });
    await stage.azumutaSide.complete(number);

    // Act
    await stage.collect({ productOrderNumber: number, via: 'reconciliation' });

    // Assess
    expect(stage.sent()).toHaveLength(1);
    expect(await stage.ledger.orders.overdue(new Date('2027-06-01'), 100)).not.toContain(number);
    expect((await stage.ledger.knownOrders.read(number)).question).toBeUndefined();
  });
});
