import type { AzumutaProductOrder } from '../azumuta/answer-readers.ts';
import type { BookingEntry } from '../ledger/records/bookings.ts';
import type { ShadowComparison } from '../ledger/records/comparisons.ts';
import type { DeadLetter } from '../ledger/records/dead-letters.ts';
import type { ErpOrder, ProductOrderDraft } from '../model/orders.ts';
import { compareDecimals, type Quantity, sumOf, toDecimal } from '../model/quantity.ts';
import { differencesFrom } from './differences.ts';

/** One product order of the ERP order: as shadow wants it, and as people have typed it. */
export interface PartInShadow {
  readonly draft: ProductOrderDraft;
  /** Undefined where Azumuta has none of its number. */
  readonly typed: Pick<AzumutaProductOrder, 'article' | 'parameters' | 'variants'> | undefined;
}

export interface ComparisonFacts {
  readonly parts: readonly PartInShadow[];
  /** Why shadow would not have created it. */
  readonly creationRefused: readonly Pick<DeadLetter, 'reason'>[];
  /** The quantities that shadow would book, or refuses to. */
  readonly bookings: readonly Pick<BookingEntry, 'state' | 'reason' | 'cause' | 'figures' | 'parts'>[];
  /** Undefined where the ERP cannot be asked for one order. */
  readonly erp: Pick<ErpOrder, 'state' | 'quantity' | 'produced'> | undefined;
}

/** By the look of a connector: somebody else has booked it. */
const bookedByOthers: ReadonlySet<string | undefined> = new Set(['order-state', 'booked-otherwise']);

/**
 * What shadow would have done for an ERP order, next to what people did. The first line that fits counts:
 *
 *   in the ERP           in shadow                                          then
 *   cancelled, deleted                                                      nothing
 *   in work              it is not typed, or not wholly completed yet       wait
 *   in work              it would be booked, or is refused                  different: people have not booked it
 *   ended                it is not completed in Azumuta, or is refused      different
 *   ended                it would be booked                                 same, if the figures are; the look counts where the ERP tells none
 *   cannot be asked      it would be booked                                 same: the look has refused nothing
 *
 * What is refused, or typed otherwise than it is wanted, is different in each of them.
 */
export function decideComparison(facts: ComparisonFacts): ShadowComparison | 'wait' {
  const { parts, creationRefused, bookings, erp } = facts;
  const state = erp?.state;
  if (state === 'cancelled' || state === 'deleted')
    return { outcome: 'nothing', wouldBook: false, booked: 'no', reasons: [] };
  const hasEnded = state === 'other';
  const taken = bookings.filter((one) => one.state === 'done' || (hasEnded && isBookedByOthers(one)));
  const refused = bookings.filter((one) => one.state === 'rejected' && !taken.includes(one));
  const covered = new Set(taken.flatMap((one) => one.parts));
  const wouldBook = refused.length === 0 && covered.size >= parts.length;
  const reasons = [
    ...creationRefused.map(({ reason }) => `It would not be created: ${reason}`),
    ...parts.flatMap(differencesOfPart),
    ...refused.map(({ reason = 'no reason is known.' }) => `It would not be booked: ${reason}`),
  ];
  const isUndecided = reasons.length === 0 && !wouldBook;
  if (isUndecided && !hasEnded) return 'wait';
  if (hasEnded) reasons.push(...reasonsOfEnded(facts, wouldBook, taken));
  else if (wouldBook && state === 'released') reasons.push('People have not booked it in the ERP yet.');
  const outcome = reasons.length > 0 ? 'different' : 'same';
  return { outcome, wouldBook, booked: bookedBy(state), reasons };
}

function isBookedByOthers({ state, cause }: ComparisonFacts['bookings'][number]): boolean {
  return state === 'rejected' && bookedByOthers.has(cause);
}

function bookedBy(state: ErpOrder['state'] | undefined): ShadowComparison['booked'] {
  if (state === undefined) return 'unknown';
  return state === 'other' ? 'yes' : 'no';
}

function differencesOfPart({ draft, typed }: PartInShadow): string[] {
  if (!typed) return [];
  const differences = differencesFrom(typed, draft, { withVariants: true });
  return differences.map((one) => `In Azumuta, productOrders.${one}, by the mapping.`);
}

function reasonsOfEnded(
  { parts, erp }: ComparisonFacts,
  wouldBook: boolean,
  taken: ComparisonFacts['bookings'],
): string[] {
  const missing = parts.filter(({ typed }) => !typed).map(({ draft }) => draft.number);
  if (missing.length > 0)
    return [`Azumuta has no product order ${missing.join(', ')}, and the ERP order has ended.`];
  if (!wouldBook)
    return ['People have booked it in the ERP, and Azumuta does not show that all of it is completed.'];
  const { produced } = erp ?? {};
  if (!produced) return [];
  const unit = erp?.quantity.unit;
  return (['good', 'scrap'] as const).flatMap((kind) =>
    figureDifference(
      kind,
      sumIn(
        unit,
        taken.flatMap(({ figures }) => figures?.[kind] ?? []),
      ),
      produced[kind],
    ),
  );
}

/** Undefined where one is in another unit than the ERP order: nobody can compare it. */
function sumIn(unit: string | undefined, quantities: readonly Quantity[]): string | undefined {
  const isComparable = quantities.every((one) => one.unit === undefined || one.unit === unit);
  return isComparable ? sumOf(quantities.map(({ amount }) => amount)) : undefined;
}

function figureDifference(
  kind: 'good' | 'scrap',
  ours: string | undefined,
  found: string | undefined,
): string[] {
  const theirs = toDecimal(found);
  if (ours === undefined || theirs === undefined) return [];
  if (compareDecimals(ours, theirs) === 0) return [];
  const line = kind === 'good' ? 'completions.quantity' : 'completions.scrap';
  return [`${line} makes ${ours} ${kind}, and the ERP has ${theirs}.`];
}
