import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import integration from '../../../integration.config.ts';
import { mapCompletion } from '../../../shared/integration/mapping/completions.ts';
import { complete, completed, failureOf, told } from './completed.ts';
import { type CompletionStage, startCompletionStage, threeParts } from './stage.ts';

let stage: CompletionStage;

beforeAll(async () => {
  stage = await startCompletionStage();
});
afterAll(() => stage?.stop());
beforeEach(() => stage.sqs.forget());

const replay = (productOrderNumber: string) => stage.collect({ productOrderNumber, via: 'replay' });

/** A product order whose booking the ERP refused, and whose dead letter was lost. */
async function refused() {
  const { number } = await completed(stage, 1);
  await stage.collect({ productOrderNumber: number });
  const [message] = stage.sent();
  if (!message) throw new Error('Nothing was sent.');
  const route = 'POST /api/production-orders/{number}/bookings';
  await stage.erpSide.setFaults([{ kind: 'status', status: 422, route }]);
  const failure = await failureOf(stage.book(message));
  await stage.erpSide.setFaults([]);
  expect(failure).toMatchObject({ name: 'Rejected' });
  stage.sqs.forget();
  return { number, erpOrder: message.erpOrder.number };
}

describe('a rejected booking whose dead letter is lost', () => {
  it('is planned again by a person and booked once, but not by a trigger', async () => {
    // Prepare
    const { number, erpOrder } = await refused();
    await stage.collect({ productOrderNumber: number });
    const byTrigger = stage.sent();

    // Act
    await replay(number);
    await replay(number);
    for (const message of stage.sent()) await stage.book(message);

    // Assess
    expect(byTrigger).toEqual([]);
    expect(await stage.bookingsOf(erpOrder)).toMatchObject([{ kind: 'production' }]);
  });

  it('is booked as Azumuta shows it by then, with what was recorded since', async () => {
    // Prepare
    const { number } = await refused();
    await stage.azumutaSide.reopen(number);
    const all = await complete(stage, number, 1);
    const byTrigger = await failureOf(stage.collect({ productOrderNumber: number }));

    // Act
    await replay(number);

    // Assess
    expect(byTrigger).toMatchObject({
      name: 'Rejected',
      message: expect.stringContaining('replay that one'),
    });
    expect(all).toHaveLength(2);
    expect(told(stage).sort()).toEqual([...all].sort());
  });
});

describe('an ERP order whose parts are booked together', () => {
  const finished = async (numbers: readonly string[]) => {
    for (const number of numbers) {
      await complete(stage, number, 1);
      await stage.collect({ productOrderNumber: number });
    }
  };

  it('waits for a part that was opened again for rework', async () => {
    // Prepare
    const { numbers } = await stage.ordered(threeParts('when-all-done'));
    const [first = '', ...others] = numbers;
    await finished([first]);
    await stage.azumutaSide.reopen(first);

    // Act
    await finished(others);
    const before = stage.sent();
    await finished([first]);

    // Assess
    expect(before).toEqual([]);
    expect(stage.sent()).toMatchObject([{ books: 'quantity' }]);
    expect(stage.sent()[0]?.content).toMatchObject({ completed: [{}, {}, {}] });
  });

  it('has the reconciliation ask about a part that was opened again, as the trigger that completes it may be lost', async () => {
    // Prepare
    const { numbers } = await stage.ordered(threeParts('when-all-done'));
    const [first = '', ...others] = numbers;
    const awaited = async () => {
      const overdue = await stage.ledger.orders.overdue(new Date('2099-01-01'), 100);
      return numbers.filter((number) => overdue.includes(number));
    };
    await finished([first]);
    await stage.azumutaSide.reopen(first);

    // Act
    await finished(others);
    const before = await awaited();
    await finished([first]);

    // Assess
    expect(before).toEqual([first]);
    expect(await awaited()).toEqual([]);
  });

  it('has further parts booked by themselves when it gets them after the first were booked', async () => {
    // Prepare
    const { erpOrder, numbers } = await stage.ordered(threeParts('when-all-done'));
    const [first = '', second = '', third = ''] = numbers;
    await stage.splitInto(erpOrder, threeParts('when-all-done').slice(0, 2));
    await finished([first, second]);
    await stage.splitInto(erpOrder, threeParts('when-all-done'));

    // Act
    await finished([third]);

    // Assess
    const counts = stage.sent().map(({ content }) => ('completed' in content ? content.completed.length : 0));
    expect(counts).toEqual([2, 1]);
  });

  it('is booked by the parts that it has now, and a surplus one that was built is for a person', async () => {
    // Prepare
    const { erpOrder, numbers } = await stage.ordered(threeParts('when-all-done'));
    const [first = '', second = '', third = ''] = numbers;
    await stage.splitInto(erpOrder, threeParts('when-all-done').slice(0, 2));

    // Act
    await complete(stage, third, 1);
    const surplus = await failureOf(stage.collect({ productOrderNumber: third }));
    await finished([first, second]);

    // Assess
    expect(surplus).toMatchObject({ name: 'Rejected', message: expect.stringContaining('only 2 part(s)') });
    expect(stage.sent()).toHaveLength(1);
    expect(stage.sent()[0]?.content).toMatchObject({ completed: [{}, {}] });
  });
});

it('includes, when a person replays a booking without a quantity, the recording that holds the quantity', async () => {
  // Prepare: the mapping takes the quantity from a recorded step
  const { number } = await completed(stage, 0);
  await stage.collect({ productOrderNumber: number });
  const [message] = stage.sent();
  if (!message) throw new Error('Nothing was sent.');
  const map: NonNullable<Parameters<typeof stage.book>[2]>['map'] = (kind, parts) =>
    mapCompletion(
      { ...integration, completions: { quantity: ({ recordings }) => recordings.length || undefined } },
      kind,
      parts,
    );
  const failure = await failureOf(stage.book(message, {}, { map }));
  await stage.azumutaSide.reopen(number);
  await complete(stage, number, 1);
  stage.sqs.forget();

  // Act
  await replay(number);
  for (const planned of stage.sent()) await stage.book(planned, {}, { map });

  // Assess
  expect(failure).toMatchObject({ name: 'Rejected', message: expect.stringContaining('gave no quantity') });
  expect(await stage.bookingsOf(message.erpOrder.number)).toMatchObject([
    { kind: 'production', goodQuantity: '1' },
  ]);
});
