import { describe, expect, it } from 'vitest';
import { endings } from '../../../infra/ops/orders/end-order.ts';
import { Rejected } from '../../../shared/model/errors.ts';
import { complete, erpThat, inErp, lettersOf } from './completed.ts';
import { hourSeconds, shifts } from './shifts.ts';
import { startCompletionStage } from './stage.ts';

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
    // Prepare: the first two are planned while the ERP is down, and tried by the hint of the third
    const { stage, erpOrder, build, wake, numberOf, handling } = await twoBooked();
    await build(3, 4);
    stage.clock.advance(9 * hourSeconds);
    expect((await wake({ down: 'erp' })).failures).toEqual([
      expect.objectContaining({ message: 'Waiting for erp to recover.' }),
    ]);
    let refusals = 1;
    const refusesOnce = erpThat((...given) => {
      refusals -= 1;
      if (refusals === 0)
        throw new Rejected('The posting period is closed.', { causeCode: 'refused-by-erp' });
      return stage.erp.book(...given);
    });
    await complete(stage, numberOf(5));
    const last = { messageId: 'last' };
    const attempt = stage.message(numberOf(5), last);
    await attempt({ ...handling, ...refusesOnce });
    const refused = await attempt({ ...handling, ...refusesOnce });
    expect(refused).toMatchObject({ message: 'The posting period is closed.' });
    expect(await inErp(stage, erpOrder)).toEqual(['2', '1']);

    // Act
    stage.clock.advance(hourSeconds);
    const replayed = { productOrderNumber: numberOf(5), via: 'operator', again: true } as const;
    await stage.message(replayed, last)(handling);

    // Assess
    expect(await inErp(stage, erpOrder)).toEqual(['2', '1', '2']);
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
