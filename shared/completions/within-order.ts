import { type Figure, isFigureAccepted, limitsLeft, refusalBeyondOrder } from '../erp/beyond-order.ts';
import type { PlannedBooking } from '../ledger/records/bookings.ts';
import type { Concern } from '../ledger/records/concerns.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import { placeInWords } from '../model/completion-lines.ts';
import type { BeyondOrder, CompletedProductOrder, Completion } from '../model/completions.ts';
import { type ErpOrderFacts, quantityOfPart } from '../model/orders.ts';
import { compareDecimals, type Decimal, type Quantity, sumOf, toDecimal } from '../model/quantity.ts';
import { counted, shorten } from '../model/text.ts';
import { readOrWhy } from '../model/unread.ts';
import type { Completed } from './content.ts';

export interface QuantityFacts {
  /** The number under which its bookings are kept. */
  readonly home: string;
  readonly planned: PlannedBooking;
  readonly completed: Completed;
  /** What the mapping makes of all of them. */
  readonly completion: Completion;
  /** Undefined for a product order that was typed by hand. */
  readonly entry: OrderEntry | undefined;
  readonly concerns: readonly Concern[];
  /** Undefined where any quantity is booked. */
  readonly limits: BeyondOrder | undefined;
  /** Figures that a person accepts with this hint, and those accepted for this booking before. */
  readonly accepted: readonly (string | undefined)[];
  /** The mapping of one of them alone. */
  readonly mapAlone: (one: CompletedProductOrder) => Completion;
}

export interface WithinOrder {
  readonly completion: Completion;
  /** What a person has accepted of it; absent where nothing had to be. */
  readonly accepted?: string;
}

/**
 * Compares a quantity with what it is for:
 *
 *   accepted by a person, or an amendment       not compared
 *   made by us                                  with what its parts were made for; where an open *changed* says that the ERP
 *                                               wants more by now, with that
 *   typed by hand, or counted in another unit   by the connector's look, which reads the ERP order
 *
 * @throws Rejected when it is more than what it is for.
 */
export function checkWithinOrder(facts: QuantityFacts): WithinOrder {
  const { completion, limits } = facts;
  if (completion.kind === 'amendment') return { completion };
  const accepted = facts.accepted.find(
    (figures) =>
      isFigureAccepted(figures, completion, 'good') || isFigureAccepted(figures, completion, 'scrap'),
  );
  const consent = accepted === undefined ? {} : { accepted };
  const left = limits && limitsLeft(limits, completion, accepted);
  if (!left) return { completion, ...consent };
  const ordered = orderedOf(facts);
  if (!ordered) {
    const compares = { ...left, recorded: placesOfFigures(facts, ['good', 'scrap']), order: facts.home };
    return { completion: { ...completion, beyondOrder: compares }, ...consent };
  }
  const compared = {
    subject: bookingSubject(facts.completed),
    order: facts.home,
    ordered: ordered.amount,
    unit: ordered.unit,
    good: completion.quantity?.amount ?? '0',
    scrap: completion.scrap?.amount ?? '0',
  };
  const refusal = refusalBeyondOrder(completion, left, compared, (beyond) => placesOfFigures(facts, beyond));
  if (refusal) throw refusal;
  return { completion, ...consent };
}

/** What the product orders of a booking are for, in the unit of its figures; undefined where nobody but the ERP knows. */
function orderedOf({ completion, entry, concerns, completed }: QuantityFacts): Quantity | undefined {
  if (!entry) return undefined;
  const units = new Set([completion.quantity, completion.scrap].flatMap((one) => one?.unit ?? []));
  const wanted = concerns.flatMap(({ kind, wanted: now }) => (kind === 'changed' && now ? now.erpOrder : []));
  const share = ({ amount }: ErpOrderFacts): Decimal => {
    const own = quantityOfPart(entry.part, { amount });
    // What the ERP wants by now is known of the product order that the hint is about.
    const shareOf = ({ part }: CompletedProductOrder) =>
      part && part.index !== entry.part.index ? part.quantity.amount : own.amount;
    return sumOf(completed.map(shareOf));
  };
  const inItsUnit = [entry.erpOrder, ...wanted].filter(({ unit }) =>
    [...units].every((given) => unit === undefined || given === unit),
  );
  const [most] = inItsUnit.toSorted((a, b) => compareDecimals(share(b), share(a)));
  if (!most) return undefined;
  return most.unit === undefined ? { amount: share(most) } : { amount: share(most), unit: most.unit };
}

function bookingSubject([first, ...others]: Completed): string {
  const { number } = first.productOrder;
  if (others.length === 0) return `Product order ${number}`;
  return `The booking of ${number} and ${counted(others.length, 'more part')}`;
}

/** Where a person finds the figures: ` (step "Good quantity" of recording 5KKoy7)`. */
function placesOfFigures(facts: QuantityFacts, figures: readonly Figure[]): string {
  const places = figures.flatMap((figure) => {
    const { one, amount } = largestFigure(facts, figure);
    return amount === '0' ? [] : placeOfFigure(one, amount);
  });
  return [...new Set(places)].join('');
}

/** Of several product orders the one with the largest figure. */
function largestFigure({ completed, completion, mapAlone }: QuantityFacts, figure: Figure) {
  const [first, ...others] = completed;
  const amountIn = ({ quantity, scrap }: Completion) => (figure === 'good' ? quantity : scrap)?.amount ?? '0';
  if (others.length === 0) return { one: first, amount: amountIn(completion) };
  const each = completed.map((one) => ({ one, amount: amountIn(mapAlone(one)) }));
  return each.reduce((most, next) => (compareDecimals(next.amount, most.amount) > 0 ? next : most));
}

/** The step that has this value; else, as a mapping may add up several, the recordings in which it must be. */
function placeOfFigure({ recordings }: CompletedProductOrder, amount: Decimal): string {
  for (const recording of recordings)
    for (const step of recording.steps) {
      const value = readOrWhy(() => step.value);
      const { name = step.id ?? '?' } = step;
      if (toDecimal(value) === amount)
        return placeInWords({ step: shorten(name, maxStepName), recording: recording.id });
    }
  const ids = recordings.slice(0, mostRecordingsInPlace).map(({ id }) => id);
  return ids.length === 0 ? '' : placeInWords({ recording: ids.join(', ') });
}

/** More would fill a mail, in which the command that accepts the figures has to be read. */
const mostRecordingsInPlace = 3;
const maxStepName = 100;
