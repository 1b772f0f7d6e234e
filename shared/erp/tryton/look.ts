import type { BookingKey, Completion } from '../../model/completions.ts';
import { compareDecimals, sumOf } from '../../model/quantity.ts';
import { requireWithinOrder } from '../beyond-order.ts';
import { builtOf, mayClose, requireArticle } from '../booking-rules.ts';
import type { Attempt, Look } from '../connector.ts';
import { lookAtComponents, requireUsed, usedComponents } from './booking/components.ts';
import { cycleReportsOf, requireReported } from './booking/cycles.ts';
import { findLots } from './booking/lots.ts';
import { amountOf, openMoves, remainderOf } from './booking/moves.ts';
import { type Amounts, amountsOf, isBooked, outputPartsOf, requireBooked } from './booking/outputs.ts';
import { requireBookable, requireRights, type ToBook } from './booking/to-book.ts';
import type { Reader } from './client.ts';
import { heldByAnother, missingLinks, noteText, readWithMarks } from './marks.ts';
import { findProduction, productionRefused, type TrytonLine, type TrytonProduction } from './production.ts';

/** Looks for notes and links, whatever the state of the production unless it is cancelled. */
export async function lookForAmendment(
  reader: Reader,
  completion: Completion,
  key: BookingKey,
  { again }: Attempt,
): Promise<Look<ToBook>> {
  const production = await findToBook(reader, completion, key, ['cancelled']);
  const { number, isOwn: isClaimed } = production;
  const links = await missingLinks(reader, production, completion.links);
  const receipt = { reference: `note on production ${number}`, alreadyBooked: isClaimed };
  if (isClaimed && links.length === 0) return { receipt };
  if (isClaimed && !again) throw heldByAnother(production);
  requireRights(reader.abilities, production, ['write', 'production']);
  const note = isClaimed ? undefined : noteText(completion);
  return { toBook: { production, key, note, links, receipt: { ...receipt, alreadyBooked: false } } };
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
  const production = await findToBook(reader, completion, key, ['cancelled', 'draft', 'request']);
  const line = requireOutput(production, compareDecimals(built.good, '0') > 0);
  const amounts = await amountsOf(reader, built, production, line);
  const links = await missingLinks(reader, production, completion.links);
  if (isBooked(production)) {
    requireBookedAsAsked(completion, production, amounts);
    const receipt = { reference: referenceOf(production), alreadyBooked: true };
    return links.length === 0
      ? { receipt }
      : { toBook: { production, key, note: undefined, links, receipt } };
  }
  refuseStates(production, ['done']);
  const { quantity, isOwn: isClaimed } = production;
  if (isClaimed && !again) throw heldByAnother(production);
  // A booking that has begun goes on, whatever others have booked since.
  if (!isClaimed) requireWithinProduction(completion, production, line, amounts);

  const produced = sumOf([amounts.good, amounts.scrap]);
  const isLast = mayClose(completion, { amount: quantity, unit: line.unit.symbol }, produced);
  const open = openMoves(line);
  const wanted = outputPartsOf(amounts, production, open, reader.options.scrapLocation);
  const parts = await findLots(reader, production, wanted);
  const isOpenForOthers = line.moves.some((move) => move.state !== 'done' && move.isForeign);
  const finishes = isLast || (remainderOf(open, parts) === undefined && !isOpenForOthers);
  const how = { isLast: finishes, produced };
  const used = completion.components && (await lookAtComponents(reader, completion, production, how));
  const reports = cycleReportsOf(completion, production, finishes && reader.options.finishWorks === true);
  const note = isClaimed ? undefined : noteText(completion);
  const output = { line, parts, isLast };
  const toBook = { production, key, note, links, amounts, output, used, reports, finishes };
  await requireBookable(reader, toBook);
  return { toBook };
}

function requireWithinProduction(
  completion: Completion,
  { number, quantity }: TrytonProduction,
  { moves, unit }: TrytonLine,
  { good, scrap }: Amounts,
): void {
  const booked = moves.filter(({ state, wasted }) => state === 'done' && !wasted);
  requireWithinOrder(completion, {
    subject: `Tryton: production ${number}`,
    ordered: quantity,
    before: amountOf(booked),
    good,
    scrap,
    unit: unit.symbol,
  });
}

/** The production of a completion, with its marks. @throws Rejected for another product, or in one of these states. */
async function findToBook(
  reader: Reader,
  completion: Completion,
  key: BookingKey,
  states: readonly (keyof typeof refusedStates)[],
): Promise<TrytonProduction> {
  const production = await findProduction(reader, completion.erpOrder);
  requireArticle(completion, production.article, 'Tryton');
  refuseStates(production, states);
  return readWithMarks(reader, production, key);
}

/** @throws Rejected when Tryton has something else under our key than was asked. */
function requireBookedAsAsked(completion: Completion, production: TrytonProduction, amounts: Amounts): void {
  requireBooked(production, amounts);
  // Nothing says any more what a share of the plan came to.
  const used = completion.components?.used.filter(({ quantity }) => quantity) ?? [];
  const components = { all: false, beyondPlan: true, used };
  requireUsed(production, usedComponents({ ...completion, components }, production, '1'));
  requireReported(production, cycleReportsOf(completion, production, false));
}

export function referenceOf({ number, state }: TrytonProduction): string {
  return state === 'done' ? `production ${number} done` : `output of production ${number}`;
}

/** @throws Rejected without a planned move of the product, which for a good quantity goes to stock. */
function requireOutput(production: TrytonProduction, isGood: boolean): TrytonLine {
  const { output } = production;
  const isMissing = !output || (isGood && output.moves.every(({ wasted }) => wasted));
  if (isMissing)
    throw productionRefused(production, 'order-data', 'has no output for its product: add one, then replay');
  return output;
}

const refusedStates = {
  cancelled:
    'is cancelled, so nothing can be booked on it: reset it to draft and release it, or stop the product order in Azumuta',
  done: 'was completed by somebody else: compare its quantity with what Azumuta recorded',
  draft: 'is not released (its state is draft): release it (Wait), then replay',
  request: 'is not released (its state is request): release it (Wait), then replay',
} as const;

function refuseStates(production: TrytonProduction, states: readonly (keyof typeof refusedStates)[]): void {
  const found = states.find((one) => one === production.state);
  if (found) throw productionRefused(production, 'order-state', refusedStates[found]);
}
