import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideHint, type HintFacts } from '../../../shared/completions/decide-hint.ts';
import { isNothingSent } from '../../../shared/ledger/claims.ts';
import { type BookingEntry, isRefusedByMapping } from '../../../shared/ledger/records/bookings.ts';
import { bookingEntry } from './booking-facts.ts';

const now = new Date('2026-11-24T08:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
/** By default Azumuta was read for it 100 seconds ago, by another message. */
const booking = (given: Partial<BookingEntry>) => bookingEntry({ readAt: ago(100), ...given });
const sent = (seconds: number, receiveCount = 1) => ({
  attempt: { messageId: 'mine', sentAt: ago(seconds), receiveCount },
});
const answered = (seconds: number, by = 'another') => ({
  answered: { by, at: ago(seconds), listsRecordings: true },
});

/** What a hint that was sent ten seconds ago does, in words. */
function whatOf(bookings: readonly BookingEntry[], given: Partial<HintFacts> = {}): string {
  const decision = decideHint({
    bookings,
    answered: undefined,
    hint: { via: 'webhook' },
    part: 1,
    names: 'nothing',
    now,
    isOrdered: true,
    isGivenUp: false,
    ...sent(10),
    configuration: 'version 1',
    ...given,
  });
  if (decision.to === 'wait') return `wait ${(decision.untilMs - now.getTime()) / 1000}`;
  if (decision.to === 'look up') return 'look up';
  const refuses = decision.toRefuseAgain.length > 0 ? ', refuse' : '';
  if (decision.to === 'book') return `as planned${decision.looksAgain ? ', look' : ''}${refuses}`;
  if (decision.to === 'end') return `end${refuses}`;
  return `${decision.toDecideAgain.length > 0 ? 'again' : 'ask'}${refuses}`;
}

const older = sent(200);
const person: Partial<HintFacts> = { hint: { via: 'operator', again: true } };
/** An older trigger, a newer one, the reconciliation, a person. */
const hints: Partial<HintFacts>[] = [older, {}, { hint: { via: 'reconciliation' } }, person];

const running = { state: 'claimed', leaseUntil: now.getTime() + 5000 } as const;
const over = { state: 'claimed', leaseUntil: now.getTime() } as const;
const doubted = { state: 'waiting' } as const;
const waiting = { ...doubted, clean: true };
const told = { state: 'rejected' } as const;
const refused = { ...told, clean: true };
const [recent, other] = [{ readAt: ago(12) }, { parts: [2] }];
const repeated = { ...recent, triggeredAt: ago(12) };

describe('a hint', () => {
  it.each<[string, Partial<BookingEntry>, string]>([
    ['is under way', running, 'wait 4 | wait 4 | wait 4 | wait 4'],
    ['has a claim that is over', over, 'as planned | as planned, look | as planned | as planned, look'],
    ['waits in doubt', doubted, 'as planned | as planned, look | as planned | as planned, look'],
    ['waits', waiting, 'as planned | again | as planned | again'],
    ['waits since a moment ago', { ...waiting, ...recent }, 'as planned | wait 48 | as planned | again'],
    [
      'was mapped by another configuration',
      { ...waiting, configuration: '0' },
      'again | again | again | again',
    ],
    [
      'may be done by another configuration',
      { ...over, configuration: '0' },
      'as planned | as planned, look | as planned | as planned, look',
    ],
    ['is refused', refused, 'end | again | ask | again'],
    ['is refused since a moment ago', { ...refused, ...recent }, 'end | wait 48 | wait 48 | again'],
    ['is refused in doubt', told, 'end | ask | ask | as planned, look'],
    ['is discarded', { ...refused, discarded: true }, 'end | ask | ask | again'],
    ['is discarded in doubt', { ...told, discarded: true }, 'end | ask | ask | again'],
    [
      'waits, of another part',
      { ...waiting, ...other },
      'as planned, look | as planned, look | as planned, look | as planned, look',
    ],
    ['is refused, of another part', { ...refused, ...other }, 'ask | ask | ask | ask'],
    [
      'its message was refused, of another part',
      { ...refused, ...other, rejectedBy: 'mine' },
      'ask, refuse | ask, refuse | ask, refuse | again',
    ],
    ['is done, of another part', other, 'ask | ask | ask | ask'],
    ['is done', {}, 'end | ask | ask | ask'],
    ['is done since a moment ago', recent, 'end | wait 48 | wait 48 | ask'],
  ])('does what its age and its way demand about a booking that %s', (_which, given, expected) => {
    expect(hints.map((hint) => whatOf([booking(given)], hint)).join(' | ')).toBe(expected);
  });

  it.each<[string, Partial<BookingEntry>, string]>([
    ['is under way', running, 'wait 4'],
    ['has a claim that is over', over, 'look up'],
    ['has a claim that is over, with other parts', { ...over, parts: [1, 2] }, 'as planned'],
    ['has a claim that is over, of another part', { ...over, parts: [2] }, 'as planned'],
    ['waits in doubt', doubted, 'end'],
    ['waits', waiting, 'end'],
    ['is refused', refused, 'end'],
    ['is done', {}, 'end'],
  ])('books nothing more of an order that was given up, whose booking %s', (_which, given, expected) => {
    expect(whatOf([booking(given)], { isGivenUp: true })).toBe(expected);
  });

  it.each<[string, Partial<BookingEntry>[], Partial<HintFacts>, string]>([
    ['waits until the claim ends at most', [running], sent(10, 2), 'wait 5'],
    ['asks about an order without bookings', [], {}, 'ask'],
    ['keeps what its message has planned', [{ ...waiting, ...recent, plannedFor: 'mine' }], {}, 'as planned'],
    ['decides that again when it is replayed', [{ ...waiting, plannedFor: 'mine' }], {}, 'again'],
    ['takes a hint for newer whose clock may differ', [recent], sent(16), 'wait 48'],
    ['ends when it repeats a trigger of a moment before', [repeated], { ...sent(3), names: 'known' }, 'end'],
    [
      'keeps a plan for such a one',
      [{ ...waiting, ...repeated }],
      { ...sent(3), names: 'known' },
      'as planned',
    ],
    [
      'asks for such a one that came later, however late Azumuta was read for the first',
      [{ ...recent, triggeredAt: ago(14) }],
      { ...sent(3), names: 'known' },
      'wait 48',
    ],
    ['repeats no hint of ours', [recent], { ...sent(3), names: 'known' }, 'wait 48'],
    ['waits where a repetition names nothing', [repeated], sent(3), 'wait 48'],
    ['asks when it names a recording that is in no booking', [{}], { ...older, names: 'new' }, 'ask'],
    ['books first what is kept', [doubted, waiting], {}, 'as planned, look'],
    ['refuses again without a call', [{ ...told, rejectedBy: 'mine' }], older, 'end, refuse'],
    [
      'books before it refuses again',
      [{ ...told, rejectedBy: 'mine' }, doubted],
      older,
      'as planned, refuse',
    ],
    ['asks what is new before it refuses again', [{ ...told, rejectedBy: 'mine' }], {}, 'ask, refuse'],
    ['leaves a refusal that stands, as Azumuta was asked since', [refused], answered(4), 'end'],
    ['waits where Azumuta was asked about a refusal', [refused], answered(20), 'wait 40'],
    [
      'asks again if it asked last, as its letter may be missing',
      [{}],
      { ...older, ...answered(90, `mine#${+ago(200)}`) },
      'ask',
    ],
  ])('%s', (_what, bookings, given, expected) => {
    expect(whatOf(bookings.map(booking), given)).toBe(expected);
  });

  it('takes a reading for whole once its last booking is written, as an attempt can end between two', () => {
    const mine = { ...recent, plannedFor: 'mine' };
    const [first, last] = [booking({ ...mine, othersFollow: true }), booking({ ...mine, key: 'the last' })];
    const waits = { ...first, state: 'waiting' } as const;
    const readings = [[first], [first, last], [waits], [waits, last]];
    expect(readings.map((one) => whatOf(one, sent(13)))).toEqual([
      'wait 48',
      'end',
      'as planned, look',
      'as planned',
    ]);
  });
});

const anyBooking = fc
  .record({
    state: fc.constantFrom('waiting', 'claimed', 'done', 'rejected'),
    clean: fc.boolean(),
    discarded: fc.boolean(),
    plannedFor: fc.constantFrom('mine', 'another'),
    rejectedBy: fc.constantFrom('mine', 'another'),
    configuration: fc.constantFrom('version 0', 'version 1'),
    parts: fc.constantFrom([1], [2], [1, 2]),
    readAt: fc.integer({ min: 0, max: 150 }).map(ago),
    leaseUntil: fc.integer({ min: -9, max: 9 }).map((seconds) => now.getTime() + seconds * 1000),
  })
  .map(({ discarded, ...given }) => {
    const isDiscarded = given.state === 'rejected' && discarded;
    return booking({ ...given, discarded: isDiscarded });
  });

it('never ends over what is to be booked, and touches neither a claim that runs nor what a person was told', () => {
  const anyFacts = fc.record({
    bookings: fc.array(anyBooking, { maxLength: 4 }),
    hint: fc.constantFrom(...hints).map(({ hint = { via: 'webhook' } as const }) => hint),
    age: fc.nat(200),
    answered: fc.option(
      fc.nat(150).map((at) => answered(at).answered),
      { nil: undefined },
    ),
    names: fc.constantFrom('new', 'known', 'nothing'),
  });
  fc.assert(
    fc.property(anyFacts, ({ age, ...given }) => {
      const { bookings, hint } = given;
      const decision = decideHint({
        ...given,
        ...sent(age),
        isOrdered: true,
        isGivenUp: false,
        part: 1,
        configuration: 'version 1',
        now,
      });
      const isRunning = ({ state, leaseUntil = 0 }: BookingEntry) => state === 'claimed' && leaseUntil > +now;
      if (bookings.some(isRunning)) expect(decision.to).toBe('wait');
      const open = bookings.filter(({ state }) => state === 'waiting' || state === 'claimed');
      if (decision.to === 'end') expect(open).toEqual([]);
      const again = decision.to === 'read' ? decision.toDecideAgain : [];
      if (decision.to === 'read') expect(open.filter((one) => !again.includes(one))).toEqual([]);
      expect(again.filter((one) => !isNothingSent(one) && !(one.discarded && hint.again))).toEqual([]);
      const kept = decision.to === 'book' ? decision.asPlanned : [];
      expect(kept.filter(({ discarded, state }) => discarded || state === 'done')).toEqual([]);
      const isOtherMapping = (one: BookingEntry) =>
        isRefusedByMapping(one) && one.configuration !== 'version 1';
      const isLeft = (one: BookingEntry) =>
        one.discarded || !isNothingSent(one) || (hint.via !== 'webhook' && !isOtherMapping(one));
      const isTouched = (one: BookingEntry) => one.state === 'rejected' && isLeft(one);
      if (!hint.again) expect([...again, ...kept].filter(isTouched)).toEqual([]);
      const isOwnRefusal = ({ rejectedBy, discarded }: BookingEntry) => rejectedBy === 'mine' && !discarded;
      const ofOtherParts = again.filter(({ parts }) => !parts.includes(1));
      expect(ofOtherParts.filter((one) => !hint.again || !isOwnRefusal(one))).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});
