import * as z from 'zod/mini';
import { RetryLater } from '../../../model/errors.ts';
import type { Writer } from '../desk.ts';
import { readAgain } from '../order.ts';
import type { OutputMove, Production } from '../production.ts';
import { wireDecimal } from '../wire.ts';
import { createLots, lotsThatCount, removeSurplus, withLots } from './lots.ts';
import { isUnchanged, type OutputChanges, outputChanges, remainderOf, type WantedMove } from './outputs.ts';

export interface Shape {
  readonly wanted: readonly WantedMove[];
  /** Moves that bear our key already. */
  readonly bound: readonly number[];
  /** Moves that bear the key of another booking: not ours to change. */
  readonly foreign: readonly number[];
  /** Whether the production ends with this booking; otherwise the rest stays open for later ones. */
  readonly final: boolean;
}

/** The production with its outputs as they are to be, and the ids of the moves to complete. */
export interface Shaped {
  readonly production: Production;
  readonly moves: readonly number[];
}

/**
 * Makes the open output moves what is to be booked. A new lot that others have created at the same moment is
 * given up for the oldest one, looked for after ours is written, since it may not be there to be seen before.
 */
export async function writeOutputs(desk: Writer, production: Production, shape: Shape): Promise<Shaped> {
  const created = await createLots(desk, production, shape.wanted);
  const wanted = withLots(shape.wanted, created);
  const shaped = await shapeOutputs(desk, production, { ...shape, wanted });
  const counting = await lotsThatCount(desk, production, created);
  const settled = await shapeOutputs(desk, shaped.production, {
    ...shape,
    wanted: withLots(wanted, counting),
  });
  await removeSurplus(desk, production, created, counting);
  return settled;
}

/**
 * One write, that Tryton refuses if somebody changed the production since it was read (`_timestamp`, to the
 * microsecond on PostgreSQL, to the second on SQLite); none when all is as it shall be.
 */
async function shapeOutputs(desk: Writer, production: Production, shape: Shape): Promise<Shaped> {
  const changes = changesOf(production, shape);
  if (isUnchanged(changes)) return { production, moves: ours(production, shape) };
  const { id, number, timestamps } = production;
  await desk.write('production', 'write', [[id], { outputs: commandsOf(production, changes) }], {
    what: `writing the outputs of production ${number}`,
    answer: z.unknown(),
    context: { _timestamp: timestamps },
  });
  const written = await readAgain(desk, production);
  if (!isUnchanged(changesOf(written, shape))) {
    throw new RetryLater(`Somebody changes the outputs of Tryton's production ${number} at this moment.`, {
      scope: 'order',
      wrote: 'known',
      afterSeconds: 60,
    });
  }
  return { production: written, moves: ours(written, shape) };
}

function changesOf(production: Production, shape: Shape): OutputChanges {
  const open = openMoves(production, shape);
  const rest = shape.final ? undefined : remainderOf(open, shape.wanted);
  return outputChanges(open, [...shape.wanted, ...(rest ? [rest] : [])], plannedLocation(production));
}

/** Commands of a one-to-many field. */
function commandsOf(production: Production, changes: OutputChanges): unknown[] {
  const { template, unit } = production;
  const valuesOf = (one: WantedMove) => ({
    quantity: Number(one.quantity),
    ...(unit ? { unit: unit.id } : {}),
    to_location: one.location ?? plannedLocation(production),
    ...(one.lot?.id === undefined ? {} : { lot: one.lot.id }),
  });
  // Tryton wants a price for what comes out of production, and computes it when the production is done.
  const price = { unit_price: wireDecimal('0') };
  return [
    ...changes.write.map((change) => ['write', [change.id], valuesOf(change.wanted)]),
    ...(changes.create.length > 0
      ? [['create', changes.create.map((one) => ({ ...template, ...price, ...valuesOf(one) }))]]
      : []),
    ...(changes.delete.length > 0 ? [['delete', changes.delete]] : []),
  ];
}

/** Ours first, so that a second attempt pairs the same moves with the same lots. */
export function openMoves(
  production: Production,
  { bound, foreign }: Pick<Shape, 'bound' | 'foreign'>,
): OutputMove[] {
  const open = production.outputs.filter(({ id, state }) => state !== 'done' && !foreign.includes(id));
  return [...open.filter(({ id }) => bound.includes(id)), ...open.filter(({ id }) => !bound.includes(id))];
}

function ours(production: Production, shape: Shape): number[] {
  return openMoves(production, shape)
    .slice(0, shape.wanted.length)
    .map(({ id }) => id);
}

function plannedLocation({ template }: Production): number | undefined {
  return typeof template?.to_location === 'number' ? template.to_location : undefined;
}
