import * as z from 'zod/mini';
import type { Cause } from '../../model/causes.ts';
import type { Rejected } from '../../model/errors.ts';
import { type Decimal, toDecimal } from '../../model/quantity.ts';
import { rejected } from '../failures.ts';
import type { Abilities } from './connection.ts';
import { convert, type Unit, unitSchema } from './units.ts';
import { fieldsFor } from './wire.ts';

/** A move of finished goods to stock, or of scrap to waste. */
export interface OutputMove {
  readonly id: number;
  readonly state: string;
  /** In the production's unit, as Tryton converts it: a bill of materials may count in another one. */
  readonly quantity: Decimal;
  readonly lot?: { readonly id: number; readonly number: string } | undefined;
  readonly location: number;
  readonly wasted: boolean;
}

/** A step of a production's routing (`production.work`). */
export interface ProductionWork {
  readonly id: number;
  readonly operation: string;
  readonly state: string;
}

/** What the connector knows of a production at one moment. */
export interface Production {
  readonly id: number;
  readonly number: string;
  readonly state: string;
  readonly company: number;
  readonly article: string;
  readonly product: number;
  readonly quantity: Decimal;
  /** Its quantity is planned and listed in this unit: its own, else that of its output. */
  readonly unit: Unit | undefined;
  readonly wasteLocations: readonly z.infer<typeof locationSchema>[];
  /** Moves of the production's own product, by id; by-products are booked as planned. */
  readonly outputs: readonly OutputMove[];
  /** Values that a further output move shares with the planned one. */
  readonly template: Readonly<Record<string, unknown>> | undefined;
  /** Type of the location that finished goods are planned to go to. */
  readonly goodLocationType: string;
  /** Types of the locations to and from which the product moves only with a lot (`stock_lot`, 7.0). */
  readonly lotAt: readonly string[];
  /** Tryton gives lots numbers of its own when it completes a whole production (`Production_Lot.done`, 7.0). */
  readonly numbersLots: boolean;
  /**
   * Whether Tryton can price the good quantity: without a list price it asks for a confirmation, unless the product
   * is a component of itself, as in a repair (`Production.set_cost`, 7.0).
   */
  readonly isPriced: boolean;
  /** Codes of the components that are not reserved yet. */
  readonly unassigned: readonly string[];
  /** Codes of components that need a lot to move and have none: reserving gives them none (7.0). */
  readonly componentsWithoutLot: readonly string[];
  /** None without the module `production_work`. */
  readonly works: readonly ProductionWork[];
  /** For writes: Tryton refuses a write when one of these records has changed since. */
  readonly timestamps: Readonly<Record<string, string>>;
}

const text = z.nullish(z.string());
const locationSchema = z.object({ id: z.int(), name: z.string(), code: text });
const placeSchema = z.looseObject({ type: z.string() });
const lotRequiredSchema = z.nullish(z.array(z.string()));
/** A move into a production, or out of it. */
export const moveSchema = z.looseObject({
  id: z.int(),
  _timestamp: z.string(),
  state: z.string(),
  quantity: z.number(),
  product: z.int(),
  'unit.': unitSchema,
  from_location: z.int(),
  to_location: z.int(),
  'to_location.': placeSchema,
  'lot.': z.nullish(z.object({ id: z.int(), number: z.string() })),
  company: z.int(),
  currency: z.nullable(z.int()),
});
const inputSchema = z.looseObject({
  state: z.string(),
  product: z.int(),
  quantity: z.number(),
  lot: z.nullish(z.int()),
  'product.': z.looseObject({ code: text, lot_required: lotRequiredSchema }),
  'from_location.': placeSchema,
  'to_location.': placeSchema,
});
const workSchema = z.looseObject({
  id: z.int(),
  state: z.string(),
  'operation.': z.nullish(z.looseObject({ name: text })),
});
export const productionSchema = z.looseObject({
  id: z.int(),
  _timestamp: z.string(),
  number: z.nullable(z.string()),
  state: z.string(),
  company: z.int(),
  product: z.nullable(z.int()),
  quantity: z.number(),
  'unit.': z.nullish(unitSchema),
  'product.': z.nullish(
    z.looseObject({
      code: text,
      rec_name: z.string(),
      list_price: text,
      lot_required: lotRequiredSchema,
      lot_sequence: z.nullish(z.int()),
    }),
  ),
  'outputs.': z.nullish(z.array(moveSchema)),
  'inputs.': z.nullish(z.array(inputSchema)),
  'works.': z.nullish(z.array(workSchema)),
  'warehouse.': z.looseObject({
    'waste_locations.': z.nullish(z.array(locationSchema)),
  }),
});

