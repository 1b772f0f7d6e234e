import { describe, expect, it } from 'vitest';
import { completionHint } from '../../../shared/completions/messages.ts';
import { Rejected, UnknownOrder } from '../../../shared/model/errors.ts';
import { setFaults } from '../../support/faults.ts';
import * as c from './completed.ts';
import { complete, completed, erpThat, madeByHand } from './completed.ts';
import { otherAzumuta } from './other-azumuta.ts';
import { type Handling, leaseSeconds, startCompletionStage, threeParts } from './stage.ts';

const stage = await startCompletionStage();

/** A plant whose quantity is recorded, and here it was not. */
const withoutQuantity = c.mapping({ quantity: ({ recordings }) => recordings[1] && 4 });
/** The ERP's answer shows that nothing was written. */
const unknown = c.erpThat(() => Promise.reject(new UnknownOrder('The ERP does not know it.')));
/** A refusal after a write. */
const doubtful = c.erpThat(() => Promise.reject(new Rejected('Not so.', { causeCode: 'refused-by-erp' })));
const operator = (number: string) =>
  stage.message(completionHint('operator', { productOrderNumber: number }, 'replay'));
/** Refuses the next call of this route. */
const refuse = (route: string) =>
  setFaults(stage.erpSide, [{ kind: 'status', status: 422, route, times: 1 }]);
const saying = (words: string) => ({ message: expect.stringContaining(words) });

/** A booking that was refused, and a minute after it. */
async function refused(handling: Handling) {
  const { number, recordingIds } = await c.completed(stage);
  const message = { messageId: `refused ${number}` };
  const attempt = stage.message(number, message);
  const letter = await attempt(handling);
  expect(letter).toBeInstanceOf(Rejected);
  stage.clock.advance(61);
  await stage.azumutaSide.forgetCalls();
  return { number, recordingIds, ...message, attempt, letter };
}

describe.each([
  ['by the mapping', withoutQuantity],
  ['by the ERP, which surely wrote nothing', unknown],
] as const)('a booking that is refused %s', (_by, refusing) => {
  it('makes one letter, whatever further triggers come, and Azumuta is asked once a minute', async () => {
    // Prepare
    const { number } = await refused(refusing);
    const triggers = Array.from({ length: 10 }, () => stage.message(number));
    const come = async () => {
      const failures: unknown[] = [];
      for (const trigger of triggers) failures.push(await trigger(refusing));
      return failures.filter((failure) => failure !== undefined);
    };

    // Act
    const waits = await come();
    stage.clock.advance(61);
    const later = await come();

    // Assess
    expect(waits).toEqual(Array(9).fill(expect.objectContaining(saying('a moment ago'))));
    expect(later).toEqual([]);
    expect(await c.lettersOf(stage, number)).toHaveLength(1);
    expect((await stage.azumutaSide.calls())[c.orderRoute]).toBe(2);
  });

  it('is booked by a newer trigger once the figures differ, which ends its letter', async () => {
    const { number } = await refused(refusing);
    const all = await c.complete(stage, number, { quantity: 2 });
    await stage.handle(number);
    expect(await c.booked(stage, number)).toEqual(all.toSorted());
    expect(await c.inErp(stage, number)).toEqual(['2']);
    expect(await c.lettersOf(stage, number)).toEqual([]);
  });

  it('is not touched by the reconciliation, nor by any trigger once it is discarded, only by a person', async () => {
    const { number, messageId } = await refused(refusing);
    const before = await stage.ledger.bookings.listOfOrder(number);
    await c.complete(stage, number, { quantity: 2 });
    await stage.handle({ productOrderNumber: number, via: 'reconciliation' });
    expect(await stage.ledger.bookings.listOfOrder(number)).toEqual(before);
    await stage.ledger.bookings.discardRefused(number, messageId, 'booked by hand');
    stage.clock.advance(61);
    await stage.handle(number);
    expect(await c.inErp(stage, number)).toEqual([]);
    await operator(number)();
    expect(await c.inErp(stage, number)).toEqual(['2']);
  });
});

it('books what the ERP refused by a newer trigger, once only a check was corrected', async () => {
  // Prepare
  const asRecorded = c.mapping({});
  const { number } = await refused({ ...unknown, ...asRecorded });
  const corrected = c.mapping({ checks: () => [{ name: 'Torque', passed: true }] });

  // Act
  await stage.message(number)(asRecorded);
  const before = await c.inErp(stage, number);
  stage.clock.advance(61);
  await stage.message(number)(corrected);

  // Assess
  expect(before).toEqual([]);
  expect(await c.inErp(stage, number)).toHaveLength(1);
  expect(await c.lettersOf(stage, number)).toEqual([]);
});

