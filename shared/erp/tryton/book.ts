import * as z from 'zod/mini';
import type { Receipt } from '../../model/completions.ts';
import { RetryLater } from '../../model/errors.ts';
import { attachLinks } from './booking/attachments.ts';
import { isRest } from './booking/outputs.ts';
import { reserveComponents } from './booking/reserve-components.ts';
import { requireBooked } from './booking/verify.ts';
import { finishWorks } from './booking/work-cycles.ts';
import { bookTimes } from './booking/work-times.ts';
import { writeOutputs } from './booking/write-outputs.ts';
import type { Writer } from './desk.ts';
import { referenceOf, type ToBook, type ToComplete } from './look.ts';
import { bindMoves, claim } from './marks.ts';
import type { TrytonOptions } from './options.ts';
import { readAgain } from './order.ts';
import type { Production } from './production.ts';

/** Writes what a look has found to be left. */
export async function book(desk: Writer, options: TrytonOptions, toBook: ToBook): Promise<Receipt> {
  if (toBook.kind === 'complete') return bookQuantity(desk, options, toBook);
  const { production, key, note, links, receipt } = toBook;
  if (note !== undefined) await claim(desk, production, key, note);
  await attachLinks(desk, production, links);
  return receipt;
}

/**
 * Books a quantity:
 *
 * ```
 * reserve ─ claim ─ shape outputs ─ bind ─ run ─ links, times ─ complete ─ look
 *            │            │           │                           │
 *            note with    one move    note with the key           `done` of the production, or, when
 *            the key on   per lot     on each of these            it is not finished yet, `do` of
 *            production   and scrap   moves                       these moves
 * ```
 *
 * A part that leaves nothing of the output open finishes the production, whichever part that is, since parts
 * overtake each other: `done` completes its moves and the production in one transaction, so that no crash can come
 * between the two.
 *
 * Components and by-products are booked as they were planned, since Tryton takes all components when a production
 * starts, whatever is built of them.
 */
async function bookQuantity(desk: Writer, options: TrytonOptions, toBook: ToComplete): Promise<Receipt> {
  const { key, note, links, lines, amounts, bound } = toBook;
  let production = await reserveComponents(desk, toBook.production, options.assign);
  if (note !== undefined) await claim(desk, production, key, note);
  const shaped = await writeOutputs(desk, production, toBook);
  const { moves } = shaped;
  await bindMoves(
    desk,
    shaped.production,
    moves.filter((id) => !bound.includes(id)),
    key,
  );
  production = await start(desk, shaped.production);
  await attachLinks(desk, production, links);
  await bookTimes(desk, production, lines);
  const finishes = toBook.final || isRest(production, moves);
  if (finishes && options.finishWorks) {
    await finishWorks(desk, production);
    production = await readAgain(desk, production);
  }
  production = await complete(desk, production, moves, finishes);
  requireBooked(production, moves, amounts);
  return { reference: referenceOf(production), alreadyBooked: false };
}

async function start(desk: Writer, production: Production): Promise<Production> {
  if (production.state === 'running') return production;
  await desk.write('production', 'run', [[production.id]], {
    what: `starting production ${production.number}`,
    answer: z.unknown(),
    context: { _timestamp: production.timestamps },
  });
  const started = await readAgain(desk, production);
  if (started.state !== 'running') throw ignored(started, 'run', 'running');
  return started;
}

/** The one call that cannot be taken back. */
async function complete(
  desk: Writer,
  production: Production,
  moves: readonly number[],
  finishes: boolean,
): Promise<Production> {
  const { number, timestamps } = production;
  const [model, button, ids] = finishes
    ? (['production', 'done', [production.id]] as const)
    : (['stock.move', 'do', moves] as const);
  await desk.write(model, button, [ids], {
    what: `completing production ${number}`,
    answer: z.unknown(),
    context: { _timestamp: timestamps },
  });
  const completed = await readAgain(desk, production);
  const done = finishes
    ? completed.state === 'done'
    : moves.every((id) => completed.outputs.some((move) => move.id === id && move.state === 'done'));
  if (!done) throw ignored(completed, button, 'done');
  return completed;
}

/** Seen on 7.0: a button that does not fit the state answers `null` with HTTP 200 and changes nothing. */
function ignored({ number, state }: Production, button: string, expected: string): RetryLater {
  return new RetryLater(
    `Tryton answered the button '${button}' of production ${number} as if all were well, but the production is ${state}, not ${expected}: somebody may have changed it meanwhile; look at it in Tryton if this stays.`,
    { scope: 'order', wrote: 'known', afterSeconds: 60 },
  );
}
