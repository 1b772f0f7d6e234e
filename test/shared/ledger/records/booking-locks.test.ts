import { beforeEach, describe, expect, it } from 'vitest';
import { ledgerOnDynalite } from '../../../support/ledger.ts';

const settlingSeconds = 300;
const timeoutSeconds = 60;
const { clock, ledger } = await ledgerOnDynalite();
/** Another ERP order for each test, as they share the table. */
let home = 'MO/';
beforeEach(() => {
  home += '1';
});

/** The lock as this attempt at a booking holds it. */
const held = (booking: string, attempt: number) =>
  ledger.bookingLocks.of(home, booking, { attempt, owner: `attempt ${attempt} at ${booking}` });
type Held = ReturnType<typeof held>;
const endsAt = () => new Date(clock.now().getTime() + timeoutSeconds * 1000);

describe('the lock of an ERP order', () => {
  const take = (by: Held) => by.take(endsAt());

  /** An attempt dies in its booking, and the next one at the same booking has claimed it. */
  async function takenOver(): Promise<{ frozen: Held; successor: Held }> {
    const frozen = held('a', 1);
    const successor = held('a', 2);
    await take(frozen);
    clock.advance(timeoutSeconds + settlingSeconds - 1);
    expect(await take(successor)).toBe(true);
    return { frozen, successor };
  }

  it('keeps another booking out until its holder must be dead and what it sent has settled', async () => {
    await take(held('a', 1));
    clock.advance(timeoutSeconds + settlingSeconds - 1);
    expect(await take(held('b', 1))).toBe(false);
    clock.advance(1);
    expect(await take(held('b', 1))).toBe(true);
  });

  it('passes at once from a dead attempt to the next one at the same booking', async () => {
    const { successor } = await takenOver();
    await successor.release();
    expect(await take(held('b', 1))).toBe(true);
  });

  it.each([
    ['released', (frozen: Held) => frozen.release()],
    ['shortened', (frozen: Held) => frozen.keep(clock.now().getTime())],
    ['taken back', (frozen: Held) => frozen.take(clock.now())],
  ])('cannot be %s by an attempt that was frozen, once its successor has it', async (_what, thaws) => {
    // Prepare
    const { frozen } = await takenOver();

    // Act
    await thaws(frozen);

    // Assess
    clock.advance(timeoutSeconds + settlingSeconds - 1);
    expect(await take(held('b', 1))).toBe(false);
  });

  it('stays with its holder while what it sent may be settling', async () => {
    // Prepare
    const first = held('a', 1);
    await take(first);

    // Act
    await first.keep(clock.now().getTime() + 5000);

    // Assess
    clock.advance(4);
    expect(await take(held('b', 1))).toBe(false);
    clock.advance(1);
    expect(await take(held('b', 1))).toBe(true);
  });
});
