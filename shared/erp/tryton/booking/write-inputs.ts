import Big from 'big.js';
import { compareDecimals, type Decimal } from '../../../model/quantity.ts';
import { orderWaits } from '../../failures.ts';
import type { Writer } from '../connection.ts';
import { readAgain } from '../order.ts';
import type { Production } from '../production.ts';
import { convert } from '../units.ts';
import { amountOf, type InputMove, type InputUse, ofLot, readInputs, type UsedInputs } from './inputs.ts';
import { outputChanges, type WantedMove } from './outputs.ts';

/**
 * Plans the components as they were used, before they are reserved: Tryton then takes that. What stays for later bookings
 * has moves of its own. Inputs can be changed only in a production that waits (`Production.inputs`, production.py 7.0), so
 * the button `wait` sets an assigned or running one back first: what was taken stays taken (`Move._transitions`).
 */
export async function writeInputs(
  writer: Writer,
  production: Production,
  used: UsedInputs,
): Promise<Production> {
  const { id, number } = production;
  let inputs = await readInputs(writer, production);
  if (commandsOf(inputs, used).length === 0) return production;
  let current = production;
  if (current.state !== 'waiting' || inputs.some(({ state }) => state === 'assigned')) {
    const what = `setting production ${number} back to waiting, to plan its components as they were used`;
    await writer.write('production', 'wait', [[id]], { what, timestamps: current.timestamps });
    current = await readAgain(writer, production);
    inputs = await readInputs(writer, production);
  }
  const timestamps = {
    ...current.timestamps,
    ...Object.fromEntries(inputs.map((move) => [`stock.move,${move.id}`, move.timestamp])),
  };
  const what = `planning the components of production ${number} as they were used`;
  await writer.write('production', 'write', [[id], { inputs: commandsOf(inputs, used) }], {
    what,
    timestamps,
  });
  if (commandsOf(await readInputs(writer, production), used).length > 0) throw changing(number);
  return readAgain(writer, production);
}

/** Ids of the moves that take what was used, as far as they are open. @throws RetryLater when somebody changes them */
export async function usedMoves(writer: Writer, production: Production, used: UsedInputs): Promise<number[]> {
  const inputs = await readInputs(writer, production);
  return used.uses.flatMap((use) => {
    const { moves, open, wanted } = stateOf(inputs, use, used);
    const bound = moves.filter(({ id, state }) => state !== 'done' && used.bound.includes(id));
    if (used.finishes) return [...bound, ...open].map(({ id }) => id);
    const own = wanted.flatMap((part) => piecesOf(ofLot(open, part), part.quantity) ?? [undefined]);
    return [...bound, ...own].map((move) => {
      if (move) return move.id;
      throw changing(production.number);
    });
  });
}

function changing(number: string) {
  const why = `Somebody changes the components of Tryton's production ${number} at this moment.`;
  return orderWaits(why, { wrote: 'known', afterSeconds: 60 });
}

/** Commands of the one-to-many field `production.inputs`; none when they are as wanted. */
function commandsOf(inputs: readonly InputMove[], used: UsedInputs): unknown[] {
  return used.uses.flatMap((use) => {
    const { moves, open, wanted, rest } = stateOf(inputs, use, used);
    const all = rest === undefined ? wanted : [...wanted, rest];
    const holds = (part: WantedMove) => {
      const order = compareDecimals(amountOf(ofLot(open, part)), part.quantity);
      return rest === undefined && part.lot ? order === 0 : order >= 0;
    };
    if (compareDecimals(amountOf(open), amountOf(all)) === 0 && wanted.every(holds)) return [];
    const changes = outputChanges(open, all, undefined);
    const valuesOf = ({ quantity, lot }: WantedMove) => ({
      ...{ quantity: Number(quantity), unit: use.planned.measure.id },
      lot: lot?.id,
    });
    const template = (open[0] ?? moves[0])?.template;
    return [
      ...changes.write.map(({ id, wanted: one }) => ['write', [id], valuesOf(one)]),
      ...changes.create.map((one) => ['create', [{ ...template, ...valuesOf(one) }]]),
      ...(changes.delete.length > 0 ? [['delete', changes.delete]] : []),
    ];
  });
}

/** What there is of a component, what this booking still has to take of it, and what then stays open. */
function stateOf(inputs: readonly InputMove[], use: InputUse, { foreign, bound, finishes }: UsedInputs) {
  const { product, measure } = use.planned;
  const moves = inputs
    .filter((move) => move.product === product && !foreign.includes(move.id))
    .map((move) => ({ ...move, quantity: convert(move.quantity, move.unit, measure) }));
  const isSettled = ({ id, state }: InputMove) => state === 'done' || bound.includes(id);
  const settled = moves.filter(isSettled);
  const open = moves.filter((move) => !isSettled(move));
  const left = use.parts.flatMap((part) => {
    const quantity = new Big(part.quantity).minus(amountOf(ofLot(settled, part)));
    return quantity.gt(0) ? [{ ...part, quantity: quantity.toFixed() }] : [];
  });
  // A component that was not used stays in the order with 0, so that the next attempt finds it there.
  const wanted: readonly WantedMove[] =
    left.length === 0 && finishes && settled.length === 0 ? [{ quantity: '0' }] : left;
  const over = new Big(amountOf(open)).minus(amountOf(wanted));
  const rest = finishes || over.lte(0) ? undefined : { quantity: over.toFixed() };
  return { moves, open, wanted, rest };
}

/** Some of the moves that come to this quantity: reserving splits a move by the places that it is taken from. */
function piecesOf(moves: readonly InputMove[], quantity: Decimal): InputMove[] | undefined {
  if (compareDecimals(quantity, '0') === 0) return [];
  for (const [at, move] of moves.entries()) {
    const left = new Big(quantity).minus(move.quantity);
    if (left.lt(0) || compareDecimals(move.quantity, '0') === 0) continue;
    const others = piecesOf(moves.slice(at + 1), left.toFixed());
    if (others) return [move, ...others];
  }
  return undefined;
}
