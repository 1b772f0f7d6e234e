import { randomUUID } from 'node:crypto';

const noGuid = '00000000-0000-0000-0000-000000000000';

/** An OData error as SAP Gateway words it. */
export class SapError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: readonly { code: string; message: string }[];
  constructor(
    status: number,
    code: string,
    message: string,
    details: { code: string; message: string }[] = [],
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
  MfgOrderConfirmedYieldQty: string;
  LastChangeDateTime: string;
  OrderLongText: string;
  etag: string;
}

export interface SapConfirmation {
  [field: string]: unknown;
  OrderID: string;
  ConfirmationGroup: string;
  ConfirmationCount: string;
  ConfirmationYieldQuantity: string;
  ConfirmationScrapQuantity: string;
  ExternalSystemConfirmation: string;
  batches: string[];
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

/** Properties of ProdnOrdConf2 that may be sent; any other is refused, as Gateway does. */
const confirmationFields = [
  ...['OrderID', 'OrderOperation', 'Sequence', 'ConfirmationText', 'Language', 'IsFinalConfirmation'],
  ...['FinalConfirmationType', 'OpenReservationsIsCleared', 'APIConfHasNoGoodsMovements', 'PostingDate'],
  ...['ExternalSystemConfirmation', 'Plant', 'ConfirmationUnit', 'ConfirmationYieldQuantity'],
  ...['ConfirmationScrapQuantity', 'OpWorkQuantityUnit1', 'OpConfirmedWorkQuantity1'],
  ...['to_ProdnOrdConfMatlDocItm'],
];

const movementFields = [
  ...['OrderID', 'OrderItem', 'Material', 'Plant', 'StorageLocation', 'Batch', 'GoodsMovementType'],
  ...['GoodsMovementRefDocType', 'EntryUnit', 'QuantityInEntryUnit'],
];

/** The production orders and confirmations of an S/4HANA, in memory. */
export class SapBooks {
  readonly orders: SapOrder[] = [];
  readonly confirmations: SapConfirmation[] = [];
  readonly locked = new Set<string>();
  /** Locks are told with 423, or with 400 and a message (both occur). */
  readonly locksAre423: boolean;
  /** The next confirmation is answered with 201 and not booked: an update task that failed. */
  ignoreNext = false;
  #clock = Date.parse('2026-01-01T00:00:00Z');

  constructor(locksAre423: boolean) {
    this.locksAre423 = locksAre423;
  }

