import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import type { ErpOrder, ErpOrderRef, Watermark } from '../../model/orders.ts';
import { toDecimal } from '../../model/quantity.ts';
import { parse } from '../../platform/validation.ts';
import type { ReleasedOrdersPage } from '../connector.ts';
import { beginning, createRowReader, endlessListing, onlyOrder, placesOf } from '../read-rows.ts';
import { literal, orderService, type SapReader } from './client.ts';
import type { SapOptions } from './options.ts';
import { pathOfOrder } from './order.ts';
import {
  changedAt,
  createdAt,
  creationSchema,
  earliestWallClock,
  instantOf,
  isSet,
  listedOrderSchema,
  listOf,
  orderFields,
  placeSchema,
  type SapOrder,
  type SapPlace,
  toWire,
  type WallClock,
} from './records.ts';

const released =
  "(OrderIsReleased eq 'X' and OrderIsConfirmed eq '' and OrderIsTechnicallyCompleted eq '' and OrderIsMarkedForDeletion eq '')";
/** Withdrawn after its release: a deletion flag, or technically completed before anything was confirmed. */
const withdrawn =
  "(OrderIsMarkedForDeletion eq 'X' or (OrderIsTechnicallyCompleted eq 'X' and OrderIsConfirmed eq '' and OrderIsPartiallyConfirmed eq ''))";

/**
 * Orders by change time and number; each page begins behind the last order of the page before ($skip would miss orders
 * that change in between). An order that was never changed has no change time: it sorts first, and its day of creation
 * decides.
 *
 * SAP may send a shorter page than was asked for, with a link to the next one (OData V2, server-driven paging): the list
 * ends with an empty page, or with a short one without a link.
 */
export async function* listReleasedOrders(
  client: SapReader,
  options: SapOptions,
  since: Watermark | undefined,
): AsyncIterable<ReleasedOrdersPage> {
  const { pageSize = 100, timeZone = 'UTC' } = options;
  const earliest = since && earliestWallClock(timeZone, since.changedAt);
  const conditions = conditionsOf(options, earliest);
  let watermark: Watermark = since ?? beginning;
  let behind: SapPlace | undefined;
  let top = pageSize;
  const readRows = rowReader('$.d.results');

  let page = await nextPage();
  while (page.rows.length > 0) {
    const last = placesOf(page.rows, placeSchema).at(-1);
    const isFull = page.rows.length >= top;
    // No row tells its position, so the next page cannot begin behind one: ask for a larger page.
    if (!last && page.link === undefined && isFull) {
      top *= 2;
      page = await nextPage();
      continue;
    }
    if (last && isDeepStrictEqual(last, behind)) {
      throw endlessListing('SAP', 'something ignores the $filter of our call; let proxies leave it as it is');
    }
    const changed = last && changedAt(last, timeZone);
    if (last && changed !== undefined && changed >= watermark.changedAt) {
      watermark = { changedAt: changed, id: last.ManufacturingOrder };
    }
    const { fitting, unreadable } = readRows(page.rows.filter((row) => isRecent(row, earliest)));
    yield { orders: fitting.map((row) => orderOf(row, options)), unreadable, watermark };
    if (!isFull && page.link === undefined) return;
    behind = last ?? behind;
    page = await nextPage(last ? undefined : page.link);
  }

  /** @param link To the next page, when no row tells where this one ended. */
  async function nextPage(link?: string) {
    const answer = await client.read({
      service: orderService,
      path: '/A_ProductionOrder_2',
      query: {
        $filter: [...conditions, ...(behind ? [behindOf(behind)] : [])].join(' and '),
        $orderby: 'LastChangeDateTime,ManufacturingOrder',
        $top: String(top),
        $select: selectOf(options),
      },
      link,
      answer: listOf(z.unknown()),
      what: 'the list of orders',
    });
    const { results = [], __next } = answer?.value.d ?? {};
    return { rows: results, link: __next };
  }
}

