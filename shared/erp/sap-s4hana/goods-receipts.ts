import * as z from 'zod/mini';
import type { Completion, Component, Receipt } from '../../model/completions.ts';
import { compareDecimals, sumOf, toDecimal } from '../../model/quantity.ts';
import { type BuiltLot, notBookable } from '../booking-rules.ts';
import { rejected } from '../failures.ts';
import { confirmationService, odataLiteral, type Reader } from './client.ts';
import { issueType } from './components.ts';
import type { SapFindings } from './order.ts';
import {
  movementSchema,
  type SapConfirmation,
  type SapMovement,
  wireOrderNumber,
  wireQuantity,
} from './records.ts';

/** Longest batch number (Edm.String(10)). */
const longestBatchNumber = 10;
/** Movement type of a goods receipt for an order. */
const receiptType = '101';

/**
 * The goods receipts (movement 101, reference document F: production order) that a confirmation brings along: the good
 * quantity, one receipt per lot. Once a confirmation brings movements, SAP adds none, so components must be
 * backflushed or issued otherwise. Scrap is received nowhere, so its lots are not.
 * @throws Rejected when there are lots that no receipt could hold.
 */
export function goodsReceiptsOf(found: SapFindings): Record<string, unknown>[] {
  const { options, erpOrder, order } = found;
  const { good, goodLots } = found.built;
  if (options.goodsMovements !== 'receipt') {
    if (found.completion.lots.length === 0) return [];
    const why = `it has lot numbers, which only a goods receipt takes: set goodsMovements to 'receipt', or leave lots out of the mapping`;
    throw notBookable('SAP', erpOrder.number, why);
  }
  const tooLong = goodLots.find((lot) => lot.number.length > longestBatchNumber);
  if (tooLong) {
    const why = `its lot ${tooLong.number} is longer than the ${longestBatchNumber} characters of a batch`;
    throw notBookable('SAP', erpOrder.number, why);
  }
  const receiptOf = (amount: string, lot?: BuiltLot) => ({
    OrderID: wireOrderNumber(erpOrder.number),
    OrderItem: '1',
    Material: order.Material,
    Plant: order.ProductionPlant ?? '',
    StorageLocation: options.storageLocation ?? order.StorageLocation ?? '',
    GoodsMovementType: receiptType,
    GoodsMovementRefDocType: 'F',
    EntryUnit: order.ProductionUnit,
    QuantityInEntryUnit: wireQuantity(amount, erpOrder.number),
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
export async function readReceipt(
  reader: Reader,
  confirmation: SapConfirmation,
  { components }: Pick<Completion, 'components'>,
  alreadyBooked: boolean,
): Promise<Receipt> {
  const name = nameOfConfirmation(confirmation);
  const good = toDecimal(confirmation.ConfirmationYieldQuantity) ?? '0';
  const used = components?.used ?? [];
  const receivesNone = reader.options.goodsMovements === 'none' || compareDecimals(good, '0') === 0;
  if (receivesNone && used.length === 0) return { reference: name, alreadyBooked };
  const movements = await movementsOf(reader, confirmation);
  const receipts = movements.filter((one) => one.GoodsMovementType === receiptType);
  const received = receipts.filter(
    ({ EntryUnit }) => !confirmation.ConfirmationUnit || EntryUnit === confirmation.ConfirmationUnit,
  );
  const isProven =
    compareDecimals(amountOfMovements(received), good) >= 0 &&
    used.every((one) => hasConsumed(movements, one, name));
  const documents = (components ? movements : receipts).map((one) =>
    [one.MaterialDocument, one.MaterialDocumentYear].filter(Boolean).join('/'),
  );
  const stock = isProven ? `, material document ${[...new Set(documents)].join(', ')}` : '; stock not proven';
  return { reference: `${name}${stock}`, alreadyBooked };
}

export function nameOfConfirmation({ ConfirmationGroup, ConfirmationCount }: SapConfirmation): string {
  return `confirmation ${ConfirmationGroup}/${ConfirmationCount}`;
}

/** The goods movements that a confirmation has posted so far, as far as we may see them. */
async function movementsOf({ readAll }: Reader, confirmation: SapConfirmation): Promise<SapMovement[]> {
  const { ConfirmationGroup: group, ConfirmationCount: count } = confirmation;
  const key = `ConfirmationGroup=${odataLiteral(group)},ConfirmationCount=${odataLiteral(count)}`;
  const rows = await readAll(
    {
      service: confirmationService,
      path: `/ProdnOrdConf2(${encodeURIComponent(key)})/to_ProdnOrdConfMatlDocItm`,
      what: `the material documents of ${nameOfConfirmation(confirmation)}`,
      // What is booked remains booked, whether we may see this or not.
      optional: true,
    },
    z.catch(z.nullable(movementSchema), null),
  );
  return rows.filter((movement) => movement !== null);
}

function amountOfMovements(movements: readonly SapMovement[]): string {
  return sumOf(movements.map(({ QuantityInEntryUnit }) => toDecimal(QuantityInEntryUnit) ?? '0'));
}

/** @throws Rejected when more was consumed of a component than was recorded. */
function hasConsumed(
  movements: readonly SapMovement[],
  { article, quantity, lots }: Component,
  name: string,
): boolean {
  const issues = movements.filter(
    ({ GoodsMovementType, Material }) => GoodsMovementType === issueType && Material === article,
  );
  const difference = compareDecimals(
    amountOfMovements(issues),
    quantity?.amount ?? amountOfMovements(issues),
  );
  if (difference > 0)
    throw rejected(
      'booked-otherwise',
      `SAP: ${name} has consumed ${amountOfMovements(issues)} of component ${article}, where ${quantity?.amount} were used: correct it in SAP.`,
    );
  return difference === 0 && lots.every(({ number }) => issues.some(({ Batch }) => Batch === number));
}
