import Big from 'big.js';
import * as z from 'zod/mini';
import { compareDecimals, sumOf } from '../../model/quantity.ts';
import { notBookable } from '../booking-rules.ts';
import { type ComponentUse, matchUsesToPlan, type PlannedComponent } from '../detail-rules.ts';
import { rejected } from '../failures.ts';
import { type ComponentMove, type Needed, readComponentMoves } from './components.ts';
import { type BookingTarget, isBegunByAnother } from './family.ts';
import { decimalOf, idOfReference, many2one, productSchema, reference } from './records.ts';

// What was recorded of components: quantities and lots of the raw moves, as a person sets them in Odoo's form.

/** The moves of one component: several where its bill of materials has several lines of it. */
interface PlannedMoves extends PlannedComponent {
  readonly moves: readonly [ComponentMove, ...ComponentMove[]];
}

/** The components of an order that is to be finished. */
export interface ComponentsToBook {
  /** Ids of those that Odoo might leave unpicked, as they are consumed by hand. */
  readonly picks: readonly number[];
  /** How much is consumed of each: not of those that a person has set. */
  readonly needed: readonly Needed[];
  /** Those of them that differ from the plan by what was recorded, and what is written on their moves. */
  readonly recorded: readonly Needed[];
  readonly commands: readonly unknown[];
  /** Ids of those that an unfinished booking of another part has picked; undefined if there is no such booking. */
  readonly toReturn: readonly number[] | undefined;
}

/**
 * The components, with those that we must pick before the order is finished: `set_qty_producing` leaves out those that
 * are consumed by hand (mrp_production.py:1228 (17.0), :1374 (18.0), :1470 (19.0)), in 17 all that are tracked and from 18
 * on all that an operation consumes (stock_move.py:707 (17.0), :776 (18.0), :620 (19.0) of mrp), and what is not picked is
 * cancelled instead of consumed (:1682, 17.0, `_post_inventory`). 18 and 19 pick them when the order is finished (:2168
 * (18.0), :2283 (19.0), `pre_button_mark_done`), so there it changes nothing.
 * @throws Rejected when Odoo would refuse a tracked component, as too little of it is reserved from lots, or another
 * quantity than planned that a person has set, as the bill of materials blocks that; and for a recorded component, quantity
 * or lot that cannot be booked, with the step where it was recorded.
 */
export async function lookForComponents(found: BookingTarget): Promise<ComponentsToBook> {
  const isOurs = isBegunByAnother(found);
  const components = await readComponentMoves(found);
  const toReturn = isOurs ? components.filter(({ picked }) => picked).map(({ id }) => id) : undefined;
  const uses = await readRecordedUses(found, components);
  for (const use of uses) requireBookableUse(found, use);
  const linesOf = await lotsInStock(found, uses);
  const commands = uses.flatMap((use) => commandsOf(use, linesOf(use)));
  const recorded = uses.flatMap(neededOf);
  const used = new Map(recorded.map((one) => [one.id, one]));
  const [picks, needed]: [number[], Needed[]] = [[], []];
  for (const one of components) {
    const { id, share, manual_consumption: isByHand } = one;
    const picked = one.picked && !isOurs;
    const use = used.get(id);
    const expected = use ?? { id, amount: share, lots: [], place: '' };
    // `set_qty_producing` keeps what a person has set of what is consumed by hand, and replaces that of all others.
    const isKept = !use && picked && isByHand;
    const isReplaced = !use && picked && !isByHand;
    // What an unfinished booking has left does not matter, as everything is reserved again.
    if (!isOurs && !isReplaced) requireAllowed(found, one, expected, isKept);
    if (!isKept) needed.push(expected);
    const mustBePicked = !use && !picked && isByHand;
    if (mustBePicked) picks.push(id);
  }
  return { picks, needed, recorded, commands, toReturn };
}

