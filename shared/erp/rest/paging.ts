import { Rejected, RetryLater } from '../../model/errors.ts';
import { beginning } from '../read-rows.ts';
import type { RestConnection, RestListing, RestRequest } from './options.ts';
import { pathTo, textAt, valueAt } from './places.ts';
import { type ListedOrder, readRow } from './row.ts';
import type { Session } from './session.ts';

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
 * @throws RetryLater as Session.send does, and when an answer is no JSON; Rejected when the ERP refuses the
 * listing, or there is no list where the options say.
 */
export function createReadPage<Row>(
  session: Session,
  options: Pick<RestConnection, 'baseUrl'>,
  listing: RestListing<Row>,
  signal: AbortSignal,
): ReadPage {
  const { paging } = listing;
  const call = { what: 'listing its orders', writes: false, signal };
  let calls = 0;

  return async (since, position) => {
    calls += 1;
    if (calls > maxCalls) {
      throw new RetryLater(`${session.partner}: the list of orders does not end; check orders.paging.`, {
        scope: 'partner',
      });
    }
    const request = requestOf(since, position);
    const answer = await session.send(request, call);
    if (listing.emptyStatus?.includes(answer.status)) return { rows: [], next: undefined };
    const failure = session.partnerFailure(answer, call);
    if (failure) throw failure;
    if (answer.status >= 300)
      throw new Rejected(`${session.partner} refused to list its orders${session.said(answer)}.`, {
        code: 'refused-by-erp',
      });
    if (answer.json === undefined) {
      throw new RetryLater(
        `${session.partner} answered the listing of orders with something that is no JSON.`,
        {
          scope: 'partner',
        },
      );
    }
    const list = valueAt(answer.json, listing.list);
    if (!Array.isArray(list)) {
      throw new Rejected(
        `${session.partner}: there is no list at ${pathTo(listing.list)} of the listing; check orders.list.`,
        { code: 'configuration' },
      );
    }
    return { rows: readRows(list, since), next: nextOf(answer.json, list.length, position, request) };
  };

  /**
   * A row that does not fit stands no earlier than the row before it, whatever it says of its time: no listing
   * may go back because of it. Of a list that is not sorted, one without a time is as old as was asked for.
   */
  function readRows(list: readonly unknown[], since = beginning.changedAt): ListedOrder[] {
    const sorted = listing.incremental !== false;
    let reached = since;
    return list.map((row, index) => {
      const read = readRow(listing, row, `${pathTo(listing.list)}[${index}]`, session.partner);
      const behind = read.unreadable && sorted && (read.changedAt ?? '') < reached;
      const changedAt = (behind ? undefined : read.changedAt) ?? reached;
      if (sorted) reached = changedAt;
      return { ...read, changedAt };
    });
  }

  function requestOf(since: string | undefined, position: Position): RestRequest {
    if (paging.kind === 'nextLink' && position !== undefined) return { path: position };
    const size = 'size' in paging && paging.size ? { [paging.size.parameter]: paging.size.rows } : {};
    const at = 'parameter' in paging && position !== undefined ? { [paging.parameter]: position } : {};
    const first =
      paging.kind === 'page' && position === undefined ? { [paging.parameter]: paging.first ?? 1 } : {};
    return {
      method: listing.method ?? 'GET',
      path: listing.path,
      query: { ...listing.query?.(since), ...size, ...first, ...at },
      ...(listing.body ? { body: listing.body(since) } : {}),
    };
  }

  function nextOf(json: unknown, count: number, position: Position, { path }: RestRequest): Position {
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
      case 'nextLink': {
        // A link may be relative: to the page it stands on, as in a browser.
        const link = textAt(json, paging.next);
        const base = options.baseUrl.replace(/\/$/, '');
        return link && new URL(link, /^https?:/.test(path) ? path : base + path).href;
      }
    }
  }
}
