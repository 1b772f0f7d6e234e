import { type Place, readerOf, valueAt } from '../../platform/places.ts';
import type { RestAnswer } from './options.ts';
import type { ListedOrder } from './row.ts';

/** Pages that were read one after the other, from the first one on. */
export class Sweep {
  /** Change times of the rows so far, by their ids. */
  readonly #rows = new Map<string, string>();
  #page: readonly ListedOrder[] = [];

  /** Whether a page with readable rows is the one before it. */
  isSame(rows: readonly ListedOrder[]): boolean {
    const page = readable(rows);
    return page.length > 0 && textOf(page) === textOf(this.#page);
  }

  /**
   * Takes the next page.
   * @returns A row that was on an earlier one, as rows without a fixed order are. Not counted are rows with which that page
   *   ended and this one begins: they move up when one is added before them, and some ERPs repeat the last row of a page.
   */
  take(rows: readonly ListedOrder[]): string | undefined {
    const page = readable(rows);
    const known = page.filter(({ rowId, changedAt }) => this.#rows.get(rowId) === changedAt);
    const ended = this.#page.slice(Math.max(0, this.#page.length - known.length));
    for (const { rowId, changedAt } of page) this.#rows.set(rowId, changedAt);
    this.#page = page;
    return textOf(page.slice(0, known.length)) === textOf(ended) ? undefined : known[0]?.rowId;
  }
}

function readable(rows: readonly ListedOrder[]): ListedOrder[] {
  return rows.filter(({ unreadable }) => !unreadable);
}

function textOf(rows: readonly ListedOrder[]): string {
  return rows.map(({ rowId, changedAt }) => `${rowId} ${changedAt}`).join('\n');
}

/** Where servers say, next to the list, that further rows follow: GraphQL's connections, OData, in-house forms. */
const readMore = readerOf(['pageInfo.hasNextPage', '@odata.nextLink', '__next', 'hasMore', 'next']);

/** Whether an answer says in a usual place that its list is not the whole. */
export function saysMore({ json, headers }: RestAnswer, list: Place): boolean {
  if (/rel="?next"?/.test(headers.get('link') ?? '')) return true;
  const holders = [list].flat().map((place) => (typeof place === 'string' ? place : ''));
  return holders.some((place) => Boolean(readMore(valueAt(json, place.replace(/\.?[^.]+$/, '')))));
}
