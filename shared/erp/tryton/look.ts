import type { BookingKey, Completion, Link, Receipt } from '../../model/completions.ts';
import { compareDecimals, sumOf } from '../../model/quantity.ts';
import { builtOf, mayClose, requireArticle } from '../booking-rules.ts';
import type { Attempt, Look } from '../connector.ts';
import { rejected } from '../failures.ts';
import { type Amounts, amountsOf } from './booking/amounts.ts';
import { type CycleReport, cycleReportsOf, readWorks, requireReported } from './booking/cycles.ts';
import {
  requireFinishedWorks,
  requireListPrice,
  requireLots,
  requireReserved,
  requireRights,
} from './booking/demands.ts';
import { lookAtInputs, readInputs, requireUsed, type UsedInputs } from './booking/inputs.ts';
import { findLots, unknownLots } from './booking/lots.ts';
import { isBooked, openMoves, remainderOf, requireBooked, wantedMoves } from './booking/outputs.ts';
import type { Shape } from './booking/write-outputs.ts';
import type { Reader } from './connection.ts';
import { missingLinks } from './link.ts';
import { claimsOf, heldByAnother, type Keys, keysOn, noteText, readKeyNotes, resourceIn } from './marks.ts';
import { findProduction } from './order.ts';
import type { Production } from './production.ts';

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
export interface ToComplete extends Omit<ToNote, 'kind' | 'receipt'>, Shape {
  readonly kind: 'complete';
  readonly amounts: Amounts;
  /** Whether nothing is left open, as far as the look can tell. */
  readonly finishes: boolean;
  /** Undefined where nothing was recorded of the components: Tryton takes them as planned. */
  readonly used: UsedInputs | undefined;
  readonly reports: readonly CycleReport[];
  readonly cycles: Keys;
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
  const claimed = claimsOf(await readKeyNotes(reader, production), production, key).length > 0;
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
  refuseStates(production, ['cancelled']);
  const amounts = await amountsOf(reader, built, production);
  const inputs = completion.components ? await readInputs(reader, production) : [];
  const works = completion.operations ? await readWorks(reader, production) : [];
  const notes = await readKeyNotes(reader, production, [
    ...inputs.map(({ id }) => resourceIn('stock.move', id)),
    ...works.flatMap((work) =>
      (work['cycles.'] ?? []).map(({ id }) => resourceIn('production.work.cycle', id)),
    ),
  ]);
  const keys = keysOn('stock.move', notes, key);
  const cycles = keysOn('production.work.cycle', notes, key);
  const lookAtUsed = (asked: Completion, finishes: boolean) =>
    lookAtInputs(reader, asked, production, inputs, {
      ...keys,
      finishes,
      produced: sumOf([amounts.good, amounts.scrap]),
    });
  if (isBooked(production, keys.bound)) {
    requireBooked(production, keys.bound, amounts);
    if (completion.components) {
      // What a share of the plan came to cannot be told any more.
      const used = completion.components.used.filter(({ quantity }) => quantity);
      const components = { all: false, beyondPlan: true, used };
      requireUsed('after', production, inputs, await lookAtUsed({ ...completion, components }, false));
    }
    requireReported(production, works, cycleReportsOf(completion, works, false), cycles);
    const links = await missingLinks(reader, production, completion.links);
    const receipt = { reference: referenceOf(production), alreadyBooked: true };
    if (links.length === 0) return { receipt };
    return { toBook: { kind: 'note', production, key, note: undefined, links, receipt } };
  }
  refuseStates(production, ['done', 'draft', 'request']);
  const claimed = claimsOf(notes, production, key).length > 0;
  if (claimed && !again) throw heldByAnother(production);

  const ordered = { amount: production.quantity, unit: production.unit?.symbol ?? '' };
  const final = mayClose(completion, ordered, sumOf([amounts.good, amounts.scrap]));
  const found = { production, amounts, ...keys, final };
  const { wanted, finishes } = await lookAtOutputs(reader, found);
  const used = completion.components ? await lookAtUsed(completion, finishes) : undefined;
  if (used) requireUsed('before', production, inputs, used);
  const reports = cycleReportsOf(completion, works, finishes && reader.options.finishWorks === true);
  await requireAll(reader, afterDetails(production, used, reports), { amounts, wanted, finishes });
  requireReserved(production, reader.options.assign);
  const note = claimed ? undefined : noteText(completion);
  const links = await missingLinks(reader, production, completion.links);
  const left = { note, links, amounts, wanted, ...keys, final, finishes, used, reports, cycles };
  return { toBook: { kind: 'complete', production, key, ...left } };
}

/** The production as it will be once what was recorded of it is written. */
function afterDetails(
  production: Production,
  used: UsedInputs | undefined,
  reports: readonly CycleReport[],
): Production {
  const hasLots = (article: string) =>
    used?.uses.some(({ planned, parts }) => planned.article === article && parts.every(({ lot }) => lot));
  return {
    ...production,
    componentsWithoutLot: production.componentsWithoutLot.filter((article) => !hasLots(article)),
    works: production.works.map((work) => {
      const report = reports.find((one) => one.work === work.id);
      return report ? { ...work, state: report.finished ? 'finished' : 'waiting' } : work;
    }),
  };
}

export function referenceOf({ number, state }: Production): string {
  return state === 'done' ? `production ${number} done` : `output of production ${number}`;
}

/** The moves to complete, with the lots that Tryton has, and whether they leave none open. @throws Rejected */
async function lookAtOutputs(
  reader: Reader,
  found: Pick<ToComplete, 'production' | 'amounts' | 'bound' | 'foreign' | 'final'>,
) {
  const { production, amounts, foreign, final } = found;
  if (!production.template) {
    throw rejected(
      'order-data',
      `Tryton: production ${production.number} has no output for its product: add one, then replay.`,
    );
  }
  const open = openMoves(production, found);
  const unbooked = production.outputs.some(({ id, state }) => state !== 'done' && foreign.includes(id));
  const moves = wantedMoves(amounts, production, open, reader.options.scrapLocation);
  const wanted = await findLots(reader, production, moves);
  return { wanted, finishes: final || (!unbooked && remainderOf(open, wanted) === undefined) };
}

/** @throws Rejected for every further reason that Tryton could have to refuse the moves. */
async function requireAll(
  reader: Reader,
  production: Production,
  { amounts, wanted, finishes }: Pick<ToComplete, 'amounts' | 'wanted' | 'finishes'>,
): Promise<void> {
  requireRights(reader.abilities, production, ['write', 'production'], ['write', 'stock.move']);
  if (unknownLots(wanted).length > 0) requireRights(reader.abilities, production, ['create', 'stock.lot']);
  requireLots(production, wanted, finishes);
  if (finishes && !reader.options.finishWorks) requireFinishedWorks(production);
  if (finishes && compareDecimals(amounts.good, '0') > 0) await requireListPrice(reader, production);
}

/** Why a production in this state cannot be booked, and what to do. */
const refusedStates = {
  cancelled:
    'is cancelled, so nothing can be booked on it: reset it to draft and release it, or stop the product order in Azumuta',
  done: 'was completed by somebody else: compare its quantity with what Azumuta recorded',
  draft: 'is not released (its state is draft): release it (Wait), then replay',
  request: 'is not released (its state is request): release it (Wait), then replay',
} as const;

/** @throws Rejected when the production is in one of these states. */
function refuseStates({ number, state }: Production, refused: readonly (keyof typeof refusedStates)[]): void {
  const found = refused.find((one) => one === state);
  if (!found) return;
  throw rejected('order-state', `Tryton: production ${number} ${refusedStates[found]}.`);
}
