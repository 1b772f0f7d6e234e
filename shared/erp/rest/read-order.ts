import { UnknownOrder } from '../../model/errors.ts';
import type { ErpOrder, ErpOrderRef } from '../../model/orders.ts';
import { onlyOrder } from '../read-rows.ts';
import { readDetails } from './details.ts';
import { failureOfLookUp } from './errors.ts';
import type { RestAnswer, RestListing, RestOne } from './options.ts';
import { parseRow, readRow } from './row.ts';
import { configuredAt } from './run.ts';
import type { Reader } from './session.ts';

const wholeAnswer = ({ json }: RestAnswer): unknown => json;

/**
 * One order, read as a row of the listing; undefined when the ERP does not know it.
 * @throws RetryLater as `Reader.read` does; Rejected when the ERP refuses to show it, it cannot be read, or a function of
 *   the options fails.
 */
export async function readOrder<Row>(
  reader: Reader,
  listing: RestListing<Row>,
  one: RestOne,
  order: ErpOrderRef,
  signal: AbortSignal,
): Promise<ErpOrder | undefined> {
  const { partner } = reader;
  const call = configuredAt('orders.one', order.number);
  const { accepts, row = wholeAnswer } = one;
  const shown = `order ${order.number}`;
  const answer = await reader.read(call('request', one.request, order), {
    what: `reading ${shown}`,
    accepts,
    signal,
  });
  const asked = { order: order.number, shown };
  const failure = failureOfLookUp(reader, { part: one, call }, answer, order, asked);
  if (failure instanceof UnknownOrder) return undefined;
  if (failure) throw failure;
  const parsed = parseRow(listing.row, call('row', row, answer, order));
  const questions = { reader, detail: listing.detail, signal };
  const [detail = {}] = await readDetails([parsed.fits ? parsed.row : undefined], questions);
  const { order: found, unreadable } = readRow(listing, parsed, detail, { path: '$', partner });
  return onlyOrder(partner, order, {
    orders: found ? [found] : [],
    unreadable: unreadable ? [unreadable] : [],
  });
}