/** @param isKept Whether a person has set it. */
function requireAllowed(
  found: BookingTarget,
  component: ComponentMove,
  { amount, lots }: Needed,
  isKept: boolean,
): void {
  const { production, built, isFrom19 } = found;
  const { product_id, has_tracking } = component;
  const set = decimalOf(component.quantity);
  const refuse = (why: string) => {
    const whole = `Odoo: order ${production.name} cannot be booked, as its component ${product_id[1]} ${why} in Odoo, then replay.`;
    return rejected('refused-by-erp', whole);
  };
  const isBlocked = isKept && production.consumption === 'strict' && compareDecimals(set, amount) !== 0;
  if (isBlocked) {
    const why = `is set to ${set} instead of ${amount}, which its bill of materials blocks: correct the one or the other`;
    throw refuse(why);
  }
  // 19 reserves lots itself when it finishes the order (seen; 17 asks, 18 refuses).
  const isFree = isKept || lots.length > 0 || has_tracking === 'none' || (has_tracking === 'lot' && isFrom19);
  if (isFree || compareDecimals(set, amount) >= 0) return;
  const why = `is tracked by ${has_tracking} numbers, and too few are reserved for ${built.produced}: reserve them`;
  throw refuse(why);
}

/** What must have been consumed for an order that is done. Odoo has lowered the plan of one that it has split. */
export async function usesOfDone(found: BookingTarget): Promise<Needed[]> {
  const { components } = found.completion;
  if (!components) return [];
  const completion = { ...found.completion, components: { ...components, beyondPlan: true } };
  return (await readRecordedUses({ ...found, completion }, await readComponentMoves(found))).flatMap(
    neededOf,
  );
}

/**
 * Of several lines of one component the first takes it all, as Odoo compares by product (mrp_production.py:1537 (17.0),
 * :1594 (18.0), :1701 (19.0), `_get_consumption_issues`).
 */
function neededOf({ planned, amount, lots, place }: ComponentUse<PlannedMoves>): Needed[] {
  return planned.moves.map(({ id }, at) =>
    at === 0 ? { id, amount, lots, place } : { id, amount: '0', lots: [], place },
  );
}

/**
 * The values of its moves, as Odoo's form writes them: what is picked and manual, Odoo leaves as it is
 * (mrp_production.py:1208 (17.0), :1261 (18.0), :1354 (19.0), `_set_qty_producing`). 0 creates and 1 writes (`Command`:
 * odoo/fields.py:4056 (17.0), :4227 (18.0), orm/commands.py:11 (19.0)).
 *
 * A quantity of 0 deletes the lines that are reserved (`_set_quantity`, stock_move.py). We never delete them by their ids,
 * as whoever reserves again (the scheduler, a receipt, another order) replaces them (seen). The command that clears a list
 * would only detach them from the move, as their field has no `ondelete='cascade'`: their stock would stay reserved.
 * @param lines Its lots, each from a place where it lies, instead of those that are reserved; none: Odoo chooses.
 */
function commandsOf(use: ComponentUse<PlannedMoves>, lines: readonly object[]): unknown[] {
  const byHand = { manual_consumption: true, picked: true };
  const chosen = lines.map((line) => [0, 0, line]);
  return neededOf(use).flatMap(({ id, amount }, at) =>
    at === 0 && lines.length > 0
      ? [
          [1, id, { quantity: 0 }],
          [1, id, { ...byHand, move_line_ids: chosen }],
        ]
      : [[1, id, { ...byHand, quantity: Number(amount) }]],
  );
}

async function readRecordedUses(
  { search, completion }: BookingTarget,
  components: readonly ComponentMove[],
): Promise<ComponentUse<PlannedMoves>[]> {
  if (!completion.components) return [];
  const products = await search('product.product', {
    domain: [['id', 'in', [...new Set(components.map(({ product_id }) => product_id[0]))]]],
    context: { active_test: false },
    row: productSchema,
  });
  const plan = products.flatMap(({ id, default_code }): PlannedMoves[] => {
    const [first, ...others] = components.filter(({ product_id }) => product_id[0] === id);
    if (!first) return [];
    const moves = [first, ...others] as const;
    const article = default_code || first.product_id[1];
    const open = sumOf(moves.map(({ product_uom_qty }) => decimalOf(product_uom_qty)));
    const share = sumOf(moves.map((move) => move.share));
    return [{ article, moves, share, open, unit: first.product_uom[1] }];
  });
  // What was used as planned, of lots that Odoo chooses, is left to Odoo, which rounds it to the unit.
  return matchUsesToPlan(completion, plan, 'Odoo').filter(
    ({ amount, lots, planned }) => lots.length > 0 || compareDecimals(amount, planned.share) !== 0,
  );
}

