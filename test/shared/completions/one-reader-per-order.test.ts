import { describe, expect, it } from 'vitest';
import { OneReaderPerOrder } from '../../../shared/completions/one-reader-per-order.ts';
import { testClock } from '../../support/clock.ts';

const waits = expect.objectContaining({ name: 'RetryLater', scope: 'order', awaits: 'our-lock' });

function started() {
  const clock = testClock();
  const readers = new OneReaderPerOrder(clock);
  /** A hint that began so many seconds ago. @returns what it read, or its failure. */
  const hint = (order: string, secondsAgo = 0, read = async () => 'read') =>
    readers
      .read(order, new Date(clock.now().getTime() - secondsAgo * 1000), read)
      .catch((error: unknown) => error);
  return { clock, hint };
}

describe('a hint', () => {
  it('waits while another one reads its order, however long that takes, and not for other orders', async () => {
    const { clock, hint } = started();
    const answer = Promise.withResolvers<string>();
    const first = hint('MO/1', 0, () => answer.promise);
    clock.advance(3600);
    const whileRead = await Promise.all([hint('MO/1'), hint('MO/2')]);
    answer.resolve('read at last');
    expect([await first, ...whileRead]).toEqual(['read at last', waits, 'read']);
  });

  it('waits where another one has read its order since it began, as what it knows is outdated', async () => {
    const { clock, hint } = started();
    clock.advance(10);
    await hint('MO/1');
    clock.advance(10);
    expect([await hint('MO/1', 11), await hint('MO/1', 9)]).toEqual([waits, 'read']);
  });

  it('reads after another one that failed', async () => {
    const { clock, hint } = started();
    const failed = await hint('MO/1', 0, () => Promise.reject(new Error('Azumuta is down.')));
    clock.advance(1);
    expect([failed, await hint('MO/1')]).toEqual([new Error('Azumuta is down.'), 'read']);
  });

  it('waits for what was read since it began, whatever other orders were read long before or since', async () => {
    const { clock, hint } = started();
    for (const order of ['long ago', 'MO/1']) {
      await hint(order);
      clock.advance(15 * 60);
    }
    await hint('other');
    expect([await hint('MO/1', 15 * 60), await hint('MO/1', 15 * 60 - 1)]).toEqual([waits, 'read']);
  });
});
