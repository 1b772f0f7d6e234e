import type { Completion } from '../../model/completions.ts';
import { Rejected } from '../../model/errors.ts';
import { compareDecimals } from '../../model/quantity.ts';
import type { Built, BuiltLot } from '../built.ts';
import type { SapOptions } from './options.ts';
import { type SapOrder, toWire } from './records.ts';

/** Longest batch number (Edm.String(10)). */
const maxBatch = 10;
/** Goods receipt for an order. */
export const receiptType = '101';

/**
 * The goods receipts (movement 101, reference document F: production order) that a confirmation brings along: the good
 * quantity, one receipt per lot. Once a confirmation has movements of its own, SAP adds none, so components must be
 * backflushed or issued otherwise. Scrap is received nowhere, so its lots are not.
 * @throws Rejected when there are lots and no receipt could bear them.
 */
export function receiptsOf(
  { goodsMovements, storageLocation }: SapOptions,
  { erpOrder, lots }: Completion,
  { good, goodLots }: Built,
  order: SapOrder,
): Record<string, unknown>[] {
  if (goodsMovements !== 'receipt') {
    if (lots.length === 0) return [];
    throw new Rejected(
      `SAP: the completion of order ${erpOrder.number} has lot numbers, which only a goods receipt takes: set goodsMovements to 'receipt', or leave lots out of the mapping.`,
      { code: 'quantity-or-lots' },
    );
  }
  const tooLong = goodLots.find((lot) => lot.number.length > maxBatch);
  if (tooLong) {
    throw new Rejected(
      `SAP: lot ${tooLong.number} of order ${erpOrder.number} is longer than the ${maxBatch} characters of a batch.`,
      { code: 'quantity-or-lots' },
    );
  }
  const receiptOf = (amount: string, lot?: BuiltLot) => ({
    OrderID: toWire(erpOrder.number),
    OrderItem: '1',
    Material: order.Material,
    Plant: order.ProductionPlant ?? '',
    StorageLocation: storageLocation ?? order.StorageLocation ?? '',
    GoodsMovementType: receiptType,
    GoodsMovementRefDocType: 'F',
    EntryUnit: order.ProductionUnit,
    QuantityInEntryUnit: amount,
    ...(lot ? { Batch: lot.number } : {}),
  });
  if (goodLots.length > 0) return goodLots.map((lot) => receiptOf(lot.amount, lot));
  return compareDecimals(good, '0') === 0 ? [] : [receiptOf(good)];
}
