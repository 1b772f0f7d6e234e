import { describe, expect, it } from 'vitest';
import { createBreaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { ownHint } from '../../../shared/completions/messages.ts';
import { RetryLater } from '../../../shared/model/errors.ts';
import {
  booked,
  bookedAndRecorded,
  bookRoute,
  complete,
  completed,
  erpThat,
  eventsOf,
  inErp,
  kept,
  orderRoute,
  planned,
  recordingRoute,
} from './completed.ts';
import { otherAzumuta } from './other-azumuta.ts';
import { leaseSeconds, settlingSeconds, startCompletionStage, threeParts } from './stage.ts';

const stage = await startCompletionStage();

const reconciliation = (number: string) =>
  stage.message(ownHint(number, { now: stage.clock.now(), eventId: 'run' }));
const azumutaCalls = () => stage.azumutaSide.calls();

/** A booking that may be in the ERP: it was made, and the answer was lost. */
async function inDoubt() {
  const { number, recordingIds } = await completed(stage);
  const attempt = stage.message(number);
  await stage.erpSide.setFaults([{ kind: 'reset-before', route: bookRoute, times: 1 }]);
  expect(await attempt()).toMatchObject({ name: 'RetryLater', afterSeconds: settlingSeconds });
  return { number, recordingIds, attempt };
}

describe('a completion whose ERP is down', () => {
  it('is planned with one read of Azumuta, and booked later without another', async () => {
    // Prepare
    const { number, recordingIds } = await completed(stage);
    const attempt = stage.message(number);
    await stage.azumutaSide.forgetCalls();

    // Act
    const waits = [await attempt({ down: 'erp' }), await attempt({ down: 'erp' })];
    const [waiting] = await stage.ledger.bookings.of(number);
    stage.clock.advance(86_400);
    await attempt({ down: 'azumuta' });

    // Assess
    expect(waits).toMatchObject([{ name: 'RetryLater' }, { name: 'RetryLater' }]);
    expect(waiting).toMatchObject({ state: 'waiting', figures: { good: { amount: '1' } }, recordingIds });
    expect(await azumutaCalls()).toMatchObject({ [orderRoute]: 1, [recordingRoute]: 1 });
    expect(await inErp(stage, number)).toEqual(['1']);
    expect((await stage.ledger.bookings.of(number))[0]).not.toHaveProperty('content');
  });

  it('is planned, claims nothing and calls nobody, where the breaker opens while Azumuta is read', async () => {
    // Prepare
    const { number } = await completed(stage);
    const open = { seconds: 15, reason: 'The ERP failed (503).', openedAt: 0, isDown: false };
    const breaker = {
      ...createBreaker(stage.store.table, stage.clock),
      outage: async (partner: string) => (partner === 'erp' ? open : undefined),
    };
    await stage.erpSide.forgetCalls();

    // Act
    const failure = await stage.message(number)({ breaker });

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner', afterSeconds: 15 });
    expect(await eventsOf(stage, number)).toEqual(['planned', 'queued', 'created']);
    expect(await stage.erpSide.calls()).toEqual({});
  });

  it('writes nothing while its plan waits', async () => {
    const { number, attempt } = await planned(stage);
    const before = await kept(stage, number);
    expect(await attempt({ down: 'erp' })).toMatchObject({ name: 'RetryLater' });
    expect(await reconciliation(number)({ down: 'erp' })).toMatchObject({ name: 'RetryLater' });
    expect(await kept(stage, number)).toEqual(before);
  });
});

describe('a planned booking', () => {
  it('is booked as it was planned three weeks ago, by the reconciliation, though Azumuta has changed', async () => {
    const { number, recordingIds } = await planned(stage);
    await complete(stage, number, { quantity: 9 });
    stage.clock.advance(21 * 86_400);
    await reconciliation(number)({ down: 'azumuta' });
    expect(await inErp(stage, number)).toEqual(['1']);
    expect(await booked(stage, number)).toEqual(recordingIds);
  });

  it('is booked as it was planned though its recordings were deleted, also when a newer trigger comes', async () => {
    const { number } = await planned(stage);
    await stage.azumutaSide.setFaults([{ kind: 'status', status: 404, route: recordingRoute, times: 1 }]);
    stage.clock.advance(61);
    const looksAgain = await stage.message(number)();
    expect(looksAgain).toMatchObject({ message: expect.stringContaining('booked as planned') });
    expect(await inErp(stage, number)).toEqual(['1']);
  });

  it('is booked as it was recorded last when a newer trigger comes', async () => {
    // Prepare
    const { number } = await planned(stage, { quantity: 4 });
    const { azumuta, readIds } = await otherAzumuta(
      stage,
      () => undefined,
      undefined,
      (recording) => {
        recording.steps = [{ name: 'Good quantity', type: 'number', value: 3 }];
      },
    );
    const newer = stage.message(number);

    // Act
    const early = await newer({ azumuta });
    stage.clock.advance(61);
    await newer({ azumuta });

    // Assess
    expect(early).toMatchObject({ name: 'RetryLater', afterSeconds: 60 });
    expect(readIds()).toHaveLength(1);
    expect(await inErp(stage, number)).toEqual(['3']);
  });

  it('is mapped anew by a newer configuration, but not once the ERP may have it', async () => {
    const configuration = 'version 2';
    const fresh = await planned(stage);
    stage.clock.advance(61);
    await stage.azumutaSide.forgetCalls();
    await fresh.attempt({ configuration });
    expect(await azumutaCalls()).toMatchObject({ [orderRoute]: 1, [recordingRoute]: 1 });
    expect(await stage.ledger.bookings.of(fresh.number)).toMatchObject([{ state: 'done', configuration }]);

    const doubted = await inDoubt();
    stage.clock.advance(leaseSeconds);
    await doubted.attempt({ configuration, down: 'azumuta' });
    expect(await stage.ledger.bookings.of(doubted.number)).toMatchObject([
      { state: 'done', configuration: 'version 1' },
    ]);
  });

  it('is taken back by a newer trigger when its product order was opened again and nothing was sent', async () => {
    // Prepare
    const { number, attempt } = await planned(stage);
    await stage.azumutaSide.reopen(number);
    stage.clock.advance(61);

    // Act
    const newer = await stage.message(number)();
    const bookings = await stage.ledger.bookings.of(number);
    const older = await attempt();

    // Assess
    expect(newer).toMatchObject({ message: expect.stringContaining('not completed') });
    expect(bookings).toEqual([]);
    expect(older).toBeUndefined();
    expect(await inErp(stage, number)).toEqual([]);
  });

  it('is not ended over by a hint whose question another one asks', async () => {
    const { number } = await planned(stage);
    stage.clock.advance(61);
    const newer = stage.message(number);
    stage.clock.advance(10);
    await stage.ledger.questions.recordAsked(number, { by: 'another', since: stage.clock.now() });
    expect(await newer({ down: 'erp' })).toMatchObject({ name: 'RetryLater' });
  });

  it('is not ended over when another attempt claims it while Azumuta is asked', async () => {
    // Prepare: the order was opened again
    const { number, attempt } = await planned(stage);
    await stage.azumutaSide.reopen(number);
    stage.clock.advance(61);
    const bookings = {
      ...stage.ledger.bookings,
      async withdraw(...given: Parameters<typeof stage.ledger.bookings.withdraw>) {
        await attempt(
          erpThat(() => Promise.reject(new RetryLater('-', { scope: 'order', wrote: 'perhaps' }))),
        );
        return stage.ledger.bookings.withdraw(...given);
      },
    };

    // Act
    const newer = await stage.message(number)({ ledger: { ...stage.ledger, bookings } });

    // Assess
    expect(newer).toMatchObject({ message: expect.stringContaining('Another attempt') });
    expect(await stage.ledger.bookings.of(number)).toMatchObject([{ state: 'claimed' }]);
  });
});

describe('a booking that may be in the ERP', () => {
  it('is booked exactly as planned though Azumuta has changed meanwhile, and what came since is amended', async () => {
    // Prepare
    const { number, recordingIds } = await inDoubt();
    const all = await complete(stage, number);
    const newer = stage.message(number);
    const meanwhile = await newer();
    stage.clock.advance(leaseSeconds);

    // Act
    const first = await newer({ down: 'azumuta' });
    const amended = await booked(stage, number);
    await newer();

    // Assess
    expect(meanwhile).toMatchObject({ name: 'RetryLater', message: expect.stringContaining('under way') });
    expect(first).toMatchObject({ message: expect.stringContaining('booked as planned') });
    expect(amended).toEqual(recordingIds);
    expect(await booked(stage, number)).toEqual(all.toSorted());
    expect(await inErp(stage, number)).toEqual(['1', 'notes']);
  });
});

describe('several amendments of one hint', () => {
  it('are all booked when the first of them has to be retried', async () => {
    // Prepare
    const { number, late } = await bookedAndRecorded(stage, 2);
    stage.clock.advance(61);
    const attempt = stage.message(number);
    await stage.erpSide.lock(number);
    const locked = await attempt();
    await stage.erpSide.unlock(number);

    // Act
    const again = await attempt();
    stage.clock.advance(61);
    await attempt();

    // Assess
    expect(locked).toMatchObject({ name: 'RetryLater' });
    expect(again).toMatchObject({ message: expect.stringContaining('looked at next') });
    expect(await booked(stage, number)).toEqual(expect.arrayContaining(late));
    expect(await inErp(stage, number)).toEqual(['1', 'notes', 'notes']);
  });

  it('are booked without a further read when all were planned', async () => {
    const { number } = await bookedAndRecorded(stage, 2);
    stage.clock.advance(61);
    const attempt = stage.message(number);
    await attempt({ down: 'erp' });
    expect(await attempt({ down: 'azumuta' })).toBeUndefined();
    expect(await inErp(stage, number)).toEqual(['1', 'notes', 'notes']);
  });
});

describe('the waiting of a product order', () => {
  const overdue = () => stage.ledger.orders.overdue(new Date('2099-01-01'), 1000);

  it('ends with the receipt, or with the refusal', async () => {
    const { number, attempt } = await planned(stage);
    expect(await overdue()).toContain(number);
    await attempt();
    const refused = await completed(stage);
    await stage.erpSide.cancel(refused.number);
    expect(await stage.message(refused.number)()).toMatchObject({ name: 'Rejected' });
    expect((await overdue()).filter((each) => [number, refused.number].includes(each))).toEqual([]);
  });

  it('ends though the attempt that booked it died before, and nothing is booked twice', async () => {
    const { number } = await completed(stage);
    const attempt = stage.message(number);
    const orders = { ...stage.ledger.orders, markCompleted: () => Promise.reject(new Error('killed')) };
    expect(await attempt({ ledger: { ...stage.ledger, orders } })).toMatchObject({ message: 'killed' });
    expect(await overdue()).toContain(number);
    await attempt({ down: 'azumuta' });
    expect(await overdue()).not.toContain(number);
    expect(await inErp(stage, number)).toEqual(['1']);
  });

  it.each([
    ['an amendment', async () => (await bookedAndRecorded(stage, 1)).number],
    ['an order that was typed into Azumuta', () => typedIn()],
  ])('goes on with the plan itself where no order waits: %s', async (_what, orderOf) => {
    // Prepare
    const number = await orderOf();
    stage.clock.advance(61);
    const attempt = stage.message(number);

    // Act
    await attempt({ down: 'erp' });
    const before = await overdue();
    await attempt();

    // Assess
    expect(before).toContain(number);
    expect(await overdue()).not.toContain(number);
  });

  async function typedIn(): Promise<string> {
    const [order] = await stage.erpSide.release({ product: 'GEAR-01', quantity: '1' });
    const number = order?.number ?? '';
    await stage.build(number);
    await complete(stage, number);
    return number;
  }
});

it('books the parts of an ERP order as planned though one of them is open again', async () => {
  const { erpOrder, numbers } = await stage.ordered(threeParts('when-all-done'));
  for (const number of numbers) {
    await complete(stage, number);
    await stage.message(number)({ down: 'erp' });
  }
  await stage.azumutaSide.reopen(numbers[0] ?? '');
  await reconciliation(numbers[1] ?? '')({ down: 'azumuta' });
  expect(await inErp(stage, erpOrder)).toEqual(['3']);
});
