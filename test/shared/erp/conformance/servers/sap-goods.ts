import { compareDecimals, sumOf } from '../../../../../shared/model/quantity.ts';
import { invalid, refuseUnknown, type SapConfirmation, type SapOrder } from './sap-records.ts';

/** One item of a material document, as ProdnOrdConfMatlDocItm shows it. */
export interface SapMovement {
  [field: string]: unknown;
  ConfirmationGroup: string;
  ConfirmationCount: string;
  OrderID: string;
  GoodsMovementType: string;
  Material: string;
  Batch: string;
  QuantityInEntryUnit: string;
  EntryUnit: string;
}

const movementFields = [
  ...['OrderID', 'OrderItem', 'Material', 'Plant', 'StorageLocation', 'Batch', 'GoodsMovementType'],
  ...['GoodsMovementRefDocType', 'EntryUnit', 'QuantityInEntryUnit', 'Reservation', 'ReservationItem'],
];

/** A row of A_MatlStkInAcctMod. */
export interface SapStock {
  [field: string]: unknown;
  Material: string;
  Batch: string;
  MatlWrhsStkQtyInMatlBaseUnit: string;
}

/** Edm.Decimal(13,3): more digits are an invalid value. */
export function quantityIn(body: Record<string, unknown>, field: string, absent?: string): string {
  const quantity = body[field] ?? absent;
  if (typeof quantity === 'string' && /^\d{1,10}(\.\d{1,3})?$/.test(quantity)) return quantity;
  throw invalid(field);
}

/** How a goods movement ends: posted with its confirmation, by a job later, or waiting for a person (COGI). */
export type Fate = 'at once' | 'later' | 'failed';

/**
 * The goods movements of confirmations. A confirmation is booked even if they fail; those that were not posted are not
 * shown, as the list is made of AFWI, the material documents of a confirmation (CDS view I_OrderConfMatlDocItemAssgmt).
 */
export class SapGoods {
  readonly documents: SapMovement[] = [];
  readonly waiting: SapMovement[] = [];
  /** What was issued although its reservation was cleared before. */
  readonly #unreserved: SapMovement[] = [];
  /** Only of materials that are handled in batches. */
  readonly stock: SapStock[] = [];
  fateOf: (movement: SapMovement) => Fate = () => 'at once';
  #number = 5_000_000_000;

  /** @param sent Movements of the request. Without any, SAP posts those that it plans, unless the request forbids it. */
  post(order: SapOrder, confirmation: SapConfirmation, sent: readonly Record<string, unknown>[]): void {
    const { ConfirmationGroup, ConfirmationCount } = confirmation;
    const planned = confirmation.APIConfHasNoGoodsMovements === true ? [] : plannedOf(order, confirmation);
    const movements = (sent.length > 0 ? sent : planned).map((movement) => ({
      ...movement,
      ConfirmationGroup,
      ConfirmationCount,
      OrderID: order.ManufacturingOrder,
      GoodsMovementType: String(movement.GoodsMovementType),
      Material: String(movement.Material),
      Batch: String(movement.Batch ?? ''),
      QuantityInEntryUnit: String(movement.QuantityInEntryUnit),
      EntryUnit: String(movement.EntryUnit),
    }));
    const possible = movements.filter((movement) => this.#takes(order, movement));
    this.#document(possible.filter((movement) => this.fateOf(movement) === 'at once'));
    this.waiting.push(...movements.filter((movement) => this.fateOf(movement) === 'later'));
    clearReservations(order, confirmation);
  }

  /** Takes what is issued from its batch and reservation. What cannot be taken waits for a person, and the confirmation is booked. */
  #takes(order: SapOrder, movement: SapMovement): boolean {
    const { GoodsMovementType, Material, Batch, QuantityInEntryUnit, ...rest } = movement;
    if (GoodsMovementType !== '261' || !order.components.some((one) => one.Material === Material))
      return true;
    const batches = this.stock.filter((one) => one.Material === Material);
    const stock = batches.find((one) => one.Batch === Batch);
    if (batches.length > 0) {
      if (!stock || compareDecimals(stock.MatlWrhsStkQtyInMatlBaseUnit, QuantityInEntryUnit) < 0)
        return false;
      stock.MatlWrhsStkQtyInMatlBaseUnit = sumOf([
        stock.MatlWrhsStkQtyInMatlBaseUnit,
        `-${QuantityInEntryUnit}`,
      ]);
    }
    const item = order.components.find((one) => Number(one.ReservationItem) === Number(rest.ReservationItem));
    if (item) item.WithdrawnQuantity = sumOf([item.WithdrawnQuantity, QuantityInEntryUnit]);
    if (item?.ReservationIsFinallyIssued) this.#unreserved.push(movement);
    return true;
  }

