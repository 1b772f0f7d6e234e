/** That a person must correct something, as the application says it. */
export function refusal(code: string, message: string, details?: SapError['details']): SapError {
  return new SapError(400, code, message, details);
}

/** An OData error in the format of SAP Gateway. */
export class SapError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: readonly { code: string; message: string }[];
  constructor(
    status: number,
    code: string,
    message: string,
    details: readonly { code: string; message: string }[] = [],
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

export interface SapOrder {
  [field: string]: unknown;
  ManufacturingOrder: string;
  Material: string;
  TotalQuantity: string;
  ProductionUnit: string;
  MfgOrderConfirmedYieldQty: string;
  LastChangeDateTime: string;
  OrderLongText: string;
  etag: string;
  operations: SapOperation[];
  components: SapComponent[];
}

export interface SapConfirmation {
  [field: string]: unknown;
  OrderID: string;
  ConfirmationGroup: string;
  ConfirmationCount: string;
  ConfirmationYieldQuantity: string;
  ConfirmationScrapQuantity: string;
  ExternalSystemConfirmation: string;
}

/** A_ProductionOrderOperation_2. */
export interface SapOperation {
  [field: string]: unknown;
  ManufacturingOrderOperation: string;
  OperationIsConfirmed: string;
}

/** A_ProductionOrderComponent_2. */
export interface SapComponent {
  [field: string]: unknown;
  Material: string;
  /** The operation that it is assigned to. */
  ManufacturingOrderOperation: string;
  Reservation: string;
  ReservationItem: string;
  RequiredQuantity: string;
  WithdrawnQuantity: string;
  MatlCompIsMarkedForBackflush: boolean;
  ReservationIsFinallyIssued: boolean;
}

/** Of what an article is made, by the numbers of its operations and the names of its components. */
export interface SapAssembly {
  readonly operations: readonly string[];
  readonly components: readonly string[];
  /** The component that the warehouse issues. All others are backflushed. */
  readonly picked?: string | undefined;
}

/** Fields of A_ProductionOrder_2 that are in the service's metadata and that this server knows. */
export const orderFields = [
  ...['ManufacturingOrder', 'ManufacturingOrderType', 'ManufacturingOrderCategory', 'Material'],
  ...['ProductionPlant', 'StorageLocation', 'TotalQuantity', 'ProductionUnit', 'MfgOrderConfirmedYieldQty'],
  ...['LastChangeDateTime', 'MfgOrderCreationDate', 'MfgOrderCreationTime', 'MfgOrderPlannedEndDate'],
  ...['MfgOrderScheduledEndDate', 'SalesOrder', 'SalesOrderItem', 'ProductionVersion', 'OrderLongText'],
  ...['OrderIsReleased', 'OrderIsConfirmed', 'OrderIsPartiallyConfirmed', 'OrderIsDelivered'],
  ...['OrderIsTechnicallyCompleted', 'OrderIsClosed', 'OrderIsLocked', 'OrderIsDeleted'],
  ...['OrderIsMarkedForDeletion'],
];

/** Properties of ProdnOrdConf2 that may be sent (ProdnOrdConf2.d.ts of @sap/cloud-sdk-vdm-production-order-confirmation-v2-service 2.1.0); any other is refused, as Gateway does. */
export const confirmationFields = [
  ...['OrderID', 'OrderOperation', 'Sequence', 'ConfirmationText', 'Language', 'IsFinalConfirmation'],
  ...['FinalConfirmationType', 'OpenReservationsIsCleared', 'APIConfHasNoGoodsMovements', 'PostingDate'],
  ...['ExternalSystemConfirmation', 'Plant', 'ConfirmationUnit', 'ConfirmationYieldQuantity'],
  ...['ConfirmationScrapQuantity', 'VarianceReasonCode'],
  ...[1, 2, 3, 4, 5, 6].flatMap((n) => [`OpWorkQuantityUnit${n}`, `OpConfirmedWorkQuantity${n}`]),
  ...['to_ProdnOrdConfMatlDocItm'],
];

export function refuseUnknown(body: Record<string, unknown>, known: readonly string[]): void {
  const surplus = Object.keys(body).find((field) => !known.includes(field));
  if (surplus) throw refusal('/IWBEP/CM_MGW_RT/021', `Property '${surplus}' is invalid`);
}

export function invalid(field: string): SapError {
  return refusal('/IWBEP/CM_MGW_RT/021', `Property '${field}' has an invalid value`);
}
