import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import integration from '../../../integration.config.ts';
import type { CompletionMapping } from '../../../shared/integration/define.ts';
import { mapCompletion } from '../../../shared/integration/mapping/completions.ts';
import { type CompletionStage, startCompletionStage, threeParts } from './stage.ts';

let stage: CompletionStage;

beforeAll(async () => {
  stage = await startCompletionStage();
});
afterAll(() => stage?.stop());
beforeEach(() => stage.sqs.forget());

const collect = (productOrderNumber: string, messageId?: string) =>
  stage.collect({ productOrderNumber }, messageId === undefined ? {} : { messageId });

describe('a split order', () => {
  it('is booked once, with the sum, if it is booked when all are done, whichever parts finish together', async () => {
    // Prepare
    const { erpOrder, numbers } = await stage.ordered(threeParts('when-all-done'));
    const [first = '', second = '', third = ''] = numbers;

    // Act
    await stage.azumutaSide.complete(first, { quantity: 1 });
    await collect(first);
    expect(stage.sent()).toEqual([]);
    await stage.azumutaSide.complete(second, { quantity: 1 });
    await stage.azumutaSide.complete(third, { quantity: 1 });
    await Promise.all([collect(second), collect(third), collect(first)]);
    for (const message of stage.sent()) await stage.book(message);

    // Assess
    expect(stage.sent().map(({ key }) => key)).toEqual([expect.stringMatching(/^[2-9A-Za-z]{17}#quantity$/)]);
    expect(await stage.bookingsOf(erpOrder)).toMatchObject([{ goodQuantity: '3', final: true }]);
  });

  it('leaves the ERP order open until its quantity is reached, if its parts are booked each', async () => {
    const { erpOrder, numbers } = await stage.ordered(threeParts('each'));
    for (const number of numbers) {
      await stage.azumutaSide.complete(number, { quantity: 1 });
      await collect(number);
    }
    for (const message of stage.sent()) await stage.book(message);
    const bookings = await stage.bookingsOf(erpOrder);
    expect(bookings.map(({ goodQuantity, final }) => [goodQuantity, final])).toEqual([
      ['1', false],
      ['1', false],
      ['1', false],
    ]);
    expect((await stage.erpSide.orders()).find(({ number }) => number === erpOrder)).toMatchObject({
      status: 'done',
    });
  });
});

describe('a crash between planning and sending', () => {
  it('sends exactly what was planned when the hint comes again', async () => {
    // Prepare: SQS is down at that moment
    const { numbers } = await stage.ordered();
    const [number = ''] = numbers;
    await stage.azumutaSide.complete(number, { quantity: 5 });
    stage.sqs.fail('SendMessage', 500);
    await expect(collect(number, 'first trigger')).rejects.toThrow();

    // Act
    await collect(number, 'second trigger');
    const byAnother = stage.sent().length;
    await collect(number, 'first trigger');

    // Assess: another trigger of the same order leaves the booking to the hint that planned it
    expect(byAnother).toBe(0);
    expect(stage.sent()).toHaveLength(1);
    expect(stage.sent()[0]?.key).toMatch(/#quantity$/);
  });
});

describe('a recording that comes late', () => {
  const secondCompletion = async (quantity: number) => {
    const { erpOrder, numbers } = await stage.ordered();
    const [number = ''] = numbers;
    await stage.azumutaSide.complete(number, { quantity: 5 });
    await collect(number);
    await stage.azumutaSide.reopen(number);
    await stage.azumutaSide.complete(number, { quantity, recordings: 1 });
    await collect(number);
    return { erpOrder, number };
  };

  it('is booked as an amendment of a second completion, and the quantity stays', async () => {
    // Prepare
    const { erpOrder } = await secondCompletion(5);

    // Act: the newer one arrives first
    for (const message of stage.sent().reverse()) await stage.book(message);

    // Assess
    const bookings = await stage.bookingsOf(erpOrder);
    expect(
      bookings.filter(({ kind }) => kind === 'production').map(({ goodQuantity }) => goodQuantity),
    ).toEqual(['5']);
    expect(bookings.filter(({ kind }) => kind === 'notes')).toHaveLength(1);
  });

  it('is for a person, with both figures, when it would change the quantity', async () => {
    // Prepare
    const { erpOrder } = await secondCompletion(9);
    const [quantity, amendment] = stage.sent();
    if (!quantity || !amendment) throw new Error('Two bookings were to be sent.');
    await stage.book(quantity);

    // Act
    const booking = stage.book(amendment);

    // Assess
    await expect(booking).rejects.toThrow(/came after it was booked as 5 good; with it, it would be 9 good/);
    expect(await stage.bookingsOf(erpOrder)).toMatchObject([{ kind: 'production', goodQuantity: '5' }]);
  });

  it.each([
    [
      'scrap',
      { scrap: ({ recordings }) => recordings.length - 2 },
      /booked as 5 good; with it, it would be 5 good, 1 scrap/,
    ],
    [
      'lots',
      { lots: ({ recordings }) => recordings.map((_, at) => `L${at + 1}`) },
      /booked as 5 good, lots L1, L2; with it, it would be 5 good, lots L1, L2, L3/,
    ],
  ] satisfies [string, CompletionMapping, RegExp][])(
    'is for a person when it would change the %s, too',
    async (_what, completions, figures) => {
      // Prepare
      await secondCompletion(5);
      const [, amendment] = stage.sent();
      if (!amendment) throw new Error('Two bookings were to be sent.');

      // Act
      const booking = stage.book(
        amendment,
        {},
        { map: (kind, completed) => mapCompletion({ ...integration, completions }, kind, completed) },
      );

      // Assess
      await expect(booking).rejects.toThrow(figures);
    },
  );
});
