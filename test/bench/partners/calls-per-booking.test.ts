import { expect, it } from 'vitest';
import { callsPerBooking } from './calls-per-booking.ts';

/** Of a plain booking, first in its container and further: counted with release 0.3.0, whose test servers were those of its day. */
const callsOf030: Readonly<Record<string, readonly [first: number, further: number]>> = {
  'Odoo 17': [16, 12],
  'Odoo 19': [15, 12],
  'SAP S/4HANA': [5, 5],
  'rest (sandbox ERP)': [4, 4],
};

it('makes as many calls for a plain booking as 0.3.0 did, with each connector that it had', async () => {
  const counted = await callsPerBooking();

  const known = counted.flatMap(({ erp, first, further }) =>
    erp in callsOf030 ? [[erp, [first, further]]] : [],
  );
  expect(Object.fromEntries(known)).toEqual(callsOf030);
});
