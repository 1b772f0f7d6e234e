import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { BookingKey, Link, Receipt } from '../../../model/completions.ts';
import type { RetryLater } from '../../../model/errors.ts';
import { compareDecimals } from '../../../model/quantity.ts';
import { shorten } from '../../../model/text.ts';
import { orderWaits } from '../../failures.ts';
import type { Abilities, Reader } from '../client.ts';
import type { TrytonOptions } from '../options.ts';
import {
  productionNotBookable,
  productionRefused,
  type TrytonMove,
  type TrytonProduction,
} from '../production.ts';
import type { TakenComponent } from './components.ts';
import { type CycleReport, isFinished } from './cycles.ts';
import { unknownLots } from './lots.ts';
import type { TakenLine } from './moves.ts';
import type { Amounts } from './outputs.ts';

/** What is left to write of one booking: all of it, or the rest after a crash. */
export type ToBook = ToNote | ToComplete;

interface CommonToBook {
  /** With the marks that the look saw. */
  readonly production: TrytonProduction;
  readonly key: BookingKey;
  /** Undefined when the note is written already. */
  readonly note: string | undefined;
  /** Those that are not attached yet. */
  readonly links: readonly Link[];
}

/** Text and links, and never a quantity. */
interface ToNote extends CommonToBook {
  readonly receipt: Receipt;
}

/** Output moves to complete, and the production with them when no other output is open. */
export interface ToComplete extends CommonToBook {
  readonly amounts: Amounts;
  readonly output: TakenLine;
  /** Undefined where nothing was recorded of the components: Tryton takes them as planned. */
  readonly used: readonly TakenComponent[] | undefined;
  readonly reports: readonly CycleReport[];
  /** Whether the production ends with this booking, as far as the look can tell. */
  readonly finishes: boolean;
}

/** @throws Rejected or RetryLater for every further reason that Tryton could have to refuse what is to be booked. */
export async function requireBookable(reader: Reader, toBook: ToComplete): Promise<void> {
  const { production, amounts, output, finishes } = toBook;
  const { abilities, options } = reader;
  requireRights(abilities, production, ['write', 'production'], ['write', 'stock.move']);
  if (unknownLots(output.parts).length > 0) requireRights(abilities, production, ['create', 'stock.lot']);
  requireLotsOfComponents(toBook);
  requireLots(toBook);
  if (finishes) requireFinishedWorks(toBook);
  if (finishes && compareDecimals(amounts.good, '0') > 0) await requireListPrice(reader, production);
  requireReserved(production, options.assign);
}

/** @throws Rejected when our user may not do what the booking needs. */
export function requireRights(
  { may }: Abilities,
  production: TrytonProduction,
  ...needed: readonly Parameters<Abilities['may']>[]
): void {
  const lacking = needed.find((right) => !may(...right));
  if (!lacking) return;
  const why = `cannot be booked, because our user may not ${lacking.join(' ')}: put it into the groups that may (Production, Stock), then replay`;
  throw productionRefused(production, 'refused-by-erp', why);
}

/** @throws Rejected when Tryton would not move the components without a lot: reserving gives them none (7.0). */
function requireLotsOfComponents({ production, used = [] }: ToComplete): void {
  const lacking = production.components.filter((line) => {
    const recorded = used.find((one) => one.line === line)?.recorded;
    const lacksLot = ({ state, quantity, lot }: TrytonMove) => state !== 'done' && quantity !== '0' && !lot;
    return line.needsLot && line.moves.some(lacksLot) && !recorded?.every(({ lot }) => lot);
  });
  if (lacking.length === 0) return;
  const articles = lacking.map(({ article }) => article).join(', ');
  const why = `its components ${articles} need a lot: choose it in Tryton (Inputs), then replay`;
  throw productionNotBookable(production, why);
}

/** @throws Rejected when Tryton would not move the output without a lot. */
function requireLots({ production, output: { line, parts }, finishes }: ToComplete): void {
  const unlotted = parts.find(
    ({ lot, location }) => !lot && (location === undefined ? line.needsLot : line.needsLotAsWaste),
  );
  const isNumberedByTryton = finishes && production.numbersLots;
  if (!unlotted || isNumberedByTryton) return;
  const why = `${production.article} needs a lot, and ${unlotted.quantity} of it have none: record the lot in Azumuta and map it, or set it on the production in Tryton, then replay`;
  throw productionNotBookable(production, why);
}

/** @throws Rejected when Tryton would ask about the missing list price, and nobody has confirmed it for our user. */
async function requireListPrice(reader: Reader, production: TrytonProduction): Promise<void> {
  const { number, article, product, isPriced } = production;
  if (isPriced) return;
  // As Tryton names a warning (`Warning.format`, 7.0).
  const digest = createHash('md5').update(`product.product,${product}`).digest('hex');
  const answered = await reader.search('res.user.warning', {
    domain: [['name', '=', `${digest}.production_missing_list_price`]],
    fields: ['id'],
    limit: 1,
    row: z.unknown(),
    what: `reading the warnings of production ${number}`,
  });
  if (answered.length > 0) return;
  const why = `cannot be completed, because ${article} has no list price, which Tryton asks about: give it one, then replay`;
  throw productionRefused(production, 'refused-by-erp', why);
}

/** @throws OrderNotReady when a person has to reserve the components, and has not. */
export function requireReserved(production: TrytonProduction, assign: TrytonOptions['assign']): void {
  if (production.state !== 'waiting' || assign !== 'never') return;
  throw componentsMissing(production, 'reserve them in Tryton (Assign)');
}

export function componentsMissing({ number, components }: TrytonProduction, remedy: string): RetryLater {
  const unreserved = components.filter(({ moves }) =>
    moves.some(({ state }) => state === 'draft' || state === 'staging'),
  );
  const articles = shorten(unreserved.map(({ article }) => article).join(', '), 200) || 'none is named';
  const why = `Tryton: production ${number} waits for components (${articles}): ${remedy}. It is booked as soon as they are there.`;
  // Missing stock takes a delivery or a count.
  return orderWaits(why, { retry: 'seldom' });
}

/** @throws Rejected when people have works to finish: Tryton completes no production before (`production_work`, 7.0). */
function requireFinishedWorks({ production, reports }: ToComplete): void {
  const open = production.works.filter(
    (work) => !(reports.find((one) => one.work === work.id)?.finished ?? isFinished(work)),
  );
  if (open.length === 0) return;
  const names = open.map(({ operation }) => operation).join(', ');
  const why = `cannot be completed, because its works must be finished first (${names}): finish them in Tryton, or set finishWorks in tryton(), then replay`;
  throw productionRefused(production, 'order-state', why);
}
