import { placeIn } from '../../model/completion-lines.ts';
import type { Completion, Operation } from '../../model/completions.ts';
import { sumOf } from '../../model/quantity.ts';
import { type Built, notBookable, requireUnit, type Scrapped } from '../booking-rules.ts';
import { reportsOf } from '../detail-rules.ts';
import { isOfBooking } from './marks.ts';
import { operationOf, type SapOptions } from './options.ts';
import type { Found } from './order.ts';
import { isSet, type SapOperation } from './records.ts';

/** Longest VarianceReasonCode. */
const maxReason = 4;

/** An operation of an order. */
export interface OperationKey {
  readonly operation: string;
  readonly sequence: string;
}

/** What an operation reports. */
export interface Report {
  readonly report: Operation;
  readonly at: OperationKey;
  /** It is the last reporting point, which has the order's quantity. */
  readonly closes: boolean;
  /** Somebody else has finished it. */
  readonly isLocked: boolean;
  readonly times: Readonly<Record<string, string>>;
}

export function isSame(a: OperationKey, b: OperationKey): boolean {
  const bare = (sequence: string) => sequence.replace(/^0+(?=.)/, '');
  return a.operation === b.operation && bare(a.sequence) === bare(b.sequence);
}

function keyOf(one: SapOperation): OperationKey {
  return { operation: one.ManufacturingOrderOperation, sequence: one.ManufacturingOrderSequence || '0' };
}

/** The last reporting point: the configured operation; where operations report, the last one of the routing else. */
export function closingOf(
  options: SapOptions,
  { operations }: Completion,
  routing: readonly SapOperation[],
): OperationKey {
  const configured = operationOf(options);
  const last = routing.map(keyOf).findLast((one) => isSame(one, { ...configured, operation: one.operation }));
  return operations && options.operation === undefined ? (last ?? configured) : configured;
}

/**
 * What the operations report, in the order of the routing.
 * @throws Rejected for one that is not in the routing, reports twice, or has its final confirmation by others; and where
 *   another one than the last reporting point counts what is good in the end.
 */
export function reportedIn(found: Found, closing: OperationKey): Report[] {
  const { options, completion, order, plan } = found;
  const { number } = completion.erpOrder;
  const refuse = ({ report, at }: Report, why: string) =>
    notBookable('SAP', number, `operation ${at.operation}${placeIn(report)} ${why}`);
  const namesOf = (one: SapOperation) => {
    const { operation, sequence } = keyOf(one);
    const name = isSame(keyOf(one), { ...closing, operation }) ? operation : `${sequence}/${operation}`;
    return [name, one.MfgOrderOperationText ?? ''];
  };
  const reports = reportsOf(completion, plan.routing, namesOf, 'SAP')
    .sort((a, b) => plan.routing.indexOf(a.operation) - plan.routing.indexOf(b.operation))
    .map(({ report, operation }) => {
      const at = keyOf(operation);
      const isLocked = isSet(operation.OperationIsConfirmed) && !isConfirmedByUs(found, at);
      return {
        report,
        at,
        isLocked,
        closes: isSame(at, closing),
        times: timesOf(options, completion, report),
      };
    });
  for (const { report } of reports)
    for (const counted of [report.good, report.scrap])
      if (counted) requireUnit({ unit: counted.unit }, number, order.ProductionUnit, 'SAP');
  const locked = reports.find(({ isLocked }) => isLocked);
  if (locked)
    throw refuse(
      locked,
      'has its final confirmation already, and not by this completion: check who confirmed it',
    );
  const counting = reports.findLast(({ report }) => report.good);
  if (counting && !(counting.closes && counting.report.good?.amount === completion.quantity?.amount))
    throw refuse(
      counting,
      `counts what is good, and ${closing.operation} closes the order in SAP: name that one last in completions.operations, or set operation: '${counting.at.operation}'`,
    );
  return reports;
}

function isConfirmedByUs({ confirmations, key }: Found, { operation }: OperationKey): boolean {
  return confirmations.some((one) => isOfBooking(one, key) && one.OrderOperation === operation);
}

/** The times of an operation in its activities, in minutes; where no operation reports, all of the time worked. */
export function timesOf(
  { activities, workActivity }: SapOptions,
  { work, operations }: Completion,
  report: Operation | undefined,
): Record<string, string> {
  const worked = work.reduce((sum, one) => sum + one.seconds, 0);
  const { setupSeconds = 0, runSeconds = 0 } = operations ? (report ?? {}) : { runSeconds: worked };
  const { setup, run } = operations ? (activities ?? {}) : { run: workActivity };
  const isApart = setup !== undefined && setup !== run;
  const seconds: [number | undefined, number][] = isApart
    ? [
        [setup, setupSeconds],
        [run, runSeconds],
      ]
    : [[run, setupSeconds + runSeconds]];
  const entries = seconds.flatMap(([activity, of]) => {
    const minutes = Math.round(of / 6) / 10;
    if (activity === undefined || minutes === 0) return [];
    return [
      [`OpConfirmedWorkQuantity${activity}`, String(minutes)],
      [`OpWorkQuantityUnit${activity}`, 'MIN'],
    ];
  });
  return Object.fromEntries(entries);
}

/**
 * The scrap of the last reporting point by its reasons; 0 for none.
 * @throws Rejected for a reason that can be no code of SAP, as no service lists them
 */
export function scrapOf(
  { scrap, scrapped }: Built,
  { erpOrder, operations = [] }: Completion,
  closing: Operation | undefined,
): [Scrapped, ...Scrapped[]] {
  const refuse = (why: string) => notBookable('SAP', erpOrder.number, why);
  const [first = { amount: scrap, reason: undefined }, ...further] = [
    ...Map.groupBy(scrapped, ({ reason }) => reason || undefined),
  ].map(([reason, of]) => ({ amount: sumOf(of.map(({ amount }) => amount)), reason }));
  const long = [first, ...further].find(({ reason = '' }) => reason.length > maxReason);
  if (long)
    throw refuse(
      `its scrap reason "${long.reason}" is no reason for variance of SAP, which has up to ${maxReason} characters: let the mapping give SAP's code`,
    );
  if (!operations.some((one) => one.good ?? one.scrap)) return [first, ...further];
  if (further.length > 0)
    throw refuse('its operations count their scrap, and its lots give several reasons: give them none');
  return [{ ...first, amount: closing?.scrap?.amount ?? '0' }];
}
