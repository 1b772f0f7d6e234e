import Big from 'big.js';
import * as z from 'zod/mini';
import type { Completion } from '../../model/completions.ts';
import { compareDecimals, type Decimal, sumOf } from '../../model/quantity.ts';
import { made } from '../../model/unread.ts';
import { notBookable } from '../booking-rules.ts';
import { type PlannedComponent, type Use, usesOf } from '../detail-rules.ts';
import type { Reader } from './connection.ts';
import type { Component, Plan } from './moves.ts';
import { type BookedProduction, decimalOf, idOf, listedProductSchema, many2one } from './records.ts';

// What was recorded of components: quantities and lots of the raw moves, as a person sets them in Odoo's form.

/** The moves of one component: several where its bill of materials has several lines of it. */
interface Planned extends PlannedComponent {
  readonly moves: readonly [Component, ...Component[]];
}

/** What must be consumed by a move. */
export interface ExpectedUse extends Pick<Use<Planned>, 'amount' | 'lots' | 'place'> {
  readonly id: number;
}

/** What is written on the move of a component. */
export interface UseToBook extends ExpectedUse {
  /** Its lots, each from a place where it lies; none: Odoo chooses. */
  readonly lines: readonly object[];
  /** Ids of its lines by now, which are replaced by those. */
  readonly replaced: readonly number[];
}

/**
 * What differs from what Odoo consumes by itself.
 * @throws Rejected for a component, quantity or lot that cannot be booked, with the step where it was recorded.
 */
export async function lookForUses(
  reader: Reader,
  production: BookedProduction,
  completion: Completion,
  plan: Plan,
): Promise<UseToBook[]> {
  const uses = await usesIn(reader, production, completion, plan);
  for (const use of uses) requireBookable(reader, production, use);
  const linesOf = await lotsInStock(reader, production, uses);
  return uses.flatMap((use) =>
    expectedOf(use).map((one, at) => ({
      ...one,
      lines: at === 0 ? linesOf(use) : [],
      replaced: use.planned.moves[at]?.move_line_ids ?? [],
    })),
  );
}

/** What must have been consumed for an order that is done. Odoo has lowered the plan of one that it has split. */
export async function usesOfDone(
  reader: Reader,
  production: BookedProduction,
  completion: Completion,
  plan: Plan,
): Promise<ExpectedUse[]> {
  const components = completion.components && { ...completion.components, beyondPlan: true };
  const uses = await usesIn(reader, production, { ...completion, ...made({ components }) }, plan);
  return uses.flatMap(expectedOf);
}

/**
 * Of several lines of one component the first takes it all, as Odoo compares by product (mrp_production.py:1537 (17.0),
 * :1594 (18.0), :1701 (19.0), `_get_consumption_issues`).
 */
function expectedOf({ planned, amount, lots, place }: Use<Planned>): ExpectedUse[] {
  const [first, ...others] = planned.moves.map(({ id }) => ({ id, amount: '0', lots: [], place }));
  return first ? [{ ...first, amount, lots }, ...others] : [];
}

/**
 * The values of a move, as Odoo's form writes them: what is picked and manual, Odoo leaves as it is (mrp_production.py:1208
 * (17.0), :1261 (18.0), :1354 (19.0), `_set_qty_producing`). 0 creates, 1 writes and 2 deletes (`Command`: odoo/fields.py:4056
 * (17.0), :4227 (18.0), orm/commands.py:11 (19.0)).
 */
export function moveCommandOf({ id, amount, lines, replaced }: UseToBook): unknown[] {
  const what =
    lines.length === 0
      ? { quantity: Number(amount) }
      : { move_line_ids: [...replaced.map((line) => [2, line, 0]), ...lines.map((line) => [0, 0, line])] };
  return [1, id, { manual_consumption: true, picked: true, ...what }];
}

