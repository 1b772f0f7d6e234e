import { type Place, valueAt } from '../../platform/places.ts';
import type { RestAnswer } from './options.ts';
import type { ListedOrder } from './row.ts';

/** Pages that were read one after the other, from the first one on. */
export class Sweep {
  readonly #rows = new Set<string>();
  #page: readonly string[] = [];

  /**
   * Takes the next page.
   * @returns Why rows may be missing: one was on an earlier page, as those without a fixed order are. Not counted are rows
   *   with which that page ended and this one begins: they move up when one is added before them, and some ERPs repeat the last.
   */
  take(rows: readonly ListedOrder[]): string | undefined {
    const page = rows.flatMap((row) => (row.unreadable ? [] : `${row.rowId} of ${row.changedAt}`));
    const known = page.filter((row) => this.#rows.has(row));
    const isMoved = known.every((row, at) => row === page[at] && row === this.#page.at(at - known.length));
    for (const row of page) this.#rows.add(row);
    this.#page = page;
    const remedy = 'let orders.query sort by a unique second key, such as the id';
    return isMoved ? undefined : `it lists ${known[0]} on two pages; ${remedy}`;
  }
}

/** Where servers say, next to the list, that further rows follow: GraphQL's connections, OData, in-house forms. */
const moreAt = ['pageInfo.hasNextPage', '@odata.nextLink', '__next', 'hasMore', 'next'];

/** Whether an answer says in a usual place that its list is not the whole. */
export function saysMore({ json, headers }: RestAnswer, list: Place): boolean {
  if (/rel="?next"?/.test(headers.get('link') ?? '')) return true;
  const holders = [list].flat().map((place) => (typeof place === 'string' ? place : ''));
  return holders.some((place) => Boolean(valueAt(valueAt(json, place.replace(/\.?[^.]+$/, '')), moreAt)));
}
