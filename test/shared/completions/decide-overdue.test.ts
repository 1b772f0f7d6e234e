import { expect, it } from 'vitest';
import { decideOverdue, type OverdueFacts } from '../../../shared/completions/decide-overdue.ts';
import type { OrderEntry } from '../../../shared/ledger/records/product-orders.ts';
import type { Question } from '../../../shared/ledger/records/questions.ts';
import { bookingEntry, orderEntry } from './booking-facts.ts';

const at = new Date('2026-11-24T08:00:00Z');
const order = (given: Partial<OrderEntry> = {}) => ({ entry: { ...orderEntry(1, 'alone'), ...given } });
const question = (given: Partial<Question> = {}): Pick<OverdueFacts, 'question'> => ({
  question: { by: 'a hint', since: at, askedAt: at, aliveAt: at, recordingIds: [], ...given },
});
const booking = (given: Parameters<typeof bookingEntry>[0] = {}) => ({ bookings: [bookingEntry(given)] });
const waiting = order({ awaiting: 'completion' });
const notWaiting = order({ awaiting: undefined });
const leftOpen = question({ awaiting: 'completion' });
const end = { how: 'given up', at: undefined, because: 'It was scrapped.', by: 'a person' } as const;
const ended = order({ awaiting: 'completion', end });

it.each<[string, Partial<OverdueFacts>, string]>([
  ['is asked about while it waits', waiting, 'ask'],
  ['is asked about where only its question waits', leftOpen, 'ask'],
  [
    'has its hint sent where its booking is planned',
    { ...waiting, ...booking({ state: 'waiting' }) },
    'send its hint',
  ],
  ['has its hint sent where its booking is under way', booking({ state: 'claimed' }), 'send its hint'],
  [
    'has its hint sent before its question ends',
    { ...ended, ...leftOpen, ...booking({ state: 'claimed' }) },
    'send its hint',
  ],
  [
    'has its booking given up with it, where that was planned after it',
    { ...ended, ...leftOpen, ...booking({ state: 'waiting' }) },
    'give up its booking',
  ],
  [
    'has its hint sent where another part is to be booked',
    { ...ended, ...booking({ state: 'waiting', parts: [2] }) },
    'send its hint',
  ],
  [
    'has its hint sent where it is to be booked with another part',
    { ...ended, ...booking({ state: 'waiting', parts: [1, 2] }) },
    'send its hint',
  ],
  ['is skipped where nothing waits', notWaiting, 'skip'],
  ['is skipped where a hint asks', { ...notWaiting, ...question() }, 'skip'],
  ['is skipped where nothing is known of it', {}, 'skip'],
  ['has its question ended once it was given up', { ...ended, ...leftOpen }, 'end the question'],
  ['is asked about where it has ended and nobody has asked', ended, 'ask'],
  ['waits no more once it is booked', { ...waiting, ...booking() }, 'end the waiting'],
  [
    'waits no more once it is booked, while a hint asks',
    { ...waiting, ...question(), ...booking() },
    'end the waiting',
  ],
  [
    'is asked about though it is booked, where its question waits',
    { ...waiting, ...leftOpen, ...booking() },
    'ask',
  ],
  ['is put off while it waits to be made', order({ awaiting: 'completion', state: 'waiting' }), 'put it off'],
  ['is put off while it is being made', order({ awaiting: 'completion', state: 'claimed' }), 'put it off'],
  ['is put off where it was refused', order({ awaiting: 'completion', state: 'rejected' }), 'put it off'],
  [
    'is asked about though it is not made, where its question waits: somebody may have typed it by hand',
    { ...order({ awaiting: 'completion', state: 'waiting' }), ...leftOpen },
    'ask',
  ],
  [
    'waits no more once it is booked, though it is not made',
    { ...order({ awaiting: 'completion', state: 'waiting' }), ...booking() },
    'end the waiting',
  ],
  ['is asked about where another part is booked', { ...waiting, ...booking({ parts: [2] }) }, 'ask'],
  ['is asked about where its booking was refused', { ...waiting, ...booking({ state: 'rejected' }) }, 'ask'],
])('an overdue order %s', (_what, given, expected) => {
  const nothing = { entry: undefined, question: undefined, bookings: [] };
  expect(decideOverdue({ ...nothing, ...given }).to).toBe(expected);
});
