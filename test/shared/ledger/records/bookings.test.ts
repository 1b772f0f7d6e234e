import { beforeEach, describe, expect, it } from 'vitest';
import type { Claim } from '../../../../shared/ledger/claims.ts';
import { bookingKeyOf } from '../../../../shared/ledger/keys.ts';
import { type BookingEntry, forBookingOnly } from '../../../../shared/ledger/records/bookings.ts';
import { OrderNotReady } from '../../../../shared/model/errors.ts';
import { bookingPlan, plannedBooking, rejectedFor } from '../../../support/bookings.ts';
import { ledgerOnDynalite } from '../../../support/ledger.ts';

const { table, clock, ledger } = await ledgerOnDynalite();
let homes = 0;
let home = '';
beforeEach(() => {
  homes += 1;
  home = `PO-${homes}`;
});

const { key } = plannedBooking();
const at = () => bookingKeyOf(home, key);
const endsAt = () => new Date(clock.now().getTime() + 60_000);
const claimant = (owner: string) => ({ owner, messageId: 'hint', endsAt: endsAt() });
const why = { reason: 'It is closed.', cause: 'order-state' } as const;
const waits = { awaiting: 'completion', dueAt: 1 };

async function held(): Promise<BookingEntry> {
  const [booking] = await ledger.bookings.listOfOrder(home);
  if (!booking) throw new Error('It is not planned.');
  return booking;
}

async function planned(owner = 'owner', seen?: BookingEntry): Promise<Claim | undefined> {
  const plan = bookingPlan({ seen, readAt: clock.now() });
  return ledger.bookings.planAndClaim(home, plan, claimant(owner), {});
}

async function claimed(): Promise<Claim> {
  const claim = await planned();
  if (!claim) throw new Error('Another one has it.');
  return claim;
}

const refusedInDoubt = async () =>
  ledger.claims.giveBack(await claimed(), { error: rejectedFor(why), sent: true });
const discarded = () => ledger.bookings.discardRefused(home, 'hint', 'By hand.');

describe('a plan', () => {
  it('is a claim at the same time, and holds what is booked', async () => {
    // Act
    const claim = await claimed();

    // Assess
    expect(claim).toMatchObject({ again: false, held: { state: 'claimed', attempts: 1 } });
    const { planned: booking, seen: _, ...plan } = bookingPlan({ readAt: clock.now() });
    expect(await ledger.bookings.listOfOrder(home)).toEqual([
      {
        ...booking,
        ...plan,
        content: new Uint8Array(plan.content ?? []),
        state: 'claimed',
        leaseUntil: clock.now().getTime() + 360_000,
        attempts: 1,
        clean: false,
        discarded: false,
      },
    ]);
  });

  it.each(['nothing', 'a plan'])(
    'is claimed by one of many attempts at once that have seen %s',
    async (what) => {
      if (what === 'a plan') await ledger.bookings.planOnly(home, bookingPlan(), {});
      const [seen] = await ledger.bookings.listOfOrder(home);
      clock.advance(1);
      const claims = await Promise.all(Array.from({ length: 8 }, (_, i) => planned(`owner ${i}`, seen)));
      expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
    },
  );

  it('waits where it cannot be booked now, and surely nothing was sent', async () => {
    await ledger.bookings.planOnly(home, bookingPlan(), waits);
    expect(await held()).toMatchObject({ state: 'waiting', attempts: 0, awaiting: 'completion' });
    expect(await ledger.due.listOverdue(clock.now(), 10)).toContain(home);
  });

  it('is refused at once when the mapping refuses it, and holds nothing to book', async () => {
    expect(await ledger.bookings.planRefused(home, bookingPlan({ content: undefined }), why)).toBe(true);
    expect(await held()).toMatchObject({
      state: 'rejected',
      attempts: 0,
      rejectedBy: 'hint',
      ...why,
    });
    expect(await held()).not.toHaveProperty('content');
  });
});

const answered = new OrderNotReady('Locked.', { wrote: 'known' });
/** How a booking may have come to be as it is, whether it may be planned anew, and whether the claim is `again`. */
const pasts: [past: string, make: () => Promise<unknown>, replaced: 'yes' | 'no' | 'again'][] = [
  ['only planned', () => ledger.bookings.planOnly(home, bookingPlan(), waits), 'yes'],
  ['refused by the mapping', () => ledger.bookings.planRefused(home, bookingPlan(), why), 'yes'],
  [
    'released before a call',
    async () => ledger.claims.giveBack(await claimed(), { error: 'Locked.', sent: false }),
    'yes',
  ],
  [
    'released after a call',
    async () => ledger.claims.giveBack(await claimed(), { error: answered, sent: true }),
    'no',
  ],
  ['claimed', claimed, 'no'],
  [
    'in doubt',
    async () => ledger.claims.giveBack(await claimed(), { error: 'No answer.', sent: true }),
    'no',
  ],
  [
    'refused before a call',
    async () => ledger.claims.giveBack(await claimed(), { error: rejectedFor(why), sent: false }),
    'yes',
  ],
  ['refused in doubt', refusedInDoubt, 'no'],
  ['refused in doubt, and discarded', () => refusedInDoubt().then(discarded), 'again'],
  ['done', async () => ledger.claims.complete(await claimed(), {}, { event: 'booked' }), 'no'],
];

