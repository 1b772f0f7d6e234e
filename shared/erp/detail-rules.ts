import { placeInWords } from '../model/completion-lines.ts';
import type { Completion, Component, Operation } from '../model/completions.ts';
import { compareDecimals, type Decimal, type Quantity } from '../model/quantity.ts';
import { type BuiltLot, notBookable, type Refuse, shareAmongLots } from './booking-rules.ts';

/** A component that the ERP's order plans; lines of one article are one. */
export interface PlannedComponent {
  readonly article: string;
  /** Planned for what is built now. */
  readonly share: Decimal;
  /** Still to be used for the whole order. */
  readonly open: Decimal;
  readonly unit?: string | undefined;
}

/** What is booked of a planned component. */
export interface ComponentUse<Planned> {
  readonly planned: Planned;
  /** In the unit of the plan; 0 for one that was not used. */
  readonly amount: Decimal;
  /** They add up to the amount; none: the ERP chooses. */
  readonly lots: readonly BuiltLot[];
  /** Where it was recorded: ` (step "Motor batch" of recording 5KKoy7)`. */
  readonly place: string;
}

/**
 * What is booked of the planned components that differ from the plan; none where nothing was recorded of them.
 * @param amountIn Converts to the unit of the plan. Default: another unit is refused.
 * @throws Rejected for a component that the order does not have, more than it has planned, or lots that do not add up.
 */
export function matchUsesToPlan<Planned extends PlannedComponent>(
  { components, erpOrder: { number } }: Completion,
  plan: readonly Planned[],
  partner: string,
  amountIn: (quantity: Quantity, planned: Planned) => Decimal = (quantity, planned) =>
    ownAmount(quantity, planned, number, partner),
): ComponentUse<Planned>[] {
  if (!components) return [];
  const refuse: Refuse = (why) => notBookable(partner, number, why);
  const used = components.used.map((component): ComponentUse<Planned> => {
    const planned = plan.find(({ article }) => article === component.article);
    if (planned) return matchUse(component, planned, components.beyondPlan, amountIn, refuse);
    const known = plan.map(({ article }) => article).join(', ') || 'none';
    throw refuse(
      `component ${component.article}${placeInWords(component)} is none of its components (${known}): add it to the order in ${partner}, or correct what was recorded`,
    );
  });
  if (!components.all) return used;
  const unused = plan.filter(({ article }) => !used.some(({ planned }) => planned.article === article));
  return [...used, ...unused.map((planned) => ({ planned, amount: '0', lots: [], place: '' }))];
}

function matchUse<Planned extends PlannedComponent>(
  component: Component,
  planned: Planned,
  beyondPlan: boolean,
  amountIn: (quantity: Quantity, planned: Planned) => Decimal,
  refuse: Refuse,
): ComponentUse<Planned> {
  const place = placeInWords(component);
  const amount = component.quantity ? amountIn(component.quantity, planned) : planned.share;
  if (!beyondPlan && compareDecimals(amount, planned.open) > 0)
    throw refuse(
      `${amount} of component ${component.article} were used${place}, and only ${planned.open} are planned: correct what was recorded, raise the plan, or let completions.components.beyondPlan book it`,
    );
  const lots = component.lots.map(({ number, quantity }) => ({
    number,
    ...(quantity ? { quantity: { amount: amountIn(quantity, planned) } } : {}),
  }));
  return {
    planned,
    amount,
    lots: shareAmongLots(lots, amount, `of component ${component.article}${place}`, refuse),
    place,
  };
}

function ownAmount(
  { amount, unit }: Quantity,
  planned: PlannedComponent,
  number: string,
  partner: string,
): Decimal {
  const isSameUnit = unit === undefined || planned.unit === undefined || unit === planned.unit;
  if (isSameUnit) return amount;
  const why = `component ${planned.article} is counted in ${planned.unit}, and was recorded in ${unit}: let the mapping give it in ${planned.unit}`;
  throw notBookable(partner, number, why);
}

/**
 * The reports of a completion, each with its operation of the routing.
 * @param namesOf By what an operation can be called: its number, code or name.
 * @throws Rejected for one that is not in the routing, that several have as their name, or that two reports mean.
 */
export function matchReportsToRouting<Routed>(
  { operations = [], erpOrder: { number } }: Completion,
  routing: readonly Routed[],
  namesOf: (operation: Routed) => readonly string[],
  partner: string,
): { readonly report: Operation; readonly operation: Routed }[] {
  const refuse = (report: Operation, why: string) =>
    notBookable(partner, number, `operation ${report.operation}${placeInWords(report)} ${why}`);
  const found = operations.map((report) => {
    const [operation, other] = routing.filter((one) => namesOf(one).includes(report.operation));
    const known = routing.map((one) => namesOf(one)[0]).join(', ');
    if (routing.length === 0)
      throw refuse(
        report,
        `was reported, and ${partner} shows no operations of the order: give it a routing there, or leave operations out of the mapping`,
      );
    if (!operation)
      throw refuse(report, `is not in its routing (${known}): name it in the mapping as ${partner} does`);
    if (other)
      throw refuse(
        report,
        `is in its routing several times: let the mapping say which by another of its names`,
      );
    return { report, operation };
  });
  const twice = found.find(({ operation }, at) => found.findIndex((one) => one.operation === operation) < at);
  if (twice) throw refuse(twice.report, 'reports twice: let the mapping add up what belongs to it');
  return found;
}
