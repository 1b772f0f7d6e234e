import * as z from 'zod/mini';
import { type Decimal, toDecimal } from '../../model/quantity.ts';

/** Odoo writes `false` for every empty value. */
export const none = z.literal(false);
/** A record that a required field refers to: its id and name. */
export const reference = z.tuple([z.number(), z.string()]);
export const many2one = z.union([reference, none]);

const odooTimeSchema = z
  .string()
  .check(z.refine((text) => !Number.isNaN(Date.parse(fromOdooTime(text))), 'a time as 2026-11-24 10:00:00'));

const production = {
  id: z.number(),
  name: z.string(),
  product_id: reference,
  product_qty: z.number(),
  state: z.string(),
  /** UTC, to the second: `2026-11-24 10:00:00`. */
  write_date: odooTimeSchema,
  /** 0 or false for one that was never split. */
  backorder_sequence: z.union([z.number(), none]),
};

/** The position of a manufacturing order in a listing by change time. */
export const positionSchema = z.pipe(
  z.object({ id: production.id, write_date: odooTimeSchema }),
  z.transform(({ id, write_date }) => ({ id: String(id), time: write_date })),
);

const listed = z.object({
  ...production,
  product_uom_id: many2one,
  date_deadline: z.union([odooTimeSchema, none]),
  origin: z.union([z.string(), none]),
});
export const listedFields = [...Object.keys(listed.shape), 'priority'];
/** A manufacturing order as a listing needs it; other fields are kept for the mapping. */
export const listedProductionSchema = z.catchall(listed, z.unknown());
export type ListedProduction = z.infer<typeof listedProductionSchema>;

export const productSchema = z.object({
  id: z.number(),
  default_code: z.union([z.string(), none]),
  tracking: z.string(),
});
export type OdooProduct = z.infer<typeof productSchema>;

export const odooProductionSchema = z.object({
  ...production,
  product_uom_id: reference,
  company_id: reference,
  /** By the database's clock, as `write_date`. */
  create_date: z.string(),
  qty_producing: z.number(),
  qty_produced: z.number(),
  /** `flexible`, `warning` (the default) or `strict`: whether other quantities may be consumed than planned. */
  consumption: z.string(),
  /** To 18. */
  lot_producing_id: z.optional(many2one),
  /** From 19 on. */
  lot_producing_ids: z.optional(z.array(z.number())),
});
export type OdooProduction = z.infer<typeof odooProductionSchema>;

/** Id of the record that a field refers to; undefined when it is empty. */
export function idOfReference(field: z.infer<typeof many2one>): number | undefined {
  return field ? field[0] : undefined;
}

/** The exact decimal of an Odoo float, whose noise begins beyond the digits that any unit is rounded to. */
export function decimalOf(amount: number): Decimal {
  return toDecimal(Number(amount.toFixed(6))) ?? '0';
}

/** `2026-11-24 10:00:00`, UTC. */
export function toOdooTime(instant: string | Date): string {
  return new Date(instant).toISOString().slice(0, 19).replace('T', ' ');
}

export function fromOdooTime(text: string): string {
  return `${text.slice(0, 19).replace(' ', 'T')}Z`;
}
