import type { Receipt } from '../../model/completions.ts';
import type { RetryLater } from '../../model/errors.ts';
import { orderWaits } from '../failures.ts';
import { doCycles, readWorks, requireReported, writeCycles } from './booking/cycles.ts';
import { componentsMissing } from './booking/demands.ts';
import { readInputs, requireUsed } from './booking/inputs.ts';
import { isBooked, isRest, requireBooked } from './booking/outputs.ts';
import { usedMoves, writeInputs } from './booking/write-inputs.ts';
import { writeOutputs } from './booking/write-outputs.ts';
import type { Writer } from './connection.ts';
import { attachLinks } from './link.ts';
import { referenceOf, type ToBook, type ToComplete } from './look.ts';
import { bind, claim, resourceIn } from './marks.ts';
import { readAgain } from './order.ts';
import type { Production } from './production.ts';

/** Writes what a look has left. */
export async function book(writer: Writer, toBook: ToBook): Promise<Receipt> {
  if (toBook.kind === 'complete') return bookQuantity(writer, toBook);
  const { production, key, note, links, receipt } = toBook;
  if (note !== undefined) await claim(writer, production, key, note);
  await attachLinks(writer, production, links);
  return receipt;
}

/**
 * Books a quantity:
 *
 * ```
 * components ─ reserve ─ claim ─ cycles ─ shape outputs ─ bind ─ run ─ do cycles ─ links ─ complete ─ look
 *  │                      │       │        │               │                                │
 *  as they                note    one per  one move        note with the key                `done` of the production,
 *  were used              with    report   per lot         on each of these                 or, when it is not finished
 *                         the key          and scrap       moves and cycles                 yet, `do` of these moves
 * ```
 *
 * The part that leaves no output open finishes the production, whichever part that is, since parts overtake each
 * other: `done` completes its moves and the production in one transaction, so that no crash can come between the two.
 *
 * Components of which nothing was recorded, and by-products, are booked as planned, since Tryton takes all components
 * when a production starts (`run`, production/production.py:750, 7.0.3). A part that says what it used therefore starts
 * nothing: its own components are moved together with its outputs, and the others stay planned for later parts.
 */
async function bookQuantity(writer: Writer, toBook: ToComplete): Promise<Receipt> {
  const { key, note, links, used, reports } = toBook;
  const planned = used ? await writeInputs(writer, toBook.production, used) : toBook.production;
  const reserved = await reserveComponents(writer, planned);
  if (note !== undefined) await claim(writer, reserved, key, note);
  const { production: reported, cycles } = await writeCycles(writer, reserved, reports, toBook.cycles);
  const shaped = await writeOutputs(writer, reported, toBook);
  const { moves } = shaped;
  let { production } = shaped;
  const inputs = used ? await usedMoves(writer, production, used) : [];
  const reporting = cycles.map(({ id }) => id);
  await bind(writer, production, unboundOf(toBook, [...moves, ...inputs], reporting), key);
  const finishes = toBook.final || isRest(production, moves);
  if (used && finishes !== used.finishes)
    throw orderWaits(
      `Another part of Tryton's production ${production.number} was booked at this moment: the next attempt looks at what it left.`,
      { wrote: 'known', afterSeconds: 5 },
    );
  if (finishes || !used) production = await start(writer, production);
  production = await doCycles(writer, production, cycles);
  await attachLinks(writer, production, links);
  if (finishes && writer.options.finishWorks) {
    await finishWorks(writer, production);
    production = await readAgain(writer, production);
  }
  production = await complete(writer, production, [...moves, ...inputs], finishes);
  await requireAsAsked(writer, production, toBook, { moves, inputs, cycles: reporting });
  return { reference: referenceOf(production), alreadyBooked: false };
}

/** Records of this booking that have no key yet. */
function unboundOf(
  { bound, cycles }: ToComplete,
  moves: readonly number[],
  own: readonly number[],
): string[] {
  return [
    ...moves.filter((id) => !bound.includes(id)).map((id) => resourceIn('stock.move', id)),
    ...own.filter((id) => !cycles.bound.includes(id)).map((id) => resourceIn('production.work.cycle', id)),
  ];
}

