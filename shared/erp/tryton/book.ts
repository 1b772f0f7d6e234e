import type { Receipt } from '../../model/completions.ts';
import type { RetryLater } from '../../model/errors.ts';
import { orderWaits } from '../failures.ts';
import { requireUsed } from './booking/components.ts';
import { commandsForCycles, doCycles, markedCycles, requireReported } from './booking/cycles.ts';
import { createLots, findLots, removeSurplus, unknownLots } from './booking/lots.ts';
import { planMoves, type TakenPart } from './booking/moves.ts';
import { isBooked, requireBooked } from './booking/outputs.ts';
import { componentsMissing, requireReserved, type ToBook, type ToComplete } from './booking/to-book.ts';
import type { Writer } from './client.ts';
import { referenceOf } from './look.ts';
import { attachLinks, bindRecords, claimProduction } from './marks.ts';
import {
  readProductionAgain,
  type TrytonLine,
  type TrytonMove,
  type TrytonProduction,
} from './production.ts';

export async function book(writer: Writer, toBook: ToBook): Promise<Receipt> {
  if ('output' in toBook) return bookProductionQuantity(writer, toBook);
  const { production, key, note, links, receipt } = toBook;
  if (note !== undefined) await claimProduction(writer, production, key, note);
  await attachLinks(writer, production, links);
  return receipt;
}

/**
 * Books a quantity:
 *
 * ```
 * components ─ reserve ─ claim ─ outputs and cycles ─ bind ─ run ─ do cycles ─ links ─ complete ─ look
 *  │                      │       │                    │                        │
 *  as they                note    a move for each      note with the key        `done` of the production,
 *  were used              with    lot and scrap, a     on each of these         or, when it is not finished
 *                         the key cycle for each       moves and cycles         yet, `do` of these moves
 *                                 report
 * ```
 *
 * The part that leaves no output open finishes the production, whichever part that is, since parts overtake each
 * other: `done` completes its moves and the production in one transaction, so that no crash can come between the two.
 *
 * Components of which nothing was recorded, and by-products, are booked as planned, since Tryton takes all components
 * when a production starts (`run`, production/production.py:750, 7.0.3). A part that says what it used therefore starts
 * nothing: its own components are moved together with its outputs, and the others stay planned for later parts.
 */
async function bookProductionQuantity(writer: Writer, toBook: ToComplete): Promise<Receipt> {
  const { key, note, links, amounts, used = [], reports, finishes } = toBook;
  const reserved = await reserveComponents(writer, await planComponents(writer, toBook));
  if (note !== undefined) await claimProduction(writer, reserved, key, note);
  const written = await writeOutputs(writer, reserved, toBook);
  let { production } = written;
  const moves = movesToComplete(production, { ...toBook, output: written.output });
  const marked = [...moves, ...markedCycles(production, reports)];
  production = await bindRecords(writer, production, key, marked);
  if (finishes || !toBook.used) production = await startProduction(writer, production);
  await doCycles(writer, production, reports);
  await attachLinks(writer, production, links);
  production = await completeMoves(writer, production, moves, finishes);
  requireBooked(production, amounts);
  requireUsed(production, used);
  requireReported(production, reports);
  return { reference: referenceOf(production), alreadyBooked: false };
}

/**
 * Plans the components as they were used, before they are reserved: Tryton then takes that. What is left for later bookings
 * has separate moves. Inputs can be changed only in a production that waits (production/production.py:122,
 * 7.0.3), so the button `wait` sets an assigned or running one back first (:185, :732): what was taken remains taken.
 */
async function planComponents(
  writer: Writer,
  { used = [], ...looked }: ToComplete,
): Promise<TrytonProduction> {
  const inputsOf = (now: TrytonProduction) => used.flatMap((one) => planMoves(now, one).commands);
  let { production } = looked;
  if (inputsOf(production).length === 0) return production;
  const what = `planning the components of production ${production.number} as they were used`;
  const isReserved = ({ moves }: TrytonLine) => moves.some(({ state }) => state === 'assigned');
  if (production.state !== 'waiting' || production.components.some(isReserved)) {
    production = await callAndReadAgain(writer, production, 'wait', what);
  }
  return writeCommands(writer, production, what, { inputs: inputsOf(production) });
}

/**
 * Turns the open output moves into those to book, and gives each report its cycle. A new lot that others have created at the
 * same moment is replaced by the oldest one. It is looked for after ours is written, since it may not be visible before.
 */
async function writeOutputs(
  writer: Writer,
  reserved: TrytonProduction,
  { output, reports }: ToComplete,
): Promise<Pick<ToComplete, 'production' | 'output'>> {
  const write = (production: TrytonProduction, parts: readonly TakenPart[]) =>
    writeCommands(writer, production, `writing the outputs of production ${production.number}`, {
      outputs: planMoves(production, { ...output, parts }).commands,
      works: commandsForCycles(production, reports),
    });
  if (unknownLots(output.parts).length === 0)
    return { production: await write(reserved, output.parts), output };
  const created = await createLots(writer, reserved, output.parts);
  const production = await write(reserved, created);
  const parts = await findLots(writer, production, output.parts);
  const settled = await write(production, parts);
  await removeSurplus(writer, production, created, parts);
  return { production: settled, output: { ...output, parts } };
}

