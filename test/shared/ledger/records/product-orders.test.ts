import { describe, expect, it } from 'vitest';
import { claimedOrder, rejectedFor } from '../../../support/bookings.ts';
import { ledgerOn } from '../../../support/ledger.ts';
import { newOrder } from '../../../support/orders.ts';

type Past = (ledger: ReturnType<typeof ledgerOn>['ledger']) => Promise<unknown>;

const failed = { reason: 'Azumuta failed (503).', cause: 'order-state' } as const;
const number = 'PO-1';

/** An order with this past, which is withdrawn. @returns its end. */
async function withdrawn(past: Past) {
  const { ledger } = ledgerOn();
  await ledger.orders.create(newOrder({ number }));
  await past(ledger);
  const entry = await ledger.orders.find(number);
  if (!entry) throw new Error('It was just put.');
  await ledger.orders.end(entry, { how: 'withdrawn', because: 'It was cancelled in the ERP.' });
  return (await ledger.orders.find(number))?.end?.how;
}

describe('a product order', () => {
  it.each<[what: string, end: 'withdrawn' | undefined, past: Past]>([
    ['not tried yet', 'withdrawn', async () => {}],
    [
      'released before a call',
      'withdrawn',
      async (ledger) =>
        ledger.claims.giveBack(await claimedOrder(ledger, number), { error: 'Waits.', sent: false }),
    ],
    [
      'refused before a call',
      'withdrawn',
      async (ledger) =>
        ledger.claims.giveBack(await claimedOrder(ledger, number), {
          error: rejectedFor(failed),
          sent: false,
        }),
    ],
    ['being created', undefined, (ledger) => claimedOrder(ledger, number)],
    [
      'in doubt',
      undefined,
      async (ledger) =>
        ledger.claims.giveBack(await claimedOrder(ledger, number), { error: 'No answer.', sent: true }),
    ],
    [
      'refused in doubt',
      undefined,
      async (ledger) =>
        ledger.claims.giveBack(await claimedOrder(ledger, number), {
          error: rejectedFor(failed),
          sent: true,
        }),
    ],
  ])('is withdrawn only while surely nothing of it was sent: %s', async (_, end, past) => {
    expect(await withdrawn(past)).toBe(end);
  });
});
