import Big from 'big.js';
import * as z from 'zod/mini';
import type { Completion } from '../../../model/completions.ts';
import { compareDecimals, type Decimal, toDecimal } from '../../../model/quantity.ts';
import { type PlannedComponent, type Use, usesOf } from '../../detail-rules.ts';
import { rejected } from '../../failures.ts';
import type { Reader } from '../connection.ts';
import type { Keys } from '../marks.ts';
import { moveSchema, notBookable, type OutputMove, type Production } from '../production.ts';
import { convert, fits, type Unit, unitSchema } from '../units.ts';
import { fieldsFor } from '../wire.ts';
import { amountOf, type WantedMove } from './outputs.ts';

const inputSchema = z.extend(moveSchema, {
  'product.': z.looseObject({ code: z.nullish(z.string()), rec_name: z.string() }),
});

/** A component's move from stock into the production (`production.inputs`); `location` is where it is taken from. */
export interface InputMove extends OutputMove {
  readonly article: string;
  readonly product: number;
  /** Of its quantity: that of the component's first move. */
  readonly unit: Unit;
  readonly timestamp: string;
  /** Values that a further move of this component shares with it. */
  readonly template: Readonly<Record<string, unknown>>;
}

/** All components of a production, oldest move first. */
export async function readInputs(
  { search, abilities }: Reader,
  { id, number }: Production,
): Promise<InputMove[]> {
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
  const units = new Map(found.toReversed().map((move) => [move.product, move['unit.']]));
  return found.map((move) => {
    const { product, company, currency, from_location, to_location, 'product.': named } = move;
    const unit = units.get(product) ?? move['unit.'];
    return {
      ...{ id: move.id, state: move.state, location: from_location, wasted: false, unit, product },
      ...{
        article: named.code || named.rec_name,
        timestamp: move._timestamp,
        lot: move['lot.'] ?? undefined,
      },
      quantity: convert(toDecimal(move.quantity) ?? '0', move['unit.'], unit),
      template: { product, company, currency, from_location, to_location, unit: unit.id },
    };
  });
}

/** A component of the plan, with its moves that no other booking has. */
interface PlannedInput extends PlannedComponent {
  readonly product: number;
  readonly measure: Unit;
  readonly moves: readonly InputMove[];
}