/** @throws Rejected when Tryton has something else under our key than was asked. */
async function requireAsAsked(
  writer: Writer,
  production: Production,
  { amounts, used, reports, cycles: keys }: ToComplete,
  own: Readonly<Record<'moves' | 'inputs' | 'cycles', readonly number[]>>,
): Promise<void> {
  requireBooked(production, own.moves, amounts);
  if (used) {
    const bound = [...used.bound, ...own.inputs];
    requireUsed('after', production, await readInputs(writer, production), { ...used, bound });
  }
  if (reports.length > 0)
    requireReported(production, await readWorks(writer, production), reports, { ...keys, bound: own.cycles });
}

/**
 * Reserves the components of a production that is still waiting. On PostgreSQL this locks all moves of these
 * components (`_assign_try_lock`, 7.0), so that several at once mostly block each other (seen).
 * @throws RetryLater scope `order` while too few are in stock: seen on 7.0, `assign_try` then answers without an
 * error and leaves the production waiting. Also when the production has gone further meanwhile, possibly by another
 * attempt of this booking (seen, four at once on a busy machine).
 */
async function reserveComponents(writer: Writer, waiting: Production): Promise<Production> {
  if (waiting.state !== 'waiting') return waiting;
  const { id, number } = waiting;
  if (writer.options.assign === 'never') throw componentsMissing(waiting, 'reserve them in Tryton (Assign)');
  const what = `reserving the components of production ${number}`;
  await writer.write('production', 'assign_try', [[id]], { what, isRepeatable: true });
  let production = await readAgain(writer, waiting);
  if (production.state === 'waiting' && writer.options.assign === 'force') {
    await writer.write('production', 'assign_force', [[id]], { what, isRepeatable: true });
    production = await readAgain(writer, waiting);
  }
  if (production.state === 'waiting')
    throw componentsMissing(production, 'receive or count them, or assign by hand');
  if (production.state === 'assigned' || production.state === 'running') return production;
  throw orderWaits(
    `Tryton: production ${number} became ${production.state} while its components were being reserved: another booking or a person was faster. The next attempt looks at what was booked.`,
  );
}

async function start(writer: Writer, production: Production): Promise<Production> {
  if (production.state === 'running') return production;
  await writer.write('production', 'run', [[production.id]], {
    what: `starting production ${production.number}`,
    timestamps: production.timestamps,
  });
  const started = await readAgain(writer, production);
  if (started.state !== 'running') throw ignored(started, 'run', 'running');
  return started;
}

/** Starts the works that nobody started, and stops all that are running. */
async function finishWorks(writer: Writer, { number, works }: Production): Promise<void> {
  const idsIn = (...states: string[]) =>
    works.filter(({ state }) => states.includes(state)).map(({ id }) => id);
  const what = `finishing the works of production ${number}`;
  const unstarted = idsIn('request', 'draft');
  const running = [...unstarted, ...idsIn('running', 'waiting')];
  if (unstarted.length > 0) await writer.write('production.work', 'start', [unstarted], { what });
  if (running.length > 0) await writer.write('production.work', 'stop', [running], { what });
}

/** Makes the one call that cannot be undone. */
async function complete(
  writer: Writer,
  production: Production,
  moves: readonly number[],
  finishes: boolean,
): Promise<Production> {
  const { number, timestamps } = production;
  const [model, button, ids] = finishes
    ? (['production', 'done', [production.id]] as const)
    : (['stock.move', 'do', moves] as const);
  await writer.write(model, button, [ids], {
    what: `completing production ${number}`,
    timestamps,
  });
  const completed = await readAgain(writer, production);
  const done = finishes ? completed.state === 'done' : isBooked(completed, moves);
  if (!done) throw ignored(completed, button, 'done');
  return completed;
}

/** Seen on 7.0: a button of another state answers `null` with HTTP 200 and changes nothing. */
function ignored({ number, state }: Production, button: string, expected: string): RetryLater {
  return orderWaits(
    `Tryton answered the button '${button}' of production ${number} without an error, but the production is ${state}, not ${expected}: somebody may have changed it meanwhile, or Tryton wants an inspection (Quality) before; look at it in Tryton if this stays.`,
    { wrote: 'known', afterSeconds: 60 },
  );
}
