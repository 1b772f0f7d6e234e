import * as z from 'zod/mini';
import type { Cause } from '../../model/causes.ts';
import type { Rejected } from '../../model/errors.ts';
import { type Decimal, toDecimal } from '../../model/quantity.ts';
import { rejected } from '../failures.ts';
import type { Abilities } from './connection.ts';
import { convert, type Unit, unitFields, unitSchema } from './units.ts';
import { fieldOf } from './wire.ts';

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
  /** Codes of the components that are not reserved yet. */
  readonly unassigned: readonly string[];
  /** None without the module `production_work`. */
  readonly works: readonly ProductionWork[];
  /** For writes: Tryton refuses a write when one of these records has changed since. */
  readonly timestamps: Readonly<Record<string, string>>;
}

const locationSchema = z.object({ id: z.int(), name: z.string(), code: z.nullish(z.string()) });
const moveSchema = z.looseObject({
  id: z.int(),
  _timestamp: z.string(),
  state: z.string(),
  quantity: z.number(),
  product: z.int(),
  'unit.': unitSchema,
  from_location: z.int(),
  to_location: z.int(),
  'to_location.': z.looseObject({ type: z.string() }),
  'lot.': z.nullish(z.object({ id: z.int(), number: z.string() })),
  company: z.int(),
  currency: z.nullable(z.int()),
});
const workSchema = z.looseObject({ id: z.int(), state: z.string() });
export const productionSchema = z.looseObject({
  id: z.int(),
  _timestamp: z.string(),
  number: z.nullable(z.string()),
  state: z.string(),
  company: z.int(),
  product: z.nullable(z.int()),
  quantity: z.number(),
  'unit.': z.nullish(unitSchema),
  'product.': z.nullish(z.looseObject({ code: z.nullish(z.string()), rec_name: z.string() })),
  'outputs.': z.nullish(z.array(moveSchema)),
  'inputs.': z.nullish(z.array(z.looseObject({ state: z.string() }))),
  'works.': z.nullish(z.array(workSchema)),
  'warehouse.': z.looseObject({
    'waste_locations.': z.nullish(z.array(locationSchema)),
  }),
});

/** Fields to read for `productionSchema`. Tryton refuses those of a module that is not active. */
export function productionFields({ lots, works }: Abilities): string[] {
  const below = (field: string, names: readonly string[]) => names.map((name) => `${field}.${name}`);
  return [
    ...[
      'number',
      'state',
      'company',
      'product',
      'product.code',
      'product.rec_name',
      'quantity',
      '_timestamp',
    ],
    ...below('unit', unitFields),
    ...below('outputs', ['_timestamp', 'state', 'quantity', 'product', 'company', 'currency']),
    ...below('outputs', ['from_location', 'to_location', 'to_location.type']),
    ...below('outputs.unit', unitFields),
    ...['inputs.state', 'inputs.product.code'],
    ...['warehouse.waste_locations.name', 'warehouse.waste_locations.code'],
    ...(lots ? ['outputs.lot.number'] : []),
    ...(works ? ['works.state', 'works.operation.name'] : []),
  ];
}

/** @throws Rejected when it is for no product. */
export function productionOf(record: z.infer<typeof productionSchema>): Production {
  const { id, state, company, product } = record;
  const number = record.number ?? `(${id})`;
  const named = record['product.'];
  if (product === null || !named) {
    throw rejected('order-data', `Tryton's production ${number} is for no product: give it one.`);
  }
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
    unassigned: (record['inputs.'] ?? [])
      .filter((move) => move.state === 'draft' || move.state === 'staging')
      .map((move) => String(fieldOf(move, 'product.code') ?? 'a component')),
    works: (record['works.'] ?? []).map((work) => ({
      id: work.id,
      operation: String(fieldOf(work, 'operation.name') ?? ''),
      state: work.state,
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

function isWasted(move: z.infer<typeof moveSchema>): boolean {
  return move['to_location.'].type === 'lost_found';
}

/** @param why Continues `because`, without a full stop, and says what to do. */
export function notBookable(number: string, why: string, code: Cause = 'quantity-or-lots'): Rejected {
  return rejected(code, `Tryton: production ${number} cannot be booked, because ${why}.`);
}
