import Big from 'big.js';
import { type Decimal, sumOf } from '../../../../../shared/model/quantity.ts';

/** An error of Business Central: `{"error":{"code","message"}}` (MicrosoftDocs/dynamics365smb-devitpro-pb, dev-itpro/webservices/dynamics-error-codes.md). */
export class BcError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** AL's `Error`. */
export function dialog(message: string): BcError {
  return new BcError('Application_DialogException', message);
}

/** AL's `TestField`. */
export function testField(message: string): BcError {
  return new BcError('Application_FieldValidationException', message);
}

/** AL's `Get`, of what is not there. */
export function notFound(table: string, keys: string): BcError {
  return new BcError(
    'Internal_RecordNotFound',
    `The ${table} does not exist. Identification fields and values: ${keys}`,
  );
}

export type Flushing =
  | 'Manual'
  | 'Forward'
  | 'Backward'
  | 'Pick + Manual'
  | 'Pick + Forward'
  | 'Pick + Backward';
/** `optional`: a lot is kept where it is given, and not asked for. */
export type Tracking = 'none' | 'optional' | 'lot' | 'serial';

/** Table Item, with its tracking code. */
export interface BcItem {
  readonly no: string;
  readonly unit: string;
  readonly tracking: Tracking;
  /** `Rounding Precision`. */
  readonly precision: Decimal;
  /** `Qty. Rounding Precision` of its unit; 0: none. */
  readonly unitPrecision: Decimal;
  /** Code of a default dimension whose value is mandatory; empty: none. */
  readonly mandatoryDimension: string;
  blocked: boolean;
  productionBlocked: '' | 'Output';
  /** Variants whose *Production Blocked* is Output. */
  readonly blockedVariants: Set<string>;
}

/** Table Location. */
export interface BcLocation {
  readonly binMandatory: boolean;
  /** *Prod. Output Whse. Handling* is *Inventory Put-away*. */
  readonly inventoryPutAway: boolean;
  /** *Prod. Consump. Whse. Handling* is *Warehouse Pick (mandatory)*. */
  readonly pickMandatory: boolean;
}

/** Table Prod. Order Routing Line. */
export interface BcOperation {
  readonly operationNo: string;
  readonly description: string;
  flushing: Flushing;
  readonly link: string;
  status: 'Planned' | 'In Progress' | 'Finished';
  centerBlocked: boolean;
  subcontracted: boolean;
  /** Minutes in one unit of the work centre's capacity. */
  readonly minutesPerTimeUnit: Decimal;
}

/** Table Prod. Order Component. */
export interface BcComponent {
  readonly lineNo: number;
  readonly itemNo: string;
  /** `Quantity per`. */
  per: Decimal;
  /** `Scrap %`. */
  scrapPercent: Decimal;
  flushing: Flushing;
  link: string;
  expected: Decimal;
  remaining: Decimal;
  consumed: Decimal;
  /** `Qty. Picked`, what was consumed of it included. */
  picked: Decimal;
  /** Lot that was assigned to the component line beforehand; empty: none. */
  lot: string;
}

/** Table Prod. Order Line, with what its pages show of its header. */
export interface BcLine {
  orderNo: string;
  readonly lineNo: number;
  status: 'Released' | 'Finished';
  /** Of the header. */
  blocked: boolean;
  itemNo: string;
  quantity: Decimal;
  finished: Decimal;
  remaining: Decimal;
  dueDate: string;
  readonly location: string;
  variant: string;
  bin: string;
  /** Codes of those that it has a value of. */
  readonly dimensions: string[];
  readonly planningLevel: number;
  /** The line by whose number its operations are found: lines of a family share those of one. */
  routingReference: number;
  operations: BcOperation[];
  readonly components: BcComponent[];
  rowVersion: number;
  modifiedAt: string;
}