/** Fields to read for `productionSchema`. Tryton refuses those of a module that is not active. */
export function productionFields({ lots, works }: Abilities): string[] {
  return fieldsFor(productionSchema).filter(
    (field) => (lots || !/\blot/.test(field)) && (works || !field.startsWith('works.')),
  );
}

/** @throws Rejected when it is for no product. */
export function productionOf(record: z.infer<typeof productionSchema>): Production {
  const { id, state, company, product } = record;
  const number = record.number ?? `(${id})`;
  const named = record['product.'];
  if (product === null || !named) {
    throw rejected('order-data', `Tryton's production ${number} is for no product: give it one.`);
  }
  const inputs = record['inputs.'] ?? [];
  const moves = (record['outputs.'] ?? []).filter(
    (move) => move.product === product && move.state !== 'cancelled',
  );
  const planned = moves.find((move) => !isWasted(move)) ?? moves[0];
  const unit = record['unit.'] ?? planned?.['unit.'];
  return {
    ...{ id, number, state, company, article: named.code || named.rec_name, product, unit },
    quantity: toDecimal(record.quantity) ?? '0',
    wasteLocations: record['warehouse.']['waste_locations.'] ?? [],
    outputs: moves.map((move) => outputOf(move, unit ?? move['unit.'])).sort((a, b) => a.id - b.id),
    template: planned && {
      ...{ product, unit: unit?.id, company: planned.company, currency: planned.currency },
      ...{ from_location: planned.from_location, to_location: planned.to_location },
    },
    goodLocationType: planned?.['to_location.'].type ?? 'storage',
    lotAt: named.lot_required ?? [],
    numbersLots: named.lot_sequence != null,
    isPriced: named.list_price != null || inputs.some((move) => move.product === product),
    unassigned: inputs.filter(({ state }) => state === 'draft' || state === 'staging').map(codeOf),
    componentsWithoutLot: [...new Set(inputs.filter(lacksLot).map(codeOf))],
    works: (record['works.'] ?? []).map(({ id, state, ...work }) => ({
      ...{ id, state, operation: work['operation.']?.name ?? '' },
    })),
    timestamps: Object.fromEntries([
      [`production,${id}`, record._timestamp],
      ...moves.map((move) => [`stock.move,${move.id}`, move._timestamp]),
    ]),
  };
}

function outputOf(move: z.infer<typeof moveSchema>, unit: Unit): OutputMove {
  return {
    ...{ id: move.id, state: move.state, location: move.to_location, wasted: isWasted(move) },
    quantity: convert(toDecimal(move.quantity) ?? '0', move['unit.'], unit),
    lot: move['lot.'] ?? undefined,
  };
}

function codeOf(move: z.infer<typeof inputSchema>): string {
  return move['product.'].code ?? 'a component';
}

function lacksLot(move: z.infer<typeof inputSchema>): boolean {
  const types = [move['from_location.'].type, move['to_location.'].type];
  const isOpen = move.state !== 'done' && move.state !== 'cancelled' && move.quantity !== 0;
  return isOpen && move.lot == null && needsLot(move['product.'].lot_required, types);
}

/** Whether a product moves between locations of these types only with a lot (`stock_lot`, 7.0). */
export function needsLot(lotAt: readonly string[] | null | undefined, types: readonly string[]): boolean {
  return types.some((type) => lotAt?.includes(type));
}

function isWasted(move: z.infer<typeof moveSchema>): boolean {
  return move['to_location.'].type === 'lost_found';
}

/** @param why Continues `because`, without a full stop, and says what to do. */
export function notBookable(number: string, why: string, code: Cause = 'quantity-or-lots'): Rejected {
  return rejected(code, `Tryton: production ${number} cannot be booked, because ${why}.`);
}
