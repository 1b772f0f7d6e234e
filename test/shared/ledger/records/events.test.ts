import { beforeEach, expect, it } from 'vitest';
import { claimedOrder } from '../../../support/bookings.ts';
import { testClock } from '../../../support/clock.ts';
import { ledgerOnDynalite } from '../../../support/ledger.ts';
import { newOrder } from '../../../support/orders.ts';

const { clock, ledger } = await ledgerOnDynalite(testClock('2026-11-24T22:00:00.000Z'));
// Each test on a day of its own: they share the table.
beforeEach(() => clock.advance(10 * 86_400));

const letter = (messageId: string, orderNumber: string) => ({
  messageId,
  orderNumber,
  stage: 'book-completion',
  reason: 'The ERP does not know the order.',
});
const happened = async (from: Date, until = clock.now()) =>
  (await ledger.days.listEvents(from, until)).map(({ number, event }) => `${number} ${event}`);

async function create(number: string): Promise<void> {
  await ledger.orders.create(newOrder({ number }));
  await ledger.claims.complete(await claimedOrder(ledger, number), {}, { event: 'created' });
}

it('finds what was created, dead-lettered and changed in a period, across midnight, oldest first', async () => {
  // Prepare
  const before = clock.now();
  await create('DAY-1');
  clock.advance(3600);
  const from = clock.now();
  await create('DAY-2');
  clock.advance(3 * 3600);
  await ledger.deadLetters.record(letter('m-1', 'DAY-2'));
  clock.advance(3600);
  const note = 'Quantity: was 5, is 6';
  await ledger.concerns.begin('DAY-1', { kind: 'changed', content: note, note, cause: 'conflict' });

  // Act and assess
  expect(await happened(from)).toEqual(['DAY-2 created', 'DAY-2 dead-lettered', 'DAY-1 changed']);
  expect(await happened(before, from)).toEqual(['DAY-1 created', 'DAY-2 created']);
});

it('records a dead letter again when its replay fails, and shows both in the journey', async () => {
  // Prepare
  const dead = letter('m-2', 'AGAIN-1');
  await ledger.deadLetters.record(dead);
  // A crash before it was sent to its queue: it is dead-lettered a second time, which is no news.
  await ledger.deadLetters.record(dead);
  await ledger.deadLetters.markReplayed(dead, 'sent again');
  const between = await ledger.deadLetters.listOfOrder('AGAIN-1');

  // Act
  await ledger.deadLetters.record({ ...dead, reason: 'It is locked.' });

  // Assess
  expect(between).toMatchObject([{ messageId: 'm-2', isDead: false }]);
  expect(await ledger.deadLetters.listOfOrder('AGAIN-1')).toMatchObject([
    { isDead: true, reason: 'It is locked.' },
  ]);
  expect((await ledger.journeys.readJourney('AGAIN-1')).map(({ event }) => event)).toEqual([
    'dead-lettered',
    'replayed',
    'dead-lettered',
  ]);
});
