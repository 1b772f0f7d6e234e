import { placeInWords } from '../../model/completion-lines.ts';
import {
  type Check,
  type Component,
  componentFrom,
  type Operation,
  operationFrom,
} from '../../model/completions.ts';
import { Rejected } from '../../model/errors.ts';
import { type Quantity, sumOf } from '../../model/quantity.ts';
import { definedFields } from '../../model/unread.ts';
import type { Given } from './completion-fields.ts';

/** What was used in all parts of an ERP order, each article once. @throws Rejected when its figures contradict each other */
export function componentsOf(given: Given<'components'>, number: string): Component[] {
  return groupByName(given, ({ article }) => article).map((uses) => {
    const [first] = uses;
    const refuse = (why: string) =>
      unclearProductOrder(
        number,
        `component ${first.article} ${why}${placeInWords(first)}: give it one quantity in one unit`,
      );
    const counted = uses.flatMap(({ quantity }) => quantity ?? []);
    if (counted.length > 0 && counted.length < uses.length)
      throw refuse('has no quantity in one of its places');
    const quantity = totalQuantity(counted, (units) => refuse(`is counted in ${units}`));
    // Added up, each lot still says how much was taken from it.
    const lots = uses.flatMap(({ lots: own, quantity: of }) =>
      of && own.length === 1 ? own.map((lot) => ({ quantity: of, ...lot })) : own,
    );
    const { article, recording, step } = first;
    return componentFrom({ article, quantity, lots, recording, step });
  });
}

/** More is a recording that somebody forgot to end. */
const mostSeconds = 86_400;

/**
 * What the operations of all parts report, each once.
 * @param recordings How many each part has.
 * @throws Rejected for an operation that one part has twice, more than a day for each recording, or several units
 */
export function operationsOf(
  parts: readonly Given<'operations'>[],
  recordings: readonly number[],
  number: string,
): Operation[] {
  for (const [at, reports] of parts.entries()) checkReports(reports, recordings[at] ?? 0, number);
  return groupByName(parts.flat(), ({ operation }) => operation).map((reports) => {
    const [first] = reports;
    const quantity = (field: 'good' | 'scrap') =>
      totalQuantity(
        reports.flatMap((report) => report[field] ?? []),
        (units) =>
          unclearProductOrder(
            number,
            `operation ${first.operation} is counted in ${units}: give it in one unit`,
          ),
      );
    const seconds = (field: 'setupSeconds' | 'runSeconds') => {
      const reported = reports.flatMap((report) => report[field] ?? []);
      return reported.length === 0 ? undefined : reported.reduce((sum, one) => sum + one, 0);
    };
    return operationFrom({
      operation: first.operation,
      good: quantity('good'),
      scrap: quantity('scrap'),
      setupSeconds: seconds('setupSeconds'),
      runSeconds: seconds('runSeconds'),
      finished: reports.every(({ finished }) => finished),
      recording: first.recording,
      step: first.step,
    });
  });
}

function checkReports(reports: Given<'operations'>, recordings: number, number: string): void {
  const twice = reports.find(
    ({ operation }, at) => reports.findIndex((one) => one.operation === operation) < at,
  );
  if (twice)
    throw unclearProductOrder(
      number,
      `operation ${twice.operation} reports twice${placeInWords(twice)}: let the mapping add up what belongs to it`,
    );
  const most = mostSeconds * Math.max(1, recordings);
  const long = reports.find(({ setupSeconds = 0, runSeconds = 0 }) => setupSeconds + runSeconds > most);
  if (long)
    throw unclearProductOrder(
      number,
      `operation ${long.operation} took more than ${mostSeconds / 3600} h for each recording${placeInWords(long)}: correct its time in Azumuta, as somebody forgot to end it`,
    );
}

/** @throws Rejected for a measurement without a unit, as nobody could say later what it was */
export function checksWithUnits(checks: Given<'checks'>, number: string): readonly Check[] {
  const bare = checks.find(({ value, unit }) => typeof value === 'number' && !unit);
  if (!bare) return checks;
  throw unclearProductOrder(
    number,
    `check "${bare.name}" has ${bare.value} without a unit${placeInWords(bare)}: give the step its unit in Azumuta, or name it in the mapping`,
  );
}

/** Quantities added up; undefined for none. @param mixed What is thrown for several units. */
export function totalQuantity(
  quantities: readonly Quantity[],
  mixed: (units: string) => Rejected,
): Quantity | undefined {
  if (quantities.length === 0) return undefined;
  const [unit, ...others] = new Set(quantities.map((one) => one.unit));
  if (others.length > 0) throw mixed([unit, ...others].map((one) => one ?? 'none').join(', '));
  return { amount: sumOf(quantities.map(({ amount }) => amount)), ...definedFields({ unit }) };
}

/** Entries with the same name, in the order of the first of each. */
function groupByName<T extends object>(entries: readonly T[], nameOf: (entry: T) => string): [T, ...T[]][] {
  return [...Map.groupBy(entries, nameOf).values()].flatMap(([first, ...others]): [T, ...T[]][] =>
    first ? [[first, ...others]] : [],
  );
}

/** @param why What is wrong, and what to do, without a full stop. */
function unclearProductOrder(number: string, why: string): Rejected {
  return new Rejected(`Product order ${number} cannot be booked, as ${why}.`, {
    causeCode: 'completion-unclear',
  });
}
