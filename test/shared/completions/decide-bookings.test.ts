import { describe, expect, it } from 'vitest';
import { type CompletionFacts, decideBookings } from '../../../shared/completions/decide-bookings.ts';
import type { Cause } from '../../../shared/model/causes.ts';
import { azumutaOrder, bookingEntry, builtPart, completionFacts, orderEntry } from './booking-facts.ts';

const together = (index: number, given: Partial<CompletionFacts> = {}) =>
  completionFacts({
    entry: orderEntry(index, 'when-all-done'),
    parts: 3,
    current: builtPart(index, [`r${index}`]),
    ...given,
  });

describe('a completed product order', () => {
  it('is booked with all recordings that are known now', () => {
    expect(decideBookings(completionFacts({ current: builtPart(1, ['a', 'b']) }))).toMatchObject({
      to: 'book',
      plan: [{ key: 'id1#quantity', kind: 'quantity', parts: [1], recordingIds: ['a', 'b'] }],
    });
  });

  it('has each further recording amended, and its quantity left alone, when it is booked', () => {
    const bookings = [bookingEntry({ recordingIds: ['a'] })];
    expect(
      decideBookings(completionFacts({ bookings, current: builtPart(1, ['a', 'b', 'c']) })),
    ).toMatchObject({
      to: 'book',
      plan: [
        { key: 'id1#recording#b', kind: 'amendment', recordingIds: ['b'] },
        { key: 'id1#recording#c', kind: 'amendment', recordingIds: ['c'] },
      ],
    });
  });

  it('is left alone when it is booked with all its recordings', () => {
    const facts = completionFacts({
      bookings: [bookingEntry({ recordingIds: ['a'] })],
      current: builtPart(1, ['a']),
    });
    expect(decideBookings(facts)).toMatchObject({ to: 'leave' });
  });

  it.each(['waiting', 'claimed', 'rejected'] as const)(
    'has further recordings wait until its quantity is booked, while that is %s',
    (state) => {
      const bookings = [bookingEntry({ state, recordingIds: ['a'] })];
      expect(decideBookings(completionFacts({ bookings, current: builtPart(1, ['a', 'b']) }))).toEqual({
        to: 'leave',
        why: 'recording b waits until id1#quantity is booked',
      });
    },
  );

  it('is for a person when it has more recordings than one booking can hold', () => {
    const recordingIds = Array.from({ length: 2100 }, (_, at) => `recording${at}`.padEnd(17, '-'));
    expect(decideBookings(completionFacts({ current: builtPart(1, recordingIds) }))).toMatchObject({
      to: 'reject',
      sentence: expect.stringContaining('more than one booking can hold'),
    });
  });

  it('waits while it is unknown which recordings there are, which is not the same as none', () => {
    const facts = completionFacts({ current: { ...builtPart(1), recordingIds: undefined } });
    expect(decideBookings(facts)).toMatchObject({
      to: 'wait',
      sentence: expect.stringContaining('lists no recordings'),
    });
    expect(decideBookings({ ...facts, withoutRecordings: true })).toMatchObject({ to: 'book' });
  });

  it.each([
    [
      'of another article than was ordered',
      { current: { ...builtPart(1), order: azumutaOrder(1, { article: 'GEAR-02' }) } },
      'was made of article GEAR-01, and Azumuta says GEAR-02',
      'conflict',
    ],
    [
      'after it was booked and made again in Azumuta',
      { bookings: [bookingEntry({ productOrder: { id: 'old', number: 'MO/1/1' } })] },
      'was booked as old, and was made again in Azumuta as id1',
      'conflict',
    ],
    [
      'as a part that the ERP order does not have any more',
      { entry: orderEntry(3, 'each'), parts: 2, current: builtPart(3) },
      'has only 2 part(s) now: book it in the ERP by hand',
      'conflict',
    ],
  ] satisfies [string, Partial<CompletionFacts>, string, Cause][])(
    'is rejected, for a person, %s',
    (_which, given, sentence, cause) => {
      const rejection = { to: 'reject', sentence: expect.stringContaining(sentence), cause };
      expect(decideBookings(completionFacts(given))).toEqual(rejection);
    },
  );
});

describe('parts that are booked together', () => {
  it('wait for the missing parts by their index, not by their number', () => {
    // Four parts are completed, and the ERP order has three now: the second is missing.
    const others = [builtPart(1), builtPart(4), builtPart(5)];
    expect(decideBookings(together(3, { others }))).toEqual({ to: 'leave', why: 'Parts 2 of 3 are awaited' });
  });

  it('are one booking once the last is completed, in order, under the id of the first', () => {
    expect(
      decideBookings(together(2, { others: [builtPart(3, ['r3']), builtPart(1, ['r1'])] })),
    ).toMatchObject({
      plan: [{ key: 'id1#quantity', parts: [1, 2, 3], recordingIds: ['r1', 'r2', 'r3'] }],
    });
  });

  it('wait while it is unknown which recordings one of them has', () => {
    const others = [builtPart(2), { ...builtPart(1), recordingIds: undefined }];
    expect(decideBookings(together(3, { others }))).toMatchObject({
      to: 'wait',
      sentence: expect.stringContaining('lists no recordings of product order MO/1/1'),
    });
  });

  it('are a booking of their own when they came after the others were booked', () => {
    const bookings = [bookingEntry({ parts: [1, 2, 3] })];
    expect(decideBookings(together(5, { parts: 5, bookings, others: [builtPart(4)] }))).toMatchObject({
      plan: [{ key: 'id4#quantity', parts: [4, 5] }],
    });
    expect(decideBookings(together(5, { parts: 5, bookings }))).toMatchObject({ to: 'leave' });
  });

  it('have a late recording amended though other parts are awaited', () => {
    const bookings = [bookingEntry({ parts: [1, 2, 3] })];
    expect(decideBookings(together(2, { parts: 5, bookings }))).toMatchObject({
      to: 'book',
      plan: [{ key: 'id2#recording#r2' }],
    });
  });
});
