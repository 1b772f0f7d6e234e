import Big from 'big.js';
import type { Completion } from '../../model/completions.ts';
import type { ErpOrderRef } from '../../model/orders.ts';
import { compareDecimals, type Decimal, sumOf, toDecimal } from '../../model/quantity.ts';
import { shorten } from '../../model/text.ts';
import { definedFields } from '../../model/unread.ts';
import { requireWithinOrder } from '../beyond-order.ts';
import { mayClose, requireUnit } from '../booking-rules.ts';
import { rejected } from '../failures.ts';
import { issuesOf, type SapMovementToPost, type SapUses, usesIn } from './components.ts';
import { goodsReceiptsOf, nameOfConfirmation } from './goods-receipts.ts';
import { guidOf, isConfirmationOfBooking } from './marks.ts';
import { type OperationReport, reportedIn, scrapOf, timesInActivities } from './operations.ts';
import { configuredOperation } from './options.ts';
import { bareSequence, type SapFindings } from './order.ts';
import { type SapConfirmation, wireOrderNumber, wireQuantity } from './records.ts';

/** Longest ConfirmationText (Edm.String(40)). */
const longestConfirmationText = 40;

/** A ProdnOrdConf2 to post, in SAP's fields. */
export type ToConfirm = Readonly<Record<string, unknown>> & { readonly ExternalSystemConfirmation: string };

/** How the confirmations of a booking differ. */
export interface ConfirmationShare {
  /** 0 for the one that closes; others as they are numbered in the completion, which never changes. */
  readonly part: number;
  readonly operation: string;
  readonly good: Decimal;
  readonly scrap: Decimal;
  readonly reason?: string | undefined;
  readonly final: boolean;
  readonly times: Readonly<Record<string, string>>;
}

/** What is to be confirmed, and what was used. */
export interface SapBookingPlan {
  /** Those before the one that closes. */
  readonly others: readonly ConfirmationShare[];
  readonly main: ConfirmationShare;
  readonly uses: SapUses;
}

/**
 * What is confirmed, in this order: each operation that reports, in the order of the routing, as SAP may refuse another one
 * (transaction OPK4); of the last reporting point one for each further reason of scrap, as a confirmation has only one; and
 * last the one that closes, with our key, so that where it is, all are.
 * @throws Rejected when SAP cannot take what was built.
 */
export function planConfirmations(found: SapFindings): SapBookingPlan {
  const { completion, erpOrder, order, built } = found;
  const { operations = [] } = completion;
  // SAP converts alternative units of the material master, but neither service shows which these are: the result for
  // another unit cannot be known before it is booked, nor be added up with the plan.
  for (const one of [built, ...operations.flatMap(({ good, scrap }) => [good, scrap])])
    if (one) requireUnit({ ...built, unit: one.unit }, erpOrder.number, order.ProductionUnit, 'SAP');
  const { reports, closing: operation } = reportedIn(found);
  requireWithinSapOrder(found, operation);
  const closing = reports.find((one) => one.operation === operation)?.report;
  const [{ amount: scrap, reason }, ...further] = scrapOf(found, closing);
  const final = closesSapOrder(found, operation) && closing?.finished !== false;
  const others: ConfirmationShare[] = [
    ...sharesOfOperations(found, reports, final).filter((one) => one.operation !== operation),
    ...further.map(({ amount, reason }, n) => {
      const part = 1 + operations.length + n;
      return { part, operation, good: '0', scrap: amount, reason, final: false, times: {} };
    }),
  ];
  const times = timesInActivities(found, closing);
  const main = { part: 0, operation, good: built.good, scrap, reason, final, times };
  return { others, main, uses: usesIn(found) };
}

/** The confirmations to post, each with its ExternalSystemConfirmation in one transaction. */
export function confirmationsOf(
  found: SapFindings,
  { others, main, uses }: SapBookingPlan,
  issuesAsPlanned: readonly SapMovementToPost[],
) {
  const movements = [...goodsReceiptsOf(found), ...issuesOf(found, uses.recorded), ...issuesAsPlanned];
  return {
    others: others.map((share) => buildConfirmation(found, share, [])),
    main: buildConfirmation(found, main, movements),
  };
}

/** A booking that has begun goes on, whatever others have confirmed since. */
function requireWithinSapOrder(found: SapFindings, operation: string): void {
  const { completion, erpOrder, order, built, confirmations, key } = found;
  const ordered = toDecimal(order.TotalQuantity);
  const isBegun = confirmations.some((one) => isConfirmationOfBooking(one, key));
  if (ordered === undefined || isBegun) return;
  const { closing } = confirmedByOthers(found, operation);
  requireWithinOrder(completion, {
    subject: `SAP: order ${erpOrder.number}`,
    ordered,
    before: sumOf(closing.map((one) => toDecimal(one.ConfirmationYieldQuantity) ?? '0')),
    good: built.good,
    scrap: built.scrap,
    unit: order.ProductionUnit,
  });
}

/** What others have confirmed of the order, and which of that on its last reporting point. */
function confirmedByOthers({ options, key, confirmations }: SapFindings, operation: string) {
  const others = confirmations.filter(
    (one) => one.IsReversed !== true && one.IsReversal !== true && !isConfirmationOfBooking(one, key),
  );
  return {
    others,
    closing: others.filter((one) => isOnOperation(operation, configuredOperation(options).sequence, one)),
  };
}

/**
 * What the operations confirm. What is scrapped later has left them as good, as in the confirmations that SAP makes itself
 * of a milestone (data element MLSLO).
 */
