import * as z from 'zod/mini';
import type { Cause } from '../../model/causes.ts';
import { type Rejected, UnknownOrder } from '../../model/errors.ts';
import type { ErpOrder, ErpOrderRef } from '../../model/orders.ts';
import { type Decimal, sumOf, toDecimal } from '../../model/quantity.ts';
import { rejected } from '../failures.ts';
import type { Abilities, Reader } from './client.ts';
import { convert, type Unit, unitSchema } from './units.ts';
import { fieldsFor, wireDecimal } from './wire.ts';

/** Which records have notes with a booking key, ours or another one. */
export interface Marks {
  readonly own: ReadonlySet<string>;
  readonly foreign: ReadonlySet<string>;
}

/** A record that may have notes, of this booking or of other ones. */
export interface Marked {
  readonly id: number;
  /** As a note names it: `production,17`, `stock.move,230`. */
  readonly resource: string;
  readonly isOwn: boolean;
  readonly isForeign: boolean;
}

/** A move of a product into a production, or out of it. */
export interface TrytonMove extends Marked {
  readonly state: string;
  /** In the unit of its line, as Tryton converts it: a bill of materials may count in another one. */
  readonly quantity: Decimal;
  readonly lot?: { readonly id: number; readonly number: string } | undefined;
  /** Where in stock a component is taken from, or where the product goes to. */
  readonly location: number;
  /** Whether it is scrap, on its way to waste. */
  readonly wasted: boolean;
}

/** What is built, or a component: the moves of one product on one side of a production. */
export interface TrytonLine {
  /** The field of the production that has its moves. */
  readonly field: 'inputs' | 'outputs';
  readonly product: number;
  /** Its code, or its name where it has none. */
  readonly article: string;
  readonly unit: Unit;
  /** By id; cancelled ones are left out. */
  readonly moves: readonly TrytonMove[];
  /** Values that a further move shares with the planned one. */
  readonly template: Readonly<Record<string, unknown>>;
  /** Whether the product moves only with a lot to where it is planned to go, or to waste (`stock_lot`, 7.0). */
  readonly needsLot: boolean;
  readonly needsLotAsWaste: boolean;
}

const trytonText = z.nullish(z.string());
const locationSchema = z.object({ id: z.int(), name: z.string(), code: trytonText });
const locationTypeSchema = z.looseObject({ type: z.string() });
const moveSchema = z.looseObject({
  id: z.int(),
  _timestamp: z.string(),
  state: z.string(),
  quantity: z.number(),
  product: z.int(),
  'product.': z.looseObject({
    code: trytonText,
    rec_name: z.string(),
    lot_required: z.nullish(z.array(z.string())),
  }),
  'unit.': unitSchema,
  from_location: z.int(),
  'from_location.': locationTypeSchema,
  to_location: z.int(),
  'to_location.': locationTypeSchema,
  'lot.': z.nullish(z.object({ id: z.int(), number: z.string() })),
  company: z.int(),
  currency: z.nullable(z.int()),
});
type MoveRecord = z.infer<typeof moveSchema>;
const cycleSchema = z.object({ id: z.int(), state: z.string(), duration: z.nullable(z.number()) });
const workSchema = z.looseObject({
  id: z.int(),
  state: z.string(),
  'operation.': z.looseObject({ name: z.string() }),
  'cycles.': z.nullish(z.array(cycleSchema)),
});
export const trytonProductionSchema = z.looseObject({
  id: z.int(),
  _timestamp: z.string(),
  number: z.nullable(z.string()),
  state: z.string(),
  product: z.nullable(z.int()),
  quantity: z.number(),
  'unit.': z.nullish(unitSchema),
  'product.': z.nullish(
    z.looseObject({
      code: trytonText,
      rec_name: z.string(),
      list_price: trytonText,
      lot_sequence: z.nullish(z.int()),
    }),
  ),
  'outputs.': z.nullish(z.array(moveSchema)),
  'inputs.': z.nullish(z.array(moveSchema)),
  'works.': z.nullish(z.array(workSchema)),
  'warehouse.': z.looseObject({
    'waste_locations.': z.nullish(z.array(locationSchema)),
  }),
});
type ProductionRecord = z.infer<typeof trytonProductionSchema>;

/** Fields to read for `trytonProductionSchema`. Tryton refuses those of a module that is not active. */
export function productionFields({ lots, works }: Abilities): string[] {
  return fieldsFor(trytonProductionSchema).filter(
    (field) => (lots || !/\blot/.test(field)) && (works || !field.startsWith('works.')),
  );
}

