import { placeInWords } from '../../model/completion-lines.ts';
import type { Operation } from '../../model/completions.ts';
import { sumOf } from '../../model/quantity.ts';
import { notBookable, type Scrapped } from '../booking-rules.ts';
import { matchReportsToRouting } from '../detail-rules.ts';
import { isConfirmationOfBooking } from './marks.ts';
import { configuredOperation } from './options.ts';
import type { SapFindings } from './order.ts';
import { isFlagSet, type SapOperation } from './records.ts';

/** Longest VarianceReasonCode. */
const longestReasonCode = 4;

/** What an operation reports. */
export interface OperationReport {
  readonly report: Operation;
  /** Its number. */
  readonly operation: string;
}

/**
 * What the operations report, in the order of the routing, and the number of the last reporting point: where they count, the
 * last one of the mapping, which tells what is good; else as configured; else the last one of the routing.
 * @throws Rejected for one that is not in the routing, reports twice, or has its final confirmation by others
 */
export function reportedIn({ options, erpOrder, completion, key, confirmations, routing }: SapFindings) {
  const namesOf = (one: SapOperation) => [one.ManufacturingOrderOperation, one.MfgOrderOperationText ?? ''];
  const reported = matchReportsToRouting(completion, routing, namesOf, 'SAP');
  const ours = confirmations
    .filter((one) => isConfirmationOfBooking(one, key))
    .map((one) => one.OrderOperation);
  const reports = reported.map(({ report, operation }): OperationReport => {
    const { ManufacturingOrderOperation: number, OperationIsConfirmed } = operation;
    if (!isFlagSet(OperationIsConfirmed) || ours.includes(number)) return { report, operation: number };
    const why = `operation ${number}${placeInWords(report)} has its final confirmation, and not by this completion: check who confirmed it`;
    throw notBookable('SAP', erpOrder.number, why);
  });
  const last = reports.at(-1);
  const end = routing.at(-1)?.ManufacturingOrderOperation;
  return {
    closing:
      (last?.report.good && last.operation) ??
      options.operation ??
      end ??
      configuredOperation(options).operation,
    reports: reports.sort((a, b) => a.operation.localeCompare(b.operation)),
  };
}

/** The times of an operation in its activities, in minutes; where no operation reports, all of the time worked. */
export function timesInActivities(
  { options: { activities }, completion: { work, operations } }: SapFindings,
  { setupSeconds = 0, runSeconds = 0 }: Partial<Operation> = {},
): Record<string, string> {
  const worked = work.reduce((sum, one) => sum + one.seconds, 0);
  const { setup, run } = activities ?? {};
  if (!operations) return timeIn(run, worked);
  if (setup === undefined || setup === run) return timeIn(run, setupSeconds + runSeconds);
  return { ...timeIn(setup, setupSeconds), ...timeIn(run, runSeconds) };
}

function timeIn(activity: number | undefined, seconds: number): Record<string, string> {
  const minutes = Math.round(seconds / 6) / 10;
  if (activity === undefined || minutes === 0) return {};
  return {
    [`OpConfirmedWorkQuantity${activity}`]: String(minutes),
    [`OpWorkQuantityUnit${activity}`]: 'MIN',
  };
}

/**
 * The scrap of the last reporting point by its reasons; 0 for none.
 * @throws Rejected for a reason that can be no code of SAP, as no service lists them
 */
export function scrapOf(
  { built: { scrap, scrapped }, completion: { operations = [] }, erpOrder }: SapFindings,
  closing: Operation | undefined,
): [Scrapped, ...Scrapped[]] {
  const refuse = (why: string) => notBookable('SAP', erpOrder.number, why);
  const [first = { amount: scrap, reason: undefined }, ...further] = [
    ...Map.groupBy(scrapped, ({ reason }) => reason || undefined),
  ].map(([reason, of]) => ({ amount: sumOf(of.map(({ amount }) => amount)), reason }));
  const long = [first, ...further].find(({ reason = '' }) => reason.length > longestReasonCode);
  if (long)
    throw refuse(
      `its scrap reason "${long.reason}" is no reason for variance of SAP (up to ${longestReasonCode} characters): let the mapping give SAP's code`,
    );
  if (!operations.some((one) => one.good ?? one.scrap)) return [first, ...further];
  if (further.length > 0)
    throw refuse('its operations count scrap, of which its lots give several reasons: leave those out');
  return [{ ...first, amount: closing?.scrap?.amount ?? '0' }];
}
