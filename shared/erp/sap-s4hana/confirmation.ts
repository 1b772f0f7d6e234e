import type { BookingKey, Completion } from '../../model/completions.ts';
import { compareDecimals, sumOf, toDecimal } from '../../model/quantity.ts';
import { shorten } from '../../model/text.ts';
import { type Built, builtOf, mayClose, notBookable, requireUnit } from '../booking-rules.ts';
import { keyAsGuid } from '../marks.ts';
import { receiptsOf } from './goods-receipts.ts';
import { operationOf, type SapOptions } from './options.ts';
import { type SapConfirmation, type SapOrder, toWire } from './records.ts';

/** Longest ConfirmationText (Edm.String(40)). */
const maxText = 40;
/** Quantities are Edm.Decimal(13,3), as in AFRU-LMNGA: SAP refuses more digits as an invalid value. */
const fitsQuantity = /^\d{1,10}(\.\d{1,3})?$/;

/**
 * The confirmation to post, a ProdnOrdConf2. Its ExternalSystemConfirmation is the booking key as a GUID, written with
 * it in one transaction. What is confirmed so far decides whether it is the final one, since parts of an order overtake
 * each other.
 * @throws Rejected when SAP cannot take what was built.
 */
export function confirmationOf(
  options: SapOptions,
  completion: Completion,
  key: BookingKey,
  order: SapOrder,
  confirmations: readonly SapConfirmation[],
): Record<string, unknown> {
  const { erpOrder, work, completedOn } = completion;
  const { goodsMovements, workActivity } = options;
  const { operation, sequence } = operationOf(options);
  const built = builtOf(completion, 'SAP');
  // SAP converts alternative units of the material master, but neither service shows which these are: the result for
  // another unit cannot be known before it is booked, nor be added up with the plan.
  requireUnit(built, erpOrder.number, order.ProductionUnit, 'SAP');
  requireDigits(built, completion);
  const planned = toDecimal(order.TotalQuantity);
  const ordered = planned === undefined ? undefined : { amount: planned, unit: order.ProductionUnit };
  const final =
    mayClose(completion, ordered, built.produced) || completesOrder(options, built, order, confirmations);
  const minutes = Math.round(work.reduce((sum, one) => sum + one.seconds, 0) / 6) / 10;
  const receipts = receiptsOf(options, completion, built, order);
  return {
    OrderID: toWire(erpOrder.number),
    OrderOperation: operation,
    Sequence: sequence,
    ConfirmationText: textOf(completion),
    ConfirmationUnit: order.ProductionUnit,
    ConfirmationYieldQuantity: built.good,
    ConfirmationScrapQuantity: built.scrap,
    IsFinalConfirmation: final,
    OpenReservationsIsCleared: final,
    PostingDate: `/Date(${Date.parse(completedOn)})/`,
    ExternalSystemConfirmation: keyAsGuid(key),
    ...(workActivity && minutes > 0
      ? { OpConfirmedWorkQuantity1: String(minutes), OpWorkQuantityUnit1: 'MIN' }
      : {}),
    // Without movements in the confirmation and without this, SAP posts those that it plans (BAPI_PRODORDCONF_CREATE_HDR).
    ...(goodsMovements !== 'backflush' && receipts.length === 0 ? { APIConfHasNoGoodsMovements: true } : {}),
    ...(receipts.length > 0 ? { to_ProdnOrdConfMatlDocItm: { results: receipts } } : {}),
  };
}

function requireDigits({ good, scrap, goodLots }: Built, { erpOrder }: Completion): void {
  const tooLong = [good, scrap, ...goodLots.map(({ amount }) => amount)].find(
    (amount) => !fitsQuantity.test(amount),
  );
  if (tooLong === undefined) return;
  const why = `${tooLong} has more digits than a quantity in SAP (10, and 3 decimals): let the mapping round it`;
  throw notBookable('SAP', erpOrder.number, why);
}

function textOf({ productOrder, notes }: Completion): string {
  return shorten([`Azumuta ${productOrder.number}`, ...notes].join(': ').replace(/\s+/g, ' '), maxText);
}

/**
 * Whether the yield and scrap confirmed on our operation, and what was built now, reach the planned quantity. What a
 * person confirmed in another unit cannot be added up: then only the mapping can say that a completion is final.
 */
function completesOrder(
  options: SapOptions,
  { produced }: Built,
  order: SapOrder,
  confirmations: readonly SapConfirmation[],
): boolean {
  const planned = toDecimal(order.TotalQuantity);
  const counted = confirmations.filter((one) => isValid(one) && isOn(options, one));
  const foreign = counted.some(({ ConfirmationUnit: unit }) => unit && unit !== order.ProductionUnit);
  if (planned === undefined || foreign) return false;
  const confirmed = counted.flatMap((one) => [
    toDecimal(one.ConfirmationYieldQuantity) ?? '0',
    toDecimal(one.ConfirmationScrapQuantity) ?? '0',
  ]);
  return compareDecimals(sumOf([...confirmed, produced]), planned) >= 0;
}

function isValid({ IsReversed, IsReversal }: SapConfirmation): boolean {
  return IsReversed !== true && IsReversal !== true;
}

/** Each operation is confirmed separately: those before ours do not tell what is finished. */
function isOn(options: SapOptions, { OrderOperation, Sequence }: SapConfirmation): boolean {
  const { operation, sequence } = operationOf(options);
  return (
    (OrderOperation ?? operation) === operation &&
    (Sequence || sequence).replace(/^0+(?=.)/, '') === sequence.replace(/^0+(?=.)/, '')
  );
}
