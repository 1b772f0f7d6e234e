import { describe, expect, it } from 'vitest';
import { Breaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { OrderNotReady, Rejected } from '../../../shared/model/errors.ts';
import { setFaults } from '../../support/faults.ts';
import { overriding } from '../../support/overriding.ts';
import * as c from './completed.ts';
import { otherAzumuta } from './other-azumuta.ts';
import { leaseSeconds, settlingSeconds, startCompletionStage } from './stage.ts';

const stage = await startCompletionStage();

const reconciliation = (productOrderNumber: string) =>
  stage.message({ productOrderNumber, via: 'reconciliation' });
const saying = (words: string) => ({ message: expect.stringContaining(words) });
const inDoubt = c.erpThat(() => Promise.reject(new OrderNotReady('-', { wrote: 'perhaps' })));

describe('a completion whose ERP is down', () => {
  it('is planned with one read of Azumuta, and booked later without another', async () => {
    const { number, recordingIds } = await c.completed(stage);
    const attempt = stage.message(number);
    await stage.azumutaSide.forgetCalls();
    await attempt({ down: 'erp' });
    const [waiting] = await stage.ledger.bookings.listOfOrder(number);
    stage.clock.advance(86_400);
    await attempt({ down: 'azumuta' });
    expect(waiting).toMatchObject({ state: 'waiting', figures: { good: { amount: '1' } }, recordingIds });
    expect(await stage.azumutaSide.calls()).toMatchObject({ [c.orderRoute]: 1, [c.recordingRoute]: 1 });
    expect(await c.inErp(stage, number)).toEqual(['1']);
    expect((await stage.ledger.bookings.listOfOrder(number))[0]).not.toHaveProperty('content');
  });

  it('is planned, claims nothing and calls nobody, where the breaker opens while Azumuta is read', async () => {
    const { number } = await c.completed(stage);
    const outage = { seconds: 15, reason: 'The ERP failed (503).', openedAt: 0, isDown: false };
    const breaker = overriding(new Breaker(stage.store.table, stage.clock), {
      outage: async (partner: string) => (partner === 'erp' ? outage : undefined),
    });
    await stage.erpSide.forgetCalls();
    expect(await stage.message(number)({ breaker })).toMatchObject({ scope: 'partner', afterSeconds: 15 });
    expect(await c.eventsOf(stage, number)).toEqual(['planned', 'queued', 'created']);
    expect(await stage.erpSide.calls()).toEqual({});
  });

  it('writes nothing while its plan waits', async () => {
    const { number, attempt } = await c.planned(stage);
    const before = await c.kept(stage, number);
    expect(await attempt({ down: 'erp' })).toMatchObject({ name: 'RetryLater' });
    expect(await reconciliation(number)({ down: 'erp' })).toMatchObject({ name: 'RetryLater' });
    expect(await c.kept(stage, number)).toEqual(before);
  });
});

describe('a planned booking', () => {
  it('is booked as it was planned three weeks ago, by the reconciliation, though Azumuta has changed', async () => {
    const { number, recordingIds } = await c.planned(stage);
    await c.complete(stage, number, { quantity: 9 });
    stage.clock.advance(21 * 86_400);
    await reconciliation(number)({ down: 'azumuta' });
    expect(await c.inErp(stage, number)).toEqual(['1']);
    expect(await c.booked(stage, number)).toEqual(recordingIds);
  });

  it('is booked as it was planned though its recordings were deleted, also when a newer trigger comes', async () => {
    const { number } = await c.planned(stage);
    setFaults(stage.azumutaSide, [{ kind: 'status', status: 404, route: c.recordingRoute, times: 1 }]);
    stage.clock.advance(61);
    expect(await stage.message(number)()).toMatchObject(saying('booked as planned'));
    expect(await c.inErp(stage, number)).toEqual(['1']);
  });

  it('is booked as it was recorded last when a newer trigger comes', async () => {
    const { number } = await c.planned(stage, { quantity: 4 });
    const { azumuta } = await otherAzumuta(stage, {
      recording: (shown) =>
        void Object.assign(shown, { steps: [{ name: 'Good quantity', type: 'number', value: 3 }] }),
    });
    const newer = stage.message(number);
    expect(await newer({ azumuta })).toMatchObject({ name: 'RetryLater', afterSeconds: 60 });
    stage.clock.advance(61);
    await newer({ azumuta });
    expect(await c.inErp(stage, number)).toEqual(['3']);
  });

  it('is taken back by a newer trigger when its product order was opened again and nothing was sent', async () => {
    const { number, attempt } = await c.planned(stage);
    await stage.azumutaSide.reopen(number);
    stage.clock.advance(61);
    expect(await stage.message(number)()).toMatchObject(saying('not completed'));
    expect(await stage.ledger.bookings.listOfOrder(number)).toEqual([]);
    expect(await attempt()).toBeUndefined();
    expect(await c.inErp(stage, number)).toEqual([]);
  });

  it('is not ended over by a hint whose question another one asks', async () => {
    const { number } = await c.planned(stage);
    stage.clock.advance(61);
    const newer = stage.message(number);
    stage.clock.advance(10);
    await stage.ledger.questions.recordAsked(number, { by: 'another', since: stage.clock.now() });
    expect(await newer({ down: 'erp' })).toMatchObject({ name: 'RetryLater' });
  });

  it('is not ended over when another attempt claims it while Azumuta is asked', async () => {
    const { number, attempt } = await c.planned(stage);
    await stage.azumutaSide.reopen(number);
    stage.clock.advance(61);
    const ledger = c.withBookings(stage.ledger, {
      async withdrawPlan(...given) {
        await attempt(inDoubt);
        return stage.ledger.bookings.withdrawPlan(...given);
      },
    });
    expect(await stage.message(number)({ ledger })).toMatchObject(saying('Another attempt'));
    expect(await stage.ledger.bookings.listOfOrder(number)).toMatchObject([{ state: 'claimed' }]);
  });
});

it('books what may be in the ERP exactly as planned though Azumuta has changed, and amends what came since', async () => {
  // Prepare
  const { number, recordingIds, attempt } = await c.planned(stage);
  await attempt(inDoubt);
  const all = await c.complete(stage, number);
  const newer = stage.message(number);
  const meanwhile = await newer();
  stage.clock.advance(settlingSeconds);

  // Act
  const first = await newer({ down: 'azumuta' });
  const asPlanned = await c.booked(stage, number);
  await newer();

  // Assess
  expect([meanwhile, first]).toMatchObject([saying('under way'), saying('booked as planned')]);
  expect(asPlanned).toEqual(recordingIds);
  expect(await c.booked(stage, number)).toEqual(all.toSorted());
  expect(await c.inErp(stage, number)).toEqual(['1', 'notes']);
});

it('books all amendments of a hint when the first of them has to be retried', async () => {
  const { number } = await c.bookedAndRecorded(stage, 2);
  const attempt = stage.message(number);
  await stage.erpSide.lock(number);
  expect(await attempt()).toMatchObject(saying('has it open'));
  await stage.erpSide.unlock(number);
  expect(await attempt()).toMatchObject(saying('looked at next'));
  stage.clock.advance(61);
  expect(await attempt()).toBeUndefined();
  expect(await c.inErp(stage, number)).toEqual(['1', 'notes', 'notes']);
});

describe('the waiting of a product order', () => {
  const waits = async (number: string) =>
    (await stage.ledger.due.listOverdue(new Date('2099-01-01'), 1000)).includes(number);

  it('ends with the receipt, or with the refusal', async () => {
    const { number, attempt } = await c.planned(stage);
    const refused = await c.planned(stage);
    expect([await waits(number), await waits(refused.number)]).toEqual([true, true]);
    await attempt();
    await stage.erpSide.cancel(refused.number);
    expect(await refused.attempt()).toBeInstanceOf(Rejected);
    expect([await waits(number), await waits(refused.number)]).toEqual([false, false]);
  });

  it('ends though the attempt that booked it died before, and nothing is booked twice', async () => {
    const { number } = await c.completed(stage);
    const attempt = stage.message(number);
    const orders = overriding(stage.ledger.orders, {
      markCompleted: () => Promise.reject(new Error('killed')),
    });
    expect(await attempt({ ledger: { ...stage.ledger, orders } })).toMatchObject(saying('killed'));
    expect(await waits(number)).toBe(true);
    stage.clock.advance(leaseSeconds);
    await attempt({ down: 'azumuta' });
    expect(await waits(number)).toBe(false);
    expect(await c.inErp(stage, number)).toEqual(['1']);
  });
});
