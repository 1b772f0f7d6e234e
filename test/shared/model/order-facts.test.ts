import { expect, it } from 'vitest';
import { recordedFacts } from '../../../shared/ledger/records/erp-orders.ts';
import { type FactName, type FactsInErp, hasSameFacts } from '../../../shared/model/order-facts.ts';
import { factsOf } from '../../../shared/orders/wanted-order.ts';
import { ledgerOn } from '../../support/ledger.ts';
import { erpOrder, splitOrder } from '../../support/orders.ts';

const facts: FactsInErp = {
  article: 'GEAR-01',
  quantity: { amount: '5', unit: 'u' },
  dueDate: '2026-12-18T12:00:00Z',
};

const others = {
  article: { article: 'GEAR-02' },
  quantity: { quantity: { amount: '6', unit: 'u' } },
  dueDate: { dueDate: '2026-12-19T12:00:00Z' },
} satisfies Record<FactName, Partial<FactsInErp>>;

it.each(Object.entries(others))('finds an order changed whose %s is another', (_, other) => {
  expect(hasSameFacts(facts, { ...facts, ...other })).toBe(false);
});

it('finds no change in another writing of the same quantity, time or unit', () => {
  const written = {
    ...facts,
    quantity: { amount: '5.0', unit: 'Unit' },
    dueDate: '2026-12-18T13:00:00+01:00',
  };
  expect(hasSameFacts(facts, written)).toBe(true);
});

it('keeps each fact of an order in the ledger', async () => {
  // Prepare
  const { ledger } = ledgerOn();
  const order = erpOrder({ ...facts, number: 'MO/0001' });
  const record = splitOrder(order.number, 1, {
    book: 'each',
    erpOrder: factsOf(order),
    dueDate: order.dueDate,
  });

  // Act
  await ledger.erpOrders.writeVersion(record);
  const found = await ledger.erpOrders.find(order);

  // Assess
  expect(found && recordedFacts(found)).toEqual(facts);
});
