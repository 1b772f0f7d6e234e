import { describe, expect, it } from 'vitest';
import { recordedFacts } from '../../../shared/ledger/records/erp-orders.ts';
import { Rejected } from '../../../shared/model/errors.ts';
import {
  type FactName,
  type FactsInErp,
  factNames,
  hasSameFacts,
} from '../../../shared/model/order-facts.ts';
import { ledgerOn } from '../../support/ledger.ts';
import { erpOrder } from '../../support/orders.ts';
import { acceptInto } from '../orders/order-stage.ts';

/** A value of each, also of those that an ERP may not have. */
const facts: { readonly [Fact in FactName]: NonNullable<FactsInErp[Fact]> } = {
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

describe('the ledger', () => {
  it('keeps each fact of an order that comes', async () => {
    // Prepare
    const { ledger } = ledgerOn();
    const order = erpOrder({ ...facts, number: 'MO/0001' });

    // Act
    await acceptInto(ledger, [order], 'pull');

    // Assess
    const found = await ledger.erpOrders.find(order);
    expect(found && recordedFacts(found)).toEqual(facts);
  });

  it('keeps each fact of an order that cannot be mapped', async () => {
    // Prepare
    const { ledger } = ledgerOn();
    const order = erpOrder({ ...facts, number: 'MO/0001' });
    const map = () => {
      throw new Rejected('There is no such article.', { causeCode: 'order-data' });
    };

    // Act
    await acceptInto(ledger, [order], 'pull', { map });

    // Assess
    const found = await ledger.erpOrders.find(order);
    expect(found && recordedFacts(found)).toEqual(facts);
  });

  it.each(factNames)('follows a change of its %s', async (name) => {
    // Prepare
    const { ledger } = ledgerOn();
    const order = erpOrder({ ...facts, number: 'MO/0001' });
    await acceptInto(ledger, [order], 'pull');

    // Act
    await acceptInto(ledger, [{ ...order, ...others[name] }], 'pull');

    // Assess
    const found = await ledger.erpOrders.find(order);
    expect(found && recordedFacts(found)).toEqual({ ...facts, ...others[name] });
  });
});
