import { describe, expect, it } from 'vitest';
import { bookingKeyOf } from '../../../shared/ledger/keys.ts';
import { booked, complete, erpThat, inErp, kept } from './completed.ts';
import { leaseSeconds, startCompletionStage, threeParts } from './stage.ts';

const stage = await startCompletionStage();

/** Each gets a further recording, is completed, and its trigger comes. @returns the failures. */
async function finished(numbers: readonly string[]): Promise<unknown[]> {
  const failures: unknown[] = [];
  for (const number of numbers) {
    await complete(stage, number);
    failures.push(await stage.message(number)());
  }
  return failures;
}

async function split(parts = 3) {
  const { erpOrder, numbers } = await stage.ordered(threeParts('when-all-done'));
  const [first = '', second = '', third = ''] = numbers;
  if (parts < 3) await stage.splitInto(erpOrder, threeParts('when-all-done').slice(0, parts));
  return { erpOrder, numbers, first, second, third };
}

describe('an ERP order whose parts are booked together', () => {
  it('is booked with all recordings that a part had in the end', async () => {
    const { erpOrder, numbers, first } = await split();
    await finished([first, ...numbers]);
    expect(await inErp(stage, erpOrder)).toEqual(['3']);
    expect(await booked(stage, first)).toHaveLength(4);
  });

  it('waits for a part that was opened again, and has the reconciliation ask about it, as its trigger may be lost', async () => {
    // Prepare
    const { erpOrder, numbers, first, second, third } = await split();
    const awaited = async () => {
      const overdue = await stage.ledger.due.listOverdue(new Date('2099-01-01'), 100);
      return numbers.filter((number) => overdue.includes(number));
    };
    await finished([first]);
    await stage.azumutaSide.reopen(first);

    // Act
    await finished([second, third]);
    const before = [await inErp(stage, erpOrder), await awaited()];
    stage.clock.advance(61);
    await finished([first]);

    // Assess
    expect(before).toEqual([[], [first]]);
    expect(await inErp(stage, erpOrder)).toEqual(['3']);
    expect(await awaited()).toEqual([]);
  });

  it('has a trigger heeded that came before other parts were booked', async () => {
    // The ERP order has two parts now
    const { first, second, third } = await split(2);
    await complete(stage, third);
    const surplus = stage.message(third);
    stage.clock.advance(10);
    await finished([first, second]);
    const failure = await surplus();
    expect(failure).toMatchObject({ name: 'Rejected', message: expect.stringContaining('only 2 part(s)') });
  });

  it('has a plan of one part booked by a hint about another, not taken back', async () => {
    // Prepare: the message of the plan is lost
    const { erpOrder, numbers, first, second } = await split();
    await finished(numbers);
    stage.clock.advance(61);
    await complete(stage, second);
    await stage.message(second)({ down: 'erp' });
    stage.clock.advance(61);
    const attempt = stage.message(first);

    // Act
    const looksAgain = await attempt();
    stage.clock.advance(61);
    await attempt();

    // Assess
    expect(looksAgain).toMatchObject({ message: expect.stringContaining('booked as planned') });
    expect(await inErp(stage, erpOrder)).toEqual(['3', 'notes']);
  });

  describe('that 0.3.0 has planned, under the id of the lowest part in it', () => {
    async function plannedBefore() {
      const { erpOrder, numbers, first } = await split();
      await complete(stage, first);
      await stage.message(first)();
      for (const number of numbers) await complete(stage, number);
      const attempt = stage.message(numbers[2] ?? '');
      for (const number of numbers.slice(0, 2)) await stage.message(number)({ down: 'erp' });
      await attempt({ down: 'erp' });
      const [item] = (await kept(stage, first)).filter(({ sk }) => String(sk).startsWith('BOOKING#'));
      const { entry } = await stage.ledger.knownOrders.read(first);
      const key = `${entry?.productOrder?.id}#quantity`;
      const at = bookingKeyOf(first, String(item?.sk).slice('BOOKING#'.length));
      await stage.store.table.remove(at);
      await stage.store.table.putIf({ ...item, ...bookingKeyOf(first, key) });
      return { erpOrder, first, attempt, key };
    }
    const referencesOf = async (erpOrder: string) =>
      (await stage.bookingsOf(erpOrder)).map(({ reference, goodQuantity }) => ({ reference, goodQuantity }));

    it('is booked under that key', async () => {
      const { erpOrder, attempt, key } = await plannedBefore();
      await attempt();
      expect(await referencesOf(erpOrder)).toEqual([{ reference: key, goodQuantity: '3' }]);
    });

    it('is looked for under that key by the attempt after one that died at the ERP', async () => {
      const { erpOrder, first, attempt, key } = await plannedBefore();
      const dies = erpThat(async (...given) => {
        await stage.erp.book(...given);
        throw new Error('killed');
      });
      await attempt(dies);
      stage.clock.advance(leaseSeconds);
      await attempt();
      expect(await referencesOf(erpOrder)).toEqual([{ reference: key, goodQuantity: '3' }]);
      expect((await stage.ledger.bookings.listOfOrder(first)).map(({ state }) => state)).toEqual(['done']);
    });

    it('keeps that key when it is decided again', async () => {
      const { erpOrder, first, key } = await plannedBefore();
      stage.clock.advance(61);
      await finished([first]);
      expect(await referencesOf(erpOrder)).toEqual([{ reference: key, goodQuantity: '3' }]);
      expect(await booked(stage, first)).toHaveLength(5);
    });
  });
});
