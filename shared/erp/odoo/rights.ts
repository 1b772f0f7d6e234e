import * as z from 'zod/mini';
import type { UserRight } from '../connector.ts';
import type { Source } from './client.ts';

type RightOn = readonly [operation: 'write' | 'create', model: string];

/** The last four only where lots, scrap or operations are booked. A message on an order needs the right to write it. */
const rightsOfBookings: readonly RightOn[] = [
  ['write', 'mrp.production'],
  ['write', 'stock.move'],
  ['create', 'stock.lot'],
  ['create', 'stock.scrap'],
  ['write', 'mrp.workorder'],
  ['create', 'mrp.workcenter.productivity'],
];

/**
 * By `check_access_rights`, as odoo.com/documentation/17.0/developer/reference/external_api.html calls it; in 18 and 19 it is
 * deprecated and still there (odoo/models.py, 18.0; odoo/orm/models.py, 19.0). It tells what groups allow, and neither record
 * rules nor companies.
 */
export function readOdooRights({ read }: Source): Promise<UserRight[]> {
  return Promise.all(
    rightsOfBookings.map(async ([operation, model]) => {
      const named = { operation, raise_exception: false };
      const isGranted = await read(model, 'check_access_rights', z.boolean(), { named });
      return { to: `${operation} ${model}`, isGranted };
    }),
  );
}
