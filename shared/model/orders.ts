import Big from 'big.js';
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
  /**
   * What was produced of it so far, in its unit, by whomever, where the ERP tells it when it is asked for one order. It
   * is compared with what people book by hand: in shadow, and of orders that they had begun when the integration went live.
   */
  readonly produced?: { readonly good: string; readonly scrap?: string | undefined } | undefined;
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

/** How many units a part is for, where that is more than one; 0.3.0 neither knows nor needs it. */
const perSchema = z.exactOptional(z.number());

export const batchPlaceSchema = z.object({
  /** Of the batch order. */
  number: z.string(),
  /** How many parts it had when this one was mapped: the record of the ERP order has how many there are by now. */
  of: z.number(),
});
/** The batch order of Azumuta in which a part is made; 0.3.0 neither knows nor needs it. */
export type BatchPlace = Readonly<z.output<typeof batchPlaceSchema>>;

export const partSchema = z.object({
  /** 1 for the first. */
  index: z.number(),
  /** Number of part 1, where bookings that need all parts are kept. */
  first: z.string(),
  book: bookPartsSchema,
  per: perSchema,
  batch: z.exactOptional(batchPlaceSchema),
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
  per: perSchema,
  /** Number of the batch order in which all parts are made, where the plant has them. */
  batch: z.exactOptional(z.string()),
});

/**
 * What a product order is for: all of its ERP order, or its own share of a split one. Parts of 25 of an order of 80 are for 25,
 * 25, 25 and 5: the share is a matter of the index, never of which part is built first. A part that the ERP order does not have
 * any more was made for a full share, as far as anybody knows.
 */
export function quantityOfPart({ book, index, per = 1 }: Omit<Part, 'first'>, whole: Quantity): Quantity {
  if (book === 'alone') return whole;
  const left = new Big(whole.amount).minus(per * (index - 1));
  const amount = left.lte(0) || left.gte(per) ? `${per}` : left.toFixed();
  return { ...whole, amount };
}

/** Whether two product orders of an ERP order are parts of the same split: booked alike, and for as many units. */
export function isSplitAlike(a: Pick<Part, 'book' | 'per'>, b: Pick<Part, 'book' | 'per'>): boolean {
  return a.book === b.book && a.per === b.per;
}

/** Which part of its ERP order a product order is, and what that is for, as a mapping gets it. */
export interface OrderPart {
  /** 1 for the first. */
  readonly index: number;
  /** How many parts the ERP order has; 1 where it is not split. */
  readonly of: number;
  /** What this part is for, in the unit of the ERP order. */
  readonly quantity: Quantity;
  /** What each part but the last is for, where that is more than one unit. */
  readonly per?: number;
}

/**
 * A part of the ERP order of a product order; undefined where that is not split.
 * @param of How many parts it has now. @param madeFor What the part was made for, where that is known; else by its index.
 */
export function partOfSplit(
  { part, erpOrder: { amount, unit } }: { readonly part: Part; readonly erpOrder: ErpOrderFacts },
  index: number,
  of: number,
  madeFor?: string,
): OrderPart | undefined {
  if (part.book === 'alone') return undefined;
  const own = { ...part, index };
  const ofPart = madeFor ?? quantityOfPart(own, { amount }).amount;
  return orderPart(own, of, unit === undefined ? { amount: ofPart } : { amount: ofPart, unit });
}

/** As a mapping gets it. */
export function orderPart(
  { index, per }: Pick<Part, 'index' | 'per'>,
  of: number,
  quantity: Quantity,
): OrderPart {
  return per === undefined ? { index, of, quantity } : { index, of, quantity, per };
}

/** How an ERP order becomes product orders: one, or a numbered one for each unit, or for as many as `per` says. */
export type Split = Readonly<z.output<typeof splitSchema>>;

/** Number of a part: `MO/0001`, or `MO/0001/1`, `MO/0001/2` … */
export function partNumber({ number, book }: Pick<Split, 'number' | 'book'>, index: number): string {
  return book === 'alone' ? number : `${number}/${index}`;
}

/** What is kept of a part with its product order. */
export function partFrom(split: Split, index: number): Part {
  const { book, per, batch: number, of } = split;
  const batch = number === undefined ? undefined : { number, of };
  return definedFields({ index, first: partNumber(split, 1), book, per, batch });
}

/** Indexes of that many parts: 1, 2, 3 … */
export function partIndexes(of: number): number[] {
  return Array.from({ length: of }, (_, at) => at + 1);
}

export function partNumbers(split: Pick<Split, 'number' | 'book' | 'of'>): string[] {
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
