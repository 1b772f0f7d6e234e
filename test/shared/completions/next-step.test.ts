import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextStep, type StepFacts } from '../../../shared/completions/next-step.ts';
import type { BookingEntry } from '../../../shared/ledger/records/bookings.ts';
import { bookingEntry } from './booking-facts.ts';

const now = new Date('2026-11-24T08:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
/** By default Azumuta was read for it 100 seconds ago, by another message. */
const booking = (given: Partial<BookingEntry>) => bookingEntry({ readAt: ago(100), ...given });
const readBy = (messageId: string, given: Partial<BookingEntry> = {}) =>
  booking({ plannedFor: messageId, ...given });
const sent = (seconds: number, receiveCount = 1) => ({
  messageId: 'mine',
  sentAt: ago(seconds),
  receiveCount,
});
const answeredBy = (by: string, at: Date) => ({ by, at, listsRecordings: true });

/** What a hint that was sent ten seconds ago does, in words. */
function whatOf(bookings: readonly BookingEntry[], given: Partial<StepFacts> = {}): string {
  const step = nextStep({
    ...{ bookings, answered: undefined, hint: { via: 'webhook' }, part: 1, namesNew: false, now },
    ...{ attempt: sent(10), configuration: 'version 1', ...given },
  });
  const tells = 'refused' in step && step.refused.length > 0 ? ', tell' : '';
  if (step.to === 'book') return `keep${step.looksAgain ? ', look again' : ''}${tells}`;
  if (step.to === 'read') return `${step.anew.length > 0 ? 'decide anew' : 'ask'}${tells}`;
  return step.to === 'wait' ? `wait ${(step.untilMs - now.getTime()) / 1000} s` : `end${tells}`;
}

const earlier = sent(200);
const hints = {
  'an older trigger': { attempt: earlier },
  'a newer trigger': {},
  'the reconciliation': { hint: { via: 'reconciliation' } },
  'a person': { hint: { via: 'operator', again: true } },
} satisfies Record<string, Partial<StepFacts>>;

const surely = { surelyNotBooked: true };
const under = { state: 'claimed', leaseUntil: now.getTime() + 5000 } as const;
const over = { state: 'claimed', leaseUntil: now.getTime() } as const;

describe('a hint', () => {
  it.each<[string, Partial<BookingEntry>, string[]]>([
    // An older trigger, a newer one, the reconciliation, a person
    ['is under way', under, Array(4).fill('wait 4 s')],
    ['has a claim that is over', over, ['keep', 'keep, look again', 'keep', 'keep, look again']],
    ['waits in doubt', { state: 'waiting' }, ['keep', 'keep, look again', 'keep', 'keep, look again']],
    ['waits', { state: 'waiting', ...surely }, ['keep', 'decide anew', 'keep', 'decide anew']],
    [
      'waits since a moment ago',
      { state: 'waiting', ...surely, readAt: ago(12) },
      ['keep', 'wait 48 s', 'keep', 'decide anew'],
    ],
    [
      'waits, and was mapped by another configuration',
      { state: 'waiting', ...surely, configuration: 'version 0' },
      ['decide anew', 'decide anew', 'decide anew', 'decide anew'],
    ],
    ['is refused', { state: 'rejected', ...surely }, ['end', 'decide anew', 'ask', 'decide anew']],
    [
      'is refused since a moment ago',
      { state: 'rejected', ...surely, readAt: ago(12) },
      ['end', 'wait 48 s', 'wait 48 s', 'decide anew'],
    ],
    ['is refused in doubt', { state: 'rejected' }, ['end', 'ask', 'ask', 'keep, look again']],
    ['is discarded', { state: 'rejected', discarded: true, ...surely }, ['end', 'ask', 'ask', 'decide anew']],
    ['is discarded in doubt', { state: 'rejected', discarded: true }, ['end', 'ask', 'ask', 'decide anew']],
    [
      'is of another part, and waits',
      { state: 'waiting', ...surely, parts: [2] },
      ['keep, look again', 'keep, look again', 'keep, look again', 'keep, look again'],
    ],
    ['is of another part, and refused', { state: 'rejected', ...surely, parts: [2] }, Array(4).fill('ask')],
    ['is of another part, and done', { parts: [2], readAt: ago(1) }, Array(4).fill('ask')],
    ['is done', {}, ['end', 'ask', 'ask', 'ask']],
    ['is done since a moment ago', { readAt: ago(12) }, ['end', 'wait 48 s', 'wait 48 s', 'ask']],
  ])('does what its age and its way demand about a booking that %s', (_which, given, expected) => {
    const done = Object.values(hints).map((hint) => whatOf([booking(given)], hint));
    expect(done).toEqual(expected);
  });

  it.each<[string, string, Partial<BookingEntry>[], Partial<StepFacts>]>([
    ['waits until the claim ends at most', 'wait 5 s', [under], { attempt: sent(10, 2) }],
    ['asks about an order without bookings', 'ask', [], {}],
    [
      'keeps what its own message has planned, though that was sent after the reading',
      'keep',
      [{ state: 'waiting', ...surely, plannedFor: 'mine', readAt: ago(12) }],
      {},
    ],
    [
      'decides anew, when it is replayed, what its message had planned',
      'decide anew',
      [{ state: 'waiting', ...surely, plannedFor: 'mine' }],
      {},
    ],
    [
      'does not take a hint for older whose clock may differ',
      'wait 48 s',
      [{ readAt: ago(12) }],
      { attempt: sent(16) },
    ],
    ['ends though it names recordings, as all are booked', 'end', [{}], { attempt: earlier }],
    [
      'asks when it names a recording that is in no booking',
      'ask',
      [{}],
      { attempt: earlier, namesNew: true },
    ],
    [
      'books first what is kept',
      'keep, look again',
      [{ state: 'waiting' }, { state: 'waiting', ...surely }],
      {},
    ],
    [
      'tells a refusal once more without a call',
      'end, tell',
      [{ state: 'rejected', rejectedBy: 'mine' }],
      { attempt: earlier },
    ],
    [
      'books what waits before it tells a refusal',
      'keep, tell',
      [{ state: 'rejected', rejectedBy: 'mine' }, { state: 'waiting' }],
      { attempt: earlier },
    ],
    [
      'asks before it tells a refusal of what was planned before it came',
      'ask, tell',
      [{ state: 'rejected', rejectedBy: 'mine' }],
      {},
    ],
    [
      'leaves a refusal whose figures were the same when Azumuta was asked after it came',
      'end',
      [{ state: 'rejected', ...surely }],
      { answered: answeredBy('another', ago(4)) },
    ],
    [
      'waits where Azumuta was asked about a refusal a moment before it came',
      'wait 40 s',
      [{ state: 'rejected', ...surely }],
      { answered: answeredBy('another', ago(20)) },
    ],
    [
      'asks again when it was the one that asked last, as its letter may be missing',
      'ask',
      [{}],
      { attempt: earlier, answered: answeredBy(`mine#${earlier.sentAt.getTime()}`, ago(90)) },
    ],
  ])('%s', (_what, expected, bookings, given) => {
    expect(whatOf(bookings.map(booking), given)).toBe(expected);
  });

  it('takes a reading for whole once its last booking is written, as an attempt can end between two', () => {
    const mine = { readAt: ago(12), plannedFor: 'mine' };
    const first = { ...mine, othersFollow: true } as const;
    const last = readBy('mine', { ...mine, key: 'id1#recording#b' });
    const given = { attempt: sent(13) };
    expect(whatOf([booking(first)], given)).toBe('wait 48 s');
    expect(whatOf([booking(first), last], given)).toBe('end');
    const waits = booking({ ...first, state: 'waiting' });
    expect(whatOf([waits], given)).toBe('keep, look again');
    expect(whatOf([waits, last], given)).toBe('keep');
  });
});

const anyBooking = fc
  .record({
    state: fc.constantFrom('waiting', 'claimed', 'done', 'rejected'),
    surelyNotBooked: fc.boolean(),
    discarded: fc.boolean(),
    plannedFor: fc.constantFrom('mine', 'another'),
    rejectedBy: fc.constantFrom('mine', 'another'),
    configuration: fc.constantFrom('version 0', 'version 1'),
    parts: fc.constantFrom([1], [2], [1, 2]),
    readAt: fc.integer({ min: 0, max: 150 }).map(ago),
    leaseUntil: fc.integer({ min: -9, max: 9 }).map((seconds) => now.getTime() + seconds * 1000),
  })
  .map(({ surelyNotBooked, discarded, ...given }) => {
    const mayBe = given.state === 'waiting' || given.state === 'rejected';
    const isDiscarded = given.state === 'rejected' && discarded;
    return booking({ ...given, surelyNotBooked: mayBe && surelyNotBooked, discarded: isDiscarded });
  });

it('never ends over what is to be booked, and touches neither a claim that runs nor what a person was told', () => {
  const anyFacts = fc.record({
    bookings: fc.array(anyBooking, { maxLength: 4 }),
    hint: fc.constantFrom<StepFacts['hint']>(
      ...([{ via: 'webhook' }, { via: 'reconciliation' }, { via: 'operator', again: true }] as const),
    ),
    attempt: fc.nat(200).map((seconds) => sent(seconds)),
    answered: fc.option(
      fc.nat(150).map((at) => answeredBy('another', ago(at))),
      { nil: undefined },
    ),
    namesNew: fc.boolean(),
  });
  fc.assert(
    fc.property(anyFacts, (given) => {
      const { bookings, hint } = given;
      const step = nextStep({ ...given, part: 1, configuration: 'version 1', now });
      const isRunning = ({ state, leaseUntil = 0 }: BookingEntry) => state === 'claimed' && leaseUntil > +now;
      if (bookings.some(isRunning)) expect(step.to).toBe('wait');
      const open = bookings.filter(({ state }) => state === 'waiting' || state === 'claimed');
      if (step.to === 'end') expect(open).toEqual([]);
      if (step.to === 'read') expect(open.filter((one) => !step.anew.includes(one))).toEqual([]);
      const anew = step.to === 'read' ? step.anew : [];
      expect(anew.filter((one) => !one.surelyNotBooked && !(one.discarded && hint.again))).toEqual([]);
      const kept = step.to === 'book' ? step.keep : [];
      expect(kept.filter(({ discarded, state }) => discarded || state === 'done')).toEqual([]);
      const isTouched = ({ state, discarded, surelyNotBooked }: BookingEntry) =>
        state === 'rejected' && (hint.via !== 'webhook' || discarded || !surelyNotBooked);
      if (!hint.again) expect([...anew, ...kept].filter(isTouched)).toEqual([]);
      expect(anew.filter(({ parts }) => !parts.includes(1))).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});
