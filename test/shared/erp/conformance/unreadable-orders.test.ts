import { describe, expect, it } from 'vitest';
import { startPlant as startSap } from '../sap-s4hana/plant.ts';
import { failureOf } from './attempts.ts';
import type { FaultProxy } from './fault-proxy.ts';
import { listOf } from './listing.ts';
import { startPlant as startOdoo } from './odoo-plant.ts';

/** Changes the rows of an answer, wherever they are in it. */
type Change = (row: Record<string, unknown>) => Record<string, unknown> | null;

function changeRows({ rewriteAnswers }: FaultProxy, change: Change): void {
  rewriteAnswers((body) => {
    const answer: unknown = JSON.parse(body, (_, value) =>
      value !== null && typeof value === 'object' && !Array.isArray(value) ? change(value) : value,
    );
    return JSON.stringify(answer);
  });
}

function sap(change: Change) {
  const { books, faults, connect } = startSap();
  changeRows(faults, change);
  return { books, faults, connect: (pageSize: number) => connect({ pageSize }) };
}

function odoo19(change: Change) {
  const { books, faults, connect } = startOdoo(19);
  changeRows(faults, change);
  return { books, faults, connect: (pageSize: number) => connect({ pageSize }) };
}

describe('sap-s4hana', () => {
  it.each(['..FF.', 'FF..F'].flatMap((rows) => [1, 2, 3, 9].map((pageSize) => [rows, pageSize] as const)))(
    'continues after rows without a number, where %s has no F, in pages of %i',
    async (rows, pageSize) => {
      // Prepare
      const { books, connect } = sap((row) => (row.Material === 'FG227' ? null : row));
      const planned = [...rows].map((row) => books.plan(row === 'F' ? 'FG226' : 'FG227', '5'));
      const readable = planned.filter(({ Material }) => Material === 'FG226');

      // Act
      const { numbers, unreadable, watermark } = await listOf(connect(pageSize));

      // Assess: no row is listed twice, as one that tells no position is followed by asking for more rows.
      expect(numbers).toEqual(readable.map(({ ManufacturingOrder }) => ManufacturingOrder));
      expect(watermark?.id).toBe(readable.at(-1)?.ManufacturingOrder);
      expect(unreadable.length).toBeGreaterThan(0);
      for (const { id, reason } of unreadable) {
        expect(id).toMatch(/^\$\.d\.results\[\d\]$/);
        expect(reason).toContain('$: found null, expected object');
      }
    },
  );

  it.each([
    ['no unit', { ProductionUnit: null }, '$.ProductionUnit: found null'],
    [
      'a quantity that is none',
      { TotalQuantity: 'five' },
      '$.TotalQuantity: found string, expected a decimal',
    ],
    ['a date that is none', { MfgOrderPlannedEndDate: '/Date(9999999999999999)/' }, 'expected a date'],
    ['a change time that is no text', { LastChangeDateTime: {} }, '$.LastChangeDateTime: found object'],
  ])('names an order with %s', async (_, change, why) => {
    // Prepare
    const { books, connect } = sap((row) => (row.Material === 'FG227' ? { ...row, ...change } : row));
    const [, misfit] = ['FG226', 'FG227', 'FG226'].map((material) => books.plan(material, '5'));

    // Act
    const { numbers, unreadable } = await listOf(connect(2));

    // Assess
    expect(numbers.length).toBe(2);
    expect(unreadable).toEqual([{ id: misfit?.ManufacturingOrder, reason: expect.stringContaining(why) }]);
  });

  it('lists an order that was never changed when its creation time cannot be read', async () => {
    const created = { MfgOrderCreationDate: '/Date(8640000000000001)/', MfgOrderCreationTime: 'PT1H1M1S' };
    const { books, connect } = sap((row) => ({ ...row, ...created }));
    const order = books.plan('FG226', '5', null);

    const { numbers } = await listOf(connect(2), { changedAt: '2026-01-01T00:00:00.000Z' });

    expect(numbers).toEqual([order.ManufacturingOrder]);
  });
});

describe('odoo', () => {
  it.each([1, 2, 3, 9])('continues after orders without a change time, in pages of %i', async (pageSize) => {
    // Prepare
    const { books, connect } = odoo19((row) => (row.product_qty === 7 ? { ...row, write_date: false } : row));
    const planned = [7, 7, 5, 7, 5].map((quantity) => books.plan('CHAIR', quantity));

    // Act
    const { numbers, unreadable, watermark } = await listOf(connect(pageSize));

    // Assess
    const names = (quantity: number) =>
      planned.filter((row) => row.product_qty === quantity).map(({ name }) => name);
    expect(numbers).toEqual(names(5));
    expect(watermark?.id).toBe(String(planned[4]?.id));
    expect(unreadable.map(({ id }) => id)).toEqual(names(7));
    expect(unreadable[0]?.reason).toContain('$.write_date: found boolean, expected string');
  });

  it.each<[string, Change, string]>([
    [
      'is not shown',
      (row) => (row.default_code === 'BATCH' ? { ...row, id: 0 } : row),
      '$: found missing, expected object',
    ],
    [
      'has a code that is none',
      (row) => (row.default_code === 'BATCH' ? { ...row, default_code: null } : row),
      '$.default_code: found null, expected string or false',
    ],
  ])('names an order whose product %s', async (_, change, why) => {
    // Prepare
    const { books, connect } = odoo19(change);
    const [first, misfit, third] = ['CHAIR', 'BATCH', 'CHAIR'].map((article) => books.plan(article, 5));

    // Act
    const { numbers, unreadable, watermark } = await listOf(connect(9));

    // Assess
    expect(numbers).toEqual([first?.name, third?.name]);
    expect(unreadable).toEqual([{ id: misfit?.name, reason: expect.stringContaining(why) }]);
    expect(unreadable[0]?.reason).toContain('its product The BATCH');
    expect(watermark?.id).toBe(String(third?.id));
  });
});

it.each([
  ['SAP', sap],
  ['Odoo', odoo19],
])('reports that %s is down when its answer is not a list', async (_, start) => {
  const { connect, faults } = start((row) => row);
  faults.rewriteAnswers(() => JSON.stringify({ d: { results: null } }));

  const failure = await failureOf(listOf(connect(9)));

  expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner' });
});
