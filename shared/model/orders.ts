import * as z from 'zod/mini';
import type { FactsInErp } from './order-facts.ts';
import type { Quantity } from './quantity.ts';
import { definedFields } from './unread.ts';

export const erpOrderRefSchema = z.object({
  /** The number that people see in the ERP. */
  number: z.string(),
  /** The ERP's internal id, where it differs from the number. */
  id: z.exactOptional(z.string()),
});
/** Which ERP order is meant. Numbers are text: leading zeros and slashes are part of them. */
export type ErpOrderRef = Readonly<z.output<typeof erpOrderRefSchema>>;

/** Only the name of what may hold more. */
export const erpOrderRefOf = (order: ErpOrderRef): ErpOrderRef => z.parse(erpOrderRefSchema, order);

export const erpOrderFactsSchema = z.object({
  ...erpOrderRefSchema.shape,
  /** The ERP's code of the product. */
  article: z.string(),
  /** Quantity of the whole ERP order, in its unit. */
  amount: z.string(),
  /** Unit of the ERP order, where it has one. */
  unit: z.exactOptional(z.string()),
});
/** The ERP order behind a product order, with the ERP's own codes, not those that the mapping made for Azumuta. */
export type ErpOrderFacts = Readonly<z.output<typeof erpOrderFactsSchema>>;

/** What is kept of an ERP order. Who writes it names each field, so that none that is added is forgotten. */
export function erpOrderFactsFrom(
  fields: {
    readonly [Name in keyof Required<ErpOrderFacts>]: ErpOrderFacts[Name];
  },
): ErpOrderFacts {
  return definedFields(fields);
}

/** Whether both are the same order: by the ERP's id, or by the number where one has none. */
export function isSameErpOrder(a: ErpOrderRef, b: ErpOrderRef): boolean {
  return a.id === undefined || b.id === undefined ? a.number === b.number : a.id === b.id;
}

/** A released production order as the ERP gives it. */
export interface ErpOrder extends ErpOrderRef, FactsInErp {
  /**
   * `cancelled` when the ERP has withdrawn a released order; `other` when it is not released: not yet, or not any more;
   * `deleted` when it was asked for the order, and does not have it any more.
   */
  readonly state: 'released' | 'cancelled' | 'other' | 'deleted';
  /** ISO instant of its last change, where the ERP says it: what is older never replaces what is newer. */
  readonly changedAt?: string | undefined;
  /** Other fields for the mapping, as selected by the connector's options. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

const parameterValueSchema = z.union([z.string(), z.number(), z.boolean()]);
/** Value of an Azumuta parameter; the JSON type determines its value type. */
export type ParameterValue = z.output<typeof parameterValueSchema>;

export const productOrderDraftSchema = z.object({
  number: z.string(),
  /** Number of the Azumuta article to create it from. */
  article: z.string(),
  /** Keys may contain spaces. */
  parameters: z.readonly(z.record(z.string(), parameterValueSchema)),
  /** Names (or ids) of the article's variants. */
  variants: z.readonly(z.array(z.string())),
});
/** A product order as the mapping wants it in Azumuta. */
export type ProductOrderDraft = Readonly<z.output<typeof productOrderDraftSchema>>;

export const productOrderRefSchema = z.object({
  /** 17-character Meteor id. */
  id: z.string(),
  number: z.string(),
  /** Page of the product order for a person, when Azumuta gives one. */
  url: z.exactOptional(z.string()),
});
export type ProductOrderRef = Readonly<z.output<typeof productOrderRefSchema>>;

/** Only the name of what may hold more. */
export const productOrderRefOf = (order: ProductOrderRef): ProductOrderRef =>
  z.parse(productOrderRefSchema, order);

export const watermarkSchema = z.object({
  /** ISO instant, UTC. */
  changedAt: z.string(),
  /** Id of the last order read with that time: breaks ties between equal times. Of an exact one: where to go on. */
  id: z.exactOptional(z.string()),
});
/** How far a listing of released orders has got: the last change that was read, and of which order. */
export type Watermark = Readonly<z.output<typeof watermarkSchema>>;

/**
 * What an ERP's position says. `time`: a change may show after a later one was read, so a window begins before the one
 * that is finished. `exact`: all up to it was read, so a window begins right behind it.
 */
export type WatermarkKind = 'time' | 'exact';

const bookPartsSchema = z.enum(['alone', 'each', 'when-all-done']);
/** When parts are booked in the ERP; `alone`: the ERP order is one product order. */
export type BookParts = z.output<typeof bookPartsSchema>;

export const partSchema = z.object({
  /** 1 for the first. */
  index: z.number(),
  /** Number of part 1, where bookings that need all parts are kept. */
  first: z.string(),
  book: bookPartsSchema,
});
/** Which part of its ERP order a product order is. The record of the ERP order has the number of parts, as it changes. */
export type Part = Readonly<z.output<typeof partSchema>>;

/** The number under which the bookings of a product order are kept. */
export function homeOfBookings({ number, part }: { readonly number: string; readonly part: Part }): string {
  return part.book === 'when-all-done' ? part.first : number;
}

export const splitSchema = z.object({
  /** Number of the only product order, or the prefix of the numbers of all parts. */
  number: z.string(),
  of: z.number(),
  book: bookPartsSchema,
});
/** What a product order is for: all of its ERP order, or its own share of a split one. */
export function quantityOfPart({ book }: Pick<Part, 'book'>, whole: Quantity): Quantity {
  return book === 'alone' ? whole : { ...whole, amount: '1' };
}

/** Which part of its ERP order a product order is, and what that is for, as a mapping gets it. */
export interface OrderPart {
  /** 1 for the first. */
  readonly index: number;
  /** How many parts the ERP order has; 1 where it is not split. */
  readonly of: number;
  /** What this part is for, in the unit of the ERP order. */
  readonly quantity: Quantity;
}

/** A part of the ERP order of a product order; undefined where that is not split. @param of How many parts it has now. */
export function partOfSplit(
  { part: { book }, erpOrder: { amount, unit } }: { readonly part: Part; readonly erpOrder: ErpOrderFacts },
  index: number,
  of: number,
): OrderPart | undefined {
  if (book === 'alone') return undefined;
  const whole = unit === undefined ? { amount } : { amount, unit };
  return { index, of, quantity: quantityOfPart({ book }, whole) };
}

/** How an ERP order becomes product orders: one, or a numbered one for each unit. */
export type Split = Readonly<z.output<typeof splitSchema>>;

/** Number of a part: `MO/0001`, or `MO/0001/1`, `MO/0001/2` … */
export function partNumber({ number, book }: Pick<Split, 'number' | 'book'>, index: number): string {
  return book === 'alone' ? number : `${number}/${index}`;
}

/** Indexes of that many parts: 1, 2, 3 … */
export function partIndexes(of: number): number[] {
  return Array.from({ length: of }, (_, at) => at + 1);
}

export function partNumbers(split: Split): string[] {
  return partIndexes(split.of).map((index) => partNumber(split, index));
}

/** A product order to create, and which part of its ERP order it is. */
export interface MappedProductOrder {
  readonly draft: ProductOrderDraft;
  readonly part: Part;
  /** Hash of the draft, independent of the order of its fields. */
  readonly contentHash: string;
  readonly mappedBy?: string | undefined;
}

export interface MappedOrder {
  readonly split: Split;
  /** In the order of their index. */
  readonly productOrders: readonly MappedProductOrder[];
}
