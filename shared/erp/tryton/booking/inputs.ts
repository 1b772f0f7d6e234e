import Big from 'big.js';
import * as z from 'zod/mini';
import type { Completion } from '../../../model/completions.ts';
import { compareDecimals, type Decimal, sumOf, toDecimal } from '../../../model/quantity.ts';
import { type PlannedComponent, type Use, usesOf } from '../../detail-rules.ts';
import { rejected } from '../../failures.ts';
import type { Reader } from '../connection.ts';
import type { Keys } from '../marks.ts';
import { notBookable, type OutputMove, type Production } from '../production.ts';
import { convert, fits, type Unit, unitSchema } from '../units.ts';
import { fieldsFor } from '../wire.ts';
import { findUsedLots } from './input-lots.ts';
import type { WantedMove } from './outputs.ts';

const inputSchema = z.looseObject({
  id: z.int(),
  _timestamp: z.string(),
  state: z.string(),
  quantity: z.number(),
  product: z.int(),
  'product.': z.looseObject({ code: z.nullish(z.string()), rec_name: z.string() }),
  'unit.': unitSchema,
  'lot.': z.nullish(z.object({ id: z.int(), number: z.string() })),
  from_location: z.int(),
  to_location: z.int(),
  company: z.int(),
  currency: z.nullable(z.int()),
});

/** A component's move from stock into the production (`production.inputs`). */
export interface InputMove extends OutputMove {
  readonly article: string;
  readonly product: number;
  readonly unit: Unit;
  readonly timestamp: string;
  /** Values that a further move of this component shares with it. */
  readonly template: Readonly<Record<string, unknown>>;
}

/** All components of a production, oldest move first. */
export async function readInputs({ search, abilities }: Reader, { id, number }: Production) {
  const found = await search('stock.move', {
    domain: [
      ['production_input', '=', id],
      ['state', '!=', 'cancelled'],
    ],
    fields: fieldsFor(inputSchema).filter((field) => abilities.lots || !field.startsWith('lot.')),
    sort: [['id', 'ASC']],
    row: inputSchema,
    what: `reading the components of production ${number}`,
  });
  return found.map(({ product, company, currency, ...move }): InputMove => {
    const { from_location, to_location, 'unit.': unit, 'product.': named, 'lot.': lot } = move;
    return {
      ...{ id: move.id, state: move.state, location: from_location, wasted: false, unit, product },
      ...{ article: named.code || named.rec_name, timestamp: move._timestamp, lot: lot ?? undefined },
      quantity: toDecimal(move.quantity) ?? '0',
      template: { product, company, currency, from_location, to_location },
    };
  });
}

/** A component of the plan, with its moves that no other booking has. */
interface PlannedInput extends PlannedComponent {
  readonly product: number;
  readonly unit: string;
  readonly measure: Unit;
  readonly moves: readonly InputMove[];
}

/** What was used of a component, with the lots that Tryton has. */
export interface InputUse extends Omit<Use<PlannedInput>, 'lots'> {
  /** What is taken from which lot; one without a lot where none was recorded. */
  readonly parts: readonly WantedMove[];
}

/** What a booking takes of the components that the shop floor has recorded. */
export interface UsedInputs extends Keys {
  readonly uses: readonly InputUse[];
  /** Whether what is still open of them is not used; else it stays for later bookings. */
  readonly finishes: boolean;
}

/**
 * What was used, as Tryton has to take it.
 * @param produced Good and scrap of this booking, of which components without a quantity have their share of the plan.
 * @throws Rejected for what the order does not have, or Tryton cannot take.
 */
export async function lookAtInputs(
  reader: Reader,
  completion: Completion,
  production: Production,
  inputs: readonly InputMove[],
  { bound, foreign, finishes, produced }: Omit<UsedInputs, 'uses'> & { readonly produced: Decimal },
): Promise<UsedInputs> {
  const ratio = production.quantity === '0' ? new Big(1) : new Big(produced).div(production.quantity);
  const plan = planOf(inputs, foreign, finishes ? undefined : ratio);
  const used = usesOf(completion, plan, 'Tryton');
  for (const { planned, amount, lots, place } of used) {
    const long = [amount, ...lots.map((lot) => lot.amount)].find((one) => !fits(one, planned.measure));
    if (long === undefined) continue;
    const why = `Tryton takes ${planned.measure.digits} digits after the point in ${planned.unit}, and ${long} of component ${planned.article} were recorded${place}: let the mapping round it`;
    throw notBookable(production.number, why);
  }
  const lotsOf = await findUsedLots(reader, production, used);
  const uses = used.map(({ lots, ...use }) => ({ ...use, parts: partsOf(use.amount, lotsOf(lots, use)) }));
  return { uses, finishes, bound, foreign };
}

