import { textAt } from '../../platform/places.ts';
import { localTimeFrom, offsetTimeOf } from '../local-time.ts';
import type { RestListing, RestPaging, RestQuestion, RestSince } from './options.ts';
import { type CallConfigured, configuredAt } from './run.ts';

/** Position of a page: page number, offset, cursor or link; undefined for the first. */
export type Position = string | undefined;

/** Calls functions of the listing that are about no single row. */
export const callOfListing: CallConfigured = configuredAt('orders');

/** The request for a page of the orders that changed at or after `since`. */
export function questionFor(
  listing: Pick<RestListing<never>, 'method' | 'path' | 'query' | 'body' | 'paging' | 'since'>,
  since: string | undefined,
  position: Position,
): RestQuestion {
  const { paging } = listing;
  if (paging.kind === 'nextLink' && position !== undefined) return { path: position };
  const size = 'size' in paging && paging.size ? { [paging.size.parameter]: paging.size.rows } : {};
  const page = position ?? (paging.kind === 'page' ? (paging.first ?? 1) : undefined);
  const at = 'parameter' in paging && page !== undefined ? { [paging.parameter]: page } : {};
  const asked = since === undefined ? undefined : writtenAs(listing.since, since);
  return {
    method: listing.method ?? 'GET',
    path: listing.path,
    query: { ...(listing.query && callOfListing('query', listing.query, asked)), ...size, ...at },
    body: listing.body && callOfListing('body', listing.body, asked),
  };
}

/** A page that was answered. */
export interface Answered {
  readonly json: unknown;
  /** Rows on the page. */
  readonly count: number;
  readonly position: Position;
  /** Path or URL of the page. */
  readonly path: string;
}

/** Position of the next page; undefined after the last one. */
export function nextPosition(
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

function writtenAs(written: RestSince | undefined, since: string): string {
  if (written === undefined) return since;
  const { timeZone, format } = written;
  return format === 'iso' ? offsetTimeOf(timeZone, since) : localTimeFrom(timeZone, since);
}
