import { describe, expect, it } from 'vitest';
import integration from '../../../integration.config.ts';
import { operatorHint } from '../../../shared/completions/messages.ts';
import type { CompletionMapping } from '../../../shared/integration/define.ts';
import { mapCompletion } from '../../../shared/integration/mapping/completions.ts';
import { Rejected, UnknownOrder } from '../../../shared/model/errors.ts';
import {
  booked,
  bookedAndRecorded,
  bookRoute,
  complete,
  completed,
  erpThat,
  inErp,
  kept,
  lettersOf,
  noteRoute,
  orderRoute,
} from './completed.ts';
import { otherAzumuta } from './other-azumuta.ts';
import { type Handling, startCompletionStage, threeParts } from './stage.ts';

const stage = await startCompletionStage();

const mapping = (completions: CompletionMapping): Handling => ({
  map: (kind, parts) => mapCompletion({ ...integration, completions }, kind, parts),
});
/** A refusal after a write. */
const doubtful = erpThat(() => Promise.reject(new Rejected('Not so.', { code: 'refused-by-erp' })));
/** A plant whose quantity is recorded, and here it was not. */
const withoutQuantity = mapping({ quantity: ({ recordings }) => recordings[1] && 7 });
/** The ERP's answer shows that nothing was written. */
const unknown = erpThat(() => Promise.reject(new UnknownOrder('The ERP does not know it.')));
const operator = (number: string) =>
  stage.message(operatorHint(number, { now: stage.clock.now(), eventId: 'replay' }));
/** Refuses the next call of this route. */
const refuse = (route: string) => stage.erpSide.setFaults([{ kind: 'status', status: 422, route, times: 1 }]);

/** A booking that was refused, and a minute after it. */
async function refused(handling: Handling) {
  const { number, recordingIds } = await completed(stage);
  const message = { messageId: `refused ${number}` };
  const attempt = stage.message(number, message);
  const letter = await attempt(handling);
  stage.clock.advance(61);
  await stage.azumutaSide.forgetCalls();
  return { number, recordingIds, ...message, attempt, letter };
}

const refusals = [
  ['by the mapping', withoutQuantity],
  ['by the ERP, which surely wrote nothing', unknown],
] as const;

describe.each(refusals)('a booking that is refused %s', (_by, refusing) => {
  it('makes one letter, whatever further triggers come, and Azumuta is asked once a minute', async () => {
    // Prepare
    const { number, letter } = await refused(refusing);

    // Act
    const others: unknown[] = [];
    const triggers = Array.from({ length: 10 }, () => stage.message(number));
    for (const trigger of triggers) others.push(await trigger(refusing));
    stage.clock.advance(61);
    for (const trigger of triggers) others.push(await trigger(refusing));

    // Assess
    expect(letter).toMatchObject({ name: expect.stringMatching(/Rejected|UnknownOrder/) });
    expect(others.slice(0, 10).every((failure) => failure === undefined || isWait(failure))).toBe(true);
    expect(others.slice(10)).toEqual(Array(10).fill(undefined));
    expect(await lettersOf(stage, number)).toHaveLength(1);
    expect((await stage.azumutaSide.calls())[orderRoute]).toBeLessThanOrEqual(2);
  });

  it('is booked by a newer trigger once the figures differ, which ends its letter', async () => {
    // Prepare
    const { number } = await refused(refusing);
    const all = await complete(stage, number, { quantity: 2 });

    // Act
    await stage.handle(number);

    // Assess
    expect(await booked(stage, number)).toEqual(all.toSorted());
    expect(await inErp(stage, number)).toEqual(['2']);
    expect(await lettersOf(stage, number)).toEqual([]);
  });

  it('is not touched by the reconciliation, nor by any trigger once it is discarded, only by a person', async () => {
    // Prepare
    const { number, messageId } = await refused(refusing);
    const reconciliation = stage.message({ productOrderNumber: number, via: 'reconciliation' });
    const before = await stage.ledger.bookings.of(number);
    await complete(stage, number, { quantity: 2 });

    // Act
    await reconciliation();
    const after = await stage.ledger.bookings.of(number);
    await stage.ledger.bookings.discard(number, messageId, 'booked by hand');
    stage.clock.advance(61);
    await stage.handle(number);
    const discarded = await inErp(stage, number);
    await operator(number)();

    // Assess
    expect(after).toEqual(before);
    expect(discarded).toEqual([]);
    expect(await inErp(stage, number)).toEqual(['2']);
  });
});

