import { figuresToAccept } from '../../../shared/erp/beyond-order.ts';
import type { Ledger } from '../../../shared/ledger/ledger.ts';
import { toDecimal } from '../../../shared/model/quantity.ts';
import { UsageError } from '../cli/command.ts';

/** Figures that a person accepts, as refusals write them: `4000`, or `4000+300` for good and scrap. @throws UsageError */
export function parseAcceptedFigures(typed: string): string {
  const figures = typed.split('+').map(toDecimal);
  if (figures.every((figure) => figure !== undefined)) return figures.join('+');
  throw new UsageError(`"${typed}" is no figure: type the one that the refusal names.`);
}

/**
 * The one product order of these that was refused with just these figures, under the number that its bookings are kept
 * under. A person accepts what he has seen, so nothing else is.
 * @throws UsageError when none was, or several were
 */
export async function orderRefusedWith(
  figures: string,
  numbers: ReadonlySet<string>,
  { knownOrders }: Pick<Ledger, 'knownOrders'>,
): Promise<string> {
  const refused = new Map<string, Set<string>>();
  for (const number of numbers) {
    const { home, bookings } = await knownOrders.readStanding(number);
    const open = bookings.filter(({ state }) => state === 'rejected');
    const named = open.flatMap(({ reason }) => figuresToAccept(reason) ?? []);
    if (named.length > 0) refused.set(home, new Set(named));
  }
  const found = [...refused].flatMap(([home, named]) => (named.has(figures) ? home : []));
  const [home, ...others] = found;
  if (home !== undefined && others.length === 0) return home;
  if (home !== undefined)
    throw new UsageError(
      `${found.join(', ')} were refused with ${figures}: accept it of one of them at a time.`,
    );
  const [asked = ''] = numbers;
  const known = [...refused].map(([one, named]) => `${one} with ${[...named].join(', ')}`).join('; ');
  throw new UsageError(
    known === ''
      ? `${asked} has no booking that was refused for its figures: there is nothing to accept.`
      : `${asked} was not refused with ${figures}, but ${known}: accept exactly that, if it was really built.`,
  );
}
