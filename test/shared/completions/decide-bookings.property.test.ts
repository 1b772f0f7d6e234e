import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decideBookings } from '../../../shared/completions/decide-bookings.ts';
import type { BookingEntry, PlannedBooking } from '../../../shared/ledger/records/bookings.ts';
import { bookingEntry, builtPart, completionFacts, orderEntry } from './booking-facts.ts';

/** What happens to an ERP order of up to three parts, in any order. */
const part = fc.nat(2);
const happenings = ['complete', 'complete', 'reopen', 'record', 'hint', 'replay'];
const event = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constantFrom(...happenings), part }) },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constantFrom('booked', 'rejected', 'rejected in doubt'),
      booking: fc.nat(2),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('parts'), parts: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('hint that dies before it sends'), part }) },
);
// As long as possible: a booking that is rejected and planned again takes many steps.
const events = fc.noBias(fc.array(event, { minLength: 1, maxLength: 40, size: 'max' }));
type Event = Partial<Record<'part' | 'booking' | 'parts', number>> & { readonly what: string };

/** The ledger and Azumuta, changed by the decisions. */
function world(book: 'each' | 'when-all-done') {
  const completed = new Set<number>();
  const recorded = new Map<number, string[]>();
  const bookings: BookingEntry[] = [];
  /** Their messages are in the queue. */
  const sent = new Set<string>();
  let parts = 2;
  const built = (index: number) => builtPart(index, recorded.get(index) ?? []);
  const own = (index: number) =>
    book === 'each' ? bookings.filter((booking) => booking.parts.includes(index)) : bookings;

  function facts(index: number, again: boolean) {
    const others = [...completed].filter((other) => book === 'when-all-done' && other !== index).map(built);
    return completionFacts({
      ...{
        entry: orderEntry(index, book),
        parts,
        bookings: own(index),
        current: built(index),
        others,
        again,
      },
    });
  }

  function write(planned: PlannedBooking, enqueued: boolean): void {
    const at = bookings.findIndex(({ key }) => key === planned.key);
    const entry = bookingEntry({ ...planned, state: 'waiting', surelyNotBooked: at < 0, enqueued });
    if (at < 0) bookings.push(entry);
    else bookings[at] = { ...entry, surelyNotBooked: bookings[at]?.surelyNotBooked ?? false };
  }

  function hint(index: number, { again = false, dies = false } = {}) {
    if (!completed.has(index)) return undefined;
    const decision = decideBookings(facts(index, again));
    if (decision.to === 'book') {
      const { plan, planAgain, send } = decision;
      for (const { key, parts: of } of [...planAgain, ...send]) {
        expect(bookings.find((booking) => booking.key === key)?.state).not.toBe('done');
        expect(of.filter((each) => !completed.has(each))).toEqual([]);
      }
      for (const one of [...plan, ...planAgain]) write(one, false);
      for (const { key } of [...plan, ...planAgain]) sent.delete(key);
      if (!dies) for (const { key } of [...plan, ...planAgain, ...send]) sent.add(key);
      if (!dies) for (const one of send) write(one, true);
    }
    return decision;
  }

  function play(event: Event) {
    const index = (event.part ?? 0) + 1;
    const booking = bookings[event.booking ?? -1];
    if (event.what === 'complete') completed.add(index);
    if (event.what === 'reopen') completed.delete(index);
    if (event.what === 'record') {
      const earlier = recorded.get(index) ?? [];
      recorded.set(index, [...earlier, `${index}.${earlier.length}`]);
    }
    if (event.what === 'parts') parts = event.parts ?? parts;
    if (booking && sent.has(booking.key) && booking.state === 'waiting' && event.what in ends)
      bookings[event.booking ?? -1] = { ...booking, ...ends[event.what] };
    if (event.what.startsWith('hint')) hint(index, { dies: event.what !== 'hint' });
    if (event.what === 'replay') hint(index, { again: true });
  }
  return { play, hint, completed, recorded, bookings, parts: () => parts };
}
const ends: Readonly<Record<string, Partial<BookingEntry>>> = {
  booked: { state: 'done' },
  rejected: { state: 'rejected', surelyNotBooked: true },
  'rejected in doubt': { state: 'rejected', surelyNotBooked: false },
};

/** The parts that a hint about one of them must have booked by now, and those that it waits for. */
function model(
  book: string,
  index: number,
  parts: number,
  completed: ReadonlySet<number>,
  booked: ReadonlySet<number>,
) {
  if (booked.has(index)) return 'is booked';
  if (index > parts) return 'is for a person';
  if (book === 'each') return 'is booked';
  const all = Array.from({ length: parts }, (_, at) => at + 1);
  return all.every((one) => completed.has(one) || booked.has(one)) ? 'is booked' : 'waits for the others';
}

it.each(['each', 'when-all-done'] as const)(
  'books each part and each recording once, whatever happens to parts that are booked %s',
  (book) => {
    fc.assert(
      fc.property(events, (played) => {
        // Prepare
        const { play, hint, completed, recorded, bookings, parts } = world(book);

        // Act
        for (const event of played) play(event);

        // Assess: once, whatever happened
        const quantities = bookings.filter(({ kind }) => kind === 'quantity');
        const booked = quantities.flatMap((booking) => booking.parts);
        expect(new Set(booked).size).toBe(booked.length);
        const told = bookings.flatMap(({ recordingIds }) => recordingIds);
        expect(new Set(told).size).toBe(told.length);
        for (const { kind, parts: of, recordingIds } of bookings) {
          if (kind === 'amendment') expect(of).toHaveLength(1);
          expect(recordingIds.every((id) => of.includes(Number(id.split('.')[0])))).toBe(true);
        }
        // In the end a hint about each leaves nothing behind
        for (const index of completed) {
          const wanted = model(book, index, parts(), completed, new Set(booked));
          const decision = hint(index);
          const now = bookings.some(({ kind, parts: of }) => kind === 'quantity' && of.includes(index));
          expect(now).toBe(wanted === 'is booked');
          if (wanted === 'is for a person') expect(decision?.to).toBe('reject');
          if (wanted !== 'is booked' || decision?.to === 'reject') continue;
          const all = new Set(bookings.flatMap(({ recordingIds }) => recordingIds));
          expect((recorded.get(index) ?? []).filter((id) => !all.has(id))).toEqual([]);
          for (const booking of quantities) if (booking.parts.includes(index)) booked.push(...booking.parts);
        }
      }),
      { numRuns: 1000 },
    );
  },
);
