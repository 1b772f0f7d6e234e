import Big from 'big.js';
import { placeInWords } from '../../model/completion-lines.ts';
import type { Completion, Operation } from '../../model/completions.ts';
import { compareDecimals, type Decimal, type Quantity } from '../../model/quantity.ts';
import { type Built, notBookable } from '../booking-rules.ts';
import { matchReportsToRouting } from '../detail-rules.ts';
import type { Reader } from './client.ts';
import { partner } from './options.ts';
import { filterOfRows } from './order.ts';
import { type BcOrderLine, type BcRouted, bcOperationSchema, enumText } from './records.ts';

/** An operation as the page `bookings` takes it in its details. */
export interface OperationToPost {
  readonly no: string;
  readonly good: number;
  readonly scrap: number;
  readonly setup: number;
  readonly run: number;
  readonly finished: boolean;
}

/** The operations of a line, in the order of the routing. */
export function readOperations(reader: Reader, line: BcOrderLine): Promise<BcRouted[]> {
  const { number, lineNo, routingReferenceNo = lineNo } = line;
  return reader.readRows(
    {
      page: 'orderOperations',
      filter: filterOfRows(line, routingReferenceNo),
      what: `the operations of order ${number}`,
    },
    bcOperationSchema,
  );
}

/**
 * The reports of a completion as output lines. The last operation has the figures of the booking; the others what was built,
 * good and scrap together, where they do not count themselves: what is scrapped at the end has left them as good.
 * @throws Rejected for an operation that the routing does not have, or on which Business Central lets nobody post.
 */
export function planOperations(
  completion: Completion,
  routing: readonly BcRouted[],
  { line, built, isWhole }: { readonly line: BcOrderLine; readonly built: Built; readonly isWhole: boolean },
): OperationToPost[] {
  const reports = matchReportsToRouting(completion, routing, namesOfRouted, partner);
  return reports.map(({ report, operation }) => {
    requirePostable(report, operation, line);
    const isLast = operation.operationNo === line.lastOperation;
    const figures = isLast ? figuresOfLast(report, built, line) : figuresOfReport(report, built, line);
    return {
      no: operation.operationNo,
      good: Number(figures.good),
      scrap: Number(figures.scrap),
      setup: centreTimeOf(report.setupSeconds, operation),
      run: centreTimeOf(report.runSeconds, operation),
      // What is not finished can still be posted on: only the booking that completes the line ends it.
      finished: report.finished && isWhole,
    };
  });
}

const namesOfRouted = ({ operationNo, description }: BcRouted) => [operationNo, description];

function requirePostable(report: Operation, operation: BcRouted, { number }: BcOrderLine): void {
  const why = whyNotPostable(operation);
  if (why === undefined) return;
  throw notBookable(partner, number, `operation ${operation.operationNo}${placeInWords(report)} ${why}`);
}

function whyNotPostable({ status, blocked, subcontracted, flushingMethod }: BcRouted): string | undefined {
  if (enumText(status) === 'Finished')
    return 'is finished there, so only a person can post on it: leave it out of the mapping, or book it in the Output Journal';
  if (subcontracted) return 'is subcontracted, and posted by its purchase order: leave it out of the mapping';
  if (blocked) return 'is at a centre that is blocked: unblock it';
  if (enumText(flushingMethod) === 'Manual') return undefined;
  return `is posted there by itself (${enumText(flushingMethod)}): let it be Manual, or leave it out of the mapping`;
}

function figuresOfReport(report: Operation, { produced }: Built, line: BcOrderLine) {
  const { good, scrap } = report;
  for (const quantity of [good, scrap]) if (quantity) requireUnitOf(quantity, line);
  return { good: good?.amount ?? produced, scrap: scrap?.amount ?? '0' };
}

function figuresOfLast(report: Operation, { good, scrap }: Built, line: BcOrderLine) {
  for (const [what, recorded, booked] of [
    ['good', report.good, good],
    ['scrap', report.scrap, scrap],
  ] as const) {
    if (!recorded) continue;
    requireUnitOf(recorded, line);
    if (compareDecimals(recorded.amount, booked) === 0) continue;
    const why = `its last operation ${report.operation}${placeInWords(report)} has ${recorded.amount} ${what}, and the booking ${booked}: let the mapping give the same`;
    throw notBookable(partner, line.number, why);
  }
  return { good, scrap };
}

function requireUnitOf(quantity: Quantity, { number, unit }: BcOrderLine): void {
  if (quantity.unit === undefined || quantity.unit === unit) return;
  const why = `its operations are counted in ${unit}, and one was recorded in ${quantity.unit}: let the mapping give it in ${unit}`;
  throw notBookable(partner, number, why);
}

/** In the unit of the centre, to 5 decimals. */
function centreTimeOf(seconds: number | undefined, { minutesPerTimeUnit }: BcRouted): number {
  const perUnit: Decimal = compareDecimals(minutesPerTimeUnit, '0') > 0 ? minutesPerTimeUnit : '1';
  return new Big(seconds ?? 0).div(60).div(perUnit).round(5).toNumber();
}