describe('a booking that is refused and may be in the ERP', () => {
  it('is left alone by triggers, and booked exactly as planned when a person wants it again', async () => {
    // Prepare
    const { number, recordingIds, letter } = await refused(doubtful);
    await c.complete(stage, number, { quantity: 2 });
    await stage.handle(number);
    const byTrigger = await c.inErp(stage, number);
    const replay = operator(number);

    // Act: what came since is looked at next
    const first = await replay({ down: 'azumuta' });
    const exactly = await c.booked(stage, number);
    const second = await replay();

    // Assess
    expect(letter).toMatchObject({ about: { figures: '1 good' } });
    expect([byTrigger, exactly]).toEqual([[], recordingIds]);
    expect([first, second]).toMatchObject([saying('looked at next'), saying('it would be 2 good')]);
    expect(await c.inErp(stage, number)).toEqual(['1']);
  });

  it('is decided anew, once, by a replay of its letter after it was discarded', async () => {
    const { number, messageId } = await refused(doubtful);
    await stage.ledger.bookings.discardRefused(number, messageId, 'a mistake');
    expect((await stage.ledger.bookings.listOfOrder(number))[0]).not.toHaveProperty('content');
    await c.complete(stage, number, { quantity: 2 });
    const replay = stage.message({ productOrderNumber: number, again: true }, { messageId });
    for (let times = 0; times < 2; times += 1) await replay();
    expect(await c.inErp(stage, number)).toEqual(['2']);
  });

  it('names booking and figures in its letter, which is filed under the first part', async () => {
    const { numbers } = await stage.ordered(threeParts('when-all-done'));
    const [home = '', , last = ''] = numbers;
    await refuse(c.bookRoute);
    const letters: unknown[] = [];
    for (const number of numbers) {
      await c.complete(stage, number);
      letters.push(await stage.message(number)(c.mapping({ lots: () => ['A'] })));
    }
    const [booking] = await stage.ledger.bookings.listOfOrder(home);
    expect(letters[2]).toMatchObject({ about: { booking: booking?.key, figures: '3 good, lots A, A, A' } });
    expect([await c.lettersOf(stage, home), await c.lettersOf(stage, last)]).toMatchObject([[{}], []]);
  });
});

describe('a message whose letter could not be written', () => {
  it('tells the same refusal again without a call', async () => {
    const { number, attempt, letter } = await refused(withoutQuantity);
    const before = await c.kept(stage, number);
    const again = await attempt({ down: 'azumuta' });
    expect(again).toMatchObject(saying('gave no quantity'));
    expect([letter, again]).toMatchObject(Array(2).fill({ about: { booking: expect.any(String) } }));
    expect(await c.kept(stage, number)).toEqual(before);
  });

  it('tells it even when its product order is open again, and another message had planned it', async () => {
    const { number } = await c.planned(stage);
    await refuse(c.bookRoute);
    stage.clock.advance(61);
    const attempt = stage.message({ productOrderNumber: number, via: 'reconciliation' });
    await attempt();
    await stage.azumutaSide.reopen(number);
    expect(await attempt()).toMatchObject({ name: 'Rejected', ...saying('422') });
  });
});

