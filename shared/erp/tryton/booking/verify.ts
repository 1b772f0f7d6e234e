import type { Completion } from '../../../model/completions.ts';
import { Rejected } from '../../../model/errors.ts';
import { compareDecimals, type Decimal, sumOf } from '../../../model/quantity.ts';
import type { OutputMove, Production } from '../production.ts';
import type { Amounts } from './amounts.ts';

/** Whether Tryton has completed the moves that bear our key, and the production where it was to be finished. */
export function isBooked(
  production: Production,
  bound: readonly number[],
  { final }: Pick<Completion, 'final'>,
): boolean {
  const own = movesOf(production, bound);
  if (own.length === 0 || own.some(({ state }) => state !== 'done')) return false;
  return production.state === 'done' || !final;
}

/** @throws Rejected when what is booked under our key is not what was completed. */
export function requireBooked(production: Production, bound: readonly number[], asked: Amounts): void {
  const own = movesOf(production, bound).filter(({ state }) => state === 'done');
  const good = amountOf(own.filter(({ wasted }) => !wasted));
  const scrap = amountOf(own.filter(({ wasted }) => wasted));
  if (compareDecimals(good, asked.good) === 0 && compareDecimals(scrap, asked.scrap) === 0) return;
  throw new Rejected(
    `Tryton: production ${production.number} is booked with ${good} good and ${scrap} scrap instead of ${asked.good} and ${asked.scrap}: somebody changed it meanwhile; correct the stock in Tryton.`,
    { code: 'booked-otherwise' },
  );
}

function movesOf(production: Production, ids: readonly number[]): OutputMove[] {
  return production.outputs.filter(({ id }) => ids.includes(id));
}

function amountOf(moves: readonly OutputMove[]): Decimal {
  return sumOf(moves.map(({ quantity }) => quantity));
}
