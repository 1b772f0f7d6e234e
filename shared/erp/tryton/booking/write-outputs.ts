import { orderWaits } from '../../failures.ts';
import type { Writer } from '../connection.ts';
import type { Keys } from '../marks.ts';
import { readAgain } from '../order.ts';
import type { Production } from '../production.ts';
import { wireDecimal } from '../wire.ts';
import { createLots, readLots, removeSurplus, withLots } from './lots.ts';
import {
  isUnchanged,
  type OutputChanges,
  openMoves,
  outputChanges,
  remainderOf,
  type WantedMove,
} from './outputs.ts';

/** The moves with our key already, and those with the key of another booking, which must not be changed. */
export interface Shape extends Keys {
  readonly wanted: readonly WantedMove[];
  /** Whether the production ends with this booking; otherwise the rest stays open for later ones. */
  readonly final: boolean;
}

/**
 * Turns the open output moves into those to book. A new lot that others have created at the same moment is
 * replaced by the oldest one. It is looked for after ours is written, since it may not be visible before.
 * @returns the production with its outputs as the booking needs them, and the ids of the moves to complete.
 */
export async function writeOutputs(writer: Writer, production: Production, shape: Shape) {
  const created = await createLots(writer, production, shape.wanted);
  if (created.size === 0) return shapeOutputs(writer, production, shape);
  const wanted = withLots(shape.wanted, created);
  const shaped = await shapeOutputs(writer, production, { ...shape, wanted });
  const counting = await readLots(writer, production, [...created.keys()]);
  const settled = await shapeOutputs(writer, shaped.production, {
    ...shape,
    wanted: withLots(wanted, counting),
  });
  await removeSurplus(writer, production, created, counting);
  return settled;
}

/**
 * Makes one write, which Tryton refuses if somebody changed the production since it was read (`_timestamp`, to the
 * microsecond on PostgreSQL, to the second on SQLite), or none when nothing has to change.
 */
async function shapeOutputs(writer: Writer, production: Production, shape: Shape) {
  const { id, number, timestamps } = production;
  const changes = changesOf(production, shape);
  let shaped = production;
  if (!isUnchanged(changes)) {
    const outputs = commandsOf(production, changes);
    const what = `writing the outputs of production ${number}`;
    await writer.write('production', 'write', [[id], { outputs }], { what, timestamps });
    shaped = await readAgain(writer, production);
    if (!isUnchanged(changesOf(shaped, shape))) {
      throw orderWaits(`Somebody changes the outputs of Tryton's production ${number} at this moment.`, {
        wrote: 'known',
        afterSeconds: 60,
      });
    }
  }
  const moves = openMoves(shaped, shape).slice(0, shape.wanted.length);
  return { production: shaped, moves: moves.map((move) => move.id) };
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
    unit: unit?.id,
    to_location: one.location ?? plannedLocation(production),
    lot: one.lot?.id,
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

function plannedLocation({ template }: Production): number | undefined {
  return typeof template?.to_location === 'number' ? template.to_location : undefined;
}
