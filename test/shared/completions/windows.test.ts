import { describe, expect, it } from 'vitest';
import { bookingKeyOf } from '../../../shared/ledger/keys.ts';
import { createLedger } from '../../../shared/ledger/ledger.ts';
import { OutOfTime } from '../../../shared/model/errors.ts';
import { callingThrough, overriding } from '../../support/overriding.ts';
import { complete, inErp, lettersOf, mapping } from './completed.ts';
import { hourSeconds, shifts } from './shifts.ts';
import { settlingSeconds, startCompletionStage } from './stage.ts';

const sandboxes = await startCompletionStage();

describe('parts that are booked at the times of the plant', () => {
  it('are one booking for each time, and one for what is left once the last is completed', async () => {
    // Prepare
    const order = await shifts(sandboxes, 6);
    const { stage, build, wake } = order;

    // Act
    await build(2, 1);
    const before = await inErp(stage, order.erpOrder);
    stage.clock.advance(5 * hourSeconds);
    const woken = await wake();
    const atTwo = await inErp(stage, order.erpOrder);
    await build(3);
    const between = await inErp(stage, order.erpOrder);
    await build(4, 5, 6);

    // Assess
    expect([before, atTwo, between]).toEqual([[], ['2'], ['2']]);
    expect(woken).toMatchObject({ hints: 1, failures: [] });
    expect(await inErp(stage, order.erpOrder)).toEqual(['2', '4']);
    expect(order.finals).toEqual([false, true]);
    expect(await order.bookings()).toEqual(['1,2', '3,4,5,6']);
    expect(await order.window()).toBeUndefined();
  });

  it('have a window while one of them is in no booking, at the next time', async () => {
    const { stage, build, wake, window } = await shifts(sandboxes, 4);
    expect(await window()).toBeUndefined();
    await build(1);
    const first = await window();
    await build(2);
    expect(await window()).toEqual(first);
    expect(new Date(first?.dueAt ?? 0).toISOString()).toBe('2026-11-24T13:00:00.000Z');
    stage.clock.advance(5 * hourSeconds);
    await wake();
    expect(await window()).toBeUndefined();
  });

  it('are not looked for before their time, nor while bookings are paused', async () => {
    const { stage, build, wake } = await shifts(sandboxes, 3);
    await build(1);
    const early = await wake();
    stage.clock.advance(5 * hourSeconds);
    await stage.ledger.pauses.pauseFlow('bookings');
    const paused = await wake();
    expect([early, paused]).toMatchObject([{ hints: 0 }, { outcome: 'paused', hints: 0 }]);
  });

  it('need no hint, and so no call to Azumuta, where all of them are booked by then', async () => {
    // Prepare: the container dies before it ends the window
    const { stage, build, wake, window, home } = await shifts(sandboxes, 3);
    await build(1);
    stage.clock.advance(5 * hourSeconds);
    await wake();
    await stage.ledger.windows.begin(home, stage.clock.now());
    stage.clock.advance(60);

    // Act
    const report = await wake();

    // Assess
    expect(report).toMatchObject({ hints: 0, ended: 1 });
    expect(await window()).toBeUndefined();
  });

  it('are booked together though one of them was opened again, and that one with the next', async () => {
    // Prepare
    const { stage, numbers, erpOrder, build, wake, window, bookings } = await shifts(sandboxes, 5);
    await build(1, 2, 3);
    await stage.azumutaSide.reopen(numbers[0] ?? '');
    stage.clock.advance(5 * hourSeconds);

    // Act
    const named = await wake();
    const inBetween = await inErp(stage, erpOrder);
    stage.clock.advance(300);
    const next = await wake();

    // Assess: the first hint has found that its part is open, the second names another one
    expect(named).toMatchObject({ hints: 1, failures: [] });
    expect(inBetween).toEqual([]);
    expect(next).toMatchObject({ hints: 1, failures: [] });
    expect(await bookings()).toEqual(['2,3']);
    expect(await window()).toBeUndefined();
    await build(1);
    expect(await window()).toBeDefined();
  });

  it('follow other times of the plant at once, also while they wait', async () => {
    const { stage, numbers, home, build, handling, bookings } = await shifts(sandboxes, 5);
    await build(1);
    stage.clock.advance(3 * hourSeconds);
    const earlier = { ...handling, bookingTimes: { timeZone: 'Europe/Brussels', at: ['11:00'] } };
    await complete(stage, numbers[1] ?? '');
    await stage.message(numbers[1] ?? '')(earlier);
    expect(await bookings()).toEqual(['1,2']);
    expect(await stage.ledger.windows.find(home)).toBeUndefined();
  });

  it('wait for the last where the plant has no times any more', async () => {
    const { stage, numbers, build, erpOrder } = await shifts(sandboxes, 3);
    await build(1);
    stage.clock.advance(24 * hourSeconds);
    const none = { bookingTimes: undefined };
    for (const number of numbers.slice(1)) {
      await complete(stage, number);
      await stage.message(number)(none);
    }
    expect(await inErp(stage, erpOrder)).toEqual(['3']);
  });

  it('are planned once while the ERP is down, and the parts after them at the next time', async () => {
    // Prepare
    const order = await shifts(sandboxes, 6);
    const { stage, build, wake, numbers, handling } = order;
    await build(1, 2);
    stage.clock.advance(5 * hourSeconds);

    // Act
    await wake({ down: 'erp' });
    const third = numbers[2] ?? '';
    await complete(stage, third);
    const attempt = stage.message(third);
    await attempt({ ...handling, down: 'erp' });
    stage.clock.advance(61);
    const again = await attempt(handling);
    stage.clock.advance(61);
    await attempt(handling);
    stage.clock.advance(8 * hourSeconds);
    await wake();

    // Assess
    expect(again).toMatchObject({ message: expect.stringContaining('booked as planned') });
    expect(await order.bookings()).toEqual(['1,2', '3']);
  });

  it('keep their booking to its parts when it is decided again, as the ERP has refused it', async () => {
    // Prepare
    const order = await shifts(sandboxes, 5);
    const { stage, numbers, build, wake, handling } = order;
    await build(1, 2);
    stage.clock.advance(5 * hourSeconds);
    const refuses = mapping({ quantity: () => undefined });
    const { failures } = await wake(refuses);
    await build(3);

    // Act: a person has the booking tried again
    const [, second = ''] = numbers;
    const replayed = { productOrderNumber: second, via: 'operator', again: true } as const;
    const failure = await stage.message(replayed)(handling);
    stage.clock.advance(8 * hourSeconds);
    await wake();

    // Assess
    expect(failures).toMatchObject([{ name: 'Rejected' }]);
    expect(failure).toBeUndefined();
    expect(await order.bookings()).toEqual(['1,2', '3']);
    expect(order.finals).toEqual([false, false]);
  });

  it('leave the order open in the ERP while a booking of others is refused', async () => {
    // Prepare
    const order = await shifts(sandboxes, 3);
    const { stage, numbers, build, wake, handling } = order;
    await build(1);
    stage.clock.advance(5 * hourSeconds);
    await wake(mapping({ quantity: () => undefined }));

    // Act
    await build(2, 3);
    stage.clock.advance(61);
    await stage.message({ productOrderNumber: numbers[0] ?? '', via: 'operator', again: true })(handling);

    // Assess: what is booked last finishes it
    expect(await order.bookings()).toEqual(['1', '2,3']);
    expect(order.finals).toEqual([false, true]);
  });

  it('are booked however late their time is noticed, though another part could not be created', async () => {
    // Prepare: as after a pause of the bookings
    const { stage, home, build, wake, erpOrder } = await shifts(sandboxes, 3);
    await build(2);
    const ofCreation = {
      messageId: `creation of ${home}`,
      orderNumber: home,
      stage: 'create-product-orders',
    };
    await stage.ledger.deadLetters.record({ ...ofCreation, reason: 'Refused.', cause: 'refused-by-azumuta' });
    stage.clock.advance(6 * hourSeconds);

    // Act
    await wake();

    // Assess
    expect(await inErp(stage, erpOrder)).toEqual(['1']);
  });

  it('have one dead letter for each time, not for each hour, where a person is needed', async () => {
    // Prepare: Azumuta shows another article than was ordered
    const { stage, home, build, wake, handling } = await shifts(sandboxes, 3);
    const other =
      (id: string) =>
      async (...given: Parameters<typeof stage.azumuta.productOrder>) => {
        const order = await stage.azumuta.productOrder(...given);
        return order && given[0] === id ? { ...order, article: 'GEAR-02' } : order;
      };
    await build(1);
    const id = (await stage.ledger.orders.find(home))?.productOrder?.id ?? '';
    const azumuta = overriding(stage.azumuta, { productOrder: other(id) });
    stage.clock.advance(5 * hourSeconds);

    // Act
    const reports: number[] = [];
    for (let quarters = 0; quarters < 32; quarters += 1) {
      reports.push((await wake({ ...handling, azumuta })).hints);
      stage.clock.advance(900);
    }

    // Assess: at two; the next is at ten in the evening
    expect(reports.reduce((sum, one) => sum + one, 0)).toBe(1);
    expect((await lettersOf(stage, home)).length).toBeGreaterThan(0);
  });

  it('have a window when one is completed in the moment in which the others are booked', async () => {
    // Prepare: the second part is completed when the window of the first ends
    const order = await shifts(sandboxes, 4);
    const { stage, numbers, build, wake, handling } = order;
    await build(1);
    stage.clock.advance(5 * hourSeconds);
    const [, second = ''] = numbers;
    let isDone = false;
    const table = callingThrough(stage.store.table, async (call, name, [key, changes]) => {
      const isOfWindow = name === 'update' && Object(key).sk === 'WINDOW';
      const isEnd = isOfWindow && Object(changes).remove !== undefined && !isDone;
      if (!isEnd) return call();
      isDone = true;
      await complete(stage, second);
      await stage.message(second)(handling);
      return call();
    });
    const ledger = createLedger({ table, clock: stage.clock, settlingSeconds });

    // Act
    await wake({ ledger });

    // Assess
    expect(isDone).toBe(true);
    expect(await order.bookings()).toEqual(['1']);
    expect(await order.window()).toBeDefined();
    stage.clock.advance(8 * hourSeconds);
    await wake();
    expect(await order.bookings()).toEqual(['1', '2']);
  });

  it('are shown to a person where the ERP has their key, and the ledger, which was restored, has other parts for it', async () => {
    // Prepare: the restored ledger does not know the booking at two
    const order = await shifts(sandboxes, 5);
    const { stage, numbers, home, erpOrder, build, wake, handling } = order;
    await build(1);
    stage.clock.advance(5 * hourSeconds);
    await wake();
    const [first] = await stage.ledger.bookings.listOfOrder(home);
    await stage.store.table.remove(bookingKeyOf(home, first?.key ?? ''));
    await stage.ledger.erpOrders.markPartReopened({ erpOrder: { number: erpOrder } }, 1);

    // Act: as many parts as that had
    await build(2);
    stage.clock.advance(8 * hourSeconds);
    const { failures } = await wake();
    const refused = await inErp(stage, erpOrder);
    const second = { productOrderNumber: numbers[1] ?? '', via: 'operator', again: true } as const;
    stage.clock.advance(61);
    const replayed = stage.message(second);
    const looksAgain = await replayed(handling);

    // Assess
    expect(failures).toMatchObject([
      { name: 'Rejected', message: expect.stringContaining('this ledger has not made') },
    ]);
    expect(refused).toEqual(['1']);
    expect(looksAgain).toMatchObject({ message: expect.stringContaining('booked as planned') });
    expect(await inErp(stage, erpOrder)).toEqual(['1']);
  });

  it('are booked as far as they could be read in time, and the others after them', async () => {
    // Prepare: two of five parts can be read in one attempt, one of which the hint is about
    const order = await shifts(sandboxes, 7);
    const { stage, numbers, build, handling } = order;
    await build(1, 2, 3, 4);
    stage.clock.advance(5 * hourSeconds);
    let left = 0;
    const productOrder: typeof stage.azumuta.productOrder = async (...given) => {
      left -= 1;
      if (left < 0) throw new OutOfTime('Out of time in this invocation.');
      return stage.azumuta.productOrder(...given);
    };
    const azumuta = overriding(stage.azumuta, { productOrder });
    await complete(stage, numbers[4] ?? '');
    const attempt = stage.message(numbers[4] ?? '');

    // Act
    const failures: unknown[] = [];
    for (let attempts = 0; attempts < 4; attempts += 1) {
      left = 3;
      failures.push(await attempt({ ...handling, azumuta }));
      stage.clock.advance(61);
    }

    // Assess
    expect(await order.bookings()).toEqual(['1,2,5', '3,4']);
    expect(failures[0]).toMatchObject({ message: expect.stringContaining('booked as planned') });
    expect(failures.at(-1)).toBeUndefined();
    expect(order.finals).toEqual([false, false]);
    expect(await order.window()).toBeUndefined();
  });
});

describe('parts that are booked together when the last is completed', () => {
  it('are two bookings where they could not be read in time, of which only the last finishes the order', async () => {
    const order = await shifts(sandboxes, 4);
    const { stage, numbers, build, handling } = order;
    await build(1, 2, 3);
    const none = { ...handling, bookingTimes: undefined };
    let left = 0;
    const productOrder: typeof stage.azumuta.productOrder = async (...given) => {
      left -= 1;
      if (left < 0) throw new OutOfTime('Out of time in this invocation.');
      return stage.azumuta.productOrder(...given);
    };
    const azumuta = overriding(stage.azumuta, { productOrder });
    await complete(stage, numbers[3] ?? '');
    const attempt = stage.message(numbers[3] ?? '');
    for (let attempts = 0; attempts < 3; attempts += 1) {
      left = 3;
      await attempt({ ...none, azumuta });
      stage.clock.advance(61);
    }
    expect(order.finals).toEqual([false, true]);
    expect(await inErp(stage, order.erpOrder)).toEqual(['3', '1']);
  });
});
