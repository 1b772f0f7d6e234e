import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decideBookings } from '../../../shared/completions/decide-bookings.ts';
import type { BookingEntry } from '../../../shared/ledger/records/bookings.ts';
import { bookingEntry, builtPart, completionFacts, orderEntry } from './booking-facts.ts';

/** What happens to an ERP order of up to three parts, in any order. */
const part = fc.nat(2);
const booking = fc.nat(2);
const happenings = ['complete', 'complete', 'reopen', 'record', 'hint', 'decide anew'];
const event = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constantFrom(...happenings), part }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constantFrom('booked', 'rejected', 'in doubt'), booking }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('parts'), parts: fc.integer({ min: 1, max: 3 }) }) },
);
// As long as possible: a booking that is rejected and decided anew takes many steps.
const events = fc.noBias(fc.array(event, { minLength: 1, maxLength: 40, size: 'max' }));
type Event = Partial<Record<'part' | 'booking' | 'parts', number>> & { readonly what: string };

const ends: Readonly<Record<string, Partial<BookingEntry>>> = {
  booked: { state: 'done', surelyNotBooked: false },
  rejected: { state: 'rejected', surelyNotBooked: true },
  'in doubt': { state: 'claimed', surelyNotBooked: false },
};

/** The ledger and Azumuta, changed by the decisions. */
function world(book: 'each' | 'when-all-done') {
  const completed = new Set<number>();
  const recorded = new Map<number, string[]>();
  let bookings: BookingEntry[] = [];
  let parts = 2;
  const built = (index: number) => builtPart(index, recorded.get(index) ?? []);

  /** A hint about a part; `anew` decides what was surely not booked once more. */
  function hint(index: number, anew = false) {
    if (!completed.has(index)) return undefined;
    const isAnew = (one: BookingEntry) => anew && one.surelyNotBooked && one.parts.includes(index);
    const kept = bookings.filter((one) => !isAnew(one));
    const others = [...completed].filter((other) => book === 'when-all-done' && other !== index);
    const decision = decideBookings(
      completionFacts({
        ...{ entry: orderEntry(index, book), parts, current: built(index), others: others.map(built) },
        bookings: book === 'each' ? kept.filter((one) => one.parts.includes(index)) : kept,
      }),
    );
    const plan = decision.to === 'book' ? decision.plan : [];
    const planned = plan.map((one) => bookingEntry({ ...one, state: 'waiting', surelyNotBooked: true }));
    expect(planned.filter(({ key }) => kept.some((one) => one.key === key))).toEqual([]);
    for (const one of planned) expect(one.parts.filter((each) => !completed.has(each))).toEqual([]);
    // What is not planned any more is taken back while it waits; a refusal is left, and only ever decided anew.
    const replaced = (one: BookingEntry) =>
      isAnew(one) &&
      (one.state === 'waiting' ||
        planned.some((each) => each.parts.some((part) => one.parts.includes(part))));
    bookings = [...bookings.filter((one) => !replaced(one)), ...planned];
    return decision;
  }

  function play({ what, part = 0, booking = -1, parts: given = parts }: Event) {
    const index = part + 1;
    if (what === 'complete') completed.add(index);
    if (what === 'reopen') completed.delete(index);
    if (what === 'record') {
      const earlier = recorded.get(index) ?? [];
      recorded.set(index, [...earlier, `${index}.${earlier.length}`]);
    }
    if (what === 'parts') parts = given;
    if (what in ends)
      bookings = bookings.map((one, at) =>
        at === booking && one.state !== 'done' ? { ...one, ...ends[what] } : one,
      );
    if (what === 'hint' || what === 'decide anew') hint(index, what !== 'hint');
  }

  /** In the end everything is booked, whatever it was refused for, and each part has its last hints. */
  function settle() {
    for (let round = 0; round < 3; round += 1) {
      for (const index of completed) hint(index, true);
      bookings = bookings.map((one) => ({ ...one, ...ends.booked }));
    }
  }
  return { play, hint, settle, completed, recorded, bookings: () => bookings, parts: () => parts };
}

it.each(['each', 'when-all-done'] as const)(
  'books each part and each recording once, whatever happens to parts that are booked %s',
  (book) => {
    fc.assert(
      fc.property(events, (played) => {
        // Prepare
        const { play, hint, settle, completed, recorded, bookings, parts } = world(book);

        // Act
        for (const event of played) play(event);
        settle();

        // Assess: once, whatever happened
        const quantities = bookings().filter(({ kind }) => kind === 'quantity');
        const booked = quantities.flatMap((one) => one.parts);
        expect(new Set(booked).size).toBe(booked.length);
        const told = bookings().flatMap(({ recordingIds }) => recordingIds);
        expect(new Set(told).size).toBe(told.length);
        for (const { kind, parts: of, recordingIds } of bookings()) {
          if (kind === 'amendment') expect(of).toHaveLength(1);
          expect(recordingIds.every((id) => of.includes(Number(id.split('.')[0])))).toBe(true);
        }
        // In the end nothing is left behind: a part waits for the others, or is for a person as it is not wanted.
        const isComplete = new Set([...completed, ...booked]).size >= parts();
        if (book === 'when-all-done' && isComplete) expect(booked.length).toBeGreaterThanOrEqual(parts());
        for (const index of completed) {
          if (book === 'each' && index <= parts()) expect(booked).toContain(index);
          const isSurplus = book === 'each' ? index > parts() : isComplete;
          if (!booked.includes(index) && isSurplus) expect(hint(index)?.to).toBe('reject');
          if (booked.includes(index)) expect(told).toEqual(expect.arrayContaining(recorded.get(index) ?? []));
        }
      }),
      { numRuns: 400 },
    );
  },
);
