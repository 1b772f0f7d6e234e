import * as z from 'zod/mini';
import type { Completion, Receipt } from '../../model/completions.ts';
import { compareDecimals, sumOf, toDecimal } from '../../model/quantity.ts';
import { parse } from '../../platform/validation.ts';
import type { Built, BuiltLot } from '../booking-rules.ts';
import { rejected } from '../failures.ts';
import { confirmationService, literal, type Reader, readAll } from './client.ts';
import type { SapOptions } from './options.ts';
import { movementSchema, type SapConfirmation, type SapOrder, toWire } from './records.ts';

/** Longest batch number (Edm.String(10)). */
const maxBatch = 10;
/** Movement type of a goods receipt for an order. */
const receiptType = '101';

/**
 * The goods receipts (movement 101, reference document F: production order) that a confirmation brings along: the good
 * quantity, one receipt per lot. Once a confirmation has movements of its own, SAP adds none, so components must be
 * backflushed or issued otherwise. Scrap is received nowhere, so its lots are not.
 * @throws Rejected when there are lots that no receipt could hold.
 */
export function receiptsOf(
  { goodsMovements, storageLocation }: SapOptions,
  { erpOrder, lots }: Completion,
  { good, goodLots }: Built,
  order: SapOrder,
): Record<string, unknown>[] {
  if (goodsMovements !== 'receipt') {
    if (lots.length === 0) return [];
    throw rejected(
      'quantity-or-lots',
      `SAP: the completion of order ${erpOrder.number} has lot numbers, which only a goods receipt takes: set goodsMovements to 'receipt', or leave lots out of the mapping.`,
    );
  }
  const tooLong = goodLots.find((lot) => lot.number.length > maxBatch);
  if (tooLong) {
    throw rejected(
      'quantity-or-lots',
      `SAP: lot ${tooLong.number} of order ${erpOrder.number} is longer than the ${maxBatch} characters of a batch.`,
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

/**
 * A confirmation does not prove that stock was booked: SAP posts its goods movements with it, later, or never, when they
 * wait for a person in COGI. What was posted is in `to_ProdnOrdConfMatlDocItm`, which reads AFWI, the material documents
 * of a confirmation (I_OrderConfMatlDocItemAssgmt); failed movements are not in it.
 */
export async function receiptOf(
  reader: Reader,
  confirmation: SapConfirmation,
  alreadyBooked: boolean,
): Promise<Receipt> {
  const name = nameOf(confirmation);
  const good = toDecimal(confirmation.ConfirmationYieldQuantity) ?? '0';
  if (reader.options.goodsMovements === 'none' || compareDecimals(good, '0') === 0) {
    return { reference: name, alreadyBooked };
  }
  const documents = await documentsOf(reader, confirmation, good);
  const stock = documents ? `, material document ${documents.join(', ')}` : '; stock not proven';
  return { reference: `${name}${stock}`, alreadyBooked };
}

export function nameOf({ ConfirmationGroup, ConfirmationCount }: SapConfirmation): string {
  return `confirmation ${ConfirmationGroup}/${ConfirmationCount}`;
}

/** The receipt's material documents (`5000000012/2026`); undefined while SAP does not show that all was received. */
async function documentsOf(
  reader: Reader,
  { ConfirmationGroup, ConfirmationCount, ConfirmationUnit }: SapConfirmation,
  good: string,
): Promise<readonly string[] | undefined> {
  const key = `ConfirmationGroup=${literal(ConfirmationGroup)},ConfirmationCount=${literal(ConfirmationCount)}`;
  const rows = await readAll(reader, z.unknown(), {
    service: confirmationService,
    path: `/ProdnOrdConf2(${encodeURIComponent(key)})/to_ProdnOrdConfMatlDocItm`,
    what: `the material documents of confirmation ${ConfirmationGroup}/${ConfirmationCount}`,
    // What is booked stays booked, whether we may see this or not.
    optional: true,
  });
  const receipts = (rows ?? []).flatMap((row) => {
    const movement = parse(movementSchema, row);
    return movement.ok && movement.value.GoodsMovementType === receiptType ? [movement.value] : [];
  });
  const received = receipts
    .filter(({ EntryUnit }) => !ConfirmationUnit || EntryUnit === ConfirmationUnit)
    .map(({ QuantityInEntryUnit }) => toDecimal(QuantityInEntryUnit) ?? '0');
  if (compareDecimals(sumOf(received), good) < 0) return undefined;
  return [
    ...new Set(
      receipts.map(({ MaterialDocument, MaterialDocumentYear }) =>
        [MaterialDocument, MaterialDocumentYear].filter(Boolean).join('/'),
      ),
    ),
  ];
}
