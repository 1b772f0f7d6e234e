import * as z from 'zod/mini';
import { orRefusal } from '../../booking-rules.ts';
import type { Reader, Writer } from '../client.ts';
import { productionNotBookable, type TrytonProduction } from '../production.ts';
import type { PartLot, TakenPart } from './moves.ts';

/**
 * Lots with these numbers, the oldest first: of several with one number, which 7.0 does not forbid, that one counts. One
 * that was set inactive still is that lot.
 * @throws Rejected when this Tryton keeps no lots.
 */
export async function readLots<Row>(
  { abilities, search }: Reader,
  production: TrytonProduction,
  numbers: readonly string[],
  asked: {
    readonly row: z.ZodMiniType<Row>;
    readonly domain?: readonly unknown[];
    /** To count there what they hold. */
    readonly locations?: readonly number[];
  },
): Promise<Row[]> {
  if (numbers.length === 0) return [];
  if (!abilities.lots) {
    const why =
      'it has lots, and this Tryton keeps none: activate the module stock_lot, or leave lots out of the mapping';
    throw productionNotBookable(production, why);
  }
  const { row, domain = [], locations } = asked;
  return search('stock.lot', {
    domain: [...domain, ['number', 'in', numbers]],
    sort: [['id', 'ASC']],
    row,
    what: `looking for the lots of production ${production.number}`,
    context: { active_test: false, ...(locations ? { locations } : {}) },
    mayVanish: true,
  });
}

/** Numbers of lots that Tryton does not have. */
export function unknownLots(parts: readonly TakenPart[]): string[] {
  return [...new Set(parts.flatMap(({ lot }) => (lot && lot.id === undefined ? [lot.number] : [])))];
}

/** Adds the ids of the lots that Tryton has to what is taken of the output. */
export async function findLots(
  reader: Reader,
  production: TrytonProduction,
  parts: readonly TakenPart[],
): Promise<TakenPart[]> {
  const found = await readLots(reader, production, unknownLots(parts), {
    row: z.object({ id: z.int(), number: z.string() }),
    domain: [['product', '=', production.product]],
  });
  return withIds(parts, found);
}

function withIds(parts: readonly TakenPart[], lots: readonly Required<PartLot>[]): TakenPart[] {
  return parts.map((part) => {
    const lot = lots.find(({ number }) => number === part.lot?.number);
    return lot ? { ...part, lot } : part;
  });
}

/** Creates the lots that Tryton does not have. */
export async function createLots(
  writer: Writer,
  { number, product }: TrytonProduction,
  parts: readonly TakenPart[],
): Promise<TakenPart[]> {
  const numbers = unknownLots(parts);
  const lots = numbers.map((lot) => ({ number: lot, product }));
  const ids = await writer.create('stock.lot', lots, `creating the lots of production ${number}`);
  return withIds(
    parts,
    ids.map((id, at) => ({ id, number: numbers[at] ?? '' })),
  );
}

/** Removes the lots of these parts that others do not take in their place; one that somebody uses by now is kept. */
export async function removeSurplus(
  writer: Writer,
  { number }: TrytonProduction,
  created: readonly TakenPart[],
  counting: readonly TakenPart[],
): Promise<void> {
  const idsOf = (parts: readonly TakenPart[]) => parts.flatMap(({ lot }) => lot?.id ?? []);
  const surplus = idsOf(created).filter((id) => !idsOf(counting).includes(id));
  if (surplus.length === 0) return;
  const what = `removing surplus lots of production ${number}`;
  await orRefusal(writer.write('stock.lot', 'delete', [[...new Set(surplus)]], { what, isRepeatable: true }));
}
