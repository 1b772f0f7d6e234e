import type { Quantity } from './quantity.ts';

/** Which ERP order is meant. Numbers are text: leading zeros and slashes are part of them. */
export interface ErpOrderRef {
  /** The number that people see in the ERP. */
  readonly number: string;
  /** The ERP's internal id, where it differs from the number. */
  readonly id?: string;
}

/** The ERP order behind a product order, with the ERP's own codes, not those that the mapping made for Azumuta. */
export interface ErpOrderFacts extends ErpOrderRef {
  /** The ERP's code of the product. */
  readonly article: string;
  /** Quantity of the whole ERP order, in its unit. */
  readonly amount: string;
  /** Unit of the ERP order, where it has one. */
  readonly unit?: string;
}

/** Whether both are the same order: by the ERP's id, or by the number where one has none. */
export function isSameErpOrder(a: ErpOrderRef, b: ErpOrderRef): boolean {
  return a.id === undefined || b.id === undefined ? a.number === b.number : a.id === b.id;
}

/** A released production order as the ERP gives it. */
export interface ErpOrder extends ErpOrderRef {
  /** The ERP's code of the product to build. */
  readonly article: string;
  readonly quantity: Quantity;
  /** ISO date (`2026-11-30`) or date-time with zone by which it is due. */
  readonly dueDate?: string;
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

/** Value of an Azumuta parameter; the JSON type determines its value type. */
export type ParameterValue = string | number | boolean;

/** A product order as the mapping wants it in Azumuta. */
export interface ProductOrderDraft {
  readonly number: string;
  /** Number of the Azumuta article to create it from. */
  readonly article: string;
  /** Keys may contain spaces. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Names (or ids) of the article's variants. */
  readonly variants: readonly string[];
}

/** A product order that exists in Azumuta. */
export interface ProductOrderRef {
  /** 17-character Meteor id. */
  readonly id: string;
  readonly number: string;
  /** Page of the product order for a person, when Azumuta gives one. */
  readonly url?: string;
}

/** How far a listing of released orders has got: the last change that was read, and of which order. */
export interface Watermark {
  /** ISO instant, UTC. */
  readonly changedAt: string;
  /** Id of the last order read with that time: breaks ties between equal times. */
  readonly id?: string;
}

/** When parts are booked in the ERP; `alone`: the ERP order is one product order. */
export type BookParts = 'alone' | 'each' | 'when-all-done';

/** Which part of its ERP order a product order is. The record of the ERP order has the number of parts, as it changes. */
export interface Part {
  /** 1 for the first. */
  readonly index: number;
  /** Number of part 1, where bookings that need all parts are kept. */
  readonly first: string;
  readonly book: BookParts;
}

/** How an ERP order becomes product orders: one, or a numbered one for each unit. */
export interface Split {
  /** Number of the only product order, or the prefix of the numbers of all parts. */
  readonly number: string;
  readonly of: number;
  readonly book: BookParts;
}

/** Number of a part: `MO/0001`, or `MO/0001/1`, `MO/0001/2` … */
export function partNumber({ number, book }: Pick<Split, 'number' | 'book'>, index: number): string {
  return book === 'alone' ? number : `${number}/${index}`;
}

/** Indexes of that many parts: 1, 2, 3 … */
export function partIndexes(of: number): number[] {
  return Array.from({ length: of }, (_, at) => at + 1);
}

/** Numbers of all parts, in the order of their index. */
export function partNumbers(split: Split): string[] {
  return partIndexes(split.of).map((index) => partNumber(split, index));
}

/** A product order to create, and which part of its ERP order it is. */
export interface MappedProductOrder {
  readonly draft: ProductOrderDraft;
  readonly part: Part;
  /** Hash of the draft, independent of the order of its fields. */
  readonly contentHash: string;
}

/** What an ERP order is mapped to. */
export interface MappedOrder {
  readonly split: Split;
  /** In the order of their index. */
  readonly productOrders: readonly MappedProductOrder[];
}