async function usesIn(
  { search }: Reader,
  { name }: BookedProduction,
  completion: Completion,
  { components, shareOf }: Plan,
): Promise<Use<Planned>[]> {
  if (!completion.components) return [];
  const products = await search('product.product', {
    domain: [['id', 'in', [...new Set(components.map(({ product_id }) => product_id[0]))]]],
    context: { active_test: false },
    row: listedProductSchema,
    order: name,
  });
  const plan = products.flatMap(({ id, default_code }): Planned[] => {
    const [first, ...others] = components.filter(({ product_id }) => product_id[0] === id);
    if (!first) return [];
    const moves = [first, ...others] as const;
    const article = default_code || first.product_id[1];
    const open = sumOf(moves.map(({ product_uom_qty }) => decimalOf(product_uom_qty)));
    const unit = first.product_uom ? first.product_uom[1] : undefined;
    return [{ article, moves, share: sumOf(moves.map(shareOf)), open, unit }];
  });
  // What was used as planned, of lots that Odoo chooses, is left to Odoo, which rounds it to the unit.
  return usesOf(completion, plan, 'Odoo').filter(
    ({ amount, lots, planned }) => lots.length > 0 || compareDecimals(amount, planned.share) !== 0,
  );
}

function requireBookable(
  { names }: Reader,
  { name, consumption }: BookedProduction,
  { planned: { article, share }, amount, lots, place }: Use<Planned>,
): void {
  const isRounded = (one: Decimal) => new Big(one).round(names.decimals).cmp(one) !== 0;
  const longer = [amount, ...lots.map((lot) => lot.amount)].find(isRounded);
  const why =
    longer !== undefined
      ? `${longer} has more decimals than Odoo keeps (${names.decimals}): let the mapping round it`
      : consumption === 'strict' && compareDecimals(amount, share) !== 0
        ? `${amount} are not ${share}, and its bill of materials blocks that: correct the one or the other`
        : undefined;
  if (why) throw notBookable('Odoo', name, `of component ${article}${place} ${why}`);
}

const quantSchema = z.object({
  ...{ product_id: many2one, lot_id: many2one, location_id: many2one, package_id: many2one },
  owner_id: many2one,
  /**
   * In the product's own unit, with what is reserved for others: Odoo frees that (stock_move_line.py:751 (17.0), :778
   * (18.0), :788 (19.0), `_free_reservation`).
   */
  quantity: z.number(),
});

/**
 * Finds where each lot lies, below the place that the order takes its components from.
 * @throws Rejected for a lot of which too little is there: also one that Odoo does not have, or has of another product.
 */
async function lotsInStock(
  { search }: Reader,
  { name: order }: BookedProduction,
  uses: readonly Use<Planned>[],
): Promise<(use: Use<Planned>) => readonly object[]> {
  const numbers = [...new Set(uses.flatMap(({ lots }) => lots.map(({ number }) => number)))];
  if (numbers.length === 0) return () => [];
  const places = new Set(uses.flatMap(({ planned }) => planned.moves[0].location_id?.[0] ?? []));
  const found = await search('stock.quant', {
    domain: [
      ['lot_id.name', 'in', numbers],
      ['location_id', 'child_of', [...places]],
      ['quantity', '>', 0],
    ],
    row: quantSchema,
    order,
  });
  const quants = found.map((quant) => ({ ...quant, left: new Big(decimalOf(quant.quantity)) }));
  return ({ planned: { article, moves }, lots, place }) =>
    lots.flatMap(({ number, amount }) => {
      const [{ product_id, product_uom, location_id, product_qty = 1, product_uom_qty }] = moves;
      const holds = new Big(product_qty).div(product_uom_qty);
      const own = quants.filter(
        (one) => idOf(one.product_id) === product_id[0] && one.lot_id && one.lot_id[1] === number,
      );
      const there = sumOf(own.map(({ left }) => left.toFixed()));
      let wanted = new Big(amount).times(holds).round(6, Big.roundHalfUp);
      if (wanted.gt(there)) {
        const why = `only ${there} of lot ${number} of component ${article} are in ${location_id?.[1]}, and ${wanted} were used${place}: correct what was recorded, or move the lot there`;
        throw notBookable('Odoo', order, why);
      }
      return own.flatMap((quant) => {
        const part = wanted.lt(quant.left) ? wanted : quant.left;
        if (part.eq(0)) return [];
        wanted = wanted.minus(part);
        quant.left = quant.left.minus(part);
        return {
          ...{ lot_id: idOf(quant.lot_id), location_id: idOf(quant.location_id), picked: true },
          ...{ package_id: idOf(quant.package_id) ?? false, owner_id: idOf(quant.owner_id) ?? false },
          ...{ product_id: product_id[0], product_uom_id: idOf(product_uom ?? false) },
          quantity: Number(part.div(holds).round(6, Big.roundHalfUp)),
        };
      });
    });
}
