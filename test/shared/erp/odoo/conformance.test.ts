import { describe } from 'vitest';
import { odooTarget } from '../conformance/odoo-target.ts';
import { notInErp } from '../conformance/open-cells.ts';
import { describeErpConformance } from '../conformance/suite.ts';
import type { Cannot } from '../conformance/target.ts';

// Files are those of Odoo's source, at the commits that servers/odoo.ts names.
const externalApi = 'https://www.odoo.com/documentation/19.0/developer/reference/external_api.html';
const unitOfOrder = notInErp(
  'Odoo counts its work orders in the unit of their order, whatever the mapping says',
  'mrp_workorder.py, `qty_produced`: a figure, and no unit beside it',
);
const always: Cannot = {
  'field operations.good.unit': unitOfOrder,
  'field operations.scrap.unit': unitOfOrder,
  'line-by-line': notInErp(
    'Odoo compares by product, so the first line takes it all',
    'mrp_production.py:1701 (19.0), `_get_consumption_issues`',
  ),
  reservations: notInErp(
    'what is reserved belongs to the lines that are consumed',
    'stock_move_line.py:664 (19.0), `_action_done`',
  ),
  'issued-by-hand': notInErp(
    'Odoo consumes the components of an order when it is finished, and not before',
    'mrp_production.py:1852 (19.0), `_post_inventory`',
  ),
  'further-outputs': notInErp(
    'an order plans its product once, and as no by-product',
    'mrp_production.py, `_get_moves_finished_values`',
  ),
  'unposted-booking': notInErp(
    'our key stands in a message on the order, from which a booking goes on',
    'mrp_production.py (19.0), `button_mark_done`: what is posted has no field for a key',
  ),
  session: notInErp('every call carries the key', externalApi),
  'never-changed': notInErp(
    'Odoo writes a change time when it creates',
    'seen on 17.0, 18.0 and 19.0: `write_date` is there from the creation on',
  ),
  'page-cap': notInErp('Odoo gives as many rows as are asked for', `${externalApi} (search_read: limit)`),
};
const onePerOrder = notInErp(
  'up to Odoo 18 an order takes one serial number',
  'mrp_production.py (17.0, 18.0), `lot_producing_id`: one lot',
);

describe.each([17, 18] as const)('to 18', (version) => {
  describeErpConformance(`odoo ${version} over JSON-RPC`, () => odooTarget(version, {}), {
    ...always,
    serials: onePerOrder,
    'scrapped-serials': onePerOrder,
  });
});
describeErpConformance('odoo 19 over JSON-2', () => odooTarget(19, {}), always);
