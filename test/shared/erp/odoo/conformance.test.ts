import { describe } from 'vitest';
import { odooTarget } from '../conformance/odoo-target.ts';
import { describeErpConformance } from '../conformance/suite.ts';
import type { Cannot } from '../conformance/target.ts';

const unitOfOrder = 'Odoo counts its work orders in the unit of their order, whatever the mapping says';
const always: Cannot = {
  'field operations.good.unit': unitOfOrder,
  'field operations.scrap.unit': unitOfOrder,
  'line-by-line': 'Odoo compares by product, so the first line takes it all',
  reservations: 'what is reserved belongs to the lines that are consumed',
  'issued-by-hand': 'Odoo consumes the components of an order when it is finished, and not before',
  'further-outputs': 'an order plans its product once',
  session: 'every call carries the key',
  'never-changed': 'Odoo writes a change time when it creates',
  'page-cap': 'Odoo gives as many rows as are asked for',
};
const onePerOrder = 'up to Odoo 18 an order takes one serial number';

describe.each([17, 18] as const)('to 18', (version) => {
  describeErpConformance(`odoo ${version} over JSON-RPC`, () => odooTarget(version, {}), {
    ...always,
    serials: onePerOrder,
    'scrapped-serials': onePerOrder,
  });
});
describeErpConformance('odoo 19 over JSON-2', () => odooTarget(19, {}), always);
