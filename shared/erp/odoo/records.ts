import * as z from 'zod/mini';
import { type Decimal, toDecimal } from '../../model/quantity.ts';

/** Odoo writes `false` for every empty value. */
const none = z.literal(false);
export const many2one = z.union([z.tuple([z.number(), z.string()]), none]);

export const productionSchema = z.object({
  id: z.number(),
  name: z.string(),
  product_id: z.tuple([z.number(), z.string()]),
  product_qty: z.number(),
  product_uom_id: many2one,
  state: z.string(),
  /** UTC, to the second: `2026-11-24 10:00:00`. */
  write_date: z.string(),
});

const time = z
  .string()
  .check(z.refine((text) => !Number.isNaN(Date.parse(fromOdooTime(text))), 'a time as 2026-11-24 10:00:00'));

const listed = { id: z.number(), write_date: time };

/** The position of a manufacturing order in a listing by change time. */
export const positionSchema = z.pipe(
  z.object(listed),
  z.transform(({ id, write_date }) => ({ id: String(id), time: write_date })),
);

/** A manufacturing order as a listing needs it; other fields are kept for the mapping. */
export const listedProductionSchema = z.catchall(
  z.object({
    ...productionSchema.shape,
    ...listed,
    date_deadline: z.union([time, none]),
    origin: z.union([z.string(), none]),
    backorder_sequence: z.optional(z.union([z.number(), none])),
  }),
  z.unknown(),
);
export type ListedProduction = z.infer<typeof listedProductionSchema>;

/** The product of a listed order. */
export const listedProductSchema = z.object({ id: z.number(), default_code: z.union([z.string(), none]) });

export const productSchema = z.object({ ...listedProductSchema.shape, tracking: z.string() });
export type Product = z.infer<typeof productSchema>;

/** A manufacturing order among those that were split from one order. */
export const siblingSchema = z.object({
  ...productionSchema.shape,
  /** 0 or false for one that was never split. */
  backorder_sequence: z.union([z.number(), none]),
  company_id: many2one,
  /** By the database's clock, as `write_date`. */
  create_date: z.string(),
});
export type Sibling = z.infer<typeof siblingSchema>;

const booked = {
  ...siblingSchema.shape,
  qty_producing: z.number(),
  qty_produced: z.number(),
  /** `flexible`, `warning` (the default) or `strict`: whether other quantities may be consumed than planned. */
  consumption: z.string(),
};

/** Fields of a booked order in every version. */
export const bookedFields = Object.keys(booked);

/** A manufacturing order as a booking needs it. */
export const bookedProductionSchema = z.object({
  ...booked,
  /** Of 17 and 18. */
  procurement_group_id: z.optional(many2one),
  /** From 19 on. */
  production_group_id: z.optional(many2one),
  /** To 18. */
  lot_producing_id: z.optional(many2one),
  /** From 19 on. */
  lot_producing_ids: z.optional(z.array(z.number())),
});
export type BookedProduction = z.infer<typeof bookedProductionSchema>;

/** Id of the record that a field refers to; undefined when it is empty. */
export function idOf(field: z.infer<typeof many2one>): number | undefined {
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
