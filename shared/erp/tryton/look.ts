import type { BookingKey, Completion, Link, Receipt } from '../../model/completions.ts';
import { compareDecimals, sumOf } from '../../model/quantity.ts';
import { builtOf, mayClose, requireArticle } from '../booking-rules.ts';
import type { Attempt, Look } from '../connector.ts';
import { rejected } from '../failures.ts';
import { lookAtComponents, requireUsed, type TakenComponent, usedComponents } from './booking/components.ts';
import { type CycleReport, cycleReportsOf, requireReported } from './booking/cycles.ts';
import {
  requireFinishedWorks,
  requireListPrice,
  requireLots,
  requireLotsOfComponents,
  requireReserved,
  requireRights,
} from './booking/demands.ts';
import { findLots, unknownLots } from './booking/lots.ts';
import { openMoves, remainderOf, type Taken } from './booking/moves.ts';
import { type Amounts, amountsOf, isBooked, partsOf, requireBooked } from './booking/outputs.ts';
import type { Reader } from './client.ts';
import { missingLinks } from './link.ts';
import { heldByAnother, type Marks, noteText, onMove, onProduction, readMarks } from './marks.ts';
import { findProduction, type Line, type Production } from './production.ts';

/** What is left to write of one booking: all of it, or the rest after a crash. */
export type ToBook = ToNote | ToComplete;

/** Text and links, and never a quantity. */
export interface ToNote {
  readonly kind: 'note';
  readonly production: Production;
  readonly key: BookingKey;
  /** Undefined when the note is written already. */
  readonly note: string | undefined;
  /** Those that are not attached yet. */
  readonly links: readonly Link[];
  readonly receipt: Receipt;
}

/** Output moves to complete, and the production with them when no other output is open. */
export interface ToComplete extends Omit<ToNote, 'kind' | 'receipt'> {
  readonly kind: 'complete';
  readonly marks: Marks;
  readonly amounts: Amounts;
  readonly output: Taken;
  /** Undefined where nothing was recorded of the components: Tryton takes them as planned. */
  readonly used: readonly TakenComponent[] | undefined;
  readonly reports: readonly CycleReport[];
  /** Whether the production ends with this booking, as far as the look can tell. */
  readonly finishes: boolean;
}

/** Looks for notes and links, whatever the state of the production unless it is cancelled. */
export async function lookForAmendment(
  reader: Reader,
  completion: Completion,
  key: BookingKey,
  { again }: Attempt,
): Promise<Look<ToBook>> {
  const production = await findProduction(reader, completion.erpOrder);
  requireArticle(completion, production.article, 'Tryton');
  refuseStates(production, ['cancelled']);
  const claimed = (await readMarks(reader, production, key)).own.has(onProduction(production));
  const links = await missingLinks(reader, production, completion.links);
  const receipt = { reference: `note on production ${production.number}`, alreadyBooked: claimed };
  if (claimed && links.length === 0) return { receipt };
  if (claimed && !again) throw heldByAnother(production);
  requireRights(reader.abilities, production, ['write', 'production']);
  const note = claimed ? undefined : noteText(completion);
  return {
    toBook: { kind: 'note', production, key, note, links, receipt: { ...receipt, alreadyBooked: false } },
  };
}

/**
 * Looks for a quantity. Tryton completes a move once, so a done move with our key is our booking, and a done
 * production without such moves is somebody else's.
 * @throws Rejected for everything that Tryton would refuse later, when the production is claimed, reserved or started.
 */
