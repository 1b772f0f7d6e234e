import { describe, expect, it } from 'vitest';
import { isJointKey, nextJointKey } from '../../../../shared/ledger/records/joint-keys.ts';
import { bookingPlan, plannedBooking } from '../../../support/bookings.ts';
import { ledgerOn } from '../../../support/ledger.ts';
import { newOrder } from '../../../support/orders.ts';

const first = (at: string, number = 'MO/0001/1') => ({ number, history: [{ at, event: 'queued' }] });
const [noon, later] = ['2026-11-24T12:00:00.000Z', '2026-11-24T12:00:00.001Z'];

describe('the key of parts that are booked together', () => {
  it('counts, whatever other keys there are', () => {
    const one = nextJointKey(first(noon), []);
    const two = nextJointKey(first(noon), [
      one,
      'SarLiLeyuNWgw3Tai#quantity',
      'SarLiLeyuNWgw3Tai#recording#9',
    ]);
    const eleven = nextJointKey(first(noon), [one.replace('#1#', '#10#'), two]);
    expect([one, two, eleven].map((key) => key.slice(17))).toEqual([
      '#1#quantity',
      '#2#quantity',
      '#11#quantity',
    ]);
    expect([one, two, 'SarLiLeyuNWgw3Tai#quantity'].map(isJointKey)).toEqual([true, true, false]);
  });

  it('is another one when a number is used again, and when the history has grown the same', () => {
    const { number, history } = first(noon);
    const grown = { number, history: [...history, { at: later, event: 'created' }] };
    expect(nextJointKey(grown, [])).toBe(nextJointKey(first(noon), []));
    expect(nextJointKey(first(later), [])).not.toBe(nextJointKey(first(noon), []));
    expect(nextJointKey(first(noon, 'MO/0002/1'), [])).not.toBe(nextJointKey(first(noon), []));
  });

  it('has as many characters as that of one product order, and its alphabet, whatever the number is', () => {
    for (const number of ['ä ö/#%'.repeat(33), '🚲'.repeat(100), 'WO 1\'"<1>]'])
      expect(nextJointKey(first(noon, number), [])).toMatch(/^[0-9a-f]{17}#1#quantity$/);
  });

  it('counts also where part 1 is not known', () => {
    const unknown = { number: 'MO/0001/1', history: [] };
    const one = nextJointKey(unknown, []);
    expect(nextJointKey(unknown, [one])).toBe(one.replace('#1#', '#2#'));
  });
});

describe('the ledger', () => {
  const number = 'MO/0001/1';

  async function withPlan() {
    const { ledger } = ledgerOn();
    await ledger.orders.create(
      newOrder({ number, part: { index: 1, first: number, book: 'when-all-done' } }),
    );
    const { nextJointKey: key } = await ledger.knownOrders.readStanding(number);
    const plan = bookingPlan({ planned: plannedBooking({ key, parts: [1, 2] }) });
    await ledger.bookings.planOnly(number, plan, { awaiting: 'completion', dueAt: 1 });
    return { ledger, key, plan };
  }

  it('gives a key once: what is taken back stays, of no part, and nothing is to be done for it', async () => {
    // Prepare
    const { ledger, key, plan } = await withPlan();
    const [booking] = await ledger.bookings.listOfOrder(number);
    if (!booking) throw new Error('It was planned.');

    // Act
    const isTakenBack = await ledger.bookings.withdrawPlan(number, booking);
    await ledger.bookings.planOnly(number, plan, {});

    // Assess
    const { bookings, nextJointKey: next } = await ledger.knownOrders.readStanding(number);
    expect({ isTakenBack, bookings }).toEqual({ isTakenBack: true, bookings: [] });
    expect(next).toBe(key.replace('#1#', '#2#'));
    expect(await ledger.bookings.listOfOrder(number)).toEqual([]);
    // Its order waits, and no booking does.
    expect(await ledger.due.listOverdue(undefined, 10)).toEqual([number]);
    expect(await ledger.due.listOverdue(undefined, 10, { byOwnDate: true })).toEqual([number]);
    const events = (await ledger.journeys.readJourney(number)).map(({ event }) => event);
    expect(events.toSorted()).toEqual(['planned', 'queued', 'taken back']);
  });

  it('does not take back what another attempt has claimed or planned again meanwhile', async () => {
    const { ledger, key, plan } = await withPlan();
    const [booking] = await ledger.bookings.listOfOrder(number);
    if (!booking) throw new Error('It was planned.');
    const readAt = new Date(plan.readAt.getTime() + 1);
    await ledger.bookings.planOnly(number, { ...plan, seen: booking, readAt }, {});
    expect(await ledger.bookings.withdrawPlan(number, booking)).toBe(false);
    expect(await ledger.bookings.listOfOrder(number)).toMatchObject([
      { key, parts: [1, 2], state: 'waiting' },
    ]);
  });

  it('refuses a plan whose key was used up since its bookings were read', async () => {
    // Prepare
    const { ledger, plan } = await withPlan();
    const { nextJointKey: key } = await ledger.knownOrders.readStanding(number);
    const { erpOrder, productOrder } = plan.planned;
    const isUsedUp = await ledger.bookings.useUpKey(number, key, {
      erpOrder,
      productOrder,
      note: 'given up',
    });

    // Act
    const endsAt = new Date('2026-11-24T08:01:00.000Z');
    const late = { ...plan, planned: { ...plan.planned, key, parts: [3] } };
    const claim = await ledger.bookings.planAndClaim(
      number,
      late,
      { owner: 'o', messageId: 'm', endsAt },
      {},
    );

    // Assess
    expect([isUsedUp, claim]).toEqual([true, undefined]);
    expect(await ledger.bookings.useUpKey(number, key, { erpOrder, productOrder, note: 'twice' })).toBe(
      false,
    );
    expect(await ledger.bookings.listOfOrder(number)).toMatchObject([{ parts: [1, 2] }]);
  });
});
