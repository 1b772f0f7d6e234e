import * as z from 'zod/mini';
import { Rejected, UnknownOrder } from '../../model/errors.ts';
import type { ErpOrderRef } from '../../model/orders.ts';
import { type Decimal, toDecimal } from '../../model/quantity.ts';
import { fieldOf } from './wire.ts';
import type { WriteTracker } from './write-tracker.ts';

/** Where finished goods go, or what is wasted. */
export interface OutputMove {
  readonly id: number;
  readonly state: string;
  readonly quantity: Decimal;
  readonly lot?: string;
  readonly location: number;
  readonly wasted: boolean;
}

/** What the connector knows of a production at one moment. */
export interface Production {
  readonly id: number;
  readonly number: string;
  readonly state: string;
  readonly company: number;
  readonly article: string;
  readonly product: number;
  readonly unit?: { readonly id: number; readonly symbol: string };
  readonly wasteLocations: readonly { readonly id: number; readonly name: string; readonly code?: string }[];
  /** Moves of the production's own product, by id; by-products are left as they were planned. */
  readonly outputs: readonly OutputMove[];
  /** Values that a further output move shares with the planned one. */
  readonly template: Readonly<Record<string, unknown>> | undefined;
  /** Codes of the components that are not reserved yet. */
  readonly unassigned: readonly string[];
  /** For the context of writes: Tryton refuses a write when one of these records has changed since. */
  readonly timestamps: Readonly<Record<string, string>>;
}

const moveSchema = z.looseObject({
  id: z.int(),
  _timestamp: z.string(),
  state: z.string(),
  quantity: z.number(),
  product: z.int(),
  unit: z.int(),
  from_location: z.int(),
  to_location: z.int(),
  company: z.int(),
  currency: z.nullable(z.int()),
});
const productionSchema = z.looseObject({
  id: z.int(),
  _timestamp: z.string(),
  number: z.nullable(z.string()),
  state: z.string(),
  company: z.int(),
  product: z.nullable(z.int()),
  'unit.': z.nullish(z.looseObject({ id: z.int(), symbol: z.string() })),
  'product.': z.nullish(z.looseObject({ code: z.nullish(z.string()), rec_name: z.string() })),
  'outputs.': z.nullish(z.array(moveSchema)),
  'inputs.': z.nullish(z.array(z.looseObject({ state: z.string() }))),
  'warehouse.': z.looseObject({
    'waste_locations.': z.nullish(
      z.array(z.looseObject({ id: z.int(), name: z.string(), code: z.nullish(z.string()) })),
    ),
  }),
});
type Read = z.infer<typeof productionSchema>;

const readFields = [
  ...[
    'number',
    'state',
    'company',
    'product',
    'product.code',
    'product.rec_name',
    'unit.symbol',
    '_timestamp',
  ],
  ...['_timestamp', 'state', 'quantity', 'product', 'unit', 'from_location', 'to_location'].map(
    (name) => `outputs.${name}`,
  ),
  ...['company', 'currency', 'to_location.type'].map((name) => `outputs.${name}`),
  ...['inputs.state', 'inputs.product.code'],
  ...['warehouse.waste_locations.name', 'warehouse.waste_locations.code'],
];

/**
 * The production that an order reference means: by id where it is known, else by number.
 * @throws UnknownOrder when there is none; Rejected when the number is not unique, or the id has another number.
 */
export async function findProduction(desk: WriteTracker, order: ErpOrderRef): Promise<Production> {
  const { company } = await desk.preferences();
  const id = Number(order.id);
  const domain = order.id === undefined ? [['number', '=', order.number]] : [['id', '=', id]];
  if (order.id !== undefined && !Number.isSafeInteger(id)) throw unknown(order);
  const found = await read(desk, order.number, [
    ...domain,
    ...(company === undefined ? [] : [['company', '=', company]]),
  ]);
  const [first, second] = found;
  if (!first) throw unknown(order);
  if (second) {
    throw new Rejected(
      `Tryton has several productions with number ${order.number} (ids ${found.map((one) => one.id).join(', ')}): give them numbers of their own.`,
      { code: 'order-data' },
    );
  }
  const production = productionOf(first);
  if (production.number !== order.number) {
    throw new Rejected(
      `Tryton's production with id ${id} is number ${production.number}, not ${order.number}: check which order product orders were made from.`,
      { code: 'order-data' },
    );
  }
  return production;
}

/** The same production as it is now. */
export async function readAgain(desk: WriteTracker, { id, number }: Production): Promise<Production> {
  const [found] = await read(desk, number, [['id', '=', id]]);
  if (!found) throw unknown({ number });
  return productionOf(found);
}

function read(desk: WriteTracker, number: string, domain: readonly unknown[]): Promise<Read[]> {
  // Without the module stock_lot, moves have no lot to read.
  const fields = desk.hasLots ? [...readFields, 'outputs.lot.number'] : readFields;
  return desk.read('production', 'search_read', [domain, 0, 3, [['id', 'ASC']], fields], {
    what: `reading production ${number}`,
    answer: z.array(productionSchema),
  });
}

function unknown({ number }: ErpOrderRef): UnknownOrder {
  return new UnknownOrder(
    `Tryton knows no production ${number}: check its number, the company of our user, and whether it was deleted.`,
  );
}

function productionOf(record: Read): Production {
  const { id, state, company } = record;
  const number = record.number ?? `(${id})`;
  const named = record['product.'];
  if (record.product === null || !named) {
    throw new Rejected(`Tryton's production ${number} is for no product: give it one.`, {
      code: 'order-data',
    });
  }
  const unit = record['unit.'];
  const moves = (record['outputs.'] ?? []).filter(
    (move) => move.product === record.product && move.state !== 'cancelled',
  );
  const waste = record['warehouse.']['waste_locations.'] ?? [];
  const planned = moves.find((move) => fieldOf(move, 'to_location.type') !== 'lost_found') ?? moves[0];
  return {
    id,
    number,
    state,
    company,
    article: named.code || named.rec_name,
    product: record.product,
    ...(unit ? { unit: { id: unit.id, symbol: unit.symbol } } : {}),
    wasteLocations: waste.map(({ id: location, name, code }) => ({
      id: location,
      name,
      ...(code ? { code } : {}),
    })),
    outputs: moves
      .map((move) => {
        const lot = fieldOf(move, 'lot.number');
        return {
          id: move.id,
          state: move.state,
          quantity: toDecimal(move.quantity) ?? '0',
          ...(typeof lot === 'string' ? { lot } : {}),
          location: move.to_location,
          wasted: fieldOf(move, 'to_location.type') === 'lost_found',
        };
      })
      .sort((a, b) => a.id - b.id),
    template: planned && {
      product: planned.product,
      unit: planned.unit,
      from_location: planned.from_location,
      to_location: planned.to_location,
      company: planned.company,
      currency: planned.currency,
    },
    unassigned: (record['inputs.'] ?? [])
      .filter((move) => move.state === 'draft' || move.state === 'staging')
      .map((move) => String(fieldOf(move, 'product.code') ?? 'a component')),
    timestamps: Object.fromEntries([
      [`production,${id}`, record._timestamp],
      ...moves.map((move) => [`stock.move,${move.id}`, move._timestamp]),
    ]),
  };
}
