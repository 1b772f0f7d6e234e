import type { StoredComparison } from '../ledger/records/comparisons.ts';
import { counted } from '../model/text.ts';

/** What shadow would have done in a time, next to what people did, for the mail and the console. */
export interface ShadowSummary {
  readonly compared: number;
  readonly wouldBook: number;
  readonly booked: number;
  /** Of which the ERP does not tell whether they are booked. */
  readonly unknown: number;
  readonly different: readonly StoredComparison[];
}

/** @param comparisons Without those that the ERP does not want any more, which nobody books. */
export function summarizeShadow(comparisons: readonly StoredComparison[]): ShadowSummary {
  const wanted = comparisons.filter(({ outcome }) => outcome !== 'nothing');
  return {
    compared: wanted.length,
    wouldBook: wanted.filter(({ wouldBook }) => wouldBook).length,
    booked: wanted.filter(({ booked }) => booked === 'yes').length,
    unknown: wanted.filter(({ booked }) => booked === 'unknown').length,
    different: wanted.filter(({ outcome }) => outcome === 'different'),
  };
}

/** `Shadow would have booked 41 orders, people have booked 39: 2 differ.` */
export function shadowInWords({ compared, wouldBook, booked, unknown, different }: ShadowSummary): string {
  if (compared === 0)
    return 'Nothing was compared: that is done the day after shadow has decided about an order.';
  const untold = unknown === 0 ? '' : ` (of ${counted(unknown, 'order')} the ERP does not tell)`;
  const isOne = different.length === 1;
  const differ =
    different.length === 0 ? 'none differs' : `${different.length} ${isOne ? 'differs' : 'differ'}`;
  return `Shadow would have booked ${counted(wouldBook, 'order')}, people have booked ${booked}${untold}: ${differ}.`;
}
