import { odoo } from '../../../../shared/erp/odoo/index.ts';
import type { OdooOptions } from '../../../../shared/erp/odoo/options.ts';
import type { Decimal } from '../../../../shared/model/quantity.ts';
import { completionOf } from './completions.ts';
import { connecting } from './connecting.ts';
import { createFaultProxy } from './fault-proxy.ts';
import { odooPlant } from './plants/odoo.ts';
import { hooksOf } from './plants/plant.ts';
import type { OdooRow } from './servers/odoo-domain.ts';
import { assembly, locations } from './servers/odoo-masters.ts';
import type { OdooBooks, OdooVersion } from './servers/odoo-models.ts';
import type { ErpConformanceTarget, PlannedOrder, PlannedOrderRef, RepeatedComponents } from './target.ts';

const scarceLot = 'MOTOR-3';

/** Both components of an engine are in two lines. */
const repeated: RepeatedComponents = {
  article: 'ENGINE TWICE',
  plain: 'LEG',
  lotted: 'MOTOR',
  lots: ['MOTOR-1', 'MOTOR-2'],
};

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
  addScarceLot(books);

  return {
    ...hooksOf(plant),
    planOrder: async (order) =>
      order.article === repeated.article ? planRepeated(plant, order) : plant.plan(order),
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
      'less of a component is set by hand than its bill of materials allows': async () => {
        const order = plan('CHAIR', '5');
        plant.row(order).consumption = 'strict';
        for (const move of books.where('stock.move', { raw_material_production_id: plant.row(order).id }))
          Object.assign(move, { quantity: 19, picked: true, manual_consumption: true });
        return completionOf(order);
      },
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
    assembly: { ...assembly, scarceLot },
    repeated,
    units: { own: 'Units', other: { unit: 'Dozens', holds: '12' }, foreign: 'kg' },
    rounded: '2.12',
    mark: (key) => `[azumuta booking ${plant.markOf(key)}]`,
    async lotsNamed(number) {
      return books.rows('stock.lot').filter((one) => one.name === number).length;
    },
  };
}

/** A lot of which one piece is there. */
function addScarceLot(books: OdooBooks): void {
  const product_id = productOf(books, 'MOTOR');
  const lot_id = books.insert('stock.lot', { name: scarceLot, product_id, company_id: 1 }).id;
  books.insert('stock.quant', { product_id, lot_id, location_id: locations.stock, quantity: 1 });
}

/** An engine whose lines are changed: two of a component that is tracked and reserved, and two of one that is not. */
function planRepeated(plant: ReturnType<typeof odooPlant>, planned: PlannedOrder): PlannedOrderRef {
  const { books } = plant.server;
  const order = plant.plan({ ...planned, article: assembly.article });
  const planOf = () => books.where('stock.move', { raw_material_production_id: plant.row(order).id });
  const [motor, gear, casing] = planOf();
  if (!motor || !gear || !casing) throw new Error('an engine has three components');
  const linesOf = ({ id }: OdooRow) => books.where('stock.move.line', { move_id: id });
  gear.product_id = motor.product_id;
  for (const line of linesOf(gear))
    Object.assign(line, { product_id: motor.product_id, lot_id: linesOf(motor)[0]?.lot_id });
  for (const line of linesOf(casing))
    books.call('stock.move.line', 'unlink', { ids: [line.id], named: {}, context: {} });
  Object.assign(casing, {
    product_id: productOf(books, repeated.plain),
    has_tracking: 'none',
    // In 17 only what is tracked is consumed by hand.
    manual_consumption: books.version > 17,
  });
  const { id: _, ...values } = casing;
  books.insert('stock.move', values);
  return order;
}

function productOf(books: OdooBooks, code: string): number | undefined {
  return books.where('product.product', { default_code: code })[0]?.id;
}
