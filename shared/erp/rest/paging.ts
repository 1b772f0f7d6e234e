import { callConfigured } from '../../model/configured.ts';
import type { RetryLater } from '../../model/errors.ts';
import type { PartnerCall } from '../../platform/http.ts';
import { type Place, pathTo, textAt, valueAt } from '../../platform/places.ts';
import { partnerDown, rejected } from '../failures.ts';
import { earliestWatermark } from '../list-by-keys.ts';
import { isClockPutBackNear, localTimeFrom } from '../local-time.ts';
import type { Withheld } from './answers.ts';
import { downBy, type Heard, isAccepted, isErrorIn2xx, saidBy } from './errors.ts';
import type { RestAnswer, RestListing, RestOptions, RestPaging, RestQuestion } from './options.ts';
import { createRestRowReader, type ReadRow } from './row.ts';
import type { Reader } from './session.ts';

/** Position of a page: page number, offset, cursor or link; undefined for the first. */
export type PagePosition = string | undefined;

/** A row with its position in the listing; one without a time has the position where it was found. */
export type PositionedRow = ReadRow & { readonly changedAt: string };

export type Listing = ReturnType<typeof createListing>;

/** A listing that takes more calls than this does not end. */
const maxCalls = 10_000;

/** Calls what is about no single row. @throws Rejected naming its path: `erp.orders.query failed: …`. */
const callListingFunction = <T>(name: string, run: () => T) =>
  callConfigured(`erp.orders.${name} failed`, run);

export function createListing<Row>(reader: Reader, { baseUrl, orders }: RestOptions<Row>, call: PartnerCall) {
  const { partner } = reader;
  const { emptyStatus = [], list: place, paging } = orders;
  const readRows = createRestRowReader(reader, orders, call);
  let calls = 0;
  let sweep = new Sweep();
  let doubt: string | undefined;

  /**
   * One page of the orders that changed at or after `since`, and the next one's position: undefined after the last page.
   * @throws RetryLater as `Reader.read` does; Rejected when the ERP refuses the listing, there is no list where the
   *   options say, or one of their functions fails that is about no single row.
   */
  async function readPage(since: string | undefined, position: PagePosition) {
    calls += 1;
    if (calls > maxCalls) throw endlessPages(partner);
    const question = questionFor(orders, since, position);
    // A 403 is about all orders here.
    const { signal, guard } = call;
    const asked = { what: 'the listing of orders', accepts: [...emptyStatus, 403], signal, guard };
    const reading = await reader.read(question, asked);
    if ('withheld' in reading) throw listingFailures[reading.withheld.kind](partner, reading);
    const answer = reading.shown;
    if (emptyStatus.includes(answer.status)) return { rows: [], next: undefined };
    const list = listIn(answer, place, reader);
    const next = callListingFunction('paging.next', () => {
      const page = { count: list.length, position, path: question.path };
      return nextPosition(paging, answer.json, page, baseUrl);
    });
    if (next !== undefined && next === position) throw endlessPages(partner);
    const read = await readRows(list, (index) => `${pathTo(place)}[${index}]`);
    const rows = withRisingTimes(read, since, orders);
    if (position === undefined) sweep = new Sweep();
    const isCut = next === undefined && list.length > 0 && saysMore(answer, place);
    doubt ??= isCut
      ? 'its answer says that more follow, but orders.paging finds no next page'
      : sweep.take(rows);
    return { rows, next };
  }

  /** @throws Rejected when other orders may be missing: call it once those that were found are listed. */
  function requireWhole(): void {
    if (doubt === undefined) return;
    throw rejected('configuration', `${partner} may have orders that its list does not show: ${doubt}.`);
  }

  return { partner, readPage, requireWhole };
}

/**
 * An invalid row gets no earlier time than the row before it, whatever its own time is: it must not move the
 * listing back. The same goes for rows of an hour that the ERP's clock shows twice. In a list that is
 * not sorted, a row without a time is as old as was asked for.
 */
function withRisingTimes(
  rows: readonly ReadRow[],
  since = earliestWatermark.changedAt,
  { incremental, since: clock }: Pick<RestListing<never>, 'incremental' | 'since'>,
): PositionedRow[] {
  if (incremental === false) return rows.map((row) => ({ ...row, changedAt: row.changedAt ?? since }));
  let reached = since;
  return rows.map((row) => {
    const { changedAt = reached, unreadable } = row;
    const isUncertain = unreadable || (clock && isClockPutBackNear(clock.timeZone, changedAt));
    if (changedAt > reached || !isUncertain) reached = changedAt;
    return { ...row, changedAt: reached };
  });
}

