import type { ReleasedOrdersPage } from '../../../../shared/erp/connector.ts';
import type { RestOptions, RestPaging } from '../../../../shared/erp/rest/index.ts';
import type { Watermark } from '../../../../shared/model/orders.ts';
import { startServer } from '../../../support/server.ts';
import { listOf } from '../conformance/listing.ts';
import { type SmallRow, smallConnector } from './small.ts';

export type Listing = RestOptions<SmallRow>['orders'];

export function row(number: string, changed: string | null, rest: Partial<SmallRow> = {}): SmallRow {
  return { number, quantity: '5', changed, ...rest };
}

export function minute(n: number): string {
  return `2026-11-24T10:${String(n).padStart(2, '0')}:00.000Z`;
}

function sorted(rows: readonly SmallRow[]): SmallRow[] {
  return [...rows].sort((a, b) => ((a.changed ?? '') < (b.changed ?? '') ? -1 : 1));
}

/** A server of rows, `pageSize` to a page; `meddle` runs after each page was read. */
export async function startRows(
  rows: SmallRow[],
  { pageSize = 2, meddle = () => {} }: { pageSize?: number; meddle?: (call: number) => void } = {},
) {
  const changedSince = (since: string) => sorted(rows.filter(({ changed }) => (changed ?? '') >= since));
  const server = await startPages(
    changedSince,
    () => pageSize,
    () => meddle(server.calls.length),
  );
  return server;
}

/** Every way of asking for further pages. */
export const pagings: RestPaging[] = [
  { kind: 'page', parameter: 'page' },
  { kind: 'offset', parameter: 'offset' },
  { kind: 'cursor', parameter: 'cursor', next: 'cursor' },
  { kind: 'nextLink', next: '@odata.nextLink' },
];

/** A server of pages, for every way of asking for them. */
export async function startPages(
  rowsSince: (since: string) => readonly unknown[],
  pageSize: () => number,
  afterPage = () => {},
) {
  return startServer(({ url }) => {
    const since = url.searchParams.get('since') ?? '';
    const listed = rowsSince(since);
    const size = pageSize();
    const at =
      url.searchParams.get('offset') ??
      url.searchParams.get('cursor') ??
      (Number(url.searchParams.get('page') ?? 1) - 1) * size;
    const from = Number(at);
    const more = from + size < listed.length;
    const body = {
      rows: listed.slice(from, from + size),
      cursor: more ? String(from + size) : null,
      '@odata.nextLink': more ? `orders?since=${since}&offset=${from + size}` : undefined,
    };
    afterPage();
    return { body };
  });
}

export async function pagesOf(url: string, change: Partial<Listing> = {}, since?: Watermark) {
  return (await listOf(smallConnector(`${url}/`, { orders: change }), since)).pages;
}

export function numbersOf(pages: readonly ReleasedOrdersPage[]): string[] {
  return pages.flatMap(({ orders }) => orders.map(({ number }) => number));
}
