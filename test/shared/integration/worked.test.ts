import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mapCompletion } from '../../../shared/integration/mapping/completions.ts';
import { mapProductOrders } from '../../../shared/integration/mapping/product-orders.ts';
import { completedProductOrder, recording } from '../../support/completions.ts';
import { erpOrder } from '../../support/orders.ts';
import worked, { perBox, perShift } from './worked.config.ts';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

const order = erpOrder({
  article: 'GEAR-01-RED',
  quantity: { amount: '2' },
  dueDate: '2026-11-30T23:30:00Z',
  attributes: {
    line: '20',
    colour: 'red',
    options: ['reinforced'],
    customerOrder: 'SO-77',
    pressure: '8.5',
    names: { en: 'Gearbox', nl: 'Tandwielkast' },
  },
});

describe('the worked mappings', () => {
  it('are in MAPPING.md word for word', () => {
    const blocks = [...read('shared/integration/MAPPING.md').matchAll(/```ts\n([\s\S]*?)```/g)];
    expect(blocks.length).toBeGreaterThan(7);
    const configuration = read('test/shared/integration/worked.config.ts');
    for (const [, code = ''] of blocks) expect(configuration).toContain(code);
  });

  it('make a product order for each unit, with variants, spaced keys and the Dutch name', () => {
    const [first, second, ...others] = mapProductOrders(worked.productOrders, order).productOrders;
    expect(others).toEqual([]);
    expect(first?.draft).toEqual({
      number: 'MO/0001-20/1',
      article: 'GEAR-01',
      variants: ['red', 'reinforced'],
      parameters: {
        Quantity: 1,
        'Serial number': 'MO/0001.1',
        'Customer order': 'SO-77',
        'Test pressure (bar)': 8.5,
        Name: 'Tandwielkast',
        'Due on': '2026-12-01',
      },
    });
    expect(second?.draft.number).toBe('MO/0001-20/2');
  });

  it('keep with each part that the order is booked as a whole, where a plant has times for that', () => {
    const { productOrders } = mapProductOrders(perShift.productOrders, order);
    expect(productOrders.map(({ part }) => part.book)).toEqual(['when-all-done', 'when-all-done']);
  });

  it('make a product order for each box, the last one for what is left', () => {
    const { productOrders } = mapProductOrders(perBox.productOrders, {
      ...order,
      quantity: { amount: '80' },
    });
    expect(productOrders.map(({ draft }) => draft.parameters.Quantity)).toEqual(['25', '25', '25', '5']);
  });

  it('leave out a parameter that has no value', () => {
    const attributes = { ...order.attributes, customerOrder: ' ' };
    const [first] = mapProductOrders(worked.productOrders, { ...order, attributes }).productOrders;
    expect(first?.draft.parameters).not.toHaveProperty('Customer order');
  });

  it('book what was recorded under Dutch names, all units together', () => {
    const unit = (serial: string, scrap: string) =>
      completedProductOrder({
        recordings: [
          recording({ workInstruction: { id: 'wi1', name: 'Zagen' } }),
          recording({
            workInstruction: { id: 'wi2', name: 'Monteren' },
            steps: [
              { name: 'Goedgekeurd', value: '1' },
              { name: 'Afgekeurd', value: scrap },
              { name: 'Reden', value: scrap === '0' ? '' : 'Kras' },
              { name: 'Serienummer', value: serial },
              { name: 'Motor', value: 'B-17' },
              { name: 'Insteltijd', value: 2 },
              { name: 'Etiketten', value: 3, ok: true },
            ],
          }),
        ],
      });
    const booked = mapCompletion(worked, 'quantity', [unit('SN-1', '0'), unit('SN-2', '1')]);
    expect(booked).toMatchObject({
      quantity: { amount: '2' },
      scrap: { amount: '1' },
      lots: [{ number: 'SN-1' }, { number: 'SN-2' }],
      scrapReasons: [{ reason: 'Kras', quantity: { amount: '1' } }],
      components: { used: [{ article: 'MOT-1', lots: [{ number: 'B-17' }, { number: 'B-17' }] }] },
      operations: [
        { operation: '10', runSeconds: 600 },
        { operation: '20', setupSeconds: 240, runSeconds: 360 },
      ],
      checks: [{ unit: 'pcs' }, { unit: 'pcs' }],
    });
  });

  it('find the ERP order of a product order that was typed by hand', () => {
    expect(worked.completions.erpOrderNumber?.('MO/0001-20')).toBe('MO/0001');
  });
});