function listIn(answer: RestAnswer, place: Place, { partner, said }: Reader): readonly unknown[] {
  if (!isAccepted(answer) || isErrorIn2xx(answer)) {
    const rights = answer.status === 403 ? ', as its user may not read them' : '';
    throw rejected('refused-by-erp', `${partner} refused to list its orders${rights}${said(answer)}.`);
  }
  const list = callListingFunction('list', () => valueAt(answer.json, place));
  if (Array.isArray(list)) return list;
  const nowhere = `${partner}: there is no list at ${pathTo(place)} of the listing; check orders.list.`;
  throw rejected('configuration', nowhere);
}

/** What it means that the ERP withholds its list, as the configuration says. */
const listingFailures: Readonly<
  Record<Withheld['kind'], (partner: string, reading: Extract<Heard, { withheld: Withheld }>) => Error>
> = {
  refused: (partner, { withheld, status }) =>
    rejected('refused-by-erp', `${partner} refused to list its orders${saidBy(withheld, status)}.`),
  // A list is of no order that could wait.
  waits: (partner, { withheld, status }) =>
    downBy(partner, withheld, { what: 'the listing of orders', status }),
};

function endlessPages(partner: string): RetryLater {
  return partnerDown(`${partner}: the list of orders does not end; check orders.paging.`);
}

/** The request for a page of the orders that changed at or after `since`. */
function questionFor<Row>(
  { method = 'GET', path, query, body, paging, since: clock }: RestListing<Row>,
  since: string | undefined,
  position: PagePosition,
): RestQuestion {
  if (paging.kind === 'nextLink' && position !== undefined) return { path: position };
  const page = position ?? (paging.kind === 'page' ? (paging.first ?? 1) : undefined);
  const at = 'parameter' in paging && paging.parameter !== undefined ? { [paging.parameter]: page } : {};
  const asked = since !== undefined && clock ? localTimeFrom(clock.timeZone, since) : since;
  return {
    method,
    path,
    query: { ...callListingFunction('query', () => query?.(asked)), ...at },
    body: callListingFunction('body', () => body?.(asked, position)),
  };
}

/**
 * Position of the next page; undefined after the last one.
 * @param count Of the rows on this page. @param path Path or URL of it.
 */
function nextPosition(
  paging: RestPaging,
  json: unknown,
  {
    count,
    position,
    path,
  }: { readonly count: number; readonly position: PagePosition; readonly path: string },
  baseUrl: string,
): PagePosition {
  if ('next' in paging) {
    const next = textAt(json, paging.next);
    return paging.kind === 'nextLink' && next !== undefined ? linkFrom(next, path, baseUrl) : next;
  }
  if (paging.kind === 'none' || count === 0) return undefined;
  const following =
    paging.kind === 'page' ? Number(position ?? paging.first ?? 1) + 1 : Number(position ?? 0) + count;
  return String(following);
}

/**
 * Resolves a link against its page, as a browser does, but never to another server: behind a proxy, servers name the
 * host that only they know (seen on an OData V2 server), so only path and query count.
 */
function linkFrom(link: string, page: string, baseUrl: string): string {
  const base = baseUrl.replace(/\/$/, '');
  const { pathname, search } = new URL(link, /^https?:/.test(page) ? page : base + page);
  return new URL(base).origin + pathname + search;
}

/** Pages that were read one after the other, from the first one on. */
class Sweep {
  readonly #rows = new Set<string>();
  #page: readonly string[] = [];

  /**
   * Takes the next page.
   * @returns Why rows may be missing: one was on an earlier page, as those without a fixed order are. Not counted are rows
   *   with which that page ended and this one begins: they move up when one is added before them, and some ERPs repeat the last.
   */
  take(rows: readonly PositionedRow[]): string | undefined {
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
function saysMore({ json, headers }: RestAnswer, list: Place): boolean {
  if (/rel="?next"?/.test(headers.get('link') ?? '')) return true;
  const holders = [list].flat().map((place) => (typeof place === 'string' ? place : ''));
  return holders.some((place) => Boolean(valueAt(valueAt(json, place.replace(/\.?[^.]+$/, '')), moreAt)));
}
