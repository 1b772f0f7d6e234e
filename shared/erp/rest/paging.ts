import { Rejected, RetryLater } from '../../model/errors.ts';
import { pathTo, valueAt } from '../../platform/places.ts';
import { isClockPutBackNear } from '../local-time.ts';
import { beginning } from '../read-rows.ts';
import { createDetailReader } from './details.ts';
import type { RestConnection, RestListing } from './options.ts';
import { callOfListing, nextPosition, type Position, questionFor } from './positions.ts';
import { type ListedOrder, parseRow, type ReadRow, readRow } from './row.ts';
import type { Reader } from './session.ts';

export interface RowsPage {
  readonly rows: readonly ListedOrder[];
  /** Undefined after the last page. */
  readonly next: Position;
}

export interface Listing {
  readonly partner: string;
  /**
   * One page of the orders that changed at or after `since`.
   * @throws RetryLater as `Reader.read` does; Rejected when the ERP refuses the listing, there is no list where the
   *   options say, or one of their functions fails that is about no single row.
   */
  readonly readPage: (since: string | undefined, position: Position) => Promise<RowsPage>;
  /** Requests for details since the last call of this function; undefined when none are configured. */
  readonly takeDetailCalls: () => number | undefined;
}

/** A listing that takes more calls than this does not end. */
const maxCalls = 10_000;

export function createListing<Row>(
  reader: Reader,
  { baseUrl }: Pick<RestConnection, 'baseUrl'>,
  listing: RestListing<Row>,
  signal: AbortSignal,
): Listing {
  const { partner } = reader;
  const details = createDetailReader(reader, listing.detail, signal);
  let calls = 0;
  return { partner, readPage, takeDetailCalls: details.takeCalls };

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
    if (answer.status >= 300)
      throw new Rejected(`${partner} refused to list its orders${reader.said(answer)}.`, {
        code: 'refused-by-erp',
      });
    const list = callOfListing('list', valueAt, answer.json, listing.list);
    if (!Array.isArray(list)) {
      throw new Rejected(
        `${partner}: there is no list at ${pathTo(listing.list)} of the listing; check orders.list.`,
        { code: 'configuration' },
      );
    }
    const answered = { json: answer.json, count: list.length, position, path: question.path };
    const next = callOfListing('paging.next', nextPosition, listing.paging, answered, baseUrl);
    if (next !== undefined && next === position) throw endless(partner);
    return { rows: await readRows(list, since), next };
  }

  /**
   * A row that does not fit gets no earlier time than the row before it, whatever its own time is: it must not move the
   * listing back. The same goes for rows of an hour that the ERP's clock shows twice. In a list that is
   * not sorted, a row without a time is as old as was asked for.
   */
  async function readRows(
    list: readonly unknown[],
    since = beginning.changedAt,
  ): Promise<readonly ListedOrder[]> {
    const sorted = listing.incremental !== false;
    const parsed = list.map((row) => parseRow(listing.row, row));
    const found = await details.read(parsed.map((row) => (row.fits ? row.row : undefined)));
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
  return new RetryLater(`${partner}: the list of orders does not end; check orders.paging.`, {
    scope: 'partner',
  });
}
