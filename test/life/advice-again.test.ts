import { beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../infra/ops/cli/command.ts';
import { adviceInWords, adviceOnConcerns, adviceOnDeadLetters } from '../../shared/situation/advice.ts';
import type { PlannedOrderRef } from '../shared/erp/conformance/target.ts';
import { daysGoBy, eachWithPlant, kinds, made, plant } from './acts.ts';
import {
  built,
  closedPeriod,
  corrected,
  raised,
  released,
  removed,
  typeFrom,
  unexpectedSince,
} from './following.ts';
import { days, hours } from './plant.ts';

eachWithPlant();

/** Has the ERP take the bookings that it refuses; nothing where it refuses none. */
let opens: () => void;
beforeEach(() => {
  opens = () => undefined;
});

async function refused(): Promise<PlannedOrderRef> {
  const order = await released();
  opens = closedPeriod();
  await built(order, 5);
  return order;
}

const ofRefused = `${adviceInWords(adviceOnConcerns.unwanted)} ${adviceInWords(adviceOnDeadLetters['order-state'])}`;

/** What a person types, and how it comes about that it is typed. */
const acts = [
  ['settle', raised, adviceInWords(adviceOnConcerns.changed)],
  ['settle', corrected, adviceInWords(adviceOnConcerns['figures-changed'])],
  ['remake', removed, adviceInWords(adviceOnConcerns.removed)],
  ['give-up', removed, adviceInWords(adviceOnConcerns.removed)],
  ['give-up', refused, ofRefused],
  ['replay', refused, ofRefused],
] as const;

/** What was typed is done, or refused with a sentence. */
const typedOrRefused = (advice: string, word: string, number: string) =>
  typeFrom(advice, word, number).then(
    () => 'done',
    (error: unknown) => {
      if (error instanceof UsageError) return 'refused';
      throw error;
    },
  );

async function isWell({ number }: PlannedOrderRef, mails: number): Promise<void> {
  await daysGoBy(3);
  expect(await kinds()).toEqual([]);
  expect(unexpectedSince(mails)).toEqual([]);
  expect(made().filter((one) => one.startsWith(number)).length).toBeLessThanOrEqual(1);
  expect(plant.erp.books({ number }).bookings.length).toBeLessThanOrEqual(1);
}

describe('a command that an advice names', () => {
  it.each(acts)('is done once, whoever types it twice: %s (%o)', async (word, happens, advice) => {
    // Prepare
    const order = await happens();
    await plant.alerts();
    const mails = plant.mails.length;
    opens();

    // Act
    const first = await typedOrRefused(advice, word, order.number);
    await typedOrRefused(advice, word, order.number);

    // Assess
    expect(first).toBe('done');
    await isWell(order, mails);
  });

  it.each(acts)(
    'is done once, when two type it at the same moment: %s (%o)',
    async (word, happens, advice) => {
      // Prepare
      const order = await happens();
      await plant.alerts();
      const mails = plant.mails.length;
      opens();

      // Act
      const both = await Promise.all([1, 2].map(() => typedOrRefused(advice, word, order.number)));

      // Assess
      expect(both).toContain('done');
      await isWell(order, mails);
    },
  );

  it.each(acts)('ends it also a week late: %s (%o)', async (word, happens, advice) => {
    // Prepare
    const order = await happens();
    await daysGoBy(7);
    const still = await kinds();
    const mails = plant.mails.length;
    opens();

    // Act
    await typeFrom(advice, word, order.number);

    // Assess
    expect(still).toHaveLength(1);
    await isWell(order, mails);
  });

  it.each([
    ['settle', raised, adviceInWords(adviceOnConcerns.changed), 'MO/0002 has no open concern changed'],
    ['remake', removed, adviceInWords(adviceOnConcerns.removed), 'MO/0002 is not made again'],
    [
      'settle',
      raised,
      adviceInWords(adviceOnConcerns['used-again']),
      'MO/0001 has no open concern used-again; open are: changed',
    ],
  ] as const)(
    'says so, and does nothing, where it is typed for another: %s',
    async (word, happens, advice, says) => {
      // Prepare
      await happens();
      await released();
      const number = says.split(' ')[0] ?? '';
      const before = [await kinds(), made()];

      // Act
      const typing = typeFrom(advice, word, number);

      // Assess
      await expect(typing).rejects.toThrow(says);
      expect([await kinds(), made()]).toEqual(before);
    },
  );
});

describe('an advice that is followed by half', () => {
  it('has a person reminded, until the figures that were corrected in the ERP are settled', async () => {
    const { number } = await corrected();
    await daysGoBy(2);
    expect(unexpectedSince(1)).toEqual([expect.stringMatching(/^Still open: .*corrected after booking/)]);
    const mails = plant.mails.length;
    await typeFrom(adviceInWords(adviceOnConcerns['figures-changed']), 'settle', number);
    await isWell({ number, article: '' }, mails);
  });

  it('books nothing until the order that the ERP wants again is replayed', async () => {
    // Prepare
    const order = await released();
    plant.erp.putBack(order);
    await plant.looked();
    await built(order, 5);

    // Act
    plant.erp.releaseAgain(order);
    await daysGoBy(2);
    const before = plant.erp.books(order).good;
    const mails = plant.mails.length;
    await typeFrom(adviceInWords(adviceOnConcerns.unwanted), 'replay', order.number);

    // Assess
    expect(before).toBe('0');
    expect(plant.erp.books(order).good).toBe('5');
    await isWell(order, mails);
  });

  it('leaves an order that was booked by hand, and not given up, to a person: a replay books nothing on it', async () => {
    const order = await refused();
    plant.erp.finishByHand(order);
    opens();
    await plant.replayed({ orders: new Set([order.number]) });
    expect(plant.erp.books(order).good).toBe('5');
    const mails = plant.mails.length;
    await typeFrom(ofRefused, 'give-up', order.number);
    await isWell(order, mails);
  });
});

describe('an advice that is followed after the ERP has changed again', () => {
  it('is told once with the figures of now, and over once Azumuta has those', async () => {
    // Prepare
    const order = await raised();
    await plant.alerts();
    plant.azumuta.setParameter(order.number, 'Quantity', 8);
    plant.advance(hours);
    plant.erp.changeQuantity(order, '9');

    // Act
    const mails = plant.mails.length;
    await daysGoBy(1);
    const told = unexpectedSince(mails);
    plant.azumuta.setParameter(order.number, 'Quantity', 9);
    await daysGoBy(1);

    // Assess
    expect(told).toEqual([expect.stringContaining('is not as the ERP wants it')]);
    await isWell(order, mails + 2);
  });

  it('tells what was settled no more, and other figures once', async () => {
    // Prepare
    const order = await raised();
    await plant.alerts();
    await typeFrom(adviceInWords(adviceOnConcerns.changed), 'settle', order.number);
    const mails = plant.mails.length;

    // Act
    plant.erp.touch(order);
    await daysGoBy(2);
    const same = unexpectedSince(mails);
    plant.erp.changeQuantity(order, '9');
    await daysGoBy(1);

    // Assess
    expect([same, unexpectedSince(mails)]).toEqual([
      [],
      [expect.stringContaining('is not as the ERP wants it')],
    ]);
  });

  it('makes nothing that the ERP has cancelled since it was removed in Azumuta', async () => {
    const order = await removed();
    plant.erp.cancel(order);
    await plant.pulled();
    await expect(typeFrom(adviceInWords(adviceOnConcerns.removed), 'remake', order.number)).rejects.toThrow(
      'the ERP does not want it',
    );
    await isWell(order, plant.mails.length);
    expect(made()).toEqual([]);
  });
});

it('has each of a thousand open concerns looked at within one day', async () => {
  // Prepare: orders that could not be mapped, and are gone in the ERP since
  const about = { kind: 'refused', content: 'why', note: 'no article', cause: 'order-data' } as const;
  const numbers = Array.from({ length: 1000 }, (_, index) => `MO/GONE/${index}`);
  for (const number of numbers) await plant.ledger.concerns.begin(number, about);
  const open = async () => (await plant.ledger.concerns.listOpen(() => 2000)).length;
  const before = await open();

  // Act
  plant.advance(days);
  await plant.looked();

  // Assess
  expect([before, await open()]).toEqual([1000, 0]);
});
