import * as z from 'zod/mini';
import { Rejected } from '../../model/errors.ts';
import { type Decimal, toDecimal } from '../../model/quantity.ts';
import type { Abilities } from './abilities.ts';
import { convert, type Unit, unitFields } from './units.ts';
import { fieldOf } from './wire.ts';

/** Where finished goods go, or what is wasted. */
export interface OutputMove {
  readonly id: number;
  readonly state: string;
  /** In the production's unit, as Tryton converts it: a bill of materials may count in another one. */
  readonly quantity: Decimal;
  readonly lot?: LotRef;
  readonly location: number;
  readonly wasted: boolean;
}

export interface LotRef {
  readonly id: number;
  readonly number: string;
}

/** A step of a production's routing (`production.work`), and the work that time can be booked on. */
export interface ProductionWork {
  readonly id: number;
  readonly operation: string;
  readonly state: string;
  readonly timesheetWork?: number;
}

/** What the connector knows of a production at one moment. */
export interface Production {
  readonly id: number;
  readonly number: string;
  readonly state: string;
  readonly company: number;
  readonly article: string;
  readonly product: number;
  /** In which its quantity is planned, and listed; that of its output when it has none. */
  readonly unit: Unit | undefined;
  readonly wasteLocations: readonly { readonly id: number; readonly name: string; readonly code?: string }[];
  /** Moves of the production's own product, by id; by-products are left as they were planned. */
  readonly outputs: readonly OutputMove[];
  /** Values that a further output move shares with the planned one. */
  readonly template: Readonly<Record<string, unknown>> | undefined;
  /** Type of the location that finished goods are planned to go to. */
  readonly goodLocationType: string;
  /** Codes of the components that are not reserved yet. */
  readonly unassigned: readonly string[];
  /** None without the module `production_work`. */
  readonly works: readonly ProductionWork[];
  /** For the context of writes: Tryton refuses a write when one of these records has changed since. */
  readonly timestamps: Readonly<Record<string, string>>;
}

export const unitSchema = z.object({
  id: z.int(),
  symbol: z.string(),
  factor: z.number(),
  rate: z.number(),
  rounding: z.number(),
  digits: z.int(),
});
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
  'lot.': z.nullish(z.looseObject({ id: z.int(), number: z.string() })),
  company: z.int(),
  currency: z.nullable(z.int()),
});
const workSchema = z.looseObject({
  id: z.int(),
  state: z.string(),
  timesheet_work: z.nullish(z.int()),
});
export const productionSchema = z.looseObject({
  id: z.int(),
  _timestamp: z.string(),
  number: z.nullable(z.string()),
  state: z.string(),
  company: z.int(),
  product: z.nullable(z.int()),
  'unit.': z.nullish(unitSchema),
  'product.': z.nullish(z.looseObject({ code: z.nullish(z.string()), rec_name: z.string() })),
  'outputs.': z.nullish(z.array(moveSchema)),
  'inputs.': z.nullish(z.array(z.looseObject({ state: z.string() }))),
  'works.': z.nullish(z.array(workSchema)),
  'warehouse.': z.looseObject({
    'waste_locations.': z.nullish(
      z.array(z.looseObject({ id: z.int(), name: z.string(), code: z.nullish(z.string()) })),
    ),
  }),
});

/** Fields to read for `productionSchema`. Those of a module that is not active would be refused. */
export function productionFields({ lots, works, times }: Abilities): string[] {
  return [
    ...['number', 'state', 'company', 'product', 'product.code', 'product.rec_name', '_timestamp'],
    ...unitFields('unit'),
    ...['_timestamp', 'state', 'quantity', 'product', 'from_location', 'to_location', 'to_location.type'].map(
      (name) => `outputs.${name}`,
    ),
    ...['outputs.company', 'outputs.currency', ...unitFields('outputs.unit')],
    ...['inputs.state', 'inputs.product.code'],
    ...['warehouse.waste_locations.name', 'warehouse.waste_locations.code'],
    ...(lots ? ['outputs.lot.number'] : []),
    ...(works ? ['works.state', 'works.operation.name'] : []),
    ...(times ? ['works.timesheet_work'] : []),
  ];
}

/** @throws Rejected when it is for no product. */
export function productionOf(record: z.infer<typeof productionSchema>): Production {
  const { id, state, company, product } = record;
  const number = record.number ?? `(${id})`;
  const named = record['product.'];
  if (product === null || !named) {
    throw new Rejected(`Tryton's production ${number} is for no product: give it one.`, {
      code: 'order-data',
    });
  }
  const moves = (record['outputs.'] ?? []).filter(
    (move) => move.product === product && move.state !== 'cancelled',
  );
  const planned = moves.find((move) => !isWasted(move)) ?? moves[0];
  const unit = record['unit.'] ?? planned?.['unit.'];
  return {
    ...{ id, number, state, company, article: named.code || named.rec_name, product, unit },
    wasteLocations: (record['warehouse.']['waste_locations.'] ?? []).map(({ id: location, name, code }) => ({
      ...{ id: location, name },
      ...(code ? { code } : {}),
    })),
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
      ...{ id: work.id, operation: String(fieldOf(work, 'operation.name') ?? ''), state: work.state },
      ...(work.timesheet_work == null ? {} : { timesheetWork: work.timesheet_work }),
    })),
    timestamps: Object.fromEntries([
      [`production,${id}`, record._timestamp],
      ...moves.map((move) => [`stock.move,${move.id}`, move._timestamp]),
    ]),
  };
}

function outputOf(move: z.infer<typeof moveSchema>, unit: Unit): OutputMove {
  const { id, state, to_location: location } = move;
  const lot = move['lot.'];
  return {
    ...{ id, state, location, wasted: isWasted(move) },
    quantity: convert(toDecimal(move.quantity) ?? '0', move['unit.'], unit),
    ...(lot ? { lot: { id: lot.id, number: lot.number } } : {}),
  };
}

function isWasted(move: z.infer<typeof moveSchema>): boolean {
  return move['to_location.'].type === 'lost_found';
}