function requireBookableUse(
  { decimals, production: { name, consumption } }: BookingTarget,
  { planned: { article, share }, amount, lots, place }: ComponentUse<PlannedMoves>,
): void {
  const refuse = (why: string) => notBookable('Odoo', name, `of component ${article}${place} ${why}`);
  for (const one of [amount, ...lots.map((lot) => lot.amount)])
    if (new Big(one).round(decimals).cmp(one) !== 0)
      throw refuse(`${one} has more decimals than Odoo keeps (${decimals}): let the mapping round it`);
  if (consumption === 'strict' && compareDecimals(amount, share) !== 0)
    throw refuse(
      `${amount} are not ${share}, and its bill of materials blocks that: correct the one or the other`,
    );
}

/**
 * With the app *Expiration Dates* Odoo asks a person before it finishes an order with such a lot (mrp_product_expiry,
 * mrp_production.py, `_check_expired_lots`; product_expiry, stock_lot.py, `_compute_product_expiry_alert`). Without it, lots do
 * not have that field.
 * @throws Rejected for a lot that has expired.
 */
async function requireUnexpired(
  { read, search, production }: BookingTarget,
  lots: readonly number[],
): Promise<void> {
  if (lots.length === 0) return;
  const field = 'product_expiry_alert';
  const named = { allfields: [field], attributes: ['type'] };
  const known = await read('stock.lot', 'fields_get', z.record(z.string(), z.unknown()), { named });
  if (known[field] === undefined) return;
  const found = await search('stock.lot', {
    domain: [['id', 'in', lots]],
    row: z.object({ name: z.string(), product_id: reference, [field]: z.boolean() }),
  });
  const expired = found.find((lot) => lot[field]);
  if (!expired) return;
  const why = `lot ${expired.name} of component ${expired.product_id[1]} has expired, and Odoo would ask a person: correct what was recorded or the lot's expiration date in Odoo, or finish the order there by hand`;
  throw notBookable('Odoo', production.name, why);
}

const quantSchema = z.object({
  product_id: reference,
  location_id: reference,
  lot_id: many2one,
  package_id: many2one,
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
  target: BookingTarget,
  uses: readonly ComponentUse<PlannedMoves>[],
): Promise<(use: ComponentUse<PlannedMoves>) => readonly object[]> {
  const numbers = [...new Set(uses.flatMap(({ lots }) => lots.map(({ number }) => number)))];
  if (numbers.length === 0) return () => [];
  const { search, production } = target;
  const places = new Set(uses.map(({ planned }) => planned.moves[0].location_id[0]));
  const found = await search('stock.quant', {
    domain: [
      ['lot_id.name', 'in', numbers],
      ['location_id', 'child_of', [...places]],
      ['quantity', '>', 0],
    ],
    row: quantSchema,
  });
  const taken = found.filter(({ product_id, lot_id }) =>
    uses.some(
      ({ planned, lots }) =>
        planned.moves[0].product_id[0] === product_id[0] &&
        lots.some(({ number }) => lot_id && lot_id[1] === number),
    ),
  );
  await requireUnexpired(
    target,
    taken.flatMap(({ lot_id }) => idOfReference(lot_id) ?? []),
  );
  const quants = found.map((quant) => ({ ...quant, left: new Big(decimalOf(quant.quantity)) }));
  return ({ planned: { article, moves }, lots, place }) =>
    lots.flatMap(({ number, amount }) => {
      const [{ product_id, product_uom, location_id, product_qty, product_uom_qty }] = moves;
      const holds = new Big(product_qty).div(product_uom_qty);
      const own = quants.filter(
        (one) => one.product_id[0] === product_id[0] && one.lot_id && one.lot_id[1] === number,
      );
      const there = sumOf(own.map(({ left }) => left.toFixed()));
      let wanted = new Big(amount).times(holds).round(6, Big.roundHalfUp);
      if (wanted.gt(there)) {
        const why = `only ${there} of lot ${number} of component ${article} are in ${location_id[1]}, and ${wanted} were used${place}: correct what was recorded, or move the lot there`;
        throw notBookable('Odoo', production.name, why);
      }
      return own.flatMap((quant) => {
        const part = wanted.lt(quant.left) ? wanted : quant.left;
        if (part.eq(0)) return [];
        wanted = wanted.minus(part);
        quant.left = quant.left.minus(part);
        return {
          lot_id: idOfReference(quant.lot_id),
          location_id: quant.location_id[0],
          picked: true,
          package_id: idOfReference(quant.package_id) ?? false,
          owner_id: idOfReference(quant.owner_id) ?? false,
          product_id: product_id[0],
          product_uom_id: product_uom[0],
          quantity: Number(part.div(holds).round(6, Big.roundHalfUp)),
        };
      });
    });
}
