import { compareDecimals, sumOf, toDecimal } from '../../model/quantity.ts';
import type { Built } from '../built.ts';
import type { SapOptions } from './options.ts';
import type { SapConfirmation, SapOrder } from './records.ts';

/** The operation that is confirmed. */
export function operationOf({ operation = '0010', sequence = '0' }: SapOptions): {
  readonly operation: string;
  readonly sequence: string;
} {
  return { operation, sequence };
}

/**
 * Whether yield and scrap confirmed on our operation reach the planned quantity with what was built. What a person has
 * confirmed in another unit cannot be added up: then it is for the mapping to say what is final.
 */
export function completesOrder(
  options: SapOptions,
  { produced }: Built,
  order: SapOrder,
  confirmations: readonly SapConfirmation[],
): boolean {
  const planned = toDecimal(order.TotalQuantity);
  const counted = confirmations.filter((one) => isStanding(one) && isOn(options, one));
  const foreign = counted.some(({ ConfirmationUnit: unit }) => unit && unit !== order.ProductionUnit);
  if (planned === undefined || foreign) return false;
  const confirmed = counted.flatMap((one) => [
    toDecimal(one.ConfirmationYieldQuantity) ?? '0',
    toDecimal(one.ConfirmationScrapQuantity) ?? '0',
  ]);
  return compareDecimals(sumOf([...confirmed, produced]), planned) >= 0;
}

function isStanding({ IsReversed, IsReversal }: SapConfirmation): boolean {
  return IsReversed !== true && IsReversal !== true;
}

/** Each operation is confirmed by itself: those before ours say nothing of what is finished. */
function isOn(options: SapOptions, { OrderOperation, Sequence }: SapConfirmation): boolean {
  const { operation, sequence } = operationOf(options);
  return (
    (OrderOperation ?? operation) === operation &&
    (Sequence || sequence).replace(/^0+(?=.)/, '') === sequence.replace(/^0+(?=.)/, '')
  );
}
