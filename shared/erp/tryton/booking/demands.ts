import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { RetryLater } from '../../../model/errors.ts';
import { orderWaits, rejected } from '../../failures.ts';
import type { Abilities, Permission, Reader } from '../connection.ts';
import type { TrytonOptions } from '../options.ts';
import { needsLot, notBookable, type Production } from '../production.ts';
import type { WantedMove } from './outputs.ts';

/** @throws Rejected when our user may not do what the booking needs. */
export function requireRights(
  { may }: Abilities,
  { number }: Production,
  ...needed: readonly (readonly [Permission, string])[]
): void {
  const lacking = needed.find(([permission, model]) => !may(permission, model));
  if (!lacking) return;
  const why = `our user may not ${lacking.join(' ')}: put it into the groups that may (Production, Stock), then replay`;
  throw notBookable(number, why, 'refused-by-erp');
}

/** @throws Rejected when Tryton would not move the components, or the output, without a lot. */
export function requireLots(
  { number, article, goodLocationType, lotAt, numbersLots, componentsWithoutLot }: Production,
  wanted: readonly WantedMove[],
  finishes: boolean,
): void {
  if (componentsWithoutLot.length > 0) {
    const why = `its components ${componentsWithoutLot.join(', ')} need a lot: choose it in Tryton (Inputs), then replay`;
    throw notBookable(number, why);
  }
  const unlotted = wanted.find(
    ({ lot, location }) =>
      lot === undefined &&
      needsLot(lotAt, ['production', location === undefined ? goodLocationType : 'lost_found']),
  );
  if (!unlotted || (finishes && numbersLots)) return;
  const why = `${article} needs a lot, and ${unlotted.quantity} of it have none: record the lot in Azumuta and map it, or set it on the production in Tryton, then replay`;
  throw notBookable(number, why);
}

/** @throws Rejected when Tryton would ask about the missing list price, and nobody has confirmed it for our user. */
export async function requireListPrice(
  reader: Reader,
  { number, article, product, isPriced }: Production,
): Promise<void> {
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
  throw rejected(
    'refused-by-erp',
    `Tryton: production ${number} cannot be completed, because ${article} has no list price, which Tryton asks about: give it one, then replay.`,
  );
}

/** Missing stock takes a delivery or a count, so asking often does not help. */
const stockSeconds = 900;

/** @throws RetryLater scope `order` when a person has to reserve the components, and has not. */
export function requireReserved(production: Production, assign: TrytonOptions['assign']): void {
  if (production.state !== 'waiting' || assign !== 'never') return;
  throw componentsMissing(production, 'reserve them in Tryton (Assign)');
}

export function componentsMissing({ number, unassigned }: Production, remedy: string): RetryLater {
  const codes = [...new Set(unassigned)];
  const named = codes.length > 5 ? [...codes.slice(0, 5), '…'] : codes;
  return orderWaits(
    `Tryton: production ${number} waits for components (${named.join(', ') || 'none is named'}): ${remedy}. It is booked as soon as they are there.`,
    { afterSeconds: stockSeconds },
  );
}

/** @throws Rejected when people have works to finish: Tryton completes no production before (`production_work`, 7.0). */
export function requireFinishedWorks({ number, works }: Production): void {
  const open = works.filter(({ state }) => state !== 'finished' && state !== 'done');
  if (open.length === 0) return;
  const names = open.map(({ operation }) => operation).join(', ');
  throw rejected(
    'order-state',
    `Tryton: production ${number} cannot be completed, because its works must be finished first (${names}): finish them in Tryton, or set finishWorks in tryton(), then replay.`,
  );
}
