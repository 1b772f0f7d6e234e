import { describe, expect, it } from 'vitest';
import { UnknownOrder } from '../../../shared/model/errors.ts';
import { complete, completed, erpThat, madeByHand } from './completed.ts';
import { type Handling, leaseSeconds, startCompletionStage } from './stage.ts';

const stage = await startCompletionStage();

describe('an order that the ERP does not know, with unknownOrder: ignore', () => {
  const unknown = (attempts: unknown[] = []): Handling => ({
    unknownOrder: 'ignore',
    ...erpThat(async (_completion, _key, attempt) => {
      attempts.push(attempt.again);
      throw new UnknownOrder('The ERP does not know order X.');
    }),
  });
  const builtByHand = async () => {
    const number = await madeByHand(stage);
    await complete(stage, number);
    return number;
  };
  const stateOf = async (number: string) =>
    (await stage.ledger.bookings.of(number)).map(({ state, content }) => [state, content !== undefined]);

  it('is for a person when the ERP gave it to us, as it may be hidden for a while, or deleted', async () => {
    const { number } = await completed(stage);
    const failure = await stage.message(number)(unknown());
    expect(failure).toMatchObject({ name: 'Rejected', code: 'unknown-order' });
    expect(await stateOf(number)).toEqual([['rejected', true]]);
  });

  it('is ignored when it is replayed after a rejection at the look-up, which leaves nothing in doubt', async () => {
    const number = await builtByHand();
    const attempts: unknown[] = [];
    const message = { messageId: `letter of ${number}` };
    await stage.message(number, message)({ ...unknown(attempts), unknownOrder: 'reject' });
    await stage.handle({ productOrderNumber: number, again: true }, message, unknown(attempts));
    expect(attempts).toEqual([false, false]);
    expect(await stateOf(number)).toEqual([['done', false]]);
  });

  it('is for a person once an attempt may have written to it, as it was known then', async () => {
    // An attempt that died
    const number = await builtByHand();
    const attempt = stage.message(number);
    await attempt(erpThat(() => Promise.reject(new Error('killed'))));
    stage.clock.advance(leaseSeconds);
    const attempts: unknown[] = [];
    const failure = await attempt(unknown(attempts));
    expect(attempts).toEqual([true]);
    expect(failure).toMatchObject({ name: 'Rejected', code: 'unknown-order' });
    expect(await stateOf(number)).toEqual([['rejected', true]]);
  });
});
