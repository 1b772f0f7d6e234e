import { expect, it } from 'vitest';
import type { Lease } from '../../../shared/ledger/lease.ts';
import { ledgerOnDynalite } from '../../support/ledger.ts';

const { clock, ledger } = await ledgerOnDynalite();
const take = (owner: string, lock: Lease, seconds = 360) => lock.take(owner, seconds).then(Boolean);

it('keeps another booking out until its holder must be dead and what it sent has settled', async () => {
  const lock = ledger.bookingLock('MO/1');
  expect(await take('a', lock)).toBe(true);
  clock.advance(359);
  expect(await take('b', lock)).toBe(false);
  clock.advance(1);
  expect(await take('b', lock)).toBe(true);
});

it('stays with its holder while what it sent may be settling', async () => {
  const lock = ledger.bookingLock('MO/2');
  await take('a', lock);
  await lock.setWhileHeld('a', { leaseUntil: clock.now().getTime() + 5000 });
  clock.advance(4);
  expect(await take('b', lock)).toBe(false);
  clock.advance(1);
  expect(await take('b', lock)).toBe(true);
});

it.each<[string, thaws: (lock: Lease) => Promise<unknown>]>([
  ['released', (lock) => lock.release('frozen')],
  ['shortened', (lock) => lock.setWhileHeld('frozen', { leaseUntil: 0 })],
  ['taken back', (lock) => take('frozen', lock, 0)],
])('cannot be %s by an attempt that was frozen, once its successor has it', async (what, thaws) => {
  // Prepare
  const lock = ledger.bookingLock(`MO/3 ${what}`);
  await take('frozen', lock);
  clock.advance(360);
  await take('successor', lock);

  // Act
  await thaws(lock);

  // Assess
  clock.advance(359);
  expect(await take('another', lock)).toBe(false);
});
