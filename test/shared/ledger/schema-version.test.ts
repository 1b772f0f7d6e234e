import { expect, it } from 'vitest';
import { erpOrderKey, partitionOf } from '../../../shared/ledger/keys.ts';
import { bookingPlan } from '../../support/bookings.ts';
import { ledgerOn } from '../../support/ledger.ts';
import { newOrder, splitOrder } from '../../support/orders.ts';

it('writes a version number into each record of an order, so that later versions can read it', async () => {
  // Prepare
  const { table, clock, ledger } = ledgerOn();
  const record = splitOrder('MO/1', 2, { book: 'when-all-done' });
  const why = { reason: 'It has no article.', cause: 'unknown-article' } as const;
  const letter = { messageId: 'm', orderNumber: 'PO-1', stage: 'create-product-orders', ...why };

  // Act
  await ledger.erpOrders.write(record);
  await ledger.erpOrders.recordCompletedPart(record, { index: 1, azumutaId: 'id1' });
  await ledger.orders.put(newOrder({ number: 'PO-1', erpOrder: record.erpOrder }));
  await ledger.questions.recordAsked('PO-1', { by: 'hint', since: clock.now() });
  await ledger.questions.recordAnswered('PO-2', { by: 'hint', at: clock.now(), listsRecordings: true });
  await ledger.deadLetters.record(letter);
  await ledger.deadLetters.markDiscarded({ ...letter, orderNumber: 'PO-2' }, 'Not to be booked.');
  const change = { kind: 'changed', content: 'x', cause: 'conflict', note: 'It differs.' } as const;
  await ledger.concerns.begin('PO-1', change);
  await ledger.bookings.planOnly('PO-1', bookingPlan(), {});
  await ledger.knownOrders.writeAlias('PO-2', 'PO-1');

  // Assess
  const partitions = [partitionOf('PO-1'), partitionOf('PO-2'), erpOrderKey(record.erpOrder).pk];
  const items = (await Promise.all(partitions.map((pk) => table.query(pk)))).flat();
  expect(items.map(({ sk }) => sk).sort()).toEqual([
    ...['ALIAS', 'BOOKING#id1#quantity', 'COMPLETED#1', 'CONCERN#changed', 'DEAD-LETTER#m', 'DEAD-LETTER#m'],
    ...['ORDER', 'ORDER', 'QUESTION', 'QUESTION'],
  ]);
  expect(items.filter(({ v }) => v !== 1)).toEqual([]);
});