  /** Components that were issued although their reservations were cleared before. */
  unreservedOf({ ManufacturingOrder }: SapOrder): string[] {
    return this.#unreserved.flatMap(({ OrderID, Material }) =>
      OrderID === ManufacturingOrder ? [Material] : [],
    );
  }

  /** How much more SAP takes of a component than is built of it, as it is scrapped on the way: 0.1 is a tenth. */
  readonly componentScrap = new Map<string, number>();
  /** Units of issue, and how many of them are one of the base unit. */
  readonly unitsOfIssue = new Map<string, { readonly unit: string; readonly ofOne: number }>();

  /** The backflush of an operation, and the receipt with the last one. */
  proposed(order: SapOrder, asked: Record<string, string>): Record<string, unknown>[] {
    const [good = '0', scrap = '0'] = [asked.ConfirmationYieldQuantity, asked.ConfirmationScrapQuantity];
    const share = Number(sumOf([good, scrap])) / Number(order.TotalQuantity);
    const isLast = order.operations.at(-1)?.ManufacturingOrderOperation === asked.OrderOperation;
    const issues = order.components
      .filter(
        (one) => one.ManufacturingOrderOperation === asked.OrderOperation && one.MatlCompIsMarkedForBackflush,
      )
      .map((one) => {
        const { unit, ofOne } = this.unitsOfIssue.get(one.Material) ?? { unit: 'PC', ofOne: 1 };
        const open = sumOf([one.RequiredQuantity, `-${one.WithdrawnQuantity}`]);
        const planned = Number(one.RequiredQuantity) * share;
        const wanted = planned * (1 + (this.componentScrap.get(one.Material) ?? 0));
        const amount = this.componentScrap.has(one.Material) ? wanted : Math.min(wanted, Number(open));
        return {
          OrderID: order.ManufacturingOrder,
          Material: one.Material,
          Plant: '1710',
          StorageLocation: '171A',
          Batch: '',
          GoodsMovementType: '261',
          Reservation: one.Reservation.padStart(10, '0'),
          ReservationItem: one.ReservationItem.padStart(4, '0'),
          EntryUnit: unit,
          QuantityInEntryUnit: String(Math.round(amount * ofOne * 1000) / 1000),
        };
      });
    const receipt = {
      OrderID: order.ManufacturingOrder,
      Material: order.Material,
      GoodsMovementType: '101',
      EntryUnit: order.ProductionUnit,
      QuantityInEntryUnit: good,
    };
    return isLast ? [...issues, receipt] : issues;
  }

  /** The warehouse issues so much of a component that is not handled in batches, from one item after the other. */
  issue({ ManufacturingOrder, components }: SapOrder, material: string, amount: string): void {
    let left = amount;
    for (const item of components.filter((one) => one.Material === material)) {
      const open = sumOf([item.RequiredQuantity, `-${item.WithdrawnQuantity}`]);
      const part = compareDecimals(left, open) < 0 ? left : open;
      item.WithdrawnQuantity = sumOf([item.WithdrawnQuantity, part]);
      left = sumOf([left, `-${part}`]);
    }
    this.#document([
      {
        ConfirmationGroup: '',
        ConfirmationCount: '',
        OrderID: ManufacturingOrder,
        GoodsMovementType: '261',
        Material: material,
        Batch: '',
        EntryUnit: 'PC',
        QuantityInEntryUnit: amount,
      },
    ]);
  }

  /** Runs the job that posts waiting movements. */
  postWaiting(): void {
    this.#document(this.waiting.splice(0));
  }

  #document(items: readonly SapMovement[]): void {
    this.#number += 1;
    items.forEach((item, index) => {
      const MaterialDocumentItem = String(index + 1);
      const document = { MaterialDocument: String(this.#number), MaterialDocumentYear: '2026' };
      this.documents.push({ ...item, ...document, MaterialDocumentItem });
    });
  }
}

/**
 * Final confirmations that ask for it end the open reservations of their operation, but not of components that are
 * backflushed (SAP's documentation of the data element AUSBU, "Clear Open Reservations").
 */
function clearReservations(order: SapOrder, confirmation: SapConfirmation): void {
  const { OrderOperation, IsFinalConfirmation, OpenReservationsIsCleared } = confirmation;
  if (IsFinalConfirmation !== true || OpenReservationsIsCleared !== true) return;
  for (const one of order.components)
    if (one.ManufacturingOrderOperation === OrderOperation && !one.MatlCompIsMarkedForBackflush)
      one.ReservationIsFinallyIssued = true;
}

/** Backflush of the component for the produced quantity, and the receipt of the good quantity. */
function plannedOf(order: SapOrder, confirmation: SapConfirmation): Record<string, unknown>[] {
  const { ConfirmationYieldQuantity: good, ConfirmationScrapQuantity: scrap } = confirmation;
  const unit = { EntryUnit: order.ProductionUnit };
  const produced = String(Number(good) + Number(scrap));
  return [
    { ...unit, Material: 'RM122', GoodsMovementType: '261', QuantityInEntryUnit: produced },
    ...(Number(good) > 0
      ? [{ ...unit, Material: order.Material, GoodsMovementType: '101', QuantityInEntryUnit: good }]
      : []),
  ];
}

/** SAP does not compare the receipts with the yield: it accepts receipts of 10 for a confirmation of 5. */
export function readMovements(sent: unknown): Record<string, unknown>[] {
  if (sent === undefined) return [];
  const list: unknown = Array.isArray(sent) ? sent : Object(sent).results;
  if (!Array.isArray(list)) throw invalid('to_ProdnOrdConfMatlDocItm');
  return list.map((movement: Record<string, unknown>) => {
    refuseUnknown(movement, movementFields);
    if (String(movement.Batch ?? '').length > 10) throw invalid('Batch');
    quantityIn(movement, 'QuantityInEntryUnit');
    return movement;
  });
}