const producedSchema = z.looseObject({
  product: z.int(),
  'unit.': unitSchema,
  'outputs.': z.nullish(
    z.array(
      z.looseObject({
        state: z.string(),
        quantity: z.number(),
        product: z.int(),
        'unit.': unitSchema,
        'to_location.': locationTypeSchema,
      }),
    ),
  ),
});
/** Fields to read for `outputOf`. */
export const producedFields = fieldsFor(producedSchema);

/**
 * The moves of its product that are done, in its unit: those to a location of type *Lost and Found* are scrap, as warehouses
 * have them for waste (`stock.location`, `waste_locations` of `production`, 7.0). By-products are no part of it.
 */
export function outputOf(row: unknown): ErpOrder['produced'] {
  const read = producedSchema.safeParse(row);
  if (!read.success) return undefined;
  const { product, 'unit.': unit, 'outputs.': outputs } = read.data;
  const done = (outputs ?? []).filter((move) => move.state === 'done' && move.product === product);
  const sumFor = (wasted: boolean) =>
    sumOf(
      done
        .filter((move) => isWasted(move) === wasted)
        .map((move) => convert(toDecimal(move.quantity) ?? '0', move['unit.'], unit)),
    );
  return { good: sumFor(false), scrap: sumFor(true) };
}

const unmarked: Marks = { own: new Set(), foreign: new Set() };

export type TrytonProduction = ReturnType<typeof productionOf>;
/** A step of its routing (`production.work`). */
export type ProductionWork = TrytonProduction['works'][number];

/**
 * A production as bookings use it.
 * @param marks None before they are read (marks.ts).
 * @throws Rejected when it is for no product.
 */
export function productionOf(record: ProductionRecord, marks = unmarked) {
  const { id, state, product } = record;
  const number = record.number ?? `(${id})`;
  const named = record['product.'];
  if (product === null || !named)
    throw productionRefused({ number }, 'order-data', 'is for no product: give it one');
  const outputs = uncancelledMoves(record['outputs.']).filter((move) => move.product === product);
  const inputs = uncancelledMoves(record['inputs.']);
  const isOfItself = inputs.some((move) => move.product === product);
  return {
    ...markedBy(marks, 'production', id),
    number,
    state,
    product,
    article: named.code || named.rec_name,
    marks,
    record,
    quantity: toDecimal(record.quantity) ?? '0',
    wasteLocations: record['warehouse.']['waste_locations.'] ?? [],
    // Of the production's own product, in the unit of the production; by-products are booked as planned.
    output: lineOf('outputs', outputs, marks, record['unit.']),
    components: [...Map.groupBy(inputs, (move) => move.product).values()].flatMap(
      (moves) => lineOf('inputs', moves, marks) ?? [],
    ),
    // Tryton numbers lots itself when it completes a whole production (`Production_Lot.done`, 7.0).
    numbersLots: named.lot_sequence != null,
    // Without a list price Tryton asks for a confirmation, unless the product is a component of itself, as in a repair
    // (`Production.set_cost`, 7.0).
    isPriced: named.list_price != null || isOfItself,
    // In the order of the routing; none without the module `production_work`.
    works: (record['works.'] ?? []).map((work) => ({
      id: work.id,
      state: work.state,
      operation: work['operation.'].name,
      cycles: sortById(work['cycles.'] ?? []).map((cycle) => ({
        ...markedBy(marks, 'production.work.cycle', cycle.id),
        state: cycle.state,
        duration: cycle.duration,
      })),
    })),
    // Tryton refuses a write when one of these records has changed since.
    timestamps: new Map([
      [`production,${id}`, record._timestamp],
      ...[...outputs, ...inputs].map((move) => [`stock.move,${move.id}`, move._timestamp] as const),
    ]),
  };
}

function uncancelledMoves(moves: readonly MoveRecord[] | null | undefined): MoveRecord[] {
  return sortById(moves ?? []).filter(({ state }) => state !== 'cancelled');
}

function sortById<T extends { readonly id: number }>(records: readonly T[]): T[] {
  return records.toSorted((a, b) => a.id - b.id);
}

function markedBy({ own, foreign }: Marks, model: string, id: number): Marked {
  const resource = `${model},${id}`;
  return { id, resource, isOwn: own.has(resource), isForeign: foreign.has(resource) };
}

