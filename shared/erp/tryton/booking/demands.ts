import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { RetryLater } from '../../../model/errors.ts';
import { orderWaits, rejected } from '../../failures.ts';
import type { Abilities, Permission, Reader } from '../connection.ts';
import type { TrytonOptions } from '../options.ts';
import { notBookable, type Production } from '../production.ts';
import { fieldOf } from '../wire.ts';
import type { WantedMove } from './outputs.ts';

/** What Tryton demands of a production's moves before it completes them. */
export interface Demands {
  /** Types of the locations to and from which the product moves only with a lot (`stock_lot`, 7.0). */
  readonly lotAt: readonly string[];
  /** Tryton gives lots numbers of its own when it completes a whole production (`Production_Lot.done`, 7.0). */
  readonly numbersLots: boolean;
  /**
   * Whether Tryton can price the good quantity: without a list price it asks for a confirmation, unless the product
   * is a component of itself, as in a repair (`Production.set_cost`, 7.0).
   */
  readonly isPriced: boolean;
  /** Codes of components that need a lot to move and have none: reserving gives them none (7.0). */
  readonly componentsWithoutLot: readonly string[];
}

const requiredSchema = z.nullish(z.array(z.string()));
const locationSchema = z.looseObject({ type: z.string() });
export const demandsSchema = z.looseObject({
  product: z.nullable(z.int()),
  'product.': z.nullish(
    z.looseObject({
      list_price: z.nullish(z.string()),
      lot_required: requiredSchema,
      lot_sequence: z.nullish(z.int()),
    }),
  ),
  'inputs.': z.nullish(
    z.array(
      z.looseObject({
        state: z.string(),
        product: z.int(),
        quantity: z.number(),
        lot: z.nullish(z.int()),
        'product.': z.looseObject({ lot_required: requiredSchema }),
        'from_location.': locationSchema,
        'to_location.': locationSchema,
      }),
    ),
  ),
});

/** Fields to read for `demandsSchema`, besides those of a production. */
export function demandFields({ lots }: Abilities): string[] {
  return [
    ...['product.list_price', 'inputs.product', 'inputs.quantity'],
    ...['inputs.from_location.type', 'inputs.to_location.type'],
    ...(lots ? ['product.lot_required', 'product.lot_sequence'] : []),
    ...(lots ? ['inputs.lot', 'inputs.product.lot_required'] : []),
  ];
}

export function demandsOf(record: z.infer<typeof demandsSchema>): Demands {
  const product = record['product.'];
  const inputs = record['inputs.'] ?? [];
  const unlotted = inputs.filter((move) => {
    const types = [move['from_location.'].type, move['to_location.'].type];
    const isOpen = move.state !== 'done' && move.state !== 'cancelled' && move.quantity !== 0;
    return isOpen && move.lot == null && needsLot(move['product.'].lot_required, types);
  });
  const codes = unlotted.map((move) => String(fieldOf(move, 'product.code') ?? 'a component'));
  return {
    lotAt: product?.lot_required ?? [],
    numbersLots: product?.lot_sequence != null,
    isPriced: product?.list_price != null || inputs.some((move) => move.product === record.product),
    componentsWithoutLot: [...new Set(codes)],
  };
}

/** @throws Rejected when our user may not do what the booking needs. */
export function requireRights(
  { may }: Abilities,
  { number }: Production,
  ...needed: readonly (readonly [Permission, string])[]
): void {
  const lacking = needed.find(([permission, model]) => !may(permission, model));
  if (!lacking) return;
  const why = `our user may not ${lacking.join(' ')}: put it into the groups that may (Production, Stock), then replay`;
  throw notBookable(number, why, 'refused-by-erp');
}

/** @throws Rejected when Tryton would not move the components, or the output, without a lot. */
export function requireLots(
  { lotAt, numbersLots, componentsWithoutLot }: Demands,
  { number, article, goodLocationType }: Production,
  wanted: readonly WantedMove[],
  finishes: boolean,
): void {
  if (componentsWithoutLot.length > 0) {
    const why = `its components ${componentsWithoutLot.join(', ')} need a lot: choose it in Tryton (Inputs), then replay`;
    throw notBookable(number, why);
  }
  const unlotted = wanted.find(
    ({ lot, location }) =>
      lot === undefined &&
      needsLot(lotAt, ['production', location === undefined ? goodLocationType : 'lost_found']),
  );
  if (!unlotted || (finishes && numbersLots)) return;
  const why = `${article} needs a lot, and ${unlotted.quantity} of it have none: record the lot in Azumuta and map it, or set it on the production in Tryton, then replay`;
  throw notBookable(number, why);
}

/** @throws Rejected when Tryton would ask about the missing list price, and nobody has confirmed it for our user. */
export async function requireListPrice(
  reader: Reader,
  production: Production,
  demands: Demands,
): Promise<void> {
  if (demands.isPriced) return;
  const { number, article, product } = production;
  // As Tryton names a warning (`Warning.format`, 7.0).
  const digest = createHash('md5').update(`product.product,${product}`).digest('hex');
  const answered = await reader.search('res.user.warning', {
    domain: [['name', '=', `${digest}.production_missing_list_price`]],
    fields: ['id'],
    limit: 1,
    row: z.unknown(),
    what: `reading the warnings of production ${number}`,
  });
  if (answered.length > 0) return;
  throw rejected(
    'refused-by-erp',
    `Tryton: production ${number} cannot be completed, because ${article} has no list price, which Tryton asks about: give it one, then replay.`,
  );
}

/** Missing stock takes a delivery or a count, so asking often does not help. */
const stockSeconds = 900;

/** @throws RetryLater scope `order` when a person has to reserve the components, and has not. */
export function requireReserved(production: Production, assign: TrytonOptions['assign']): void {
  if (production.state !== 'waiting' || assign !== 'never') return;
  throw componentsMissing(production, 'reserve them in Tryton (Assign)');
}

export function componentsMissing({ number, unassigned }: Production, remedy: string): RetryLater {
  const codes = [...new Set(unassigned)];
  const named = codes.length > 5 ? [...codes.slice(0, 5), '…'] : codes;
  return orderWaits(
    `Tryton: production ${number} waits for components (${named.join(', ') || 'none is named'}): ${remedy}. It is booked as soon as they are there.`,
    { afterSeconds: stockSeconds },
  );
}

/** @throws Rejected when people have works to finish: Tryton completes no production before (`production_work`, 7.0). */
export function requireFinishedWorks({ number, works }: Production): void {
  const open = works.filter(({ state }) => state !== 'finished' && state !== 'done');
  if (open.length === 0) return;
  const names = open.map(({ operation }) => operation).join(', ');
  throw rejected(
    'order-state',
    `Tryton: production ${number} cannot be completed, because its works must be finished first (${names}): finish them in Tryton, or set finishWorks in tryton(), then replay.`,
  );
}

function needsLot(lotAt: readonly string[] | null | undefined, types: readonly string[]): boolean {
  return types.some((type) => lotAt?.includes(type));
}
