import Big from 'big.js';
import { compareDecimals, type Decimal } from '../../../model/quantity.ts';
import { orderWaits } from '../../failures.ts';
import type { Writer } from '../connection.ts';
import { readAgain } from '../order.ts';
import type { Production } from '../production.ts';
import { type InputMove, type InputUse, ofLot, ordersOf, readInputs, type UsedInputs } from './inputs.ts';
import { amountOf, outputChanges, type WantedMove } from './outputs.ts';

/**
 * Plans the components as they were used, before they are reserved: Tryton then takes that. What stays for later bookings
 * has moves of its own. Inputs can be changed only in a production that waits (production/production.py:122,
 * 7.0.3), so the button `wait` sets an assigned or running one back first (:185, :732): what was taken stays taken.
 */
export async function writeInputs(
  writer: Writer,
  production: Production,
  used: UsedInputs,
): Promise<Production> {
  const { id, number } = production;
  const what = `planning the components of production ${number} as they were used`;
  let inputs = await readInputs(writer, production);
  let current = production;
  if (commandsOf(inputs, used).length === 0) return production;
  if (current.state !== 'waiting' || inputs.some(({ state }) => state === 'assigned')) {
    await writer.write('production', 'wait', [[id]], { what, timestamps: current.timestamps });
    current = await readAgain(writer, production);
    inputs = await readInputs(writer, production);
  }
  const ofInputs = Object.fromEntries(inputs.map((move) => [`stock.move,${move.id}`, move.timestamp]));
  const timestamps = { ...current.timestamps, ...ofInputs };
  await writer.write('production', 'write', [[id], { inputs: commandsOf(inputs, used) }], {
    what,
    timestamps,
  });
  return readAgain(writer, production);
}

/** Ids of the moves that take what was used, as far as they are open. @throws RetryLater when somebody changes them */
export async function usedMoves(writer: Writer, production: Production, used: UsedInputs): Promise<number[]> {
  const inputs = await readInputs(writer, production);
  if (commandsOf(inputs, used).length > 0) {
    const why = `Somebody changes the components of Tryton's production ${production.number} at this moment.`;
    throw orderWaits(why, { wrote: 'known', afterSeconds: 60 });
  }
  return used.uses.flatMap((use) => {
    const { settled, open, wanted } = stateOf(inputs, use, used);
    const own = used.finishes
      ? open
      : wanted.flatMap((part) => piecesOf(ofLot(open, part), part.quantity) ?? []);
    return [...settled.filter(({ state }) => state !== 'done'), ...own].map(({ id }) => id);
  });
}

/** Commands of the one-to-many field `production.inputs`; none when they are as wanted. */
function commandsOf(inputs: readonly InputMove[], used: UsedInputs): unknown[] {
  return used.uses.flatMap((use) => {
    const { settled, open, wanted, rest } = stateOf(inputs, use, used);
    const all = [...wanted, ...rest];
    const isPlanned = ordersOf(open, wanted).every((order) => (rest.length > 0 ? order >= 0 : order === 0));
    if (isPlanned && compareDecimals(amountOf(open), amountOf(all)) === 0) return [];
    const changes = outputChanges(open, all, undefined);
    const { template } = open[0] ?? settled[0] ?? {};
    const valuesOf = ({ quantity, lot }: WantedMove) => ({
      ...{ quantity: Number(quantity), unit: use.planned.measure.id, lot: lot?.id },
    });
    return [
      ...changes.write.map(({ id, wanted: one }) => ['write', [id], valuesOf(one)]),
      ...changes.create.map((one) => ['create', [{ ...template, ...valuesOf(one) }]]),
      ...(changes.delete.length > 0 ? [['delete', changes.delete]] : []),
    ];
  });
}

/** What there is of a component: taken or marked by us, and open; what is still to be taken, and what then stays open. */
function stateOf(inputs: readonly InputMove[], use: InputUse, { foreign, bound, finishes }: UsedInputs) {
  const moves = inputs.filter(({ id, product }) => product === use.planned.product && !foreign.includes(id));
  const isSettled = ({ id, state }: InputMove) => state === 'done' || bound.includes(id);
  const settled = moves.filter(isSettled);
  const open = moves.filter((move) => !isSettled(move));
  const left = use.parts.flatMap((part): WantedMove[] => {
    const quantity = new Big(part.quantity).minus(amountOf(ofLot(settled, part)));
    return quantity.gt(0) ? [{ ...part, quantity: quantity.toFixed() }] : [];
  });
  // A component that was not used stays in the order with 0, so that the next attempt finds it there.
  const wanted = moves.length === open.length && left.length === 0 && finishes ? [{ quantity: '0' }] : left;
  const over = new Big(amountOf(open)).minus(amountOf(wanted));
  return { settled, open, wanted, rest: finishes || over.lte(0) ? [] : [{ quantity: over.toFixed() }] };
}

/** Some of the moves that come to this quantity: reserving splits a move by the places that it is taken from. */
function piecesOf(moves: readonly InputMove[], quantity: Decimal): InputMove[] | undefined {
  if (compareDecimals(quantity, '0') === 0) return [];
  for (const [at, move] of moves.entries()) {
    const left = new Big(quantity).minus(move.quantity);
    if (left.lt(0) || left.eq(quantity)) continue;
    const others = piecesOf(moves.slice(at + 1), left.toFixed());
    if (others) return [move, ...others];
  }
  return undefined;
}