  now(): Date {
    this.#clock += 1000;
    return new Date(this.#clock);
  }

  plan(material: string, quantity: string, changedAt?: string | null): SapOrder {
    const created = this.now();
    const order: SapOrder = {
      ManufacturingOrder: String(1_000_020 + this.orders.length),
      ManufacturingOrderType: 'YBM4',
      ManufacturingOrderCategory: '10',
      Material: material,
      ProductionPlant: '1710',
      StorageLocation: '171A',
      TotalQuantity: quantity,
      ProductionUnit: 'PC',
      MfgOrderConfirmedYieldQty: '0',
      LastChangeDateTime: changedAt === null ? '' : fourteen(changedAt ? new Date(changedAt) : created),
      MfgOrderCreationDate: `/Date(${Math.floor(created.getTime() / 86_400_000) * 86_400_000})/`,
      MfgOrderCreationTime: `PT${created
        .toISOString()
        .slice(11, 19)
        .replace(/:/g, (_, at) => (at === 2 ? 'H' : 'M'))}S`,
      MfgOrderPlannedEndDate: `/Date(${Date.parse('2026-12-01')})/`,
      MfgOrderScheduledEndDate: null,
      SalesOrder: '42',
      SalesOrderItem: '10',
      ProductionVersion: '0001',
      OrderLongText: '',
      OrderIsReleased: 'X',
      OrderIsConfirmed: '',
      OrderIsPartiallyConfirmed: '',
      OrderIsDelivered: '',
      OrderIsTechnicallyCompleted: '',
      OrderIsClosed: '',
      OrderIsLocked: '',
      OrderIsDeleted: '',
      OrderIsMarkedForDeletion: '',
      etag: `W/"'${randomUUID()}'"`,
    };
    this.orders.push(order);
    return order;
  }

  find(number: string): SapOrder {
    const order = this.orders.find((one) => one.ManufacturingOrder === number.replace(/^0+/, ''));
    if (!order)
      throw new SapError(404, '/IWBEP/CM_MGW_RT/020', 'Resource not found for segment A_ProductionOrder_2');
    return order;
  }

  change(order: SapOrder, values: Record<string, unknown>): void {
    Object.assign(order, values);
    order.LastChangeDateTime = fourteen(this.now());
    order.etag = `W/"'${randomUUID()}'"`;
  }

  /** Appends to the confirmations: nothing keeps a GUID from being there twice. */
  confirm(body: Record<string, unknown>): SapConfirmation {
    refuseUnknown(body, confirmationFields);
    const { OrderID, OrderOperation, ConfirmationText = '', IsFinalConfirmation = false } = body;
    if (typeof OrderID !== 'string' || !/^\d{12}$/.test(OrderID)) {
      throw new SapError(400, 'RU/505', `Order ${String(OrderID)} does not exist`);
    }
    const order = this.orders.find((one) => one.ManufacturingOrder === OrderID.replace(/^0+/, ''));
    if (!order) throw new SapError(400, 'RU/505', `Order ${OrderID} does not exist`);
    this.refuseLocked(order);
    if (OrderOperation !== '0010') {
      throw new SapError(
        400,
        'RU/007',
        `Operation ${String(OrderOperation)} does not exist in order ${OrderID}`,
      );
    }
    if (order.OrderIsReleased !== 'X' || order.OrderIsTechnicallyCompleted === 'X') {
      throw new SapError(400, 'RU/014', 'The confirmation could not be posted', [
        { code: 'BS/007', message: `Status of ORD ${order.ManufacturingOrder} is not active` },
      ]);
    }
    if (String(ConfirmationText).length > 40) throw invalid('ConfirmationText');
    const amounts = ['ConfirmationYieldQuantity', 'ConfirmationScrapQuantity'].map((field) => {
      const value = body[field] ?? '0';
      if (typeof value !== 'string' || !/^\d{1,10}(\.\d{1,3})?$/.test(value)) throw invalid(field);
      return value;
    });
    const [good = '0', scrap = '0'] = amounts;
    const movements = readMovements(body.to_ProdnOrdConfMatlDocItm);
    const confirmation: SapConfirmation = {
      ...body,
      OrderID: order.ManufacturingOrder,
      ConfirmationGroup: String(200 + Number(order.ManufacturingOrder) - 1_000_000),
      ConfirmationCount: String(
        1 + this.confirmations.filter((one) => one.OrderID === order.ManufacturingOrder).length,
      ),
      ConfirmationText,
      ConfirmationYieldQuantity: good,
      ConfirmationScrapQuantity: scrap,
      ConfirmationUnit: body.ConfirmationUnit ?? 'PC',
      IsFinalConfirmation,
      IsReversed: false,
      IsReversal: false,
      ExternalSystemConfirmation: String(body.ExternalSystemConfirmation ?? noGuid).toLowerCase(),
      batches: movements.flatMap((one) => (one.Batch ? [String(one.Batch)] : [])),
    };
    if (this.ignoreNext) {
      this.ignoreNext = false;
      return confirmation;
    }
    this.confirmations.push(confirmation);
    this.change(order, {
      MfgOrderConfirmedYieldQty: good,
      OrderIsConfirmed: IsFinalConfirmation === true ? 'X' : '',
      OrderIsPartiallyConfirmed: IsFinalConfirmation === true ? '' : 'X',
    });
    return confirmation;
  }

  patch(order: SapOrder, etag: string | undefined, body: Record<string, unknown>): void {
    refuseUnknown(body, orderFields);
    if (etag === undefined)
      throw new SapError(428, '/IWBEP/CM_MGW_RT/190', 'Data cannot be changed without If-Match');
    if (etag !== order.etag) throw new SapError(412, '/IWBEP/CM_MGW_RT/202', 'Precondition failed');
    this.refuseLocked(order);
    this.change(order, body);
  }

  refuseLocked(order: SapOrder): void {
    if (!this.locked.has(order.ManufacturingOrder)) return;
    throw new SapError(
      this.locksAre423 ? 423 : 400,
      'CO/469',
      `Order ${order.ManufacturingOrder} is already being processed by MILLER`,
    );
  }
}

function readMovements(sent: unknown): Record<string, unknown>[] {
  if (sent === undefined) return [];
  const list: unknown = Array.isArray(sent) ? sent : Object(sent).results;
  if (!Array.isArray(list)) throw invalid('to_ProdnOrdConfMatlDocItm');
  return list.map((movement: Record<string, unknown>) => {
    refuseUnknown(movement, movementFields);
    if (String(movement.Batch ?? '').length > 10) throw invalid('Batch');
    if (typeof movement.QuantityInEntryUnit !== 'string') throw invalid('QuantityInEntryUnit');
    return movement;
  });
}

function refuseUnknown(body: Record<string, unknown>, known: readonly string[]): void {
  const surplus = Object.keys(body).find((field) => !known.includes(field));
  if (surplus) throw new SapError(400, '/IWBEP/CM_MGW_RT/021', `Property '${surplus}' is invalid`);
}

function invalid(field: string): SapError {
  return new SapError(400, '/IWBEP/CM_MGW_RT/021', `Property '${field}' has an invalid value`);
}

/** `20260101000001`: LastChangeDateTime is a text of 14 digits in the service's metadata. */
function fourteen(date: Date): string {
  return date.toISOString().slice(0, 19).replace(/\D/g, '');
}