describe('several amendments of one hint, of which one is refused', () => {
  it('are booked but for that one, which the letter names', async () => {
    const { number, late } = await c.bookedAndRecorded(stage, 2);
    await refuse(c.noteRoute);
    const letter = await stage.message(number)();
    const done = await c.booked(stage, number);
    const [missing, ...others] = late.filter((id) => !done.includes(id));
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ about: { booking: expect.stringContaining(missing ?? 'none') } });
  });

  it('are booked after what has to be retried, and the letter comes last', async () => {
    // Prepare: the mapping refuses the first; the ERP order is locked
    const { number, late } = await c.bookedAndRecorded(stage, 2);
    const refusing = c.mapping({
      notes: ({ recordings }) => {
        if (recordings.every(({ id }) => id === late[0])) throw new Error('It cannot be told.');
        return ['told'];
      },
    });
    const attempt = stage.message(number);
    await stage.erpSide.lock(number);

    // Act
    const locked = await attempt(refusing);
    await stage.erpSide.unlock(number);
    const letter = await attempt(refusing);

    // Assess
    expect([locked, letter]).toMatchObject([saying('has it open'), saying('cannot be told')]);
    expect(await c.inErp(stage, number)).toEqual(['1', 'notes']);
    expect(await c.lettersOf(stage, number)).toHaveLength(1);
  });

  it('are booked though the attempt died between the refusal and the next one', async () => {
    const { number } = await c.bookedAndRecorded(stage, 2);
    const attempt = stage.message(number);
    await refuse(c.noteRoute);
    let plans = 0;
    const ledger = c.withBookings(stage.ledger, {
      planAndClaim(...given) {
        plans += 1;
        if (plans > 1) throw new Error('killed');
        return stage.ledger.bookings.planAndClaim(...given);
      },
    });
    expect(await attempt({ ledger })).toMatchObject(saying('killed'));
    stage.clock.advance(61);
    expect(await attempt()).toMatchObject({ name: 'Rejected', ...saying('422') });
    expect(await c.inErp(stage, number)).toEqual(['1', 'notes']);
  });

  it('do not keep a hint from what came since: it looks again, and tells the refusal then', async () => {
    const { number } = await c.bookedAndRecorded(stage, 1);
    await stage.message(number)(c.erpThat(() => Promise.reject(new Error('killed'))));
    await c.complete(stage, number);
    stage.clock.advance(400);
    await refuse(c.noteRoute);
    const newer = stage.message(number);
    expect(await newer()).toMatchObject(saying('looked at next'));
    expect(await newer()).toMatchObject({ name: 'Rejected', ...saying('422') });
    expect(await c.inErp(stage, number)).toEqual(['1', 'notes']);
  });
});

it('does not end the letter of a booking that stays refused when another booking of the order is made', async () => {
  // Prepare: what came later is refused, and may be in the ERP
  const { number } = await c.bookedAndRecorded(stage, 1);
  const attempt = stage.message(number);
  expect(await attempt(doubtful)).toMatchObject(saying('Not so.'));
  stage.clock.advance(61);

  // Act: a further recording is booked
  await c.complete(stage, number);
  await stage.handle(number);

  // Assess
  expect(await c.inErp(stage, number)).toEqual(['1', 'notes']);
  const states = (await stage.ledger.bookings.listOfOrder(number)).map(({ state }) => state);
  expect(states.toSorted()).toEqual(['done', 'done', 'rejected']);
  expect(await c.lettersOf(stage, number)).toMatchObject([{ reason: 'Not so.' }]);
});

it('ends the letters of an order that another hint books', async () => {
  const { number } = await c.completed(stage);
  const { azumuta } = await otherAzumuta(stage, {
    order: (shown) => void Object.assign(shown, { article: { number: 'GEAR-02' } }),
  });
  expect(await stage.message(number)({ azumuta })).toMatchObject(saying('Azumuta says GEAR-02'));
  expect(await c.lettersOf(stage, number)).toHaveLength(1);
  stage.clock.advance(61);
  await stage.handle(number);
  expect(await c.lettersOf(stage, number)).toEqual([]);
});

it('includes, when a person replays a booking without a quantity, the recording that holds the quantity', async () => {
  const { number } = await refused(withoutQuantity);
  await c.complete(stage, number);
  await operator(number)(withoutQuantity);
  expect(await c.inErp(stage, number)).toEqual(['4']);
});

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
    (await stage.ledger.bookings.listOfOrder(number)).map(({ state, content }) => [
      state,
      content !== undefined,
    ]);

  it('is for a person when the ERP gave it to us, as it may be hidden for a while, or deleted', async () => {
    const { number } = await completed(stage);
    const failure = await stage.message(number)(unknown());
    expect(failure).toMatchObject({ name: 'Rejected', causeCode: 'unknown-order' });
    expect(await stateOf(number)).toEqual([['rejected', true]]);
  });

  it('is ignored when it is replayed after a rejection at the look-up, which leaves nothing in doubt', async () => {
    const number = await builtByHand();
    const attempts: unknown[] = [];
    const message = { messageId: `letter of ${number}` };
    await stage.message(number, message)({ ...unknown(attempts), unknownOrder: 'reject' });
    await stage.handle({ productOrderNumber: number, again: true }, message, unknown(attempts));
    expect(attempts).toEqual([false, false]);
    expect(await stateOf(number)).toEqual([['ignored', false]]);
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
    expect(failure).toMatchObject({ name: 'Rejected', causeCode: 'unknown-order' });
    expect(await stateOf(number)).toEqual([['rejected', true]]);
  });
});