/**
 * Presses a button of the production, or writes it, and reads it again. Tryton refuses it if somebody changed the
 * production since it was read (`_timestamp`, to the microsecond on PostgreSQL, to the second on SQLite).
 */
async function callAndReadAgain(
  writer: Writer,
  production: TrytonProduction,
  method: string,
  what: string,
  ...values: readonly object[]
): Promise<TrytonProduction> {
  const { id, timestamps } = production;
  await writer.write('production', method, [[id], ...values], { what, timestamps });
  return readProductionAgain(writer, production);
}

/** @param commands Of its one-to-many fields; without any, nothing is written. */
async function writeCommands(
  writer: Writer,
  production: TrytonProduction,
  what: string,
  commands: Readonly<Record<string, readonly unknown[]>>,
): Promise<TrytonProduction> {
  const fields = Object.entries(commands).filter(([, some]) => some.length > 0);
  if (fields.length === 0) return production;
  return callAndReadAgain(writer, production, 'write', what, Object.fromEntries(fields));
}

/** @throws RetryLater when the production is not as it was written, or leaves something else open than the look saw. */
function movesToComplete(
  production: TrytonProduction,
  { output, used = [], finishes }: ToComplete,
): TrytonMove[] {
  const plans = [output, ...used].map((taken) => planMoves(production, taken));
  const moves = plans.flatMap((plan) => plan.moves);
  const isOpen = (move: TrytonMove) => move.state !== 'done' && !moves.includes(move);
  const isLast = output.isLast || !production.output?.moves.some(isOpen);
  if (plans.every(({ commands }) => commands.length === 0) && finishes === isLast) return moves;
  const why = `Somebody changes the moves of Tryton's production ${production.number} at this moment: the next attempt looks at what they leave.`;
  throw orderWaits(why, { wrote: 'known', afterSeconds: 15 });
}

/**
 * Reserves the components of a production that is still waiting. On PostgreSQL this locks all moves of these
 * components (`_assign_try_lock`, 7.0), so that several at once mostly block each other (seen).
 * @throws OrderNotReady while too few are in stock: seen on 7.0, `assign_try` then answers without an
 * error and leaves the production waiting. Also when the production has gone further meanwhile, possibly by another
 * attempt of this booking (seen, four at once on a busy machine).
 */
async function reserveComponents(writer: Writer, waiting: TrytonProduction): Promise<TrytonProduction> {
  if (waiting.state !== 'waiting') return waiting;
  const { id, number } = waiting;
  requireReserved(waiting, writer.options.assign);
  const what = `reserving the components of production ${number}`;
  let production = waiting;
  for (const button of ['assign_try', ...(writer.options.assign === 'force' ? ['assign_force'] : [])]) {
    if (production.state !== 'waiting') break;
    await writer.write('production', button, [[id]], { what, isRepeatable: true });
    production = await readProductionAgain(writer, waiting);
  }
  if (production.state === 'waiting')
    throw componentsMissing(production, 'receive or count them, or assign by hand');
  if (production.state === 'assigned' || production.state === 'running') return production;
  const why = `Tryton: production ${number} became ${production.state} while its components were being reserved: another booking or a person was faster. The next attempt looks at what was booked.`;
  throw orderWaits(why);
}

async function startProduction(writer: Writer, production: TrytonProduction): Promise<TrytonProduction> {
  if (production.state === 'running') return production;
  const started = await callAndReadAgain(
    writer,
    production,
    'run',
    `starting production ${production.number}`,
  );
  if (started.state !== 'running') throw buttonIgnored(started, 'run', 'running');
  return started;
}

/** Makes the one call that cannot be undone. */
async function completeMoves(
  writer: Writer,
  production: TrytonProduction,
  moves: readonly TrytonMove[],
  finishes: boolean,
): Promise<TrytonProduction> {
  const { id, number, timestamps } = production;
  const [model, button, ids] = finishes
    ? (['production', 'done', [id]] as const)
    : (['stock.move', 'do', moves.map((move) => move.id)] as const);
  await writer.write(model, button, [ids], { what: `completing production ${number}`, timestamps });
  const completed = await readProductionAgain(writer, production);
  if (!isBooked(completed)) throw buttonIgnored(completed, button, 'done');
  return completed;
}

/** Seen on 7.0: a button of another state answers `null` with HTTP 200 and changes nothing. */
function buttonIgnored({ number, state }: TrytonProduction, button: string, expected: string): RetryLater {
  const why = `Tryton answered the button '${button}' of production ${number} without an error, but the production is ${state}, not ${expected}: somebody may have changed it meanwhile, or Tryton wants an inspection (Quality) before; look at it in Tryton if this continues.`;
  return orderWaits(why, { wrote: 'known', afterSeconds: 60 });
}
