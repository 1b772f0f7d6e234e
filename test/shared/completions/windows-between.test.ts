import { describe, expect, it } from 'vitest';
import { endings } from '../../../infra/ops/orders/end-order.ts';
import type { CompletionHint } from '../../../shared/completions/messages.ts';
import { Rejected } from '../../../shared/model/errors.ts';
import { complete, erpThat, inErp, lettersOf } from './completed.ts';
import { hourSeconds, shifts } from './shifts.ts';
import { type Handling, startCompletionStage } from './stage.ts';

const sandboxes = await startCompletionStage();

/** Two of five parts are booked at the end of the first shift. */
async function twoBooked() {
  const order = await shifts(sandboxes, 5);
  const { stage, build, wake, numbers } = order;
  await build(1, 2);
  stage.clock.advance(5 * hourSeconds);
  await wake();
  return { ...order, numberOf: (index: number) => numbers[index - 1] ?? '' };
}

type Refusal = Partial<ConstructorParameters<typeof Rejected>[1]>;

function refuse(refusal: Refusal = {}): never {
  throw new Rejected('The posting period is closed.', { causeCode: 'refused-by-erp', ...refusal });
}

const atTheLook: Refusal = { wrote: 'nothing' };

/** The next two are planned while the ERP is down; the hint of the last one tries their booking, and the ERP refuses it. */
async function refusedToTheLast(refusal: Refusal = {}, trigger: Pick<CompletionHint, 'batch'> = {}) {
  const order = await twoBooked();
  const { stage, build, wake, erpOrder, numberOf, handling } = order;
  await build(3, 4);
  stage.clock.advance(9 * hourSeconds);
  expect((await wake({ down: 'erp' })).failures).toEqual([
    expect.objectContaining({ message: 'Waiting for erp to recover.' }),
  ]);
  let refusals = 1;
  const refusesOnce = erpThat((...given) => {
    refusals -= 1;
    return refusals === 0 ? refuse(refusal) : stage.erp.book(...given);
  });
  await complete(stage, numberOf(5));
  const last = { messageId: 'last' };
  const hint = { productOrderNumber: numberOf(5), ...trigger };
  const attempt = stage.message(hint, last);
  await attempt({ ...handling, ...refusesOnce });
  const refused = await attempt({ ...handling, ...refusesOnce });
  expect(refused).toMatchObject({ message: 'The posting period is closed.' });
  expect(await inErp(stage, erpOrder)).toEqual(['2', '1']);
  stage.clock.advance(hourSeconds);
  return {
    ...order,
    replay: (given: Handling = {}) =>
      stage.message({ ...hint, via: 'operator', again: true }, last)({ ...handling, ...given }),
  };
}

describe('an ERP order of which a shift is booked', () => {
  it('is finished with the next part where it has only three by now', async () => {
    const { stage, erpOrder, build, finals } = await twoBooked();
    await stage.splitInto(
      erpOrder,
      [1, 2, 3].map(() => ({ book: 'when-all-done' as const })),
    );
    await build(3);
    expect(await inErp(stage, erpOrder)).toEqual(['2', '1']);
    expect(finals).toEqual([false, true]);
  });

  it('is finished without a part that a person gives up between two times', async () => {
    // Prepare
    const { stage, erpOrder, build, wake, finals, numberOf } = await twoBooked();
    const { ledger } = stage;
    const sends = { send: async () => undefined };
    const dependencies = { ledger, queues: sends, queueUrls: { 'product-orders': '', completions: '' } };

    // Act
    await endings['give-up']({ number: numberOf(5), go: true, note: 'scrapped (An)' }, dependencies);
    await build(3);
    stage.clock.advance(8 * hourSeconds);
    await wake();
    await build(4);

    // Assess
    expect(await inErp(stage, erpOrder)).toEqual(['2', '1', '1']);
    expect(finals).toEqual([false, false, true]);
  });

  it('has all booked by a replay of the one message that was refused a joint booking of others', async () => {
    const { stage, erpOrder, replay } = await refusedToTheLast();
    await replay();
    expect(await inErp(stage, erpOrder)).toEqual(['2', '1', '2']);
  });

  it.each(['a trigger', 'a trigger of its batch order'] as const)(
    'has them booked by that replay though its own part, completed by %s, was removed in Azumuta',
    async (trigger) => {
      // Prepare
      const batch = trigger === 'a trigger' ? {} : { batch: 'SHIFT' };
      const { stage, erpOrder, numberOf, replay } = await refusedToTheLast(atTheLook, batch);
      stage.azumutaSide.remove(numberOf(5));

      // Act
      const failure = await replay();

      // Assess
      expect(failure).toBeUndefined();
      expect(await inErp(stage, erpOrder)).toEqual(['2', '1', '2']);
    },
  );

  it('has them booked by that replay though its own part was opened again', async () => {
    // Prepare
    const { stage, erpOrder, numberOf, replay } = await refusedToTheLast(atTheLook);
    stage.azumutaSide.reopen(numberOf(5));

    // Act
    const failure = await replay();

    // Assess
    expect(failure).toBeUndefined();
    expect(await inErp(stage, erpOrder)).toEqual(['2', '1', '2']);
  });

  it('has a dead letter of them again where the ERP refuses that replay, too', async () => {
    // Prepare
    const { stage, numberOf, replay } = await refusedToTheLast(atTheLook, { batch: 'SHIFT' });
    stage.azumutaSide.remove(numberOf(5));

    // Act
    const failure = await replay(erpThat(() => refuse(atTheLook)));

    // Assess
    expect(failure).toMatchObject({ name: 'Rejected', about: { figures: '2 good' } });
  });

  it('is booked once where its last part is completed in the minute of the next time', async () => {
    // Prepare: the schedule sends its hint in the same second
    const { stage, erpOrder, build, wake, finals, numberOf, window } = await twoBooked();
    await build(3, 4);
    const due = (await window())?.dueAt ?? 0;
    stage.clock.advance((due - stage.clock.now().getTime()) / 1000);
    await complete(stage, numberOf(5));

    // Act
    const { failures } = await wake();
    await build(5);

    // Assess
    expect(failures).toEqual([]);
    expect((await inErp(stage, erpOrder)).reduce((sum, one) => sum + Number(one), 0)).toBe(5);
    expect(finals.filter(Boolean)).toHaveLength(1);
    expect(await window()).toBeUndefined();
  });

  it('has a part in one quantity that is completed twice, before and after that is booked', async () => {
    // Prepare
    const { stage, erpOrder, build, wake, numberOf } = await twoBooked();
    await build(3, 3);
    stage.clock.advance(8 * hourSeconds);
    await wake();

    // Act
    stage.clock.advance(61);
    await build(3);

    // Assess
    expect(await inErp(stage, erpOrder)).toEqual(['2', '1', 'notes']);
    expect(await lettersOf(stage, numberOf(1))).toEqual([]);
  });

  it('is left to a person where it is cancelled in the ERP before the next time, and what was booked remains', async () => {
    const { stage, erpOrder, home, build, wake } = await twoBooked();
    await build(3);
    stage.erpSide.cancel(erpOrder);
    stage.clock.advance(8 * hourSeconds);
    await wake();
    expect(await inErp(stage, erpOrder)).toEqual(['2']);
    expect(await lettersOf(stage, home)).toHaveLength(1);
  });
});
