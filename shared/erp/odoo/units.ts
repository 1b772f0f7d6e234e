import Big from 'big.js';
import * as z from 'zod/mini';
import { compareDecimals, type Decimal, sumOf } from '../../model/quantity.ts';
import { definedFields } from '../../model/unread.ts';
import { type Built, notBookable } from '../booking-rules.ts';
import type { Reader } from './client.ts';
import { type OdooProduction, reference } from './records.ts';

/** Its size is in the reference unit of its kind. Up to 18 `factor` is the inverse of that. */
const odooUnitSchema = z.pipe(
  z.object({
    id: z.number(),
    name: z.string(),
    rounding: z.number(),
    /** To 18: units of one category can be converted. */
    category_id: z.optional(reference),
    factor_inv: z.optional(z.number()),
    /** From 19 on: units that descend from the same one, `1/5/`. */
    parent_path: z.optional(z.string()),
    factor: z.optional(z.number()),
  }),
  // uom_uom.py:223 (17.0, 18.0): `category_id` in `_compute_quantity`; :216 (19.0): `_has_common_reference`.
  z.transform(({ category_id, parent_path, factor_inv, factor, ...unit }) => ({
    ...unit,
    kin: category_id?.[0] ?? parent_path?.split('/')[0],
    size: factor_inv ?? factor ?? 1,
  })),
);

/** Beyond these digits Odoo's floats have noise, which must not decide how a half is rounded. */
const exactDigits = 6;

/**
 * Converts what was built to the unit of the order, and rounds as Odoo does: to the decimals of the field when it is
 * written, to the unit when it is finished, halves up (odoo/fields.py:1545 (17.0), :1658 (18.0),
 * orm/fields_numeric.py:144 (19.0); mrp_production.py:1699 (17.0), :1756 (18.0), :1871 (19.0), `_post_inventory`).
 * @throws Rejected when the unit cannot be converted, another quantity would come into stock, or nothing is left: Odoo takes
 * 0 for the whole order.
 */
export async function convertToOrderUnit(
  reader: Reader,
  production: OdooProduction,
  built: Built,
): Promise<Built> {
  const [id, name] = production.product_uom_id;
  const refuse = (why: string) => notBookable('Odoo', production.name, why);
  const given = built.unit ?? name;
  const kin = reader.isFrom19 ? ['parent_path', 'factor'] : ['category_id', 'factor_inv'];
  const units = await reader.search('uom.uom', {
    domain: ['|', ['id', '=', id], ['name', '=', given]],
    fields: ['name', 'rounding', ...kin],
    context: { active_test: false },
    row: odooUnitSchema,
  });
  const own = units.find((unit) => unit.id === id);
  const other = given === name ? own : units.find((unit) => unit.name === given && unit.kin === own?.kin);
  if (!own || !other)
    throw refuse(
      `it is in ${name}, and Odoo does not convert ${given} into that: let the mapping give ${name}`,
    );
  const ratio = new Big(other.size).div(own.size);
  const inOwn = (amount: Decimal): Decimal => {
    const exact = new Big(amount).times(ratio).round(exactDigits, Big.roundHalfUp);
    return roundedTo(own, exact.round(reader.decimals, Big.roundHalfUp)).toFixed();
  };
  const sameInOwn = (amount: Decimal): Decimal => {
    const converted = inOwn(amount);
    const back = roundedTo(other, new Big(converted).div(ratio).round(exactDigits, Big.roundHalfUp));
    if (other === own || back.eq(roundedTo(other, new Big(amount)))) return converted;
    throw refuse(
      `${amount} ${other.name} are ${converted} ${name} in Odoo, which is ${back.toFixed()} ${other.name}: plan such orders in ${other.name}, and book this one by hand`,
    );
  };
  const [good, scrap] = [sameInOwn(built.good), sameInOwn(built.scrap)];
  const produced = sumOf([good, scrap]);
  if (compareDecimals(produced, '0') === 0)
    throw refuse(`${built.produced} is rounded to 0 ${name} in Odoo: correct what was recorded`);
  // To Odoo's API a number with a blank is another lot.
  const goodLots = built.goodLots.map(({ number, amount }) => ({
    number: number.trim(),
    amount: inOwn(amount),
  }));
  const scrapped = built.scrapped.map(({ number, reason, amount }) => ({
    ...definedFields({ number: number?.trim(), reason }),
    amount: reason === undefined ? inOwn(amount) : sameInOwn(amount),
  }));
  const booked = scrapped.filter(({ amount }) => compareDecimals(amount, '0') > 0);
  return { ...built, good, scrap, produced, unit: name, goodLots, scrapped: booked };
}

function roundedTo({ rounding }: { readonly rounding: number }, amount: Big): Big {
  return amount.div(rounding).round(0, Big.roundHalfUp).times(rounding);
}
