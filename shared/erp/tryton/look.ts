import type { BookingKey, Completion, Link, Receipt } from '../../model/completions.ts';
import { Rejected } from '../../model/errors.ts';
import { compareDecimals } from '../../model/quantity.ts';
import { builtOf, requireArticle } from '../booking-rules.ts';
import type { Look } from '../connector.ts';
import { type Amounts, amountsOf } from './booking/amounts.ts';
import { missingLinks } from './booking/attachments.ts';
import { type Demands, requireListPrice, requireLots, requireRights } from './booking/demands.ts';
import { findLots, unknownLots } from './booking/lots.ts';
import { remainderOf, type WantedMove, wantedMoves } from './booking/outputs.ts';
import { requireReserved } from './booking/reserve-components.ts';
import { isBooked, requireBooked } from './booking/verify.ts';
import { requireFinishedWorks } from './booking/work-cycles.ts';
import { allotTimes, missingLines, type TimesheetLine, timeText } from './booking/work-times.ts';
import { openMoves } from './booking/write-outputs.ts';
import type { Reader } from './desk.ts';
import { boundMoves, claimsOf, heldByAnother, noteText, readKeyNotes } from './marks.ts';
import type { TrytonOptions } from './options.ts';
import { findProduction } from './order.ts';
import type { Production } from './production.ts';

/** What is left to write of one booking: all of it, or what a crash has left out. */
export type ToBook = ToNote | ToComplete;

/** Text and links, and never a quantity. */
export interface ToNote {
  readonly kind: 'note';
  readonly production: Production;
  readonly key: BookingKey;
  /** Undefined when the note stands there. */
  readonly note: string | undefined;
  /** Those that are not attached yet. */
  readonly links: readonly Link[];
  readonly receipt: Receipt;
}

/** Output moves to complete, and the production with them when they leave nothing open. */
export interface ToComplete extends Omit<ToNote, 'kind' | 'receipt'> {
  readonly kind: 'complete';
  readonly amounts: Amounts;
  readonly wanted: readonly WantedMove[];
  /** Moves that bear our key already. */
  readonly bound: readonly number[];
  /** Moves that bear the key of another booking. */
  readonly foreign: readonly number[];
  /** Whether the production is done with this booking, however much was built. */
  readonly final: boolean;
  readonly lines: readonly TimesheetLine[];
}

/** A booking to look for, in an attempt that may be the first. */
export interface Looked {
  readonly completion: Completion;
  readonly key: BookingKey;
  readonly again: boolean;
}

/** Notes and links of a production in whatever state. */
export async function lookForAmendment(
  desk: Reader,
  { completion, key, again }: Looked,
): Promise<Look<ToBook>> {
  const { production } = await findProduction(desk, completion.erpOrder);
  requireArticle(completion, production.article, 'Tryton');
  requireNotCancelled(production);
  const claimed = claimsOf(await readKeyNotes(desk, production), production, key).length > 0;
  const links = await missingLinks(desk, production, completion.links);
  const receipt = { reference: `note on production ${production.number}`, alreadyBooked: claimed };
  if (claimed && links.length === 0) return { receipt };
  if (claimed && !again) throw heldByAnother(production);
  requireRights(desk.abilities, production, ['write', 'production']);
  const note = claimed ? undefined : noteText(completion, completion.work.map(timeText));
  return {
    toBook: { kind: 'note', production, key, note, links, receipt: { ...receipt, alreadyBooked: false } },
  };
}

/**
 * A quantity. Tryton completes a move once, so a done move that bears our key is our booking, and a done production
 * without such moves is somebody else's.
 * @throws Rejected for all that Tryton would refuse once the production is claimed, reserved or started.
 */
export async function lookForQuantity(
  desk: Reader,
  options: TrytonOptions,
  { completion, key, again }: Looked,
): Promise<Look<ToBook>> {
  const built = builtOf(completion, 'Tryton');
  const { production, demands } = await findProduction(desk, completion.erpOrder);
  requireArticle(completion, production.article, 'Tryton');
  requireNotCancelled(production);
  const amounts = await amountsOf(desk, built, production);
  const notes = await readKeyNotes(desk, production);
  const { own: bound, foreign } = boundMoves(notes, key);
  if (isBooked(production, bound, completion)) {
    requireBooked(production, bound, amounts);
    const links = await missingLinks(desk, production, completion.links);
    const receipt = { reference: referenceOf(production), alreadyBooked: true };
    if (links.length === 0) return { receipt };
    return { toBook: { kind: 'note', production, key, note: undefined, links, receipt } };
  }
  requireOpen(production);
  const claimed = claimsOf(notes, production, key).length > 0;
  if (claimed && !again) throw heldByAnother(production);

  const { final } = completion;
  const wanted = await lookAtOutputs(desk, options, { production, demands, amounts, bound, foreign, final });
  const times = timesOf(desk, options, completion, production);
  const lines = await missingLines(desk, production, completion, times.bookable);
  requireReserved(production, options.assign);
  const note = claimed ? undefined : noteText(completion, times.unbookable.map(timeText));
  const links = await missingLinks(desk, production, completion.links);
  const toBook = {
    kind: 'complete',
    production,
    key,
    note,
    links,
    amounts,
    wanted,
    bound,
    foreign,
    final,
    lines,
  } as const;
  return { toBook };
}

export function referenceOf({ number, state }: Production): string {
  return state === 'done' ? `production ${number} done` : `output of production ${number}`;
}

/** The moves to complete, with the lots that Tryton knows; all that it could say against them is said here. */
async function lookAtOutputs(
  desk: Reader,
  options: TrytonOptions,
  found: Pick<ToComplete, 'production' | 'amounts' | 'bound' | 'foreign' | 'final'> & {
    readonly demands: Demands;
  },
): Promise<WantedMove[]> {
  const { production, demands, amounts, foreign, final } = found;
  requireOutput(production);
  const open = openMoves(production, found);
  const unbooked = production.outputs.some(({ id, state }) => state !== 'done' && foreign.includes(id));
  const wanted = await findLots(
    desk,
    production,
    wantedMoves(amounts, production, open, options.scrapLocation),
  );
  const finishes = final || (!unbooked && remainderOf(open, wanted) === undefined);
  requireRights(desk.abilities, production, ['write', 'production'], ['write', 'stock.move']);
  if (unknownLots(wanted).length > 0) requireRights(desk.abilities, production, ['create', 'stock.lot']);
  requireLots(demands, production, wanted, finishes);
  if (finishes && !options.finishWorks) requireFinishedWorks(production);
  if (finishes && compareDecimals(amounts.good, '0') > 0) await requireListPrice(desk, production, demands);
  return wanted;
}

function timesOf(desk: Reader, options: TrytonOptions, completion: Completion, production: Production) {
  const { work } = completion;
  if (!options.workTimes || work.length === 0) return { bookable: [], unbookable: work };
  if (desk.abilities.times) return allotTimes(work, production.works);
  throw new Rejected(
    `Tryton: no working time can be booked on production ${production.number}, because this Tryton has no times of works: activate the module production_work_timesheet, or switch workTimes off.`,
    { code: 'refused-by-erp' },
  );
}

function requireOutput({ number, template }: Production): void {
  if (template) return;
  throw new Rejected(`Tryton: production ${number} has no output for its product: add one, then replay.`, {
    code: 'order-data',
  });
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
