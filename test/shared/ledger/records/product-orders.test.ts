import { expect, it } from 'vitest';
import { claimedOrder } from '../../../support/bookings.ts';
import { ledgerOnDynalite } from '../../../support/ledger.ts';
import { newOrder } from '../../../support/orders.ts';

const { ledger } = await ledgerOnDynalite();

/** A product order as a caller has read it. */
async function read(number: string) {
  await ledger.orders.put(newOrder({ number }));
  const entry = await ledger.orders.find(number);
  if (!entry) throw new Error('The order is there.');
  return entry;
}

it.each([
  ['has claimed', false],
  ['has created', true],
])('withdraws no order that an attempt %s since it was read', async (_, creates) => {
  // Prepare
  const number = creates ? 'CREATED' : 'CLAIMED';
  const entry = await read(number);
  const claim = await claimedOrder(ledger, number);
  if (creates) await ledger.claims.complete(claim, {}, { event: 'created' });

  // Act
  const reason = 'It was cancelled in the ERP.';
  const withdrawn = await ledger.orders.withdraw(
    entry,
    { reason, cause: 'order-state' },
    { event: 'cancelled in the ERP', note: reason },
  );

  // Assess: the attempt still has its claim
  expect(withdrawn).toBe(false);
  expect(await ledger.orders.find(number)).toMatchObject({
    state: creates ? 'done' : 'claimed',
    withdrawn: false,
  });
  expect(await ledger.claims.complete(claim, {}, { event: 'created' })).toBe(!creates);
});
