import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { toDecimal } from '../../model/quantity.ts';
import { digitsOf, firstInstant, type WallClock } from './times.ts';

const flag = z.nullish(z.string());

/** Fields of A_ProductionOrder_2, as far as they are needed; flags are `X` or empty. */
const order = {
  ManufacturingOrder: z.string(),
  Material: z.string(),
  TotalQuantity: z.string(),
  ProductionUnit: z.string(),
  ProductionPlant: z.nullish(z.string()),
  StorageLocation: z.nullish(z.string()),
  LastChangeDateTime: z.nullish(z.string()),
  MfgOrderCreationDate: z.nullish(z.string()),
  MfgOrderCreationTime: z.nullish(z.string()),
  MfgOrderPlannedEndDate: z.nullish(z.string()),
  OrderIsReleased: flag,
  OrderIsConfirmed: flag,
  OrderIsPartiallyConfirmed: flag,
  OrderIsTechnicallyCompleted: flag,
  OrderIsClosed: flag,
  OrderIsLocked: flag,
  OrderIsDeleted: flag,
  OrderIsMarkedForDeletion: flag,
};

export const orderSchema = z.catchall(z.object(order), z.unknown());
export type SapOrder = z.infer<typeof orderSchema>;

/** An order as a listing needs it. */
export const listedOrderSchema = z.catchall(
  z.object({
    ...order,
    TotalQuantity: z.string().check(z.refine((text) => toDecimal(text) !== undefined, 'a decimal')),
    ProductionUnit: z.string().check(z.minLength(1)),
    MfgOrderPlannedEndDate: z.nullish(
      z.string().check(z.refine((text) => text === '' || instantOf(text) !== undefined, 'a date')),
    ),
  }),
  z.unknown(),
);

/** Where an order stands in a listing by change time and number. */
export const placeSchema = z.object({
  ManufacturingOrder: z.string().check(z.minLength(1)),
  LastChangeDateTime: z.nullish(z.string()),
});
export type SapPlace = z.infer<typeof placeSchema>;

/** When an order was created, as far as it tells. */
export const creationSchema = z.object({
  LastChangeDateTime: z.nullish(z.string()),
  MfgOrderCreationDate: z.nullish(z.string()),
  MfgOrderCreationTime: z.nullish(z.string()),
});
export type SapCreation = z.infer<typeof creationSchema>;

export const orderFields = [
  ...['ManufacturingOrder', 'Material', 'TotalQuantity', 'ProductionUnit', 'ProductionPlant'],
  ...['StorageLocation', 'ManufacturingOrderType', 'LastChangeDateTime', 'MfgOrderCreationDate'],
  ...['MfgOrderCreationTime', 'MfgOrderPlannedEndDate', 'OrderIsReleased', 'OrderIsConfirmed'],
  ...['OrderIsPartiallyConfirmed', 'OrderIsTechnicallyCompleted', 'OrderIsClosed', 'OrderIsLocked'],
  ...['OrderIsDeleted', 'OrderIsMarkedForDeletion'],
];

/** An Edm.Decimal: text in OData V2, a number where a gateway was told so (IEEE754Compatible). */
const amount = z.nullish(z.union([z.string(), z.number()]));

export const confirmationSchema = z.object({
  ConfirmationGroup: z.string(),
  ConfirmationCount: z.string(),
  ExternalSystemConfirmation: z.nullish(z.string()),
  OrderOperation: z.nullish(z.string()),
  Sequence: z.nullish(z.string()),
  ConfirmationUnit: z.nullish(z.string()),
  ConfirmationYieldQuantity: amount,
  ConfirmationScrapQuantity: amount,
  IsFinalConfirmation: z.nullish(z.boolean()),
  IsReversed: z.nullish(z.boolean()),
  IsReversal: z.nullish(z.boolean()),
});
export type SapConfirmation = z.infer<typeof confirmationSchema>;

/** One item of a material document that a confirmation has posted (ProdnOrdConfMatlDocItm). */
export const movementSchema = z.object({
  MaterialDocument: z.string().check(z.minLength(1)),
  MaterialDocumentYear: z.nullish(z.string()),
  GoodsMovementType: z.nullish(z.string()),
  EntryUnit: z.nullish(z.string()),
  QuantityInEntryUnit: amount,
});

/** `{ d: { results: […], __next } }`. */
export function listOf<T>(row: z.ZodMiniType<T>) {
  return z.object({ d: z.object({ results: z.array(row), __next: z.optional(z.string()) }) });
}

export function isSet(value: string | null | undefined): boolean {
  return value === 'X';
}

/** Numeric order numbers are stored with twelve digits; SAP shows them without the zeros. */
export function toWire(number: string): string {
  return /^\d+$/.test(number) ? number.padStart(12, '0') : number;
}

/** ISO instant of `/Date(…)/`, or of an ISO text without zone, which is UTC; undefined when empty or no time. */
export function instantOf(text: string | null | undefined): string | undefined {
  if (!text) return undefined;
  const milliseconds = /^\/Date\((-?\d+)(?:[+-]\d+)?\)\/$/.exec(text)?.[1];
  if (milliseconds !== undefined) return isoOf(Number(milliseconds));
  return isoOf(Date.parse(/[zZ]$|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`));
}

/** @param at Milliseconds since 1970; undefined is answered for those that are no time, or too far away. */
function isoOf(at: number): string | undefined {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** When the order was changed, as ISO in UTC; undefined when it never was, or does not tell. */
export function changedAt({ LastChangeDateTime }: SapPlace, timeZone: string): string | undefined {
  return firstInstant(timeZone, LastChangeDateTime ?? '') ?? instantOf(LastChangeDateTime);
}

/** When the order was created: a date, and a time as `PT11H16M37S`. */
export function createdAt(order: SapCreation): WallClock | undefined {
  const date = instantOf(order.MfgOrderCreationDate);
  if (date === undefined) return undefined;
  const time = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(order.MfgOrderCreationTime ?? '');
  const [hours = 0, minutes = 0, seconds = 0] = (time?.slice(1) ?? []).map((part) => Number(part ?? 0));
  const at = isoOf(Date.parse(date) + ((hours * 60 + minutes) * 60 + seconds) * 1000);
  return at === undefined ? undefined : digitsOf(at);
}

/** Namespace of our confirmation ids, so that no other system makes the same. */
const namespace = Buffer.from('6e0f7a3c5b1d4d0a9a5e2f8c7d416b90', 'hex');

/** The booking key as a GUID (RFC 9562 §5.5, name-based): the same key is always the same GUID. */
export function guidOf(key: string): string {
  const hash = createHash('sha1').update(namespace).update(key).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
