import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bookingKeyOf } from '../../../../shared/ledger/keys.ts';
import { createLedger, type Ledger } from '../../../../shared/ledger/ledger.ts';
import type { LockHolder } from '../../../../shared/ledger/records/booking-locks.ts';
import { bookingPlan, plannedBooking } from '../../../support/bookings.ts';
import { type TestClock, testClock } from '../../../support/clock.ts';
import { type Dynalite, startDynalite } from '../../../support/dynamodb.ts';

let store: Dynalite;
let clock: TestClock;
let ledger: Ledger;
let home: string;
const settlingSeconds = 300;
const timeoutSeconds = 60;
const quantity = 'po1#quantity';

beforeAll(async () => {
  store = await startDynalite();
});
afterAll(() => store.stop());
let homes = 0;
beforeEach(async () => {
  clock = testClock();
  ledger = createLedger({ ...store, clock, times: { settlingSeconds } });
  homes += 1;
  home = `MO/${homes}`;
  const planned = plannedBooking({ key: quantity, erpOrder: { number: home } });
  await ledger.bookings.planOnly(home, bookingPlan({ planned }), {});
});

interface Holder extends LockHolder {
  readonly booking: string;
}
const holder = (booking: string, attempt: number): Holder => ({
  booking,
  attempt,
  owner: `attempt ${attempt} at ${booking}`,
});
const endsAt = () => new Date(clock.now().getTime() + timeoutSeconds * 1000);

describe.each([
  ['an item of its own', undefined],
  ['the item of the quantity', quantity],
])('the lock of an ERP order in %s', (_where, lock) => {
  const of = ({ booking: key }: Holder) => ledger.bookingLocks.of({ erpOrderNumber: home, home, key, lock });
  const take = (by: Holder) => of(by).take(by, endsAt());

  /** An attempt dies in its booking, and the next one at the same booking has claimed it. */
  async function takenOver(): Promise<{ frozen: Holder; successor: Holder }> {
    const frozen = holder('a', 1);
    const successor = holder('a', 2);
    await take(frozen);
    clock.advance(timeoutSeconds + settlingSeconds - 1);
    expect(await take(successor)).toBe(true);
    return { frozen, successor };
  }

  it('keeps another booking out until its holder must be dead and what it sent has settled', async () => {
    await take(holder('a', 1));
    clock.advance(timeoutSeconds + settlingSeconds - 1);
    expect(await take(holder('b', 1))).toBe(false);
    clock.advance(1);
    expect(await take(holder('b', 1))).toBe(true);
  });

  it('passes at once from a dead attempt to the next one at the same booking', async () => {
    const { successor } = await takenOver();
    await of(successor).release(successor);
    expect(await take(holder('b', 1))).toBe(true);
  });

  it.each([
    ['releases', (frozen: Holder) => of(frozen).release(frozen)],
    ['shortens', (frozen: Holder) => of(frozen).keep(frozen, clock.now().getTime())],
    ['takes back', (frozen: Holder) => of(frozen).take(frozen, clock.now())],
  ])('cannot be %s by an attempt that was frozen, once its successor has it', async (_what, thaws) => {
    // Prepare
    const { frozen } = await takenOver();

    // Act
    await thaws(frozen);

    // Assess
    clock.advance(timeoutSeconds + settlingSeconds - 1);
    expect(await take(holder('b', 1))).toBe(false);
  });

  it('stays with its holder while what it sent may be settling', async () => {
    // Prepare
    const first = holder('a', 1);
    await take(first);

    // Act
    await of(first).keep(first, clock.now().getTime() + 5000);

    // Assess
    clock.advance(4);
    expect(await take(holder('b', 1))).toBe(false);
    clock.advance(1);
    expect(await take(holder('b', 1))).toBe(true);
  });
});

describe('the claim of a quantity that serves as the lock', () => {
  const later = holder('po1#recording#r2', 1);
  const lockOf = ({ booking: key }: Holder) =>
    ledger.bookingLocks.of({ erpOrderNumber: home, home, key, lock: quantity });
  const claim = (owner = 'books') =>
    ledger.claims.claim(bookingKeyOf(home, quantity), { owner, messageId: 'booking', endsAt: endsAt() });

  it('keeps a later recording out until it is done', async () => {
    // Prepare
    const claimed = await claim();
    expect(claimed.outcome).toBe('claimed');
    expect(await lockOf(later).take(later, endsAt())).toBe(false);

    // Act
    if (claimed.outcome === 'claimed') await ledger.claims.complete(claimed.claim, {}, { event: 'booked' });

    // Assess
    expect(await lockOf(later).take(later, endsAt())).toBe(true);
  });

  it('waits while a later recording has the lock', async () => {
    // Prepare
    expect(await lockOf(later).take(later, endsAt())).toBe(true);
    expect(await claim()).toMatchObject({ outcome: 'busy', by: 'lock' });

    // Act
    await lockOf(later).release(later);

    // Assess
    expect(await claim()).toMatchObject({ outcome: 'claimed' });
  });

  it('does not wait for a later recording whose lease has ended', async () => {
    // Prepare
    await lockOf(later).take(later, endsAt());
    clock.advance(timeoutSeconds + settlingSeconds - 1);
    expect(await claim()).toMatchObject({ outcome: 'busy', by: 'lock' });

    // Act
    clock.advance(1);

    // Assess
    expect(await claim()).toMatchObject({ outcome: 'claimed' });
  });
});
