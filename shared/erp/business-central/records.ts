import * as z from 'zod/mini';
import { toDecimal } from '../../model/quantity.ts';

/** A Decimal is a JSON number of 5 decimals; other servers of OData V4 write a text. */
const bcFigure = z.pipe(
  z.union([z.number(), z.string()]).check(z.refine((value) => toDecimal(value) !== undefined, 'a decimal')),
  z.transform((value) => toDecimal(value) ?? '0'),
);
/** An Int64 is a JSON number, or a text. */
const rowVersion = z.pipe(
  z
    .union([z.int(), z.string()])
    .check(z.refine((value) => /^\d{1,20}$/.test(String(value)), 'a row version, a whole number')),
  z.transform((value) => BigInt(value)),
);
const optionalText = z._default(z.string(), '');
const flag = z._default(z.boolean(), false);

/** A line of a production order (page `orderLines`), as far as bookings need it. */
export const lineSchema = z.object({
  number: z.string().check(z.minLength(1)),
  orderNo: z.string(),
  lineNo: z.int(),
  status: z.string(),
  blocked: flag,
  itemNo: z.string(),
  variantCode: optionalText,
  description: optionalText,
  unit: z.string(),
  quantity: bcFigure,
  finishedQuantity: bcFigure,
  remainingQuantity: bcFigure,
  dueDate: optionalText,
  locationCode: optionalText,
  planningLevel: z._default(z.int(), 0),
  /** Of the order, for a mapping; what it was made for is an item, a family or a sales order. */
  orderDescription: optionalText,
  sourceType: optionalText,
  sourceNo: optionalText,
  /** By which its operations are found: lines of a family share one routing. */
  routingReferenceNo: z.optional(z.int()),
  lastOperation: optionalText,
  lastOperationFlushing: optionalText,
  lotRequired: flag,
  serialRequired: flag,
  systemModifiedAt: z.iso.datetime({ offset: true }),
  extensionVersion: optionalText,
});
export type BcOrderLine = z.output<typeof lineSchema>;

/** Where a line is in the list. */
export const positionSchema = z.pipe(
  z.object({ rowVersion, systemModifiedAt: z.iso.datetime({ offset: true }) }),
  z.transform((row) => ({ number: row.rowVersion, changedAt: new Date(row.systemModifiedAt).toISOString() })),
);
/** How far the row versions have got. */
export const highestSchema = z.object({
  rowVersion,
  safeRowVersion: rowVersion,
  extensionVersion: optionalText,
});

/** An operation of the routing (page `orderOperations`). */
export const bcOperationSchema = z.object({
  operationNo: z.string(),
  description: optionalText,
  status: z.string(),
  flushingMethod: z.string(),
  blocked: flag,
  subcontracted: flag,
  minutesPerTimeUnit: bcFigure,
});
export type BcRouted = z.output<typeof bcOperationSchema>;

/** A component (page `orderComponents`). */
export const bcComponentSchema = z.object({
  lineNo: z.int(),
  itemNo: z.string(),
  unit: z.string(),
  expectedQuantity: bcFigure,
  remainingQuantity: bcFigure,
  flushingMethod: z.string(),
  lotRequired: flag,
  serialRequired: flag,
});
export type BcPlannedPart = z.output<typeof bcComponentSchema>;

/** A booking (page `bookings`): it is a receipt only with its entry numbers and what was posted. */
export const bookingSchema = z.object({
  id: z.string(),
  orderNo: z.string(),
  lineNo: z.int(),
  good: bcFigure,
  scrap: bcFigure,
  postedGood: bcFigure,
  postedScrap: bcFigure,
  firstEntryNo: z.int(),
  lastEntryNo: z.int(),
  /** Whether the numbers are of the capacity ledger: of scrap alone nothing comes into stock. */
  capacityEntries: flag,
});
export type BcBooked = z.output<typeof bookingSchema>;

/** A note of a line (page `bookingNotes`). */
export const bcNoteSchema = z.object({ id: z.string() });

/** A product order of a line (page `links`). */
export const bcLinkSchema = z.object({ productOrder: z.string() });

/** What the extension says of itself, of our user and of the company (page `setups`). */
export const setupSchema = z.object({
  extensionVersion: z.string(),
  company: z.string(),
  userName: z.string(),
  postingFrom: z.string(),
  postingTo: z.string(),
  canPost: z.boolean(),
});

/** Enums come with names such as `Pick_x0020__x002B__x0020_Manual`. */
export function enumText(name: string): string {
  return name.replaceAll(/_x([0-9a-f]{4})_/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}
