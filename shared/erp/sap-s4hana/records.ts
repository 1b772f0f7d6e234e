import * as z from 'zod/mini';
import { type Decimal, toDecimal } from '../../model/quantity.ts';
import { notBookable } from '../booking-rules.ts';
import { instantIn } from '../local-time.ts';

const sapText = z.nullish(z.string());
const sapBoolean = z.nullish(z.boolean());
const sapFlag = sapText;
/** An Edm.Decimal: text in OData V2, a number where a gateway is set so (IEEE754Compatible). */
const figure = z.union([z.string(), z.number()]);
const sapAmount = z.nullish(figure);
/** The same as text, which the mapping gets. */
const figureText = z.pipe(figure, z.transform(String));

/** Fields of A_ProductionOrder_2, as far as they are needed; flags are `X` or empty. */
const sapOrderShape = {
  ManufacturingOrder: z.string(),
  Material: z.string(),
  TotalQuantity: figureText,
  ProductionUnit: z.string(),
  ProductionPlant: sapText,
  StorageLocation: sapText,
  LastChangeDateTime: sapText,
  MfgOrderCreationDate: sapText,
  MfgOrderCreationTime: sapText,
  MfgOrderPlannedEndDate: sapText,
  OrderIsReleased: sapFlag,
  OrderIsConfirmed: sapFlag,
  OrderIsPartiallyConfirmed: sapFlag,
  OrderIsTechnicallyCompleted: sapFlag,
  OrderIsClosed: sapFlag,
  OrderIsLocked: sapFlag,
  OrderIsDeleted: sapFlag,
  OrderIsMarkedForDeletion: sapFlag,
};

const metadata = z.nullish(z.object({ etag: sapText }));
export const orderSchema = z.catchall(z.object({ ...sapOrderShape, __metadata: metadata }), z.unknown());
export type SapOrder = z.infer<typeof orderSchema>;

/** An order as a listing needs it. */
export const listedOrderSchema = z.catchall(
  z.object({
    ...sapOrderShape,
    TotalQuantity: figureText.check(z.refine((text) => toDecimal(text) !== undefined, 'a decimal')),
    ProductionUnit: z.string().check(z.minLength(1)),
    MfgOrderPlannedEndDate: z.nullish(
      z.string().check(z.refine((text) => text === '' || instantOf(text) !== undefined, 'a date')),
    ),
  }),
  z.unknown(),
);

/** Position of an order in a listing by change time and number, and when it was created, if SAP shows it. */
export const positionSchema = z.object({
  ManufacturingOrder: z.string().check(z.minLength(1)),
  LastChangeDateTime: sapText,
  MfgOrderCreationDate: sapText,
  MfgOrderCreationTime: sapText,
});
export type SapPosition = z.infer<typeof positionSchema>;

/** Fields of an order that are read, for the mapping as well. */
export const orderFields = [...Object.keys(sapOrderShape), 'ManufacturingOrderType'];

export const confirmationSchema = z.catchall(
  z.object({
    ConfirmationGroup: z.string(),
    ConfirmationCount: z.string(),
    ExternalSystemConfirmation: sapText,
    OrderOperation: sapText,
    Sequence: sapText,
    ConfirmationUnit: sapText,
    ConfirmationYieldQuantity: sapAmount,
    ConfirmationScrapQuantity: sapAmount,
    IsFinalConfirmation: sapBoolean,
    IsReversed: sapBoolean,
    IsReversal: sapBoolean,
  }),
  z.unknown(),
);
export type SapConfirmation = z.infer<typeof confirmationSchema>;

/** An operation of an order (A_ProductionOrderOperation_2). */
export const sapOperationSchema = z.object({
  ManufacturingOrderOperation: z.string(),
  ManufacturingOrderSequence: sapText,
  ManufacturingOrderSubOperation: sapText,
  MfgOrderOperationText: sapText,
  OperationIsConfirmed: sapText,
  OperationIsDeleted: sapText,
});
export type SapOperation = z.infer<typeof sapOperationSchema>;

/** A component of an order (A_ProductionOrderComponent_2): one item of its reservation. */
export const sapComponentSchema = z.object({
  Reservation: z.string(),
  ReservationItem: z.string(),
  Material: z.string(),
  /** The operation that takes it. */
  ManufacturingOrderOperation: sapText,
  Plant: sapText,
  StorageLocation: sapText,
  Batch: sapText,
  GoodsMovementType: sapText,
  BaseUnit: sapText,
  RequiredQuantity: sapAmount,
  WithdrawnQuantity: sapAmount,
  QuantityIsFixed: sapBoolean,
  IsBulkMaterialComponent: sapBoolean,
  MatlCompIsMarkedForBackflush: sapBoolean,
  ReservationIsFinallyIssued: sapBoolean,
});
export type SapComponent = z.infer<typeof sapComponentSchema>;

