import * as z from 'zod/mini';
import type { ErpOrder, ErpOrderRef } from '../../model/orders.ts';
import type { ReleasedOrdersPage, StartOfListing } from '../connector.ts';
import { positionsOf } from '../list-by-keys.ts';
import { listByNumbers } from '../list-by-numbers.ts';
import { createRowReader, onlyOrder } from '../read-rows.ts';
import { odataText, type Reader } from './client.ts';
import { type BusinessCentralOptions, partner } from './options.ts';
import { erpOrderOf, filterOfLine, lineIn, requireExtension } from './order.ts';
import { highestSchema, lineSchema, positionSchema } from './records.ts';

const allLines = { page: 'orderLines', what: 'the list of orders', isAboutOrder: false } as const;

/**
 * By row version, which grows with each write in the database, up to the lowest one of a transaction that is open
 * (MicrosoftDocs/dynamics365smb-devitpro-pb, dev-itpro/developer/devenv-table-system-fields). Each page is asked for by the
 * row version of the last row, never by `@odata.nextLink`, which may page by position.
 */
export function listReleasedOrders(
  { readRows, options }: Reader,
  since: StartOfListing | undefined,
): AsyncIterable<ReleasedOrdersPage> {
  const { pageSize = 500 } = options;
  const chosen = chosenBy(options, since);
  return listByNumbers({
    partner,
    pageSize,
    since,
    async readHighest() {
      const [last] = await readRows(
        { ...allLines, ...filteredBy(chosen), orderBy: 'rowVersion desc', top: 1 },
        highestSchema,
      );
      if (!last) return undefined;
      requireExtension(last.extensionVersion);
      return { highest: last.rowVersion, openFrom: last.safeRowVersion };
    },
    async readRows({ above, below, changedSince, limit }) {
      const conditions = [
        `rowVersion gt ${above}`,
        `rowVersion lt ${below}`,
        ...chosen,
        ...(changedSince === undefined
          ? []
          : [`systemModifiedAt ge ${new Date(changedSince).toISOString()}`]),
      ];
      const rows = await readRows(
        { ...allLines, ...filteredBy(conditions), orderBy: 'rowVersion', top: limit },
        z.unknown(),
      );
      return { rows, end: positionsOf(rows, positionSchema).at(-1) };
    },
    ordersOf: rowReader(options),
    endlessBecause: 'something ignores the $filter of our call; let proxies leave it unchanged',
  });
}

/** One order as it would be listed, or undefined when there is none. @throws Rejected */
export async function readListedOrder(reader: Reader, order: ErpOrderRef): Promise<ErpOrder | undefined> {
  if (!lineIn(order)) return undefined;
  const asked = {
    page: 'orderLines',
    filter: filterOfLine(order),
    what: `the data of order ${order.number}`,
  } as const;
  return onlyOrder(partner, order, rowReader(reader.options)(await reader.readRows(asked, z.unknown())));
}

function rowReader(options: BusinessCentralOptions) {
  return createRowReader(lineSchema, (line) => erpOrderOf(line, options), {
    partner,
    names: ['number', 'orderNo'],
    list: '$.value',
  });
}

/** *Or* over one field is all that `$filter` takes (dev-itpro/webservices/odata-known-limitations). */
function chosenBy(
  { planningLevels = 'all', locations }: BusinessCentralOptions,
  since: StartOfListing | undefined,
): string[] {
  const ofLocations = locations?.map((one) => `locationCode eq ${odataText(one)}`).join(' or ');
  return [
    // Without a watermark nothing was listed yet, so nothing can have been finished since.
    ...(since ? [] : [`status eq 'Released'`]),
    ...(planningLevels === 'top' ? ['planningLevel eq 0'] : []),
    ...(ofLocations === undefined ? [] : [`(${ofLocations})`]),
  ];
}

function filteredBy(conditions: readonly string[]): { readonly filter?: string } {
  return conditions.length > 0 ? { filter: conditions.join(' and ') } : {};
}
