import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLedger } from '../../../shared/ledger/ledger.ts';
import { recording } from '../../support/completions.ts';
import { callingThrough, overriding } from '../../support/overriding.ts';
import { azumutaOrder } from './booking-facts.ts';
import { complete, erpThat, lettersOf } from './completed.ts';
import { leaseSeconds, settlingSeconds, stageOn, startCompletionStage, threeParts } from './stage.ts';

const stage = await startCompletionStage();

describe('several hints about one order at the same moment', () => {
  it('book parts that are booked together once, with the sum, whichever parts finish together', async () => {
    const { erpOrder, numbers } = await stage.ordered(threeParts('when-all-done'));
    const [first = '', ...others] = numbers;
    await complete(stage, first);
    await stage.handle(first);
    for (const number of others) await complete(stage, number);
    const messages = [...others, first].map((number) => stage.message(number));
    await Promise.all(messages.map((attempt) => attempt()));
    stage.clock.advance(leaseSeconds);
    const later = await Promise.all(messages.map((attempt) => attempt()));
    expect(later).toEqual([undefined, undefined, undefined]);
    expect(await stage.bookingsOf(erpOrder)).toMatchObject([{ goodQuantity: '3', final: true }]);
  });
});

/** Azumuta and the ERP in memory, and a ledger whose calls come in the order that the scheduler chooses. */
async function interleaved(scheduler: fc.Scheduler) {
  const own = await stageOn(stage);
  const made = { id: 'id1', number: 'MO/1/1' };
  await own.record({ number: made.number }, made);
  const inErp: string[] = [];
  let recordingIds = ['a'];
  const azumuta = overriding(own.azumuta, {
    productOrder: async () => azumutaOrder(1, { recordingIds }),
    recording: async (id: string) => ({ ...recording({ id }), productOrder: made }),
  });
  const erp = erpThat(async (_completion, key, { again }) => {
    if (!again || !inErp.includes(key)) inErp.push(key);
    return { reference: key, alreadyBooked: again };
  });

  /** An attempt that dies before its call `diesAt` of the ledger. */
  function attemptAt(attempt: ReturnType<typeof own.message>, diesAt = Number.POSITIVE_INFINITY) {
    let calls = 0;
    const table = callingThrough(own.store.table, async (call) => {
      await scheduler.schedule(Promise.resolve());
      calls += 1;
      if (calls > diesAt) throw new Error('killed');
      return call();
    });
    const ledger = createLedger({ table, clock: own.clock, settlingSeconds });
    return attempt({ azumuta, ledger, ...erp });
  }
  const record = (ids: string[]) => {
    recordingIds = ids;
  };
  return { own, attemptAt, record, inErp };
}

it.each([
  ['a completion', false],
  ['two recordings that came late', true],
])('books %s once, in whatever order hints do their work, and wherever one dies', async (_what, isLate) => {
  const deaths = fc.array(fc.nat(25), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), deaths, async (scheduler, diesAt) => {
      // Prepare: up to two triggers, of which one is delivered twice
      const { own, attemptAt, record, inErp } = await interleaved(scheduler);
      if (isLate) {
        await scheduler.waitFor(attemptAt(own.message('MO/1/1')));
        record(['a', 'b', 'c']);
        own.clock.advance(61);
      }
      const [first, second] = [own.message('MO/1/1'), own.message('MO/1/1')];
      let open = [first, first, second].slice(0, diesAt.length);
      own.clock.advance(10);

      // Act
      for (let round = 0; round < 9 && open.length > 0; round++) {
        const attempts = open.map((attempt, at) => attemptAt(attempt, round === 0 ? diesAt[at] : undefined));
        const failures = await scheduler.waitFor(Promise.all(attempts));
        open = open.filter((_, at) => failures[at] !== undefined);
        own.clock.advance(leaseSeconds + 61);
      }

      // Assess
      expect(open).toEqual([]);
      const late = isLate ? ['id1#recording#b', 'id1#recording#c'] : [];
      expect(inErp.toSorted()).toEqual(['id1#quantity', ...late]);
      expect(await lettersOf(own, 'MO/1/1')).toEqual([]);
      expect((await own.ledger.orders.find('MO/1/1'))?.awaiting).toBeUndefined();
    }),
    { numRuns: 40 },
  );
});
