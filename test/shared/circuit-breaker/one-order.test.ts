import { describe, expect, it } from 'vitest';
import { RetryLater } from '../../../shared/model/errors.ts';
import { breakerStage, failsAtOne, serverError } from './stage.ts';

const stage = breakerStage();
const stateOf = () => stage.breaker.state('erp');

/** One order fails again and again, every minute for so long. */
async function failing(order: string, minutes: number): Promise<void> {
  const one = stage.container('one');
  for (let minute = 0; minute < minutes; minute += 1) {
    await one.call(failsAtOne, order);
    stage.clock.advance(60);
  }
}

describe('a failure that may be due to its order', () => {
  it('says nothing about the partner for an hour, and then names the order', async () => {
    await failing('MO/1', 60);
    expect(await stateOf()).toMatchObject({ open: false });

    await stage.container('one').call(failsAtOne, 'MO/1');

    expect(await stateOf()).toMatchObject({
      open: true,
      reason: 'Only order MO/1 was tried, for an hour. The ERP failed (500).',
    });
  });

  it('never opens it however often it comes within a minute', async () => {
    const one = stage.container('one');
    for (let nth = 0; nth < 20; nth += 1) await one.call(failsAtOne, 'MO/1');
    expect(await stateOf()).toMatchObject({ open: false });
  });

  it.each<[string, () => RetryLater, string | undefined]>([
    ['another order', failsAtOne, 'MO/2'],
    ['a call that is about none', failsAtOne, undefined],
    ['the same order, and the partner cannot be reached', serverError, 'MO/1'],
  ])('counts for the partner once it is that of %s, too', async (_, failure, order) => {
    // Prepare
    await failing('MO/1', 5);

    // Act
    await stage.container('other').call(failure, order);

    // Assess: all calls have failed for longer than three minutes
    expect(await stateOf()).toMatchObject({ open: true });
  });

  it('begins anew once another order was answered', async () => {
    // Prepare
    await failing('MO/1', 59);
    expect(await stage.container('other').call(() => undefined, 'MO/2')).toBe('well');

    // Act
    await failing('MO/1', 59);

    // Assess
    expect(await stateOf()).toMatchObject({ open: false });
  });

  it('says nothing in a probe that another order of an outage makes, but that it goes on', async () => {
    const first = await stage.opened();
    stage.clock.advance(20);
    expect(await first.call(failsAtOne, 'MO/1')).toBeInstanceOf(RetryLater);
    expect(await stage.secondsUntilProbe()).toBe(30);
  });
});
