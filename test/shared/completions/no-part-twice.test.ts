import fc from 'fast-check';
import { expect, it } from 'vitest';
import { endings } from '../../../infra/ops/orders/end-order.ts';
import type { BookingTimes } from '../../../shared/completions/booking-times.ts';
import type { CompletionHint } from '../../../shared/completions/messages.ts';
import { wakeDueWindows } from '../../../shared/completions/wake-windows.ts';
import { createLedger } from '../../../shared/ledger/ledger.ts';
import { partIndexes } from '../../../shared/model/orders.ts';
import { rejectedFor } from '../../support/bookings.ts';
import { recording } from '../../support/completions.ts';
import { silent } from '../../support/logs.ts';
import { callingThrough, overriding } from '../../support/overriding.ts';
import { azumutaOrder } from './booking-facts.ts';
import { erpThat } from './completed.ts';
import { hourSeconds } from './shifts.ts';
import { leaseSeconds, settlingSeconds, stageOn, startCompletionStage } from './stage.ts';

const stage = await startCompletionStage();

const home = 'MO/1/1';
/** One more than the ERP order has. */
const parts = partIndexes(4);
const part = fc.constantFrom(...parts);

/** What workers and people do at one moment. */
const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('hint' as const), part, again: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('give up' as const), part }) },
);
const moment = fc.record({
  /** Parts that are completed by then; others were opened again. */
  completed: fc.subarray([...parts], { minLength: 2 }),
  erp: fc.constantFrom('books' as const, 'refuses' as const, 'is down' as const),
  acts: fc.array(act, { minLength: 1, maxLength: 3 }),
  /** Afterwards, until the next time of the plant at which parts are booked, where it has any. */
  laterHours: fc.constantFrom(0, 0, 8),
});
/** At nine in the morning, with the end of a shift after each eight hours. */
const shiftTimes = { timeZone: 'Europe/Brussels', at: ['06:00', '14:00', '22:00'] };
type Moment = typeof moment extends fc.Arbitrary<infer One> ? One : never;

/** An ERP order of three parts and a surplus one; the ledger's calls come in the order that the scheduler chooses. */
async function interleaved(scheduler: fc.Scheduler, bookingTimes: BookingTimes | undefined) {
  const own = await stageOn(stage);
  for (const index of parts) {
    const given = { index, first: home, book: 'when-all-done' as const };
    const erpOrder = { number: 'MO/1', article: 'GEAR-01', amount: '3' };
    const { id, number } = azumutaOrder(index);
    await own.record({ number, part: given, erpOrder }, { id, number });
  }
  await own.splitInto(
    'MO/1',
    parts.slice(0, 3).map(() => ({ book: 'when-all-done' as const })),
  );
  let now: Pick<Moment, 'completed' | 'erp'> = { completed: [], erp: 'books' };
  const booked: { readonly key: string; readonly parts: readonly number[] }[] = [];
  const azumuta = overriding(own.azumuta, {
    productOrder: async (id) => {
      const index = parts.find((one) => azumutaOrder(one).id === id);
      if (index === undefined) return undefined;
      const completed = now.completed.includes(index);
      const status = completed ? 'completed' : 'busy';
      return azumutaOrder(index, { completed, status, recordingIds: [`r${index}`] });
    },
    recording: async (id) => ({ ...recording({ id }), productOrder: azumutaOrder(Number(id.slice(1))) }),
  });
  const erp = erpThat(async (_completion, key, { again }) => {
    await scheduler.schedule(Promise.resolve());
    if (now.erp === 'refuses')
      throw rejectedFor({ reason: 'It is closed.', cause: 'order-state' }, 'nothing');
    const held = (await own.ledger.bookings.listOfOrder(home)).find((one) => one.key === key);
    if (!booked.some((one) => one.key === key)) booked.push({ key, parts: held?.parts ?? [] });
    return { reference: key, alreadyBooked: again };
  });
  const table = callingThrough(own.store.table, async (call) => {
    await scheduler.schedule(Promise.resolve());
    return call();
  });
  const ledger = createLedger({ table, clock: own.clock, settlingSeconds });
  const sent: CompletionHint[] = [];
  const send = async (_queue: string, { body }: { readonly body: string }) => {
    sent.push(JSON.parse(body));
  };

  return {
    own,
    booked,
    at: (moment: typeof now) => {
      now = moment;
    },
    attemptAt: (attempt: ReturnType<typeof own.message>) =>
      attempt({ azumuta, ledger, bookingTimes, ...erp, ...(now.erp === 'is down' ? { down: 'erp' } : {}) }),
    /** What the second schedule sends at this moment. */
    wake: async (): Promise<void> => {
      const given = { ledger: own.ledger, clock: own.clock, queues: { send }, completionsQueueUrl: '' };
      await wakeDueWindows('run', { ...given, log: silent, times: bookingTimes });
    },
    /** What was sent into the queue since, by the schedule and by whoever gave a part up. */
    takeSent: (): CompletionHint[] => sent.splice(0),
    /** @returns whether the person was told that it is done. */
    giveUp: (index: number) =>
      endings['give-up'](
        { number: azumutaOrder(index).number, go: true, note: 'booked by hand (An)' },
        {
          ledger,
          queues: { send },
          queueUrls: { 'product-orders': '', completions: '' },
        },
      ).then(
        () => true,
        () => false,
      ),
  };
}