function isWait(failure: unknown): boolean {
  return failure instanceof Error && failure.message.includes('a moment ago');
}

describe('a booking that is refused and may be in the ERP', () => {
  it('is left alone by triggers, and booked exactly as planned when a person wants it again', async () => {
    // Prepare
    const { number, recordingIds, letter } = await refused(doubtful);
    const all = await complete(stage, number, { quantity: 2 });
    await stage.handle(number);
    const byTrigger = await inErp(stage, number);

    // Act: what came since is looked at next
    const replay = operator(number);
    const first = await replay({ down: 'azumuta' });
    const exactly = await booked(stage, number);
    const second = await replay();

    // Assess
    expect(letter).toMatchObject({ about: { figures: '1 good' } });
    expect(byTrigger).toEqual([]);
    expect(first).toMatchObject({ name: 'RetryLater' });
    expect(exactly).toEqual(recordingIds);
    expect(await inErp(stage, number)).toEqual(['1']);
    expect(second).toMatchObject({ message: expect.stringContaining('it would be 2 good') });
    expect(all).toHaveLength(2);
  });

  it('is decided anew, once, by a replay of its letter after it was discarded', async () => {
    // Prepare
    const { number, messageId } = await refused(doubtful);
    await stage.ledger.bookings.discard(number, messageId, 'a mistake');
    const stored = await stage.ledger.bookings.of(number);
    await complete(stage, number, { quantity: 2 });

    // Act
    const replay = stage.message({ productOrderNumber: number, again: true }, { messageId });
    await replay();
    await replay();

    // Assess
    expect(stored).toMatchObject([{ state: 'rejected', discarded: true }]);
    expect(stored[0]).not.toHaveProperty('content');
    expect(await inErp(stage, number)).toEqual(['2']);
  });

  it('names booking and figures in its letter, which is filed under the first part', async () => {
    // Prepare
    const { numbers } = await stage.ordered(threeParts('when-all-done'));
    const [home = '', , last = ''] = numbers;
    await refuse(bookRoute);

    // Act
    const letters: unknown[] = [];
    for (const number of numbers) {
      await complete(stage, number);
      letters.push(await stage.message(number)(mapping({ lots: () => ['A'] })));
    }

    // Assess
    const [{ key } = { key: '' }] = await stage.ledger.bookings.of(home);
    expect(letters[2]).toMatchObject({ about: { booking: key, figures: '3 good, lots A, A, A' } });
    expect([await lettersOf(stage, home), await lettersOf(stage, last)]).toMatchObject([[{}], []]);
  });
});

describe('a message whose letter could not be written', () => {
  it('tells the same refusal again without a call', async () => {
    const { number, attempt, letter } = await refused(withoutQuantity);
    const before = await kept(stage, number);
    const again = await attempt({ down: 'azumuta' });
    expect(again).toMatchObject({ message: expect.stringContaining('gave no quantity') });
    expect([letter, again]).toMatchObject(Array(2).fill({ about: { booking: expect.any(String) } }));
    expect(await kept(stage, number)).toEqual(before);
  });

  it('tells it even when its product order is open again', async () => {
    // Prepare: another message had planned it
    const { number } = await completed(stage);
    await stage.message(number)({ down: 'erp' });
    await refuse(bookRoute);
    stage.clock.advance(61);
    const attempt = stage.message({ productOrderNumber: number, via: 'reconciliation' });
    await attempt();
    await stage.azumutaSide.reopen(number);

    // Act
    const again = await attempt();

    // Assess
    expect(again).toMatchObject({ name: 'Rejected', message: expect.stringContaining('422') });
  });
});

