import { Rejected, RetryLater } from '../../model/errors.ts';
import { isClockPutBackNear, localTimeFrom, offsetTimeOf } from '../local-time.ts';
import { beginning } from '../read-rows.ts';
import { configuredAt } from './configured.ts';
import { createReadDetails } from './details.ts';
import type { RestConnection, RestListing, RestQuestion, RestSince } from './options.ts';
import { pathTo, textAt, valueAt } from './places.ts';
import { type ListedOrder, parseRow, type ReadRow, readRow } from './row.ts';
import type { Reader } from './session.ts';

/** Where a page is: page number, offset, cursor or link; undefined for the first. */
export type Position = string | undefined;

export interface RowsPage {
  readonly rows: readonly ListedOrder[];
  /** Undefined after the last page. */
  readonly next: Position;
}

/** Reads one page of the orders that changed at or after `since`. */
export type ReadPage = (since: string | undefined, position: Position) => Promise<RowsPage>;

/** A listing that takes more calls than this does not end. */
const maxCalls = 10_000;

/**
 * @param count Told of requests for details that were made.
 * @throws RetryLater as Reader.read does; Rejected when the ERP refuses the listing, there is no list where the
 *   options say, or a function of theirs that is about no single row fails.
 */
export function createReadPage<Row>(
  reader: Reader,
  options: Pick<RestConnection, 'baseUrl'>,
  listing: RestListing<Row>,
  { signal, count }: { readonly signal: AbortSignal; readonly count: (detailCalls: number) => void },
): ReadPage {
  const { paging } = listing;
  const { partner } = reader;
  const call = configuredAt('orders');
  const readDetails = createReadDetails(reader, listing.detail, signal);
  let calls = 0;

  return async (since, position) => {
    calls += 1;
    if (calls > maxCalls) throw endless();
    const question = questionOf(since, position);
    const answer = await reader.read(question, {
      what: 'the listing of orders',
      accepts: listing.emptyStatus,
      signal,
    });
    if (listing.emptyStatus?.includes(answer.status)) return { rows: [], next: undefined };
    if (answer.status >= 300)
      throw new Rejected(`${partner} refused to list its orders${reader.said(answer)}.`, {
        code: 'refused-by-erp',
      });
    const list = call('list', valueAt, answer.json, listing.list);
    if (!Array.isArray(list)) {
      throw new Rejected(
        `${partner}: there is no list at ${pathTo(listing.list)} of the listing; check orders.list.`,
        { code: 'configuration' },
      );
    }
    const next = call('paging.next', nextOf, answer.json, list.length, position, question);
    if (next !== undefined && next === position) throw endless();
    return { rows: await readRows(list, since), next };
  };

  function endless(): RetryLater {
    return new RetryLater(`${partner}: the list of orders does not end; check orders.paging.`, {
      scope: 'partner',
    });
  }

  /**
   * A row that does not fit stands no earlier than the row before it, whatever it says of its time: no listing
   * may go back because of it. The same goes for rows of an hour that the ERP's clock shows twice. Of a list that is
   * not sorted, a row without a time is as old as was asked for.
   */
  async function readRows(
    list: readonly unknown[],
    since = beginning.changedAt,
  ): Promise<readonly ListedOrder[]> {
    const sorted = listing.incremental !== false;
    const parsed = list.map((row) => parseRow(listing.row, row));
    const found = await readDetails(parsed.map((row) => (row.fits ? row.row : undefined)));
    count(found.calls);
    let reached = since;
    return parsed.map((row, index) => {
      const path = `${pathTo(listing.list)}[${index}]`;
      const read = readRow(listing, row, found.details[index] ?? {}, { path, partner });
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

  function questionOf(since: string | undefined, position: Position): RestQuestion {
    if (paging.kind === 'nextLink' && position !== undefined) return { path: position };
    const size = 'size' in paging && paging.size ? { [paging.size.parameter]: paging.size.rows } : {};
    const at = 'parameter' in paging && position !== undefined ? { [paging.parameter]: position } : {};
    const first =
      paging.kind === 'page' && position === undefined ? { [paging.parameter]: paging.first ?? 1 } : {};
    const asked = since === undefined ? undefined : sinceFor(listing.since, since);
    return {
      method: listing.method ?? 'GET',
      path: listing.path,
      query: { ...(listing.query && call('query', listing.query, asked)), ...size, ...first, ...at },
      ...(listing.body ? { body: call('body', listing.body, asked) } : {}),
    };
  }

  function nextOf(json: unknown, count: number, position: Position, { path }: RestQuestion): Position {
    switch (paging.kind) {
      case 'none':
        return undefined;
      case 'page':
        if (paging.next !== undefined) return textAt(json, paging.next);
        return count === 0 ? undefined : String(Number(position ?? paging.first ?? 1) + 1);
      case 'offset':
        return count === 0 ? undefined : String(Number(position ?? 0) + count);
      case 'cursor':
        return textAt(json, paging.next);
      case 'nextLink':
        return linkFrom(textAt(json, paging.next), path, options.baseUrl);
    }
  }
}

/**
 * Where a link leads from the page that it stands on, as in a browser, but never to another server: behind a proxy,
 * servers name the host that only they know (seen on an OData V2 server), so that path and query count alone.
 */
function linkFrom(link: string | undefined, page: string, baseUrl: string): Position {
  if (link === undefined) return undefined;
  const base = baseUrl.replace(/\/$/, '');
  const { pathname, search } = new URL(link, /^https?:/.test(page) ? page : base + page);
  return new URL(base).origin + pathname + search;
}

function sinceFor(written: RestSince | undefined, since: string): string {
  if (written === undefined) return since;
  const { timeZone, format } = written;
  return format === 'iso' ? offsetTimeOf(timeZone, since) : localTimeFrom(timeZone, since);
}
