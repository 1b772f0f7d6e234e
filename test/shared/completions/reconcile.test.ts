import { beforeEach, describe, expect, it } from 'vitest';
import { overriding } from '../../support/overriding.ts';
import { complete, inErp, orderRoute } from './completed.ts';
import { type ReconcileStage, reconcileStageOn } from './reconcile-stage.ts';
import { startCompletionStage } from './stage.ts';

const partners = await startCompletionStage();
let stage: ReconcileStage;
beforeEach(async () => {
  stage = await reconcileStageOn(partners);
});

/** One whose completion nobody told. */
async function lost(): Promise<string> {
  const number = await stage.created(3);
  await complete(stage, number);
  await stage.azumutaSide.forgetCalls();
  return number;
}
const nothing = { outcome: 'asked', asked: 0, completed: 0, planned: 0, open: 0, unclear: 0 };

describe('a completion whose trigger was lost', () => {
  it('enters the completions queue as a hint of the reconciliation, after one read', async () => {
    const number = await lost();
    expect(await stage.run()).toEqual({ ...nothing, asked: 1, completed: 1 });
    expect(stage.hints).toEqual([
      {
        ...{ v: 1, kind: 'completion', productOrderNumber: number, recordingIds: [] },
        ...{ eventId: 'run-1/1', via: 'reconciliation' },
      },
    ]);
    expect(await stage.azumutaSide.calls()).toEqual({ [orderRoute]: 1 });
  });

  it('is not asked about when its trigger came a moment ago and the index does not show it yet', async () => {
    const number = await lost();
    await stage.handle(number);
    await stage.azumutaSide.forgetCalls();
    const orders = overriding(stage.ledger.orders, { overdue: async () => [number] });
    expect(await stage.run({ ledger: { ...stage.ledger, orders } })).toEqual(nothing);
    expect(await stage.azumutaSide.calls()).toEqual({});
  });

  it('gets another hint on another day, in case the first was lost', async () => {
    const number = await lost();
    await stage.run();
    stage.clock.advance(86_400);
    expect(await stage.run()).toMatchObject({ completed: 1 });
    expect(stage.hints.map(({ productOrderNumber }) => productOrderNumber)).toEqual([number, number]);
  });
});

describe('a booking that is planned and whose message is lost', () => {
  it.each([
    ['of an order that waits', lost],
    ['that waits by itself, as its order does not: an amendment', lateRecording],
    ['that waits by itself: of an order that was typed into Azumuta', typedIn],
  ])(
    'gets its hint each day without a question to Azumuta, and is booked: one %s',
    async (_which, orderOf) => {
      // Prepare
      const number = await orderOf();
      const before = (await inErp(stage, number)).length;
      await stage.message(number)({ down: 'erp' });
      stage.clock.advance(2 * 86_400);
      await stage.azumutaSide.forgetCalls();

      // Act
      const reports = [await stage.run(), await stage.run()];
      stage.clock.advance(86_400);
      reports.push(await stage.run());
      for (const hint of stage.hints.slice(1)) await stage.handle(hint, {}, { down: 'azumuta' });
      stage.clock.advance(86_400);

      // Assess
      expect(reports).toEqual([{ ...nothing, planned: 1 }, nothing, { ...nothing, planned: 1 }]);
      expect(await stage.azumutaSide.calls()).toEqual({});
      expect(await inErp(stage, number)).toHaveLength(before + 1);
      expect(await stage.run()).toEqual(nothing);
    },
  );

  async function typedIn(): Promise<string> {
    const { number } = await stage.build(await stage.released());
    await complete(stage, number);
    return number;
  }

  async function lateRecording(): Promise<string> {
    const number = await lost();
    await stage.handle(number);
    await complete(stage, number);
    stage.clock.advance(61);
    return number;
  }
});

it('records once that an overdue product order was removed in Azumuta, and has it looked at from then on', async () => {
  const number = await stage.createdOutside(3);
  const reports = [await stage.run()];
  const before = [...stage.lookedAt];
  for (let days = 0; days < 2; days++) {
    stage.clock.advance(86_400);
    reports.push(await stage.run());
  }
  expect(reports).toMatchObject([
    { asked: 1, unclear: 1 },
    { asked: 0, unclear: 0 },
    { asked: 0, unclear: 0 },
  ]);
  expect(before).toEqual([number]);
  expect(stage.lookedAt).toEqual([number, number, number]);
  const told = (await stage.ledger.journeys.of(number)).filter(({ event }) => event === 'removed');
  expect(told.map(({ note }) => note)).toEqual([
    'Azumuta does not have it any more: if it was built, book it in the ERP by hand',
  ]);
});