describe('several amendments of one hint, of which one is refused', () => {
  it('are booked but for that one, which the letter names', async () => {
    // Prepare
    const { number, late } = await bookedAndRecorded(stage, 2);
    stage.clock.advance(61);
    await refuse(noteRoute);

    // Act
    const letter = await stage.message(number)();

    // Assess
    const done = await booked(stage, number);
    const [missing] = late.filter((id) => !done.includes(id));
    expect(done).toHaveLength(2);
    expect(letter).toMatchObject({
      name: 'Rejected',
      about: { booking: expect.stringContaining(missing ?? '-') },
    });
  });

  it('are booked after what has to be retried, and the letter comes last', async () => {
    // Prepare: the mapping refuses the first; the ERP order is locked
    const { number, late } = await bookedAndRecorded(stage, 2);
    const [first = ''] = late;
    const refusing = mapping({
      notes: ({ recordings }) => {
        if (recordings.every(({ id }) => id === first)) throw new Error('It cannot be told.');
        return ['told'];
      },
    });
    stage.clock.advance(61);
    const attempt = stage.message(number);
    await stage.erpSide.lock(number);

    // Act
    const locked = await attempt(refusing);
    await stage.erpSide.unlock(number);
    const letter = await attempt(refusing);

    // Assess
    expect(locked).toMatchObject({ name: 'RetryLater' });
    expect(letter).toMatchObject({ name: 'Rejected', message: expect.stringContaining('cannot be told') });
    expect(await inErp(stage, number)).toEqual(['1', 'notes']);
    expect(await lettersOf(stage, number)).toHaveLength(1);
  });

  it('are booked though the attempt died between the refusal and the next one', async () => {
    // Prepare
    const { number } = await bookedAndRecorded(stage, 2);
    stage.clock.advance(61);
    const attempt = stage.message(number);
    await refuse(noteRoute);
    let plans = 0;
    const bookings = {
      ...stage.ledger.bookings,
      planAndClaim(...given: Parameters<typeof stage.ledger.bookings.planAndClaim>) {
        plans += 1;
        return plans > 1 ? Promise.reject(new Error('killed')) : stage.ledger.bookings.planAndClaim(...given);
      },
    };
    const killed = await attempt({ ledger: { ...stage.ledger, bookings } });
    stage.clock.advance(61);

    // Act
    const letter = await attempt();

    // Assess
    expect(killed).toMatchObject({ message: 'killed' });
    expect(letter).toMatchObject({ name: 'Rejected', message: expect.stringContaining('422') });
    expect(await inErp(stage, number)).toEqual(['1', 'notes']);
  });

  it('do not keep a hint from what came since: it looks again, and tells the refusal then', async () => {
    // Prepare: an amendment was planned, and another recording was made
    const { number } = await bookedAndRecorded(stage, 1);
    stage.clock.advance(61);
    await refuse(noteRoute);
    await stage.message(number)(erpThat(() => Promise.reject(new Error('killed'))));
    await complete(stage, number);
    stage.clock.advance(400);
    const newer = stage.message(number);

    // Act
    const first = await newer();
    const letter = await newer();

    // Assess
    expect(first).toMatchObject({ message: expect.stringContaining('looked at next') });
    expect(letter).toMatchObject({ name: 'Rejected', message: expect.stringContaining('422') });
    expect(await inErp(stage, number)).toEqual(['1', 'notes']);
  });
});

it('ends the letters of an order that another hint books', async () => {
  // Prepare: Azumuta showed another article for half an hour
  const { number } = await completed(stage);
  const { azumuta } = await otherAzumuta(stage, (order) => {
    order.article = { number: 'GEAR-02' };
  });
  const letter = await stage.message(number)({ azumuta });
  const before = await lettersOf(stage, number);
  stage.clock.advance(61);

  // Act
  await stage.handle(number);

  // Assess
  expect(letter).toMatchObject({ message: expect.stringContaining('Azumuta says GEAR-02') });
  expect([before, await lettersOf(stage, number)]).toMatchObject([[{}], []]);
});

it('includes, when a person replays a booking without a quantity, the recording that holds the quantity', async () => {
  const { number } = await refused(withoutQuantity);
  await complete(stage, number);
  await operator(number)(withoutQuantity);
  expect(await inErp(stage, number)).toEqual(['7']);
});
