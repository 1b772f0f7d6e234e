import type { RetryLater } from '../../model/errors.ts';
import { pathTo, textAt, valueAt } from '../../platform/places.ts';
import { partnerDown, rejected } from '../failures.ts';
import { beginning } from '../list-by-keys.ts';
import { isClockPutBackNear, localTimeFrom } from '../local-time.ts';
import { type Detail, readDetails } from './details.ts';
import { isAccepted } from './errors.ts';
import type { RestConnection, RestListing, RestPaging, RestQuestion } from './options.ts';
import { type ListedOrder, parseRow, type ReadRow, readRow } from './row.ts';
import { type CallConfigured, configuredAt } from './run.ts';
import type { Reader } from './session.ts';

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
  const known = new Map<string, Detail>();
  let calls = 0;
  return { partner, readPage };

  /**
   * One page of the orders that changed at or after `since`.
   * @throws RetryLater as `Reader.read` does; Rejected when the ERP refuses the listing, there is no list where the
   *   options say, or one of their functions fails that is about no single row.
   */
  async function readPage(since: string | undefined, position: Position): Promise<RowsPage> {
    calls += 1;
    if (calls > maxCalls) throw endless(partner);
    const question = questionFor(listing, since, position);
    const answer = await reader.read(question, {
      what: 'the listing of orders',
      accepts: listing.emptyStatus,
      signal,
    });
    if (listing.emptyStatus?.includes(answer.status)) return { rows: [], next: undefined };
    if (!isAccepted(answer))
      throw rejected('refused-by-erp', `${partner} refused to list its orders${reader.said(answer)}.`);
    const list = callOfListing('list', valueAt, answer.json, listing.list);
    if (!Array.isArray(list)) {
      throw rejected(
        'configuration',
        `${partner}: there is no list at ${pathTo(listing.list)} of the listing; check orders.list.`,
      );
    }
    const answered = { json: answer.json, count: list.length, position, path: question.path };
    const next = callOfListing('paging.next', nextPosition, listing.paging, answered, baseUrl);
    if (next !== undefined && next === position) throw endless(partner);
    return { rows: await readRows(list, since), next };
  }

  /**
   * An invalid row gets no earlier time than the row before it, whatever its own time is: it must not move the
   * listing back. The same goes for rows of an hour that the ERP's clock shows twice. In a list that is
   * not sorted, a row without a time is as old as was asked for.
   */
  async function readRows(
    list: readonly unknown[],
    since = beginning.changedAt,
  ): Promise<readonly ListedOrder[]> {
    const sorted = listing.incremental !== false;
    const parsed = list.map((row) => parseRow(listing.row, row));
    const { detail } = listing;
    const fitting = parsed.map((row) => (row.fits ? row.row : undefined));
    const found = await readDetails(fitting, { reader, detail, signal }, known);
    let reached = since;
    return parsed.map((row, index) => {
      const path = `${pathTo(listing.list)}[${index}]`;
      const read = readRow(listing, row, found[index] ?? {}, { path, partner });
      const behind = sorted && (read.changedAt ?? '') < reached && (read.unreadable || isOfTwoHours(read));
      const changedAt = (behind ? undefined : read.changedAt) ?? reached;
      if (sorted) reached = changedAt;
      return { ...read, changedAt };
    });
  }

  function isOfTwoHours({ changedAt }: ReadRow): boolean {
    const zone = listing.since?.timeZone;
    return zone !== undefined && changedAt !== undefined && isClockPutBackNear(zone, changedAt);
  }
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
  const at = 'parameter' in paging && page !== undefined ? { [paging.parameter]: page } : {};
  const zone = listing.since?.timeZone;
  const asked = since !== undefined && zone !== undefined ? localTimeFrom(zone, since) : since;
  return {
    method: listing.method ?? 'GET',
    path: listing.path,
    query: { ...(listing.query && callOfListing('query', listing.query, asked)), ...size, ...at },
    body: listing.body && callOfListing('body', listing.body, asked),
  };
}

/** A page that was answered. */
interface Answered {
  readonly json: unknown;
  /** Rows on the page. */
  readonly count: number;
  readonly position: Position;
  /** Path or URL of the page. */
  readonly path: string;
}

/** Position of the next page; undefined after the last one. */
function nextPosition(
  paging: RestPaging,
  { json, count, position, path }: Answered,
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
