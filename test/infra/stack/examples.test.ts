import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadIntegration } from '../../../infra/build/load-configuration.ts';
import { previewsOf } from '../../../infra/ops/map/preview.ts';
import { scheduledOf } from '../../../infra/stack/schedules.ts';
import { mapCompletion } from '../../../shared/integration/mapping/completions.ts';
import { mapProductOrders } from '../../../shared/integration/mapping/product-orders.ts';
import { completedProductOrder, recording } from '../../support/completions.ts';
import { erpOrder } from '../../support/orders.ts';

const folder = 'plants/examples';
const examples = readdirSync(folder).filter((name) => name.endsWith('.config.ts'));
const orderOf = (file: string) => `${folder}/${file.replace('.config.ts', '.order.json')}`;

it('has an example for each connector, and for each ERP that is described', async () => {
  const names = await Promise.all(
    examples.map(async (file) => (await loadIntegration(`${folder}/${file}`, 'test')).integration.erp.name),
  );
  expect(names.sort()).toEqual([
    'AFAS',
    'Business One',
    'Dolibarr',
    'ERPNext',
    'business-central',
    'odoo',
    'sap-s4hana',
    'tryton',
  ]);
});

it.each(examples.filter((file) => existsSync(orderOf(file))))(
  'maps each field of an order as the ERP of %s lists it',
  async (file) => {
    const path = `${folder}/${file}`;
    const { integration } = await loadIntegration(path, 'production');

    const [preview] = previewsOf(JSON.parse(readFileSync(orderOf(file), 'utf8')), integration);

    expect(preview?.mistakes).toEqual([]);
    const shown = preview?.becomes[0]?.rows.filter(([field]) => field.startsWith('parameter')) ?? [];
    const mapped = readFileSync(path, 'utf8').match(/^ {6}(?:'[^']+'|\w+):/gm) ?? [];
    expect(shown).toHaveLength(mapped.length);
  },
);

describe.each(examples)('the example %s', (file) => {
  const path = `${folder}/${file}`;

  it('pulls in production, and not in the test stage', async () => {
    const isPulling = async (stage: string) => {
      const [pull] = scheduledOf((await loadIntegration(path, stage)).integration);
      return [pull?.name, pull?.runs.isOn];
    };

    expect(await isPulling('production')).toEqual(['pull-product-orders', true]);
    expect(await isPulling('test')).toEqual(['pull-product-orders', false]);
  });

  it('maps an order, and what was recorded of it', async () => {
    // Prepare
    const { integration } = await loadIntegration(path, 'production');
    const order = erpOrder({ number: 'MO/0001', article: 'GEAR-01', quantity: { amount: '2' } });
    const completed = completedProductOrder({
      recordings: [recording({ steps: [{ name: 'Good quantity', value: 2 }] })],
    });

    // Act
    const { productOrders } = mapProductOrders(integration.productOrders, order);
    const { quantity } = mapCompletion(integration, 'quantity', [completed]);

    // Assess
    expect(productOrders.length).toBeGreaterThan(0);
    for (const { draft } of productOrders) {
      expect(draft).toMatchObject({ number: expect.stringContaining('MO/0001'), article: 'GEAR-01' });
    }
    expect(quantity?.amount).toBe('2');
  });
});