function partsOf(amount: Decimal, lots: readonly WantedMove[]): readonly WantedMove[] {
  return lots.length > 0 ? lots : [{ quantity: amount }];
}

/** The components, each article once and in the unit of its first move. @param ratio Undefined: all that is left. */
function planOf(inputs: readonly InputMove[], foreign: readonly number[], ratio: Big | undefined) {
  const firsts = inputs.filter((move, at) => inputs.findIndex((one) => one.product === move.product) === at);
  return firsts.map(({ product, article, unit: measure }): PlannedInput => {
    const all = inputs
      .filter((move) => move.product === product)
      .map((move) => ({ ...move, quantity: convert(move.quantity, move.unit, measure), unit: measure }));
    const moves = all.filter(({ id }) => !foreign.includes(id));
    const open = amountOf(moves);
    const share = ratio ? new Big(amountOf(all)).times(ratio).round(measure.digits).toFixed() : open;
    return {
      ...{ article, product, moves, open, measure, unit: measure.symbol },
      share: compareDecimals(share, open) > 0 ? open : share,
    };
  });
}

/**
 * What Tryton has moved, it changes no more (`Move.write` and `_transitions`, stock/move.py 7.0), so a component that it took
 * when somebody started the production has to be as recorded; more of it can still be taken.
 * @throws Rejected
 */
export function requireNotTakenOtherwise(
  { number }: Production,
  { uses, bound, finishes }: UsedInputs,
): void {
  for (const { parts, planned, place } of uses) {
    const taken = planned.moves.filter(({ id, state }) => state === 'done' && !bound.includes(id));
    const isAsRecorded = parts.every((part) => {
      const order = compareDecimals(amountOf(ofLot(taken, part)), part.quantity);
      return finishes ? order <= 0 : order >= 0;
    });
    const others = taken.filter((move) => !parts.some((part) => ofLot([move], part).length > 0));
    if (taken.length === 0 || (isAsRecorded && !(finishes && others.length > 0))) continue;
    const from = taken.map(
      ({ quantity, lot }) => `${quantity} ${lot ? `of lot ${lot.number}` : 'without a lot'}`,
    );
    throw rejected(
      'order-state',
      `Tryton: production ${number} cannot be booked, because Tryton took component ${planned.article} when the production was started (${from.join(', ')}) and changes that no more, and something else was recorded${place}: correct the stock by an inventory in Tryton and what was recorded to what was taken, then replay.`,
    );
  }
}

/** Moves of this part's lot; of any, where it has none. */
export function ofLot<Move extends OutputMove>(moves: readonly Move[], { lot }: WantedMove): Move[] {
  return moves.filter((move) => lot === undefined || move.lot?.id === lot.id);
}

export function amountOf(moves: readonly Pick<WantedMove, 'quantity'>[]): Decimal {
  return sumOf(moves.map(({ quantity }) => quantity));
}

/** @throws Rejected when Tryton has taken something else under our key than was asked. */
export function requireUsed({ number }: Production, inputs: readonly InputMove[], used: UsedInputs): void {
  const done = inputs.filter(({ id, state }) => state === 'done' && !used.foreign.includes(id));
  for (const { planned, amount, parts } of used.uses) {
    const ofProduct = done
      .filter(({ product }) => product === planned.product)
      .map((move) => ({ ...move, quantity: convert(move.quantity, move.unit, planned.measure) }));
    const isExact = ofProduct.every(({ id }) => used.bound.includes(id));
    const isTaken = (moves: readonly InputMove[], asked: Decimal) => {
      const order = compareDecimals(amountOf(moves), asked);
      return isExact ? order === 0 : order >= 0;
    };
    const right =
      isTaken(ofProduct, amount) && parts.every((part) => isTaken(ofLot(ofProduct, part), part.quantity));
    if (right) continue;
    throw rejected(
      'booked-otherwise',
      `Tryton: production ${number} is booked with ${amountOf(ofProduct)} ${planned.unit} of component ${planned.article} instead of ${parts.map(({ quantity, lot }) => (lot ? `${quantity} of lot ${lot.number}` : quantity)).join(', ')}: somebody changed it meanwhile; correct the stock in Tryton.`,
    );
  }
}