/** What `GetConfProposal` says of an operation: a unit for each activity that its work centre has. */
export const proposedConfirmationSchema = z.catchall(z.object({}), z.unknown());

/** A movement that `GetGdsMvtProposal` says SAP would post. */
export const proposedMovementSchema = z.object({
  Material: z.string().check(z.minLength(1)),
  Plant: sapText,
  StorageLocation: sapText,
  Batch: sapText,
  GoodsMovementType: z.string(),
  Reservation: sapText,
  ReservationItem: sapText,
  EntryUnit: sapText,
  QuantityInEntryUnit: figureText.check(z.refine((text) => toDecimal(text) !== undefined, 'a decimal')),
});
export type SapProposedMovement = z.infer<typeof proposedMovementSchema>;

/** Stock of a batch (A_MatlStkInAcctMod). */
export const stockSchema = z.object({
  Material: z.string(),
  Batch: sapText,
  MatlWrhsStkQtyInMatlBaseUnit: sapAmount,
});

/** One item of a material document that a confirmation has posted (ProdnOrdConfMatlDocItm). */
export const movementSchema = z.object({
  MaterialDocument: z.string().check(z.minLength(1)),
  MaterialDocumentYear: sapText,
  GoodsMovementType: sapText,
  Material: sapText,
  Batch: sapText,
  EntryUnit: sapText,
  QuantityInEntryUnit: sapAmount,
});
export type SapMovement = z.infer<typeof movementSchema>;

export function isFlagSet(value: string | null | undefined): boolean {
  return value === 'X';
}

/** Numeric order numbers are stored with twelve digits; SAP shows them without the zeros. */
export function wireOrderNumber(number: string): string {
  return /^\d+$/.test(number) ? number.padStart(12, '0') : number;
}

/** Quantities are Edm.Decimal(13,3), as in AFRU-LMNGA: SAP refuses more digits as an invalid value. */
const fitsQuantity = /^\d{1,10}(\.\d{1,3})?$/;

/**
 * A quantity as it is sent.
 * @param of What it is of, where that is no product: ` of component RM301`.
 * @throws Rejected when it has more digits than SAP takes.
 */
export function wireQuantity(amount: Decimal, number: string, of = ''): Decimal {
  if (fitsQuantity.test(amount)) return amount;
  const why = `${amount}${of} has more digits than a quantity in SAP (10, and 3 decimals): let the mapping round it`;
  throw notBookable('SAP', number, why);
}

/** ISO instant of `/Date(…)/`, or of an ISO text without zone, which is UTC; undefined when empty or no time. */
export function instantOf(text: string | null | undefined): string | undefined {
  if (!text) return undefined;
  const milliseconds = /^\/Date\((-?\d+)(?:[+-]\d+)?\)\/$/.exec(text)?.[1];
  if (milliseconds !== undefined) return isoOf(Number(milliseconds));
  return isoOf(Date.parse(/[zZ]$|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`));
}

/** @param at Milliseconds since 1970. @returns undefined for no time, or one too far away. */
function isoOf(at: number): string | undefined {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/**
 * SAP shows when an order was created and changed by the clock of its system, without a zone (`AUFK-ERFZEIT`,
 * `AUFK-AEZEIT`): `20261124100000`, which has the same order as text and as time. Where the clocks are put back an hour comes
 * twice; everything here is rounded so that no change is missed, and one may be listed twice.
 */
export type WallClock = string;
const wallClock = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/;

/** An ISO time of the clock. */
export function wallClockOf(time: string): WallClock {
  return time.slice(0, 19).replace(/\D/g, '');
}

/** When the order was changed, as ISO in UTC; undefined when it never was, or SAP does not show it. */
export function orderChangedAt(
  { LastChangeDateTime: written }: SapPosition,
  timeZone: string,
): string | undefined {
  if (!written || !wallClock.test(written)) return instantOf(written);
  return instantIn(timeZone, written.replace(wallClock, '$1-$2-$3 $4:$5:$6'));
}

/** When the order was created: a date, and a time as `PT11H16M37S`. */
export function orderCreatedAt(order: SapPosition): WallClock | undefined {
  const date = instantOf(order.MfgOrderCreationDate);
  if (date === undefined) return undefined;
  const time = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(order.MfgOrderCreationTime ?? '');
  const [hours = 0, minutes = 0, seconds = 0] = (time?.slice(1) ?? []).map((part) => Number(part ?? 0));
  const at = isoOf(Date.parse(date) + ((hours * 60 + minutes) * 60 + seconds) * 1000);
  return at === undefined ? undefined : wallClockOf(at);
}