export async function lookForQuantity(
  reader: Reader,
  completion: Completion,
  key: BookingKey,
  { again }: Attempt,
): Promise<Look<ToBook>> {
  const built = builtOf(completion, 'Tryton');
  const production = await findProduction(reader, completion.erpOrder);
  requireArticle(completion, production.article, 'Tryton');
  refuseStates(production, ['cancelled', 'draft', 'request']);
  const line = outputOf(production, compareDecimals(built.good, '0') > 0);
  const amounts = await amountsOf(reader, built, production, line);
  const marks = await readMarks(reader, production, key);
  const links = await missingLinks(reader, production, completion.links);
  if (isBooked(production, marks)) {
    requireAsBooked(completion, production, marks, amounts);
    const receipt = { reference: referenceOf(production), alreadyBooked: true };
    if (links.length === 0) return { receipt };
    return { toBook: { kind: 'note', production, key, note: undefined, links, receipt } };
  }
  refuseStates(production, ['done']);
  const claimed = marks.own.has(onProduction(production));
  if (claimed && !again) throw heldByAnother(production);

  const produced = sumOf([amounts.good, amounts.scrap]);
  const isLast = mayClose(completion, { amount: production.quantity, unit: line.unit.symbol }, produced);
  const open = openMoves(line, marks);
  const wanted = partsOf(amounts, production, open, reader.options.scrapLocation);
  const parts = await findLots(reader, production, wanted);
  const finishes = isLast || (remainderOf(open, parts) === undefined && !isOpenForOthers(line, marks));
  const how = { isLast: finishes, produced };
  const used = completion.components && (await lookAtComponents(reader, completion, production, marks, how));
  const reports = cycleReportsOf(completion, production, finishes && reader.options.finishWorks === true);
  const note = claimed ? undefined : noteText(completion);
  const output = { line, parts, isLast };

  // Every further reason that Tryton could have to refuse what is to be booked.
  const { abilities, options } = reader;
  requireRights(abilities, production, ['write', 'production'], ['write', 'stock.move']);
  if (unknownLots(parts).length > 0) requireRights(abilities, production, ['create', 'stock.lot']);
  requireLotsOfComponents(production, used ?? []);
  requireLots(production, output, finishes);
  if (finishes) requireFinishedWorks(production, reports);
  if (finishes && compareDecimals(amounts.good, '0') > 0) await requireListPrice(reader, production);
  requireReserved(production, options.assign);
  const left = { note, links, marks, amounts, output, used, reports, finishes };
  return { toBook: { kind: 'complete', production, key, ...left } };
}

/** @throws Rejected when Tryton has something else under our key than was asked. */
function requireAsBooked(
  completion: Completion,
  production: Production,
  marks: Marks,
  amounts: Amounts,
): void {
  requireBooked(production, marks, amounts);
  // What a share of the plan came to cannot be told any more.
  const used = completion.components?.used.filter(({ quantity }) => quantity) ?? [];
  const components = { all: false, beyondPlan: true, used };
  requireUsed(production, usedComponents({ ...completion, components }, production, marks, '1'), marks);
  requireReported(production, cycleReportsOf(completion, production, false), marks);
}

export function referenceOf({ number, state }: Production): string {
  return state === 'done' ? `production ${number} done` : `output of production ${number}`;
}

/** @throws Rejected without a planned move of the product, which for a good quantity goes to stock. */
function outputOf({ output, number }: Production, isGood: boolean): Line {
  if (output && !(isGood && output.types[1] === 'lost_found')) return output;
  throw rejected(
    'order-data',
    `Tryton: production ${number} has no output for its product: add one, then replay.`,
  );
}

/** Whether another booking has moves that it has not completed. */
function isOpenForOthers({ moves }: Line, { foreign }: Marks): boolean {
  return moves.some((move) => move.state !== 'done' && foreign.has(onMove(move)));
}

const refusedStates = {
  cancelled:
    'is cancelled, so nothing can be booked on it: reset it to draft and release it, or stop the product order in Azumuta',
  done: 'was completed by somebody else: compare its quantity with what Azumuta recorded',
  draft: 'is not released (its state is draft): release it (Wait), then replay',
  request: 'is not released (its state is request): release it (Wait), then replay',
} as const;

function refuseStates({ number, state }: Production, refused: readonly (keyof typeof refusedStates)[]): void {
  const found = refused.find((one) => one === state);
  if (!found) return;
  throw rejected('order-state', `Tryton: production ${number} ${refusedStates[found]}.`);
}
