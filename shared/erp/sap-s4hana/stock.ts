import * as z from 'zod/mini';
import type { Receipt } from '../../model/completions.ts';
import { compareDecimals, sumOf, toDecimal } from '../../model/quantity.ts';
import { parse } from '../../platform/validation.ts';
import { confirmationService, literal } from './client.ts';
import type { SapLook } from './context.ts';
import { receiptType } from './goods-receipts.ts';
import { readAll } from './order.ts';
import { movementSchema, type SapConfirmation } from './records.ts';

/**
 * A confirmation is no proof of stock: SAP posts its goods movements with it, later, or not at all, when they wait for a
 * person in COGI. What was posted stands in `to_ProdnOrdConfMatlDocItm`, which is made of AFWI, the material documents of
 * a confirmation (I_OrderConfMatlDocItemAssgmt): what failed is not among it.
 */
export async function receiptOf(
  look: SapLook,
  confirmation: SapConfirmation,
  alreadyBooked: boolean,
): Promise<Receipt> {
  const name = nameOf(confirmation);
  const good = toDecimal(confirmation.ConfirmationYieldQuantity) ?? '0';
  if (look.options.goodsMovements === 'none' || compareDecimals(good, '0') === 0) {
    return { reference: name, alreadyBooked };
  }
  const documents = await documentsOf(look, confirmation, good);
  const stock = documents ? `, material document ${documents.join(', ')}` : '; stock not proven';
  return { reference: `${name}${stock}`, alreadyBooked };
}

export function nameOf({ ConfirmationGroup, ConfirmationCount }: SapConfirmation): string {
  return `confirmation ${ConfirmationGroup}/${ConfirmationCount}`;
}

/** Those of the goods receipt (`5000000012/2026`); undefined while SAP does not show that all of it was received. */
async function documentsOf(
  { client, signal }: SapLook,
  { ConfirmationGroup, ConfirmationCount, ConfirmationUnit }: SapConfirmation,
  good: string,
): Promise<readonly string[] | undefined> {
  const key = `ConfirmationGroup=${literal(ConfirmationGroup)},ConfirmationCount=${literal(ConfirmationCount)}`;
  const rows = await readAll(client, z.unknown(), {
    service: confirmationService,
    path: `/ProdnOrdConf2(${encodeURIComponent(key)})/to_ProdnOrdConfMatlDocItm`,
    query: { $format: 'json' },
    what: `the material documents of confirmation ${ConfirmationGroup}/${ConfirmationCount}`,
    // What is booked stays booked, whether we may see this or not.
    optional: true,
    signal,
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
