import { beforeEach, describe, expect, it } from 'vitest';
import type { LockHolder } from '../../../../shared/ledger/records/booking-locks.ts';
import { ledgerOnDynalite } from '../../../support/ledger.ts';

const settlingSeconds = 300;
const timeoutSeconds = 60;
const { clock, ledger } = await ledgerOnDynalite();
/** Another ERP order for each test, as they share the table. */
let home = 'MO/';
beforeEach(() => {
  home += '1';
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

describe('the lock of an ERP order', () => {
  const of = ({ booking: key }: Holder) =>
    ledger.bookingLocks.of({ erpOrderNumber: home, key, isAlone: false });
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
