import type { Completion } from '../../model/completions.ts';
import { Rejected } from '../../model/errors.ts';
import { compareDecimals } from '../../model/quantity.ts';
import type { SapOptions } from './options.ts';
import { type SapOrder, toWire } from './records.ts';

/** Longest batch number (Edm.String(10)). */
const maxBatch = 10;

/**
 * The goods receipts (movement 101, reference document F: production order) that a confirmation brings along,
 * one per lot. Once a confirmation has movements of its own, SAP adds none, so components must be backflushed
 * or issued otherwise.
 * @throws Rejected when there are lots and no receipt could bear them.
 */
export function movementsOf(
  { goodsMovements, storageLocation }: SapOptions,
  { erpOrder, lots, quantity }: Completion,
  order: SapOrder,
): Record<string, unknown>[] {
  if (goodsMovements !== 'receipt') {
    if (lots.length === 0) return [];
    throw new Rejected(
      `SAP: the completion of order ${erpOrder.number} has lot numbers, which only a goods receipt takes: set goodsMovements to 'receipt', or leave lots out of the mapping.`,
      { code: 'quantity-or-lots' },
    );
  }
  const good = quantity?.amount ?? '0';
  if (compareDecimals(good, '0') === 0) return [];
  const tooLong = lots.find((lot) => lot.number.length > maxBatch);
  if (tooLong) {
    throw new Rejected(
      `SAP: lot ${tooLong.number} of order ${erpOrder.number} is longer than the ${maxBatch} characters of a batch.`,
      { code: 'quantity-or-lots' },
    );
  }
  const receipt = {
    OrderID: toWire(erpOrder.number),
    OrderItem: '1',
    Material: order.Material,
    Plant: order.ProductionPlant ?? '',
    StorageLocation: storageLocation ?? order.StorageLocation ?? '',
    GoodsMovementType: '101',
    GoodsMovementRefDocType: 'F',
    EntryUnit: quantity?.unit ?? order.ProductionUnit,
  };
  if (lots.length === 0) return [{ ...receipt, QuantityInEntryUnit: good }];
  return lots.map((lot) => ({
    ...receipt,
    Batch: lot.number,
    QuantityInEntryUnit: lot.quantity?.amount ?? good,
  }));
}
