import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bookingKeyOf } from '../../../../shared/ledger/keys.ts';
import { createLedger, type Ledger } from '../../../../shared/ledger/ledger.ts';
import { createBookings, type LockHolder } from '../../../../shared/ledger/records/bookings.ts';
import { createKnownOrders } from '../../../../shared/ledger/records/known-orders.ts';
import type { Table } from '../../../../shared/platform/dynamodb-table.ts';
import { type TestClock, testClock } from '../../../support/clock.ts';
import { type Dynalite, startDynalite } from '../../../support/dynamodb.ts';
import { modelledTable } from '../../../support/modelled-table.ts';

let store: Dynalite;
let clock: TestClock;
let ledger: Ledger;
let orders = 0;
let erpOrder: string;
const settlingSeconds = 300;
const timeoutSeconds = 60;

beforeAll(async () => {
  store = await startDynalite();
});
afterAll(() => store.stop());
beforeEach(() => {
  clock = testClock();
  ledger = createLedger({ ...store, clock, times: { settlingSeconds } });
  orders += 1;
  erpOrder = `MO/${orders}`;
});

const holder = (booking: string, attempt: number): LockHolder => ({
  booking,
  attempt,
  owner: `attempt ${attempt} at ${booking}`,
});
const endsAt = () => new Date(clock.now().getTime() + timeoutSeconds * 1000);
const lock = (by: LockHolder) => ledger.bookings.lock(erpOrder, by, endsAt());
/** An attempt dies in its booking, and the next one at the same booking has claimed it. */
async function takenOver(): Promise<{ frozen: LockHolder; successor: LockHolder }> {
  const frozen = holder('po1#quantity', 1);
  const successor = holder('po1#quantity', 2);
  await lock(frozen);
  clock.advance(timeoutSeconds + settlingSeconds - 1);
  expect(await lock(successor)).toBe(true);
  return { frozen, successor };
}

describe('the lock of an ERP order', () => {
  it('keeps another booking out until its holder must be dead and what it sent has settled', async () => {
    await lock(holder('po1#quantity', 1));
    clock.advance(timeoutSeconds + settlingSeconds - 1);
    expect(await lock(holder('po2#quantity', 1))).toBe(false);
    clock.advance(1);
    expect(await lock(holder('po2#quantity', 1))).toBe(true);
  });

  it('goes from a dead attempt to the next one at the same booking at once', async () => {
    const { successor } = await takenOver();
    await ledger.bookings.unlock(erpOrder, successor);
    expect(await lock(holder('po2#quantity', 1))).toBe(true);
  });

  it.each([
    ['unlocks', (frozen: LockHolder) => ledger.bookings.unlock(erpOrder, frozen)],
    ['shortens', (frozen: LockHolder) => ledger.bookings.keepLocked(erpOrder, frozen, clock.now().getTime())],
    ['takes back', (frozen: LockHolder) => ledger.bookings.lock(erpOrder, frozen, clock.now())],
  ])('is never what a thawed attempt %s once its successor has it', async (_what, thaws) => {
    // Prepare
    const { frozen } = await takenOver();

    // Act
    await thaws(frozen);

    // Assess
    clock.advance(timeoutSeconds + settlingSeconds - 1);
    expect(await lock(holder('po2#quantity', 1))).toBe(false);
  });

  it('is kept by its holder while what it sent may be settling', async () => {
    // Prepare
    const first = holder('po1#quantity', 1);
    await lock(first);

    // Act
    await ledger.bookings.keepLocked(erpOrder, first, clock.now().getTime() + 5000);

    // Assess
    clock.advance(4);
    expect(await lock(holder('po2#quantity', 1))).toBe(false);
    clock.advance(1);
    expect(await lock(holder('po2#quantity', 1))).toBe(true);
  });
});

/** A booking of two recordings, as it is planned. */
const planned = {
  key: 'id1#quantity',
  kind: 'quantity',
  parts: [1],
  recordingIds: ['first', 'second'],
  erpOrder: { number: 'MO/1' },
  productOrder: { id: 'id1', number: 'PO-1' },
} as const;
const planner = { owner: 'planner', messageId: 'hint' };

it.each([0, 1, 2, 3])(
  'a booking is there only once its recordings lead to its order: its planner may die after %i writes',
  async (writes) => {
    // Prepare
    const table = modelledTable();
    let left = writes;
    const dying: Table = {
      ...table,
      putIf: (...given) => (left-- > 0 ? table.putIf(...given) : Promise.reject(new Error('It died.'))),
    };

    // Act
    await createBookings(dying, clock, { settlingSeconds })
      .plan('PO-1', planned, planner)
      .catch(() => undefined);
    const bookings = await createBookings(table, clock, { settlingSeconds }).of('PO-1');
    const leadTo = await Promise.all(planned.recordingIds.map(createKnownOrders(table).numberOfAzumutaId));

    // Assess
    expect(bookings).toHaveLength(writes < 3 ? 0 : 1);
    expect(leadTo.filter((number) => number === 'PO-1')).toHaveLength(Math.min(writes, 2));
  },
);

it('a booking has room for a movement that is still to be confirmed, and for the booking that corrects it', async () => {
  // Prepare: as a later version may write it
  await ledger.bookings.plan(erpOrder, planned, planner);
  const set = { confirmation: 'awaited', successor: 'id1#correction' };
  await store.table.update(bookingKeyOf(erpOrder, planned.key), { set });

  // Act
  const read = await ledger.bookings.of(erpOrder);

  // Assess
  expect(read).toMatchObject([{ ...planned, confirmation: 'awaited', successor: 'id1#correction' }]);
});