/** Tables Item Ledger Entry and Capacity Ledger Entry, as far as bookings show in them. */
export interface BcEntry {
  readonly entryNo: number;
  readonly type: 'output' | 'consumption' | 'capacity';
  readonly orderNo: string;
  readonly lineNo: number;
  readonly itemNo: string;
  readonly operationNo: string;
  readonly quantity: Decimal;
  readonly scrap: Decimal;
  readonly scrapCode: string;
  readonly lot: string;
  readonly setup: Decimal;
  readonly run: Decimal;
  readonly postingDate: string;
  /** `External Document No.`. */
  readonly document: string;
}

/** What a booking asks for, as the page gets it. */
export interface BcRequest {
  readonly id: string;
  readonly orderNo: string;
  readonly lineNo: number;
  readonly itemNo: string;
  readonly variantCode: string;
  readonly unit: string;
  readonly postingDate: string;
  readonly good: Decimal;
  readonly scrap: Decimal;
  readonly final: boolean;
  readonly finish: boolean;
  readonly productOrder: string;
  readonly link: string;
  readonly reference: string;
  readonly note: string;
  readonly details: BcDetails;
}

interface BcLot {
  readonly number: string;
  readonly quantity: Decimal;
}

export interface BcDetails {
  readonly lots: readonly BcLot[];
  readonly scrap: readonly { readonly code: string; readonly quantity: Decimal }[];
  /** Undefined: none was recorded. */
  readonly operations?: readonly {
    readonly no: string;
    readonly good?: Decimal | undefined;
    readonly scrap?: Decimal | undefined;
    readonly setup: Decimal;
    readonly run: Decimal;
    readonly finished: boolean;
  }[];
  readonly components: readonly {
    readonly lineNo: number;
    readonly quantity: Decimal;
    readonly lots: readonly BcLot[];
  }[];
}

/** Table Azumuta Booking of the extension. */
export interface BcBooking extends BcRequest {
  postedGood: Decimal;
  postedScrap: Decimal;
  firstEntryNo: number;
  lastEntryNo: number;
  capacityEntries: boolean;
}

/** `Unit of Measure Management.RoundToItemRndPrecision` (BCApps, Inventory/Item): to 5 decimals, then up to the precision. */
export function roundToItemPrecision(amount: Big, precision: Decimal): Decimal {
  return roundTo(amount.round(5, Big.roundHalfUp), precision, Big.roundUp).toFixed();
}

/** AL's `Round(amount, precision)`. */
export function roundTo(amount: Big, precision: Decimal, how: Big.RoundingMode = Big.roundHalfUp): Big {
  return amount.div(precision).round(0, how).times(precision);
}

export function difference(one: Decimal, other: Decimal): Decimal {
  return new Big(one).minus(other).toFixed();
}

/** What of a consumption was not picked yet, where a pick is mandatory: codeunit Prod. Order Warehouse Mgt., `OnItemLineVerifyChangeOnCheckEntryType` 1075. */
export function remainsToBePicked(
  { flushing, expected, remaining, picked }: BcComponent,
  quantity: Decimal,
): Decimal {
  if (flushing !== 'Pick + Manual') return '0';
  return sumOf([quantity, difference(expected, remaining), difference('0', picked)]);
}

/** What was posted on an operation; on all of them without one. */
export function postedOn(
  entries: readonly BcEntry[],
  { orderNo, lineNo }: Pick<BcLine, 'orderNo' | 'lineNo'>,
  operationNo: string,
) {
  const own = entries.filter(
    (one) =>
      one.type === 'capacity' &&
      one.orderNo === orderNo &&
      one.lineNo === lineNo &&
      one.operationNo === operationNo,
  );
  return {
    good: sumOf(own.map(({ quantity }) => quantity)),
    scrap: sumOf(own.map(({ scrap }) => scrap)),
    minutesOf: ({ minutesPerTimeUnit }: BcOperation) =>
      new Big(sumOf(own.flatMap(({ setup, run }) => [setup, run]))).times(minutesPerTimeUnit).toNumber(),
  };
}
