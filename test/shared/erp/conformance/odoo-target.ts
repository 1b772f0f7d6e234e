import { odoo } from '../../../../shared/erp/odoo/index.ts';
import type { OdooOptions } from '../../../../shared/erp/odoo/options.ts';
import type { Decimal } from '../../../../shared/model/quantity.ts';
import { completionOf } from './completions.ts';
import { connecting } from './connecting.ts';
import { createFaultProxy } from './fault-proxy.ts';
import { odooPlant } from './plants/odoo.ts';
import { hooksOf } from './plants/plant.ts';
import { assembly } from './servers/odoo-masters.ts';
import type { OdooVersion } from './servers/odoo-models.ts';
import type { ErpConformanceTarget } from './target.ts';

/** A test server of Odoo, and a connector that calls it through a proxy. */
export async function odooTarget(
  version: OdooVersion,
  configured: Partial<OdooOptions>,
): Promise<ErpConformanceTarget> {
  const plant = odooPlant(version);
  const { login } = plant;
  const { books } = plant.server;
  const faults = createFaultProxy(plant.answer);
  const plan = (article: string, quantity: Decimal) => plant.plan({ article, quantity });

  return {
    ...hooksOf(plant),
    connector: connecting(
      faults.url,
      { right: login, wrong: { ...login, apiKey: 'canary-wrong-odoo' } },
      ({ baseUrl: url, ...asked }) =>
        odoo({ url, database: login.database, version, backorder: 'keep', ...configured, ...asked }),
    ),
    faults,
    canaries: [login.apiKey, 'canary-wrong-odoo'],
    rowFields: { number: 'name', quantity: 'product_qty' },
    refused: {
      ...(version < 19
        ? { 'a component is tracked, and none reserved': async () => completionOf(plan('STOOL', '5')) }
        : {}),
      'its lot is missing': async () => completionOf(plan('BATCH', '5')),
      'it has two lots': async () => {
        const lots = ['L1', 'L2'].map((number) => ({ number, quantity: { amount: '1' } }));
        return completionOf(plan('BATCH', '2'), { quantity: { amount: '2' }, lots });
      },
      'its serial numbers are missing': async () => completionOf(plan('PUMP', '5')),
      'a serial number comes twice': async () => {
        const lots = [{ number: 'S1', quantity: { amount: '1' } }, { number: 'S1' }];
        return completionOf(plan('PUMP', '2'), { quantity: { amount: '2' }, lots });
      },
      'a good and a scrapped piece have one serial number': async () => {
        const built = { quantity: { amount: '1' }, scrap: { amount: '1' }, lots: [{ number: 'S1' }] };
        return completionOf(plan('PUMP', '2'), built);
      },
      'it has more serial numbers than the order is for': async () => {
        const lots = ['S3', 'S4'].map((number) => ({ number }));
        return completionOf(plan('PUMP', '1'), { quantity: { amount: '2' }, lots });
      },
      'it is rounded to 0': async () => completionOf(plan('CHAIR', '5'), { quantity: { amount: '0.004' } }),
      'it is a draft': async () => {
        const order = plan('CHAIR', '5');
        plant.row(order).state = 'draft';
        return completionOf(order);
      },
      'somebody has finished it': async () => {
        const order = plan('CHAIR', '5');
        plant.finishByHand(order);
        return completionOf(order);
      },
    },
    assembly,
    units: { own: 'Units', other: { unit: 'Dozens', holds: '12' }, foreign: 'kg' },
    rounded: '2.12',
    mark: (key) => `[azumuta booking ${plant.markOf(key)}]`,
    async lotsNamed(number) {
      return books.rows('stock.lot').filter((one) => one.name === number).length;
    },
  };
}
