import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLedger, type Ledger } from '../../../../shared/ledger/ledger.ts';
import type { LockHolder } from '../../../../shared/ledger/records/bookings.ts';
import { type TestClock, testClock } from '../../../support/clock.ts';
import { type Dynalite, startDynalite } from '../../../support/dynamodb.ts';

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
