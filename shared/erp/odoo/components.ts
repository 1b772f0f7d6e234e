import Big from 'big.js';
import * as z from 'zod/mini';
import { compareDecimals, type Decimal, sumOf } from '../../model/quantity.ts';
import { rejected } from '../failures.ts';
import type { BookingTarget } from './family.ts';
import { decimalOf, idOfReference, many2one, reference } from './records.ts';

const componentMoveSchema = z.object({
  id: z.number(),
  product_id: reference,
  product_uom_qty: z.number(),
  /** The same in the product's own unit, in which stock is counted. */
  product_qty: z.number(),
  product_uom: reference,
  /**
   * What is reserved, or what a person has set (stock_move.py:329 (17.0), :381 (18.0), :408 (19.0),
   * `_compute_quantity`).
   */
  quantity: z.number(),
  has_tracking: z.string(),
  manual_consumption: z.boolean(),
  picked: z.boolean(),
  location_id: reference,
  state: z.string(),
});

/** A move of a component: what the order plans of it. */
export interface ComponentMove extends z.infer<typeof componentMoveSchema> {
  /** What is planned of it for what is built now. */
  readonly share: Decimal;
}

/** Of an order that is open, only what is still to be consumed. */
export async function readComponentMoves({
  search,
  decimals,
  production,
  built,
}: BookingTarget): Promise<ComponentMove[]> {
  const components = await search('stock.move', {
    domain: [
      ['raw_material_production_id', '=', production.id],
      ...(production.state === 'done' ? [] : [['state', 'not in', ['done', 'cancel']]]),
      // Without the extra lines that a person added: `set_qty_producing` leaves them alone.
      ['product_uom_qty', '!=', 0],
    ],
    row: componentMoveSchema,
  });
  const part = new Big(built.produced).div(production.product_qty);
  return components.map((one) => ({
    ...one,
    share: part.times(one.product_uom_qty).round(decimals, Big.roundHalfUp).toFixed(),
  }));
}

/** What must be consumed by a move. */
export interface Needed {
  readonly id: number;
  readonly amount: Decimal;
  /** They add up to the amount; none: Odoo chooses. */
  readonly lots: readonly { readonly number: string; readonly amount: Decimal }[];
  /** Where it was recorded: ` (step "Motor batch" of recording 5KKoy7)`. */
  readonly place: string;
}

/**
 * Compares what was consumed for an order that is done with what should have been. When somebody finished it while we wrote
 * our quantity, Odoo takes the quantity for what is done already, and changes no component (mrp_production.py:886 (17.0),
 * :937 (18.0), :1017 (19.0), `write`).
 * @param how Continues `WH/MO/00001 was …`.
 * @throws Rejected when it contradicts what was built.
 */
export async function requireConsumed(
  { search, production }: BookingTarget,
  needed: readonly Needed[],
  how: string,
): Promise<void> {
  if (needed.length === 0) return;
  const moves = await search('stock.move', {
    domain: [['id', 'in', needed.map(({ id }) => id)]],
    row: z.object({ id: z.number(), product_id: reference, quantity: z.number() }),
  });
  const ofLots = needed.flatMap(({ id, lots }) => (lots.length > 0 ? [id] : []));
  const lines =
    ofLots.length === 0
      ? []
      : await search('stock.move.line', {
          domain: [['move_id', 'in', ofLots]],
          row: z.object({ move_id: many2one, lot_id: many2one, quantity: z.number() }),
        });
  for (const { id, amount, lots, place } of needed) {
    const move = moves.find((one) => one.id === id);
    if (!move) continue;
    const from = lines.flatMap(({ move_id, lot_id, quantity }) =>
      idOfReference(move_id) === id
        ? [{ number: lot_id ? lot_id[1] : '?', amount: decimalOf(quantity) }]
        : [],
    );
    const [is, wanted] = [
      describeAmountByLot(decimalOf(move.quantity), from),
      describeAmountByLot(amount, lots),
    ];
    if (is === wanted) continue;
    const why = `Odoo: ${production.name} was ${how}, and its component ${move.product_id[1]}${place} was consumed with ${is} instead of ${wanted}: correct it by hand, then replay.`;
    throw rejected('booked-otherwise', why);
  }
}

/**
 * Looks at the components that Odoo consumes by its plan, of an order that is done with our mark. Where a person finished it with
 * less just before we wrote our quantity, Odoo changed the product and no component (19: mrp_production.py:1017, `write`); who
 * learned that, and corrected nothing, learns it again. What is consumed by hand, a person may have set.
 * @param recorded What was compared already.
 * @throws Rejected when less was consumed than is planned for what was built.
 */
export async function requirePlanConsumed(
  found: BookingTarget,
  recorded: readonly Pick<Needed, 'id'>[],
): Promise<void> {
  const { search, production } = found;
  const planned = (await readComponentMoves(found)).filter(
    ({ id, state, manual_consumption }) =>
      state === 'done' && !manual_consumption && recorded.every((one) => one.id !== id),
  );
  if (planned.length === 0) return;
  const units = await search('uom.uom', {
    domain: [['id', 'in', [...new Set(planned.map(({ product_uom }) => product_uom[0]))]]],
    context: { active_test: false },
    row: z.object({ id: z.number(), rounding: z.number() }),
  });
  for (const { product_id, product_uom, share, quantity } of planned) {
    const rounding = units.find(({ id }) => id === product_uom[0])?.rounding ?? 1;
    const missing = new Big(share).minus(decimalOf(quantity));
    if (compareDecimals(missing.toFixed(), String(rounding)) < 0) continue;
    const why = `Odoo: ${production.name} was finished by somebody while we booked it, and its component ${product_id[1]} was consumed with ${decimalOf(quantity)} instead of ${share}: correct it by hand, then replay.`;
    throw rejected('booked-otherwise', why);
  }
}

/** `6 (5 of B-1, 1 of B-2)`. */
function describeAmountByLot(amount: Decimal, lots: Needed['lots']): string {
  const byNumber = Map.groupBy(lots, ({ number }) => number);
  const parts = [...byNumber.keys()].sort().map((number) => {
    const amounts = byNumber.get(number)?.map((lot) => lot.amount) ?? [];
    return `${sumOf(amounts)} of ${number}`;
  });
  return parts.length === 0 ? sumOf([amount]) : `${sumOf([amount])} (${parts.join(', ')})`;
}
