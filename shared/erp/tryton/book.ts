import * as z from 'zod/mini';
import type { BookingKey, Completion, Receipt } from '../../model/completions.ts';
import { Rejected, RetryLater } from '../../model/errors.ts';
import { requireArticle } from '../booking-rules.ts';
import { attachLinks, missingLinks } from './booking/attachments.ts';
import { wantedMoves } from './booking/outputs.ts';
import { reserveComponents } from './booking/reserve-components.ts';
import { isBooked, isRest, requireBooked } from './booking/verify.ts';
import {
  type AllottedTimes,
  allotTimes,
  bookTimes,
  finishWorks,
  readWorks,
  timeText,
} from './booking/work-cycles.ts';
import { shapeOutputs } from './booking/write-outputs.ts';
import { bindMoves, boundMoves, claim, claimsOf, heldByAnother, noteText, readKeyNotes } from './marks.ts';
import type { TrytonOptions } from './options.ts';
import { findProduction, type Production, readAgain } from './order.ts';
import type { WriteTracker } from './write-tracker.ts';

/** Notes and links on a production in whatever state, never a quantity. */
export async function bookAmendment(
  desk: WriteTracker,
  completion: Completion,
  key: BookingKey,
  again: boolean,
): Promise<Receipt> {
  const production = await findProduction(desk, completion.erpOrder);
  requireArticle(completion, production.article, 'Tryton');
  requireNotCancelled(production);
  const claimed = claimsOf(await readKeyNotes(desk, production), production, key).length > 0;
  const missing = await missingLinks(desk, production, completion.links);
  const reference = `note on production ${production.number}`;
  if (claimed && missing.length === 0) return { reference, alreadyBooked: true };
  if (claimed && !again) throw heldByAnother(production);
  if (!claimed) await claim(desk, production, key, noteText(completion, completion.work.map(timeText)));
  await attachLinks(desk, production, missing);
  return { reference, alreadyBooked: false };
}

/**
 * Books a quantity:
 *
 * ```
 * look ─ reserve ─ claim ─ shape outputs ─ bind ─ run ─ links, times ─ complete ─ look
 *                   │            │           │                           │
 *                   note with    one move    note with the key           `done` of the production, or, when
 *                   the key on   per lot     on each of these            it is not finished yet, `do` of
 *                   production   and scrap   moves                       these moves
 * ```
 *
 * A part that leaves nothing of the output open finishes the production, whichever part that is, since parts
 * overtake each other: `done` completes its moves and the production in one transaction, so that no crash can come
 * between the two.
 *
 * Tryton completes a move once, so a done move that bears our key is our booking, and a done production without
 * such moves is somebody else's. Each step looks at what is there and adds what lacks: after a crash the next
 * attempt goes through all of them again. Components and by-products are booked as they were planned, since
 * Tryton takes all components when a production starts, whatever is built of them.
 */
export async function bookQuantity(
  desk: WriteTracker,
  options: TrytonOptions,
  completion: Completion,
  key: BookingKey,
  again: boolean,
): Promise<Receipt> {
  const found = await findProduction(desk, completion.erpOrder);
  requireArticle(completion, found.article, 'Tryton');
  requireNotCancelled(found);
  const wanted = wantedMoves(completion, found, options.scrapLocation);
  const notes = await readKeyNotes(desk, found);
  const bound = boundMoves(notes, key);
  if (isBooked(found, bound, completion)) {
    requireBooked(found, bound, completion);
    await attachLinks(desk, found, await missingLinks(desk, found, completion.links));
    return { reference: referenceOf(found), alreadyBooked: true };
  }
  requireOpen(found);
  const claimed = claimsOf(notes, found, key).length > 0;
  if (claimed && !again) throw heldByAnother(found);

  const times = await allot(desk, options, completion, found);
  let production = await reserveComponents(desk, found, options.assign ?? 'try');
  if (!claimed) await claim(desk, production, key, noteText(completion, times.unbookable.map(timeText)));
  const foreign = notes.flatMap((note) => (note.key === key ? [] : boundMoves([note], note.key)));
  const shaped = await shapeOutputs(desk, production, { wanted, bound, foreign, final: completion.final });
  production = shaped.production;
  const unbound = shaped.moves.filter((id) => !bound.includes(id));
  if (unbound.length > 0) await bindMoves(desk, production, unbound, key);
  production = await start(desk, production);
  await attachLinks(desk, production, await missingLinks(desk, production, completion.links));
  await bookTimes(desk, production, completion, times.bookable);
  const finishes = completion.final || isRest(production, shaped.moves);
  if (finishes && options.finishWorks) {
    await finishWorks(desk, production);
    production = await readAgain(desk, production);
  }
  production = await complete(desk, production, shaped.moves, finishes);
  requireBooked(production, shaped.moves, completion);
  return { reference: referenceOf(production), alreadyBooked: false };
}

function referenceOf({ number, state }: Production): string {
  return state === 'done' ? `production ${number} done` : `output of production ${number}`;
}

async function allot(
  desk: WriteTracker,
  options: TrytonOptions,
  completion: Completion,
  production: Production,
): Promise<AllottedTimes> {
  if (!options.workTimes || completion.work.length === 0) {
    return { bookable: [], unbookable: completion.work };
  }
  return allotTimes(completion.work, await readWorks(desk, production));
}

async function start(desk: WriteTracker, production: Production): Promise<Production> {
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
  desk: WriteTracker,
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

function requireNotCancelled({ number, state }: Production): void {
  if (state !== 'cancelled') return;
  throw new Rejected(
    `Tryton: production ${number} is cancelled, so nothing can be booked on it: reset it to draft and release it, or stop the product order in Azumuta.`,
    { code: 'order-state' },
  );
}

function requireOpen({ number, state }: Production): void {
  if (state === 'done') {
    throw new Rejected(
      `Tryton: production ${number} was completed by somebody else: compare its quantity with what Azumuta recorded.`,
      { code: 'order-state' },
    );
  }
  if (state === 'draft' || state === 'request') {
    throw new Rejected(
      `Tryton: production ${number} is not released (its state is ${state}): release it (Wait), then replay.`,
      { code: 'order-state' },
    );
  }
}