function lineOf(
  field: TrytonLine['field'],
  moves: readonly MoveRecord[],
  marks: Marks,
  own?: Unit | null,
): TrytonLine | undefined {
  const good = moves.filter((move) => !isWasted(move));
  const model = good.find(({ state }) => state !== 'done') ?? good[0] ?? moves[0];
  const unit = own ?? moves[0]?.['unit.'];
  if (!model || !unit) return undefined;
  const { product, company, currency, from_location, to_location, 'product.': named } = model;
  const isOutput = field === 'outputs';
  const needsLot = (to: string) =>
    [model['from_location.'].type, to].some((type) => named.lot_required?.includes(type));
  return {
    field,
    product,
    unit,
    article: named.code || named.rec_name,
    needsLot: needsLot(model['to_location.'].type),
    needsLotAsWaste: needsLot(wasteType),
    moves: moves.map((move) => ({
      ...markedBy(marks, 'stock.move', move.id),
      state: move.state,
      lot: move['lot.'] ?? undefined,
      wasted: isWasted(move),
      location: isOutput ? move.to_location : move.from_location,
      quantity: convert(toDecimal(move.quantity) ?? '0', move['unit.'], unit),
    })),
    template: {
      product,
      unit: unit.id,
      company,
      currency,
      from_location,
      to_location,
      // Tryton wants a price for what comes out of production, and computes it when the production is done.
      ...(isOutput ? { unit_price: wireDecimal('0') } : {}),
    },
  };
}

/** Type of the locations that take scrap. */
const wasteType = 'lost_found';

function isWasted(move: Pick<MoveRecord, 'to_location.'>): boolean {
  return move['to_location.'].type === wasteType;
}

/** @param why Continues `Tryton: production 17`, without a full stop, and says what to do. */
export function productionRefused(
  { number }: Pick<ErpOrderRef, 'number'>,
  causeCode: Cause,
  why: string,
): Rejected {
  return rejected(causeCode, `Tryton: production ${number} ${why}.`);
}

/** @param why Continues `because`, without a full stop, and says what to do. */
export function productionNotBookable(production: TrytonProduction, why: string): Rejected {
  return productionRefused(production, 'quantity-or-lots', `cannot be booked, because ${why}`);
}

/**
 * Finds the production of an order reference, by id if it has one, else by number.
 * @throws UnknownOrder when there is none; Rejected when the number is not unique, or the id has another number.
 */
export async function findProduction(reader: Reader, order: ErpOrderRef): Promise<TrytonProduction> {
  const domain = productionDomain(order, await reader.readCompany());
  const found = domain ? await readProductions(reader, domain, order) : [];
  const [production, ...others] = found;
  if (!production) throw unknownProduction(order);
  if (others.length > 0) {
    const ids = found.map(({ id }) => id).join(', ');
    const why = `is there several times (ids ${ids}): give each its own number`;
    throw productionRefused(order, 'order-data', why);
  }
  if (production.number !== order.number) {
    const why = `is meant by its id ${order.id}, which is number ${production.number} now: check which order product orders were made from`;
    throw productionRefused(order, 'order-data', why);
  }
  return production;
}

/** Tryton's domain of one order, in our company alone; undefined for an id that no production has. */
export function productionDomain(
  { id, number }: ErpOrderRef,
  company: number | undefined,
): unknown[] | undefined {
  if (id !== undefined && !Number.isSafeInteger(Number(id))) return undefined;
  return [
    id === undefined ? ['number', '=', number] : ['id', '=', Number(id)],
    ...(company === undefined ? [] : [['company', '=', company]]),
  ];
}

export async function readProductionAgain(
  reader: Reader,
  production: TrytonProduction,
): Promise<TrytonProduction> {
  const [found] = await readProductions(reader, [['id', '=', production.id]], production);
  if (!found) throw unknownProduction(production);
  return found;
}

async function readProductions(
  { search, abilities }: Reader,
  domain: readonly unknown[],
  { number, marks }: Pick<TrytonProduction, 'number'> & Partial<Pick<TrytonProduction, 'marks'>>,
): Promise<TrytonProduction[]> {
  const found = await search('production', {
    domain,
    fields: productionFields(abilities),
    limit: 3,
    row: trytonProductionSchema,
    what: `reading production ${number}`,
  });
  return found.map((record) => productionOf(record, marks));
}

function unknownProduction({ number }: Pick<ErpOrderRef, 'number'>): UnknownOrder {
  const why = `Tryton has no production ${number}: check its number, the company of our user, and whether it was deleted.`;
  return new UnknownOrder(why);
}
