import { odooTarget } from '../conformance/odoo-target.ts';
import { describeErpConformance } from '../conformance/suite.ts';
import type { Cannot } from '../conformance/target.ts';

const always: Cannot = {
  session: 'every call carries the key',
  'never-changed': 'Odoo writes a change time when it creates',
  'page-cap': 'Odoo gives as many rows as are asked for',
};
const onePerOrder = 'Odoo 17 takes one serial number per order';

describeErpConformance('odoo 17 over JSON-RPC', () => odooTarget(17, {}), {
  ...always,
  serials: onePerOrder,
  'scrapped-serials': onePerOrder,
});
describeErpConformance('odoo 19 over JSON-2', () => odooTarget(19, {}), always);
