import type { RetryLater } from '../../model/errors.ts';
import { type Place, pathTo, textAt, valueAt } from '../../platform/places.ts';
import { partnerDown, rejected } from '../failures.ts';
import { beginning } from '../list-by-keys.ts';
import { isClockPutBackNear, localTimeFrom } from '../local-time.ts';
import { type Detail, readDetails } from './details.ts';
import { isAccepted, isErrorIn2xx } from './errors.ts';
import type { RestAnswer, RestConnection, RestListing, RestPaging, RestQuestion } from './options.ts';
import { type ListedOrder, parseRow, type ReadRow, readRow } from './row.ts';
import { type CallConfigured, configuredAt } from './run.ts';
import type { Reader } from './session.ts';
import { Sweep, saysMore } from './sweep.ts';

/** Position of a page: page number, offset, cursor or link; undefined for the first. */
export type Position = string | undefined;

/** Calls functions of the listing that are about no single row. */
const callOfListing: CallConfigured = configuredAt('orders');

export interface RowsPage {
  readonly rows: readonly ListedOrder[];
  /** Undefined after the last page. */
  readonly next: Position;
}

export type Listing = ReturnType<typeof createListing>;

/** A listing that takes more calls than this does not end. */
const maxCalls = 10_000;

export function createListing<Row>(
  reader: Reader,
  { baseUrl }: Pick<RestConnection, 'baseUrl'>,
  listing: RestListing<Row>,
  signal: AbortSignal,
) {
  const { partner } = reader;
  const { emptyStatus = [], list: place, paging } = listing;
  const known = new Map<string, Detail>();
  let calls = 0;
  let sweep = new Sweep();
  let doubt: string | undefined;

  /**
   * One page of the orders that changed at or after `since`.
   * @throws RetryLater as `Reader.read` does; Rejected when the ERP refuses the listing, there is no list where the
   *   options say, or one of their functions fails that is about no single row.
   */
  async function readPage(since: string | undefined, position: Position): Promise<RowsPage> {
    calls += 1;
    if (calls > maxCalls) throw endless(partner);
    const question = questionFor(listing, since, position);
    // A 403 is about all orders here.
    const asked = { what: 'the listing of orders', accepts: [...emptyStatus, 403], signal };
    const answer = await reader.read(question, asked);
    if (emptyStatus.includes(answer.status)) return { rows: [], next: undefined };
    const list = listIn(answer, place, reader);
    const page = { count: list.length, position, path: question.path };
    const next = callOfListing('paging.next', nextPosition, paging, answer.json, page, baseUrl);
    if (next !== undefined && next === position) throw endless(partner);
    const rows = await readRows(list, since, { reader, listing, signal, known });
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
 * @param read `known`: details that were read for earlier pages.
 */
async function readRows<Row>(
  list: readonly unknown[],
  since = beginning.changedAt,
  read: { reader: Reader; listing: RestListing<Row>; signal: AbortSignal; known: Map<string, Detail> },
): Promise<readonly ListedOrder[]> {
  const { reader, listing, signal, known } = read;
  const sorted = listing.incremental !== false;
  const zone = listing.since?.timeZone;
  const parsed = list.map((row) => parseRow(listing.row, row));
  const fitting = parsed.map((row) => (row.fits ? row.row : undefined));
  const found = await readDetails(fitting, { reader, detail: listing.detail, signal }, known);
  let reached = since;
  return parsed.map((row, index) => {
    const path = `${pathTo(listing.list)}[${index}]`;
    const read = readRow(listing, row, found[index] ?? {}, { path, partner: reader.partner });
    const behind =
      sorted && (read.changedAt ?? '') < reached && (read.unreadable || isOfTwoHours(read, zone));
    const changedAt = (behind ? undefined : read.changedAt) ?? reached;
    if (sorted) reached = changedAt;
    return { ...read, changedAt };
  });
}

function isOfTwoHours({ changedAt }: ReadRow, zone: string | undefined): boolean {
  return zone !== undefined && changedAt !== undefined && isClockPutBackNear(zone, changedAt);
}

function listIn(answer: RestAnswer, place: Place, { partner, said }: Reader): readonly unknown[] {
  if (!isAccepted(answer) || isErrorIn2xx(answer)) {
    const rights = answer.status === 403 ? ', as its user may not read them' : '';
    throw rejected('refused-by-erp', `${partner} refused to list its orders${rights}${said(answer)}.`);
  }
  const list = callOfListing('list', valueAt, answer.json, place);
  if (Array.isArray(list)) return list;
  const nowhere = `${partner}: there is no list at ${pathTo(place)} of the listing; check orders.list.`;
  throw rejected('configuration', nowhere);
}

function endless(partner: string): RetryLater {
  return partnerDown(`${partner}: the list of orders does not end; check orders.paging.`);
}

/** The request for a page of the orders that changed at or after `since`. */
function questionFor(
  listing: Pick<RestListing<never>, 'method' | 'path' | 'query' | 'body' | 'paging' | 'since'>,
  since: string | undefined,
  position: Position,
): RestQuestion {
  const { paging } = listing;
  if (paging.kind === 'nextLink' && position !== undefined) return { path: position };
  const size = 'size' in paging && paging.size ? { [paging.size.parameter]: paging.size.rows } : {};
  const page = position ?? (paging.kind === 'page' ? (paging.first ?? 1) : undefined);
  const at = 'parameter' in paging && paging.parameter !== undefined ? { [paging.parameter]: page } : {};
  const zone = listing.since?.timeZone;
  const asked = since !== undefined && zone !== undefined ? localTimeFrom(zone, since) : since;
  return {
    method: listing.method ?? 'GET',
    path: listing.path,
    query: { ...(listing.query && callOfListing('query', listing.query, asked)), ...size, ...at },
    body: listing.body && callOfListing('body', listing.body, asked, position),
  };
}

/**
 * Position of the next page; undefined after the last one.
 * @param count Of the rows on this page. @param path Path or URL of it.
 */
function nextPosition(
  paging: RestPaging,
  json: unknown,
  { count, position, path }: { readonly count: number; readonly position: Position; readonly path: string },
  baseUrl: string,
): Position {
  const nextInAnswer = () =>
    'next' in paging && paging.next !== undefined ? textAt(json, paging.next) : undefined;
  switch (paging.kind) {
    case 'none':
      return undefined;
    case 'page':
      if (paging.next !== undefined) return nextInAnswer();
      return count === 0 ? undefined : String(Number(position ?? paging.first ?? 1) + 1);
    case 'offset':
      return count === 0 ? undefined : String(Number(position ?? 0) + count);
    case 'cursor':
      return nextInAnswer();
    case 'nextLink':
      return linkFrom(nextInAnswer(), path, baseUrl);
  }
}

/**
 * Resolves a link against its page, as a browser does, but never to another server: behind a proxy, servers name the
 * host that only they know (seen on an OData V2 server), so only path and query count.
 */
function linkFrom(link: string | undefined, page: string, baseUrl: string): Position {
  if (link === undefined) return undefined;
  const base = baseUrl.replace(/\/$/, '');
  const { pathname, search } = new URL(link, /^https?:/.test(page) ? page : base + page);
  return new URL(base).origin + pathname + search;
}