/** What was used of a component: of each of its lots, or all of it in one part without a lot. */
export interface InputUse extends Omit<Use<PlannedInput>, 'lots'> {
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
 * @param produced Good and scrap of this booking: of a component without a quantity, a part takes its share of the plan.
 * @throws Rejected for what the order does not have, or Tryton cannot take.
 */
export async function lookAtInputs(
  reader: Reader,
  completion: Completion,
  production: Production,
  inputs: readonly InputMove[],
  { produced, ...keys }: Omit<UsedInputs, 'uses'> & { readonly produced: Decimal },
): Promise<UsedInputs> {
  const built =
    keys.finishes || production.quantity === '0' ? '1' : new Big(produced).div(production.quantity);
  const used = usesOf(completion, planOf(inputs, keys.foreign, built), 'Tryton');
  for (const { planned, amount, lots, place } of used) {
    const long = [amount, ...lots.map((lot) => lot.amount)].find((one) => !fits(one, planned.measure));
    if (long === undefined) continue;
    const why = `Tryton takes ${planned.measure.digits} digits after the point in ${planned.unit}, and ${long} of component ${planned.article} were recorded${place}: let the mapping round it`;
    throw notBookable(production.number, why);
  }
  const found = await findLots(reader, production, used);
  const uses = used.map((use) => {
    const lots = use.lots.map(({ number, amount }) => {
      const lot = { number: number.trim(), id: found(use, number.trim(), amount) };
      return { quantity: amount, lot };
    });
    // Several recordings may name one lot.
    const parts = [...Map.groupBy(lots, ({ lot }) => lot.id).values()].flatMap((same) => {
      const [first] = same;
      return first ? [{ ...first, quantity: amountOf(same) }] : [];
    });
    return { ...use, parts: parts.length > 0 ? parts : [{ quantity: use.amount }] };
  });
  return { uses, ...keys };
}

/** The components, each article once. @param built Part of the whole production. */
function planOf(
  inputs: readonly InputMove[],
  foreign: readonly number[],
  built: Big | Decimal,
): PlannedInput[] {
  const byProduct = Map.groupBy(inputs, ({ product }) => product);
  return [...byProduct].flatMap(([product, all]) => {
    const [{ article, unit: measure } = {}] = all;
    if (!article || !measure) return [];
    const moves = all.filter(({ id }) => !foreign.includes(id));
    const open = amountOf(moves);
    const share = new Big(amountOf(all)).times(built).round(measure.digits).toFixed();
    const own = { product, measure, moves, unit: measure.symbol };
    return [{ article, open, share: compareDecimals(share, open) > 0 ? open : share, ...own }];
  });
}

const lotSchema = z.looseObject({
  id: z.int(),
  number: z.string(),
  product: z.int(),
  /** A number on SQLite (seen). */
  active: z.union([z.boolean(), z.number()]),
  quantity: z.nullable(z.number()),
  'default_uom.': unitSchema,
});

/**
 * Looks up the lots that components were taken from: of several with one number the oldest counts. What they hold is counted
 * where the components are taken from (`Lot.get_quantity`, stock_lot/stock.py:112, 7.0.3), whoever has reserved it.
 * @returns what gives the id of a lot, or throws Rejected for one that Tryton does not have or that cannot be used.
 */
async function findLots(reader: Reader, production: Production, used: readonly Use<PlannedInput>[]) {
  const numbers = [...new Set(used.flatMap(({ lots }) => lots.map(({ number }) => number.trim())))];
  if (numbers.length > 0 && !reader.abilities.lots)
    throw notBookable(
      production.number,
      'its components have lots, and this Tryton keeps none: activate the module stock_lot, or leave their lots out of the mapping',
    );
  const locations = new Set(used.flatMap(({ planned }) => planned.moves.map(({ location }) => location)));
  const found =
    numbers.length === 0
      ? []
      : await reader.search('stock.lot', {
          domain: [['number', 'in', numbers]],
          sort: [['id', 'ASC']],
          row: lotSchema,
          what: `looking for the lots of the components of production ${production.number}`,
          context: { active_test: false, locations: [...locations] },
        });

  return ({ planned, place }: Use<PlannedInput>, number: string, amount: Decimal): number => {
    const named = found.filter((lot) => lot.number === number);
    const lot = named.find(({ product }) => product === planned.product);
    const isTaken = planned.moves.some((move) => move.lot?.id === lot?.id && move.state === 'done');
    const held = toDecimal(lot?.quantity ?? 0) ?? '0';
    const wanted = lot ? convert(amount, planned.measure, lot['default_uom.']) : amount;
    const isShort = !isTaken && reader.options.assign !== 'force' && compareDecimals(held, wanted) < 0;
    if (lot?.active && !isShort) return lot.id;
    const what = !lot
      ? `is ${named.length > 0 ? 'a lot of another article' : 'unknown'} in Tryton`
      : !lot.active
        ? 'was set inactive in Tryton'
        : `holds ${held} ${lot['default_uom.'].symbol} where Tryton takes it from, and ${wanted} were used`;
    const why = `lot ${number} of component ${planned.article}${place} ${what}: correct its stock in Tryton, or what was recorded`;
    throw notBookable(production.number, why);
  };
}

/**
 * Tryton changes no move that is done (stock/move.py:391 and :885, 7.0.12): a component that it took when
 * somebody started the production has to be as recorded, or less of it; more can still be taken.
 * @param phase Whether ours are still to be taken.
 * @throws Rejected when Tryton has taken something else than was asked.
 */
export function requireUsed(
  phase: 'before' | 'after',
  { number }: Production,
  inputs: readonly InputMove[],
  { uses, bound, foreign, finishes }: UsedInputs,
): void {
  const isEarly = phase === 'before';
  const done = inputs.filter(({ id, state }) => state === 'done' && !foreign.includes(id));
  for (const { planned, parts, place } of uses) {
    const all = done.filter(({ product }) => product === planned.product);
    const others = all.filter(({ id }) => !bound.includes(id));
    const taken = isEarly ? others : all;
    const isRight = (order: number) =>
      finishes ? (isEarly ? order <= 0 : order === 0) : others.length > 0 ? order >= 0 : order === 0;
    if ((isEarly && others.length === 0) || ordersOf(taken, parts).every(isRight)) continue;
    throw rejected(
      isEarly ? 'order-state' : 'booked-otherwise',
      `Tryton: production ${number} has taken ${told(taken)} of component ${planned.article} instead of ${told(parts)}${place}, which Tryton changes no more: correct the stock by an inventory in Tryton, or what was recorded, then replay.`,
    );
  }
}

/** How the moves of each part compare to it; at last, whether there are others, above 0. */
export function ordersOf(moves: readonly InputMove[], parts: readonly WantedMove[]): number[] {
  const others = moves.filter((move) => parts.every((part) => ofLot([move], part).length === 0));
  const orders = parts.map((part) => compareDecimals(amountOf(ofLot(moves, part)), part.quantity));
  return [...orders, compareDecimals(amountOf(others), '0')];
}

/** Moves of this part's lot; of any, where it has none. */
export function ofLot(moves: readonly InputMove[], { lot }: WantedMove): InputMove[] {
  return moves.filter((move) => lot === undefined || move.lot?.id === lot.id);
}

/** `2 of lot B-17, 3`. */
function told(moves: readonly WantedMove[]): string {
  const words = moves.map(({ quantity, lot }) => (lot ? `${quantity} of lot ${lot.number}` : quantity));
  return words.join(', ') || 'nothing';
}