function sharesOfOperations(
  found: SapFindings,
  reports: readonly OperationReport[],
  closes: boolean,
): ConfirmationShare[] {
  let left = new Big(found.built.produced);
  return reports.map(({ report, operation }) => {
    const scrap = report.scrap?.amount ?? '0';
    left = left.minus(scrap);
    const good = report.good?.amount ?? left.toFixed();
    const part = 1 + (found.completion.operations ?? []).indexOf(report);
    return {
      part,
      operation,
      good,
      scrap,
      times: timesInActivities(found, report),
      final: closes && report.finished,
    };
  });
}

/** Without movements in a confirmation and without a word, SAP posts those that it plans (BAPI_PRODORDCONF_CREATE_HDR). */
function buildConfirmation(
  { options, erpOrder, completion, key, order }: SapFindings,
  { part, operation, good, scrap, reason, final, times }: ConfirmationShare,
  movements: readonly object[],
): ToConfirm {
  const { completedOn, components } = completion;
  return {
    OrderID: wireOrderNumber(erpOrder.number),
    OrderOperation: operation,
    Sequence: configuredOperation(options).sequence,
    ConfirmationText: textOfConfirmation(completion),
    ConfirmationUnit: order.ProductionUnit,
    ConfirmationYieldQuantity: wireQuantity(good, erpOrder.number),
    ConfirmationScrapQuantity: wireQuantity(scrap, erpOrder.number),
    ...definedFields({ VarianceReasonCode: reason }),
    IsFinalConfirmation: final,
    // What was used of any operation's components is issued with the last confirmation: until then they stay reserved.
    OpenReservationsIsCleared: final && (part === 0 || !components),
    PostingDate: `/Date(${Date.parse(completedOn)})/`,
    ExternalSystemConfirmation: guidOf(key, part),
    ...times,
    ...(options.goodsMovements !== 'backflush' && movements.length === 0
      ? { APIConfHasNoGoodsMovements: true }
      : {}),
    ...(movements.length > 0 ? { to_ProdnOrdConfMatlDocItm: { results: movements } } : {}),
  };
}

function textOfConfirmation({ productOrder, notes }: Completion): string {
  return shorten(
    [`Azumuta ${productOrder.number}`, ...notes].join(': ').replace(/\s+/g, ' '),
    longestConfirmationText,
  );
}

/**
 * Whether the booking closes its order: the mapping says so, or the yield and scrap confirmed on the last
 * reporting point, and what was built now, reach the planned quantity, as parts overtake each other. What a person
 * confirmed in another unit cannot be added up: then only the mapping can say that a completion is final.
 */
function closesSapOrder(found: SapFindings, operation: string): boolean {
  const { completion, order } = found;
  const { produced } = found.built;
  const planned = toDecimal(order.TotalQuantity);
  const ordered = planned === undefined ? undefined : { amount: planned, unit: order.ProductionUnit };
  if (mayClose(completion, ordered, produced)) return true;
  const { others, closing: counted } = confirmedByOthers(found, operation);
  // Where operations report, what one has scrapped never reaches the last one.
  const scrapped = completion.operations ? others : counted;
  const foreign = scrapped.some(({ ConfirmationUnit: unit }) => unit && unit !== order.ProductionUnit);
  if (planned === undefined || foreign) return false;
  const confirmed = [
    ...counted.map((one) => toDecimal(one.ConfirmationYieldQuantity) ?? '0'),
    ...scrapped.map((one) => toDecimal(one.ConfirmationScrapQuantity) ?? '0'),
  ];
  return compareDecimals(sumOf([...confirmed, produced]), planned) >= 0;
}

/** What a confirmation must hold as it was sent. */
const provenFields =
  /^(OrderOperation|VarianceReasonCode|Confirmation(Yield|Scrap)Quantity|OpConfirmedWorkQuantity\d)$/;

/** @throws Rejected also when SAP has confirmed something else than it was sent. */
export function findPosted(
  confirmations: readonly SapConfirmation[],
  sent: ToConfirm,
  erpOrder: ErpOrderRef,
): SapConfirmation | undefined {
  const posted = findOurs(confirmations, sent.ExternalSystemConfirmation, erpOrder);
  const plain = (value: unknown) => toDecimal(value) ?? value;
  const other = Object.keys(sent).find(
    (field) =>
      posted && provenFields.test(field) && field in posted && plain(posted[field]) !== plain(sent[field]),
  );
  if (!posted || other === undefined) return posted;
  throw rejected(
    'booked-otherwise',
    `SAP: ${nameOfConfirmation(posted)} of order ${erpOrder.number} has ${posted[other]} as its ${other}, where ${sent[other]} was sent: correct it in SAP.`,
  );
}

/** @throws Rejected when somebody cancelled our confirmation: booking it again would overrule them. */
export function findOurs(
  confirmations: readonly SapConfirmation[],
  guid: string,
  { number }: ErpOrderRef,
): SapConfirmation | undefined {
  const ours = confirmations.filter(
    (one) => one.ExternalSystemConfirmation?.toLowerCase() === guid && one.IsReversal !== true,
  );
  const posted = ours.find((one) => one.IsReversed !== true);
  const [cancelled] = ours;
  if (posted || !cancelled) return posted;
  throw rejected(
    'booked-otherwise',
    `SAP: ${nameOfConfirmation(cancelled)} of order ${number} was booked for this completion and cancelled since: book it by hand if it is missing.`,
  );
}

/** Each operation is confirmed separately: those before ours do not tell what is finished. */
function isOnOperation(
  operation: string,
  sequence: string,
  { OrderOperation, Sequence }: SapConfirmation,
): boolean {
  return (
    (OrderOperation ?? operation) === operation &&
    bareSequence(Sequence || sequence) === bareSequence(sequence)
  );
}