/** One order as it would be listed, or undefined when SAP has none. @throws Rejected */
export async function readListedOrder(
  client: SapReader,
  options: SapOptions,
  order: ErpOrderRef,
): Promise<ErpOrder | undefined> {
  const found = await client.read({
    service: orderService,
    path: pathOfOrder(order),
    query: { $select: selectOf(options) },
    answer: z.object({ d: z.unknown() }),
    what: `order ${order.number}`,
  });
  const { fitting, unreadable } = rowReader('$.d')(found ? [found.value.d] : []);
  return onlyOrder('SAP', order, { orders: fitting.map((row) => orderOf(row, options)), unreadable });
}

function rowReader(list: string) {
  return createRowReader(listedOrderSchema, { partner: 'SAP', names: ['ManufacturingOrder'], list });
}

function selectOf(options: SapOptions): string {
  return [...new Set([...orderFields, ...(options.orderFields ?? [])])].join(',');
}

function conditionsOf({ plant, orderTypes }: SapOptions, earliest: WallClock | undefined): string[] {
  return [
    earliest ? `(${released} or ${withdrawn})` : released,
    ...(plant === undefined ? [] : [`ProductionPlant eq ${literal(plant)}`]),
    ...(orderTypes
      ? [`(${orderTypes.map((type) => `ManufacturingOrderType eq ${literal(type)}`).join(' or ')})`]
      : []),
    ...(earliest ? [changedSince(earliest)] : []),
  ];
}

function changedSince(earliest: WallClock): string {
  const day = [earliest.slice(0, 4), earliest.slice(4, 6), earliest.slice(6, 8)].join('-');
  const never = `(LastChangeDateTime eq '' and MfgOrderCreationDate ge datetime'${day}T00:00:00')`;
  return `(LastChangeDateTime ge '${earliest}' or ${never})`;
}

function behindOf({ LastChangeDateTime, ManufacturingOrder }: SapPlace): string {
  const time = literal(LastChangeDateTime ?? '');
  const number = literal(toWire(ManufacturingOrder));
  return `(LastChangeDateTime gt ${time} or (LastChangeDateTime eq ${time} and ManufacturingOrder gt ${number}))`;
}

/** The query could only filter by the day of creation; its time decides here. */
function isRecent(row: unknown, earliest: WallClock | undefined): boolean {
  const told = parse(creationSchema, row);
  if (earliest === undefined || !told.ok || told.value.LastChangeDateTime) return true;
  return (createdAt(told.value) ?? earliest) >= earliest;
}

function orderOf(row: SapOrder, options: SapOptions): ErpOrder {
  const due = instantOf(row.MfgOrderPlannedEndDate)?.slice(0, 10);
  return {
    number: row.ManufacturingOrder,
    article: row.Material,
    quantity: { amount: toDecimal(row.TotalQuantity) ?? '0', unit: row.ProductionUnit },
    ...(due === undefined ? {} : { dueDate: due }),
    state: stateOf(row, options),
    changedAt: changedAt(row, options.timeZone ?? 'UTC'),
    attributes: Object.fromEntries(
      Object.entries(row).filter(([name, value]) => name !== '__metadata' && value !== null && value !== ''),
    ),
  };
}

/** As the conditions of the listing say it. An order outside the configured plant and types is not released to us. */
function stateOf(row: SapOrder, { plant, orderTypes }: SapOptions): ErpOrder['state'] {
  const isConfirmed = isSet(row.OrderIsConfirmed);
  const isCompleted = isSet(row.OrderIsTechnicallyCompleted);
  const isOurs =
    (plant === undefined || row.ProductionPlant === plant) &&
    (orderTypes === undefined || orderTypes.some((type) => type === row.ManufacturingOrderType));
  if (!isOurs) return 'other';
  const isUntouched = !isConfirmed && !isSet(row.OrderIsPartiallyConfirmed);
  if (isSet(row.OrderIsMarkedForDeletion) || (isCompleted && isUntouched)) return 'cancelled';
  return isSet(row.OrderIsReleased) && !isConfirmed && !isCompleted ? 'released' : 'other';
}