describe('a booking that is planned anew', () => {
  it.each(pasts)('was seen as %s, and surely not sent', async (_, make, replaced) => {
    // Prepare
    await make();
    const seen = await held();
    clock.advance(1);

    // Act
    const claim = await planned('another', seen);

    // Assess
    expect(claim?.again).toBe({ yes: false, no: undefined, again: true }[replaced]);
    const { state, readAt, reason, rejectedBy, discarded, awaiting } = await held();
    if (replaced === 'no') expect([state, readAt]).toEqual([seen.state, seen.readAt]);
    else
      expect([state, readAt, reason, rejectedBy, discarded, awaiting]).toEqual([
        'claimed',
        clock.now(),
        undefined,
        undefined,
        false,
        undefined,
      ]);
  });

  it('is left when another hint has planned it since it was seen', async () => {
    // Prepare
    await ledger.bookings.planOnly(home, bookingPlan(), {});
    const seen = await held();
    clock.advance(1);
    await ledger.bookings.planOnly(home, bookingPlan({ seen, readAt: clock.now() }), {});
    const since = await held();

    // Act
    clock.advance(1);
    const claim = await planned('late', seen);
    const refused = await ledger.bookings.planRefused(home, bookingPlan({ seen }), why);
    await ledger.bookings.withdrawPlan(home, seen);

    // Assess
    expect([claim, refused]).toEqual([undefined, false]);
    expect(await held()).toEqual(since);
  });

  it('counts its attempts on, as an attempt that was frozen must not take the lock of its successor', async () => {
    await ledger.claims.giveBack(await claimed(), { error: 'Locked.', sent: false });
    const claim = await planned('another', await held());
    expect(claim).toMatchObject({ again: false, held: { attempts: 2 } });
    const history = await ledger.journeys.readJourney(home);
    expect(history.map(({ event, note }) => `${event}: ${note}`)).toEqual([
      ...['planned: 1 recording(s)', 'retry: Locked.', 'planned: 1 recording(s)'],
    ]);
  });

  it('stays in doubt when it was discarded in doubt, and is only planned', async () => {
    await refusedInDoubt();
    await discarded();
    await ledger.bookings.planOnly(home, bookingPlan({ seen: await held() }), {});
    expect(await held()).toMatchObject({ state: 'waiting', clean: false, discarded: false });
  });
});

describe('what is booked', () => {
  it('is removed by the receipt, and figures stay', async () => {
    await ledger.claims.complete(await claimed(), { remove: forBookingOnly }, { event: 'booked' });
    const stored = await table.get(at());
    expect(stored).toMatchObject({ state: 'done', figures: { good: { amount: '5' } } });
    expect(stored).not.toHaveProperty('content');
  });

  it('is removed when a person discards it, in the bookings of that dead letter alone', async () => {
    // Prepare: two bookings were refused, by two messages
    const other = plannedBooking({ key: 'id1#recording#r2', kind: 'amendment' });
    await refusedInDoubt();
    await ledger.bookings.planRefused(home, bookingPlan({ planned: other, plannedFor: 'other' }), why);

    // Act
    await ledger.bookings.discardRefused(home, 'hint', 'Ann: booked by hand');

    // Assess
    const [booking, left] = await ledger.bookings.listOfOrder(home);
    expect(booking).toMatchObject({ key, state: 'rejected', discarded: true, rejectedBy: 'hint' });
    expect(booking).not.toHaveProperty('content');
    expect(left).toMatchObject({ key: other.key, discarded: false, content: expect.anything() });
    expect(await ledger.journeys.readJourney(home)).toContainEqual(
      expect.objectContaining({ event: 'discarded', note: 'Ann: booked by hand' }),
    );
  });
});

it.each(pasts)(
  'a booking that is %s is withdrawn only if it was surely not sent',
  async (_, make, replaced) => {
    await make();
    await ledger.bookings.withdrawPlan(home, await held());
    expect(await ledger.bookings.listOfOrder(home)).toHaveLength(replaced === 'yes' ? 0 : 1);
  },
);

it('is due later once the reconciliation has asked for it, and stays away if it was withdrawn meanwhile', async () => {
  // Prepare
  await ledger.bookings.planOnly(home, bookingPlan(), waits);
  const seen = await ledger.knownOrders.readStanding(home);
  const later = new Date(clock.now().getTime() + 1);

  // Act
  await ledger.due.postponeAfterAsking(seen, later);
  const due = await Promise.all([clock.now(), later].map((by) => ledger.due.listOverdue(by, 100)));
  await ledger.bookings.withdrawPlan(home, await held());
  await ledger.due.postponeAfterAsking(seen, later);

  // Assess
  expect(due.map((numbers) => numbers.includes(home))).toEqual([false, true]);
  expect(await ledger.bookings.listOfOrder(home)).toEqual([]);
});
