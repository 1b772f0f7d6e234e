import Big from 'big.js';
import * as z from 'zod/mini';
import { compareDecimals, type Decimal, sumOf } from '../../model/quantity.ts';
import { type Built, type BuiltLot, notBookable } from '../booking-rules.ts';
import type { OdooLook } from './context.ts';
import type { BookedProduction } from './records.ts';

const unitSchema = z.object({
  id: z.number(),
  name: z.string(),
  rounding: z.number(),
  /** To 18: units of one category can be converted. */
  category_id: z.optional(z.tuple([z.number(), z.string()])),
  factor_inv: z.optional(z.number()),
  /** From 19 on: units that descend from the same one, `1/5/`. */
  parent_path: z.optional(z.string()),
  factor: z.optional(z.number()),
});
type Unit = z.infer<typeof unitSchema>;

const kinFields = ['category_id', 'factor_inv', 'parent_path', 'factor'];
/** Floats of Odoo have noise beyond them, which must not decide how a half is rounded. */
const exactDigits = 6;

/**
 * What was built in the unit of the order, and rounded as Odoo rounds: to the decimals of the field when it is written,
 * to the unit when it is finished, halves up (fields_float.py; mrp_production.py, `_post_inventory`, 17 to 19).
 * @throws Rejected when the unit cannot be converted, or nothing is left: Odoo takes 0 for the whole order.
 */
export async function inUnitOf(look: OdooLook, production: BookedProduction, built: Built): Promise<Built> {
  const [id, name] = production.product_uom_id || [0, ''];
  const told = built.unit !== undefined && built.unit !== name ? built.unit : undefined;
  const units = await readUnits(look, production.name, id, told);
  const own = units.find((unit) => unit.id === id);
  const other = told === undefined ? own : units.find((unit) => unit.name === told && isKin(unit, own));
  if (!own || !other) {
    throw notBookable(
      'Odoo',
      production.name,
      `it is in ${name}, and Odoo does not convert ${built.unit ?? name} into that: let the mapping give ${name}`,
    );
  }
  const inOwn = (amount: Decimal): Decimal => {
    const exact = other === own ? new Big(amount) : new Big(amount).times(sizeOf(other)).div(sizeOf(own));
    const written = exact.round(exactDigits, Big.roundHalfUp).round(look.names.decimals, Big.roundHalfUp);
    return written.div(own.rounding).round(0, Big.roundHalfUp).times(own.rounding).toFixed();
  };
  const lotInOwn = ({ number, amount }: BuiltLot): BuiltLot => ({ number, amount: inOwn(amount) });
  const [good, scrap] = [inOwn(built.good), inOwn(built.scrap)];
  const produced = sumOf([good, scrap]);
  if (compareDecimals(produced, '0') === 0) {
    throw notBookable('Odoo', production.name, `${built.produced} is less than Odoo tells apart in ${name}`);
  }
  const lots = { goodLots: built.goodLots.map(lotInOwn), scrapLots: built.scrapLots.map(lotInOwn) };
  return { good, scrap, produced, unit: name, ...lots };
}

async function readUnits(
  { client, signal }: OdooLook,
  order: string,
  id: number,
  told: string | undefined,
): Promise<Unit[]> {
  const call = { model: 'uom.uom', order, signal } as const;
  const own = ['id', '=', id];
  const kin =
    told === undefined
      ? {}
      : await client.read({
          ...call,
          method: 'fields_get',
          named: { allfields: kinFields, attributes: ['type'] },
          answer: z.record(z.string(), z.unknown()),
        });
  return client.read({
    ...call,
    method: 'search_read',
    named: {
      domain: told === undefined ? [own] : ['|', own, ['name', '=', told]],
      fields: ['name', 'rounding', ...Object.keys(kin)],
    },
    context: { active_test: false },
    answer: z.array(unitSchema),
  });
}

/** uom_uom.py: `category_id` in `_compute_quantity` (to 18), `_has_common_reference` (from 19 on). */
function isKin(unit: Unit, own: Unit | undefined): boolean {
  const kinOf = (one: Unit) => one.category_id?.[0] ?? one.parent_path?.split('/')[0];
  return own !== undefined && kinOf(own) !== undefined && kinOf(unit) === kinOf(own);
}

/** How many of the unit that all of its kind refer to it holds. Up to 18 `factor` is the inverse of that. */
function sizeOf({ factor, factor_inv }: Unit): number {
  return factor_inv ?? factor ?? 1;
}
