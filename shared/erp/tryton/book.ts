import type { Receipt } from '../../model/completions.ts';
import type { RetryLater } from '../../model/errors.ts';
import { orderWaits } from '../failures.ts';
import { componentsMissing } from './booking/demands.ts';
import { isRest, requireBooked } from './booking/outputs.ts';
import { writeOutputs } from './booking/write-outputs.ts';
import type { Writer } from './connection.ts';
import { attachLinks } from './link.ts';
import { referenceOf, type ToBook, type ToComplete } from './look.ts';
import { bindMoves, claim } from './marks.ts';
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
 * reserve ─ claim ─ shape outputs ─ bind ─ run ─ links ─ complete ─ look
 *            │            │           │                    │
 *            note with    one move    note with the key    `done` of the production, or, when
 *            the key on   per lot     on each of these     it is not finished yet, `do` of
 *            production   and scrap   moves                these moves
 * ```
 *
 * The part that leaves no output open finishes the production, whichever part that is, since parts overtake each
 * other: `done` completes its moves and the production in one transaction, so that no crash can come between the two.
 *
 * Components and by-products are booked as planned, since Tryton takes all components when a production starts,
 * whatever is built of them.
 */
async function bookQuantity(writer: Writer, toBook: ToComplete): Promise<Receipt> {
  const { key, note, links, amounts, bound } = toBook;
  let production = await reserveComponents(writer, toBook.production);
  if (note !== undefined) await claim(writer, production, key, note);
  const shaped = await writeOutputs(writer, production, toBook);
  const { moves } = shaped;
  const unbound = moves.filter((id) => !bound.includes(id));
  await bindMoves(writer, shaped.production, unbound, key);
  production = await start(writer, shaped.production);
  await attachLinks(writer, production, links);
  const finishes = toBook.final || isRest(production, moves);
  if (finishes && writer.options.finishWorks) {
    await finishWorks(writer, production);
    production = await readAgain(writer, production);
  }
  production = await complete(writer, production, moves, finishes);
  requireBooked(production, moves, amounts);
  return { reference: referenceOf(production), alreadyBooked: false };
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
  const done = finishes
    ? completed.state === 'done'
    : moves.every((id) => completed.outputs.some((move) => move.id === id && move.state === 'done'));
  if (!done) throw ignored(completed, button, 'done');
  return completed;
}

/** Seen on 7.0: a button of another state answers `null` with HTTP 200 and changes nothing. */
function ignored({ number, state }: Production, button: string, expected: string): RetryLater {
  return orderWaits(
    `Tryton answered the button '${button}' of production ${number} without an error, but the production is ${state}, not ${expected}: somebody may have changed it meanwhile; look at it in Tryton if this stays.`,
    { wrote: 'known', afterSeconds: 60 },
  );
}
