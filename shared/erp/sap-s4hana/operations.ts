import { placeIn } from '../../model/completion-lines.ts';
import type { Completion, Operation } from '../../model/completions.ts';
import { sumOf } from '../../model/quantity.ts';
import { type Built, notBookable, type Scrapped } from '../booking-rules.ts';
import { reportsOf } from '../detail-rules.ts';
import { isOfBooking } from './marks.ts';
import { operationOf, type SapOptions } from './options.ts';
import type { Found } from './order.ts';
import { isSet, type SapOperation } from './records.ts';

/** Longest VarianceReasonCode. */
const maxReason = 4;

/** What an operation reports. */
export interface Report {
  readonly report: Operation;
  /** Its number. */
  readonly operation: string;
}

/** Number of the last reporting point: as configured; else, where operations report, the last one of the routing. */
export function closingOf(
  options: SapOptions,
  { operations }: Completion,
  routing: readonly SapOperation[],
): string {
  const last = operations && routing.at(-1)?.ManufacturingOrderOperation;
  return options.operation ?? last ?? operationOf(options).operation;
}

/**
 * What the operations report, in the order of the routing.
 * @throws Rejected for one that is not in the routing, reports twice, or has its final confirmation by others; and where
 *   another one than the last reporting point counts what is good in the end.
 */
export function reportedIn(
  { completion, key, confirmations, plan: { routing } }: Found,
  closing: string,
): Report[] {
  const { number } = completion.erpOrder;
  const refuse = (report: Operation, why: string) =>
    notBookable('SAP', number, `operation ${report.operation}${placeIn(report)} ${why}`);
  const namesOf = (one: SapOperation) => [one.ManufacturingOrderOperation, one.MfgOrderOperationText ?? ''];
  const reported = reportsOf(completion, routing, namesOf, 'SAP');
  const ours = confirmations.filter((one) => isOfBooking(one, key)).map((one) => one.OrderOperation);
  for (const { report, operation } of reported) {
    const isFinished = isSet(operation.OperationIsConfirmed);
    if (isFinished && !ours.includes(operation.ManufacturingOrderOperation))
      throw refuse(report, 'has its final confirmation, and not by this completion: check who confirmed it');
  }
  const reports = reported
    .sort((a, b) => routing.indexOf(a.operation) - routing.indexOf(b.operation))
    .map(({ report, operation }) => ({ report, operation: operation.ManufacturingOrderOperation }));
  const counting = reports.findLast(({ report }) => report.good);
  const isLast =
    counting?.operation === closing && counting.report.good?.amount === completion.quantity?.amount;
  if (counting && !isLast)
    throw refuse(
      counting.report,
      `counts what is good, and ${closing} closes the order in SAP: name that one last in completions.operations, or set operation: '${counting.operation}'`,
    );
  return reports;
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