it('books no part twice, also where parts are booked at times of the plant, nor one that was given up, whatever workers and a person do at the same moments', async () => {
  const early = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(moment, { minLength: 1, maxLength: 5 }),
      fc.constantFrom(undefined, shiftTimes),
      async (scheduler, moments, bookingTimes) => {
        // Prepare
        const { own, booked, at, attemptAt, wake, takeSent, giveUp } = await interleaved(
          scheduler,
          bookingTimes,
        );
        const [givenUp, ends, asked] = [new Set<number>(), new Set<number>(), new Set<number>()];
        let open: ReturnType<typeof own.message>[] = [];
        const messageOf = (index: number, again: boolean) => {
          const productOrderNumber = azumutaOrder(index).number;
          return own.message(again ? { productOrderNumber, via: 'operator', again } : productOrderNumber);
        };
        /** Those that failed come again; a dead letter only if a person replays it. */
        const work = async (acts: Moment['acts']) => {
          const mayGoOn = (failure: unknown) => failure !== undefined && Object(failure).name !== 'Rejected';
          await wake();
          const attempts = [
            ...open,
            ...takeSent().map((hint) => own.message(hint)),
            ...acts.flatMap((one) => (one.does === 'hint' ? messageOf(one.part, one.again) : [])),
          ];
          const giving = acts.flatMap((one) => (one.does === 'give up' ? one.part : []));
          const [failures] = await scheduler.waitFor(
            Promise.all([
              Promise.all(attempts.map(attemptAt)),
              Promise.all(
                giving.map(async (index) => {
                  if (booked.every((one) => !one.parts.includes(index)) && (await giveUp(index)))
                    givenUp.add(index);
                }),
              ),
            ]),
          );
          open = attempts.filter((_, place) => mayGoOn(failures[place])).slice(0, 3);
          own.clock.advance(leaseSeconds + 61);
        };

        // Act
        for (const { acts, laterHours, ...now } of moments) {
          at(now);
          // A part that a person asks for is booked although it was given up.
          const asks = (one: Moment['acts'][number]) => one.does === 'hint' && one.again;
          const isAsked = ({ part }: Moment['acts'][number]) => asked.has(part);
          for (const one of acts.filter((one) => asks(one) && !ends.has(one.part))) asked.add(one.part);
          for (const one of acts) if (one.does === 'give up' && !isAsked(one)) ends.add(one.part);
          await work(acts.filter((one) => (asks(one) ? isAsked(one) : one.does === 'hint' || !isAsked(one))));
          own.clock.advance(laterHours * hourSeconds);
        }
        at({ completed: parts, erp: 'books' });
        await work([]);
        // Who was told that it is being booked at this moment tries it again.
        await work([...ends].map((part) => ({ does: 'give up', part })));
        for (const index of [...parts, ...parts])
          await work(ends.has(index) ? [] : [{ does: 'hint', part: index, again: true }]);

        // Assess
        const quantities = (await own.ledger.bookings.listOfOrder(home)).filter(
          ({ kind }) => kind === 'quantity',
        );
        const planned = quantities.flatMap((one) => one.parts);
        expect(planned).toEqual([...new Set(planned)]);
        const inErp = booked.filter(({ key }) => key.includes('#quantity')).flatMap((one) => one.parts);
        expect(inErp).toEqual([...new Set(inErp)]);
        expect(inErp.filter((index) => givenUp.has(index))).toEqual([]);
        expect(inErp.length).toBeGreaterThanOrEqual(3 - ends.size);
        expect(inErp.length).toBeLessThanOrEqual(3);
        early.add(bookingTimes && quantities.length > 1 ? 'at a time' : 'at the end');
      },
    ),
    { numRuns: 150 },
  );
  expect(early).toContain('at a time');
});
