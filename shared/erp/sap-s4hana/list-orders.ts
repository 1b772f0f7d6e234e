import * as z from 'zod/mini';
import type { ErpOrder, ErpOrderRef, Watermark } from '../../model/orders.ts';
import { toDecimal } from '../../model/quantity.ts';
import { fieldOf } from '../../platform/json.ts';
import { parse } from '../../platform/validation.ts';
import type { ReleasedOrdersPage } from '../connector.ts';
import { listByKeys, positionsOf } from '../list-by-keys.ts';
import { localTimeFrom } from '../local-time.ts';
import { createRowReader, onlyOrder } from '../read-rows.ts';
import { odataLiteral, orderService, type SapReader } from './client.ts';
import type { SapOptions } from './options.ts';
import { pathOfOrder } from './order.ts';
import {
  instantOf,
  listedOrderSchema,
  orderChangedAt,
  orderCreatedAt,
  orderFields,
  positionSchema,
  type SapOrder,
  type SapPosition,
  type WallClock,
  wallClockOf,
  wireOrderNumber,
} from './records.ts';

type OrderFlags = Readonly<Record<string, 'X' | ''>>;
const completedFlag = 'OrderIsTechnicallyCompleted';
const deletionFlag = 'OrderIsMarkedForDeletion';
const releasedFlags: OrderFlags = {
  OrderIsReleased: 'X',
  OrderIsConfirmed: '',
  [completedFlag]: '',
  [deletionFlag]: '',
};
/** Withdrawn after its release: a deletion flag, or technically completed before anything was confirmed. */
const withdrawnFlags: readonly OrderFlags[] = [
  { [deletionFlag]: 'X' },
  { [completedFlag]: 'X', OrderIsConfirmed: '', OrderIsPartiallyConfirmed: '' },
];

/**
 * Orders by change time and number. An order that was never changed has no change time: it sorts first, and its day of
 * creation decides.
 *
 * SAP may send a shorter page than was asked for, with a link to the next one (OData V2, server-driven paging): the list
 * ends with an empty page, or with a short one without a link.
 */
export function listReleasedOrders(
  { readPage, options }: SapReader,
  since: Watermark | undefined,
): AsyncIterable<ReleasedOrdersPage> {
  const { pageSize = 100, timeZone = 'UTC' } = options;
  const earliest = since && wallClockOf(localTimeFrom(timeZone, since.changedAt));
  const conditions = conditionsOf(options, earliest);
  const readRows = rowReader('$.d.results', options);

  return listByKeys<SapPosition>({
    partner: 'SAP',
    pageSize,
    since,
    from: undefined,
    async readPage(behind, limit) {
      const query = {
        $filter: [...conditions, ...(behind ? [filterBehind(behind)] : [])].join(' and '),
        $top: String(limit),
        $orderby: 'LastChangeDateTime,ManufacturingOrder',
        $select: selectOf(options),
      };
      const { results: rows, __next } = await readPage(
        { service: orderService, path: '/A_ProductionOrder_2', query, what: 'the list of orders' },
        z.unknown(),
      );
      const hasMore = rows.length > 0 && (rows.length >= limit || __next !== undefined);
      return { rows, end: positionsOf(rows, positionSchema).at(-1), hasMore };
    },
    watermarkOf(end, before) {
      const changed = orderChangedAt(end, timeZone);
      if (changed === undefined || changed < before.changedAt) return before;
      return { changedAt: changed, id: end.ManufacturingOrder };
    },
    ordersOf: (rows) => readRows(rows.filter((row) => isRecent(row, earliest))),
    endlessBecause: 'something ignores the $filter of our call; let proxies leave it unchanged',
  });
}

/** One order as it would be listed, and what was produced of it; undefined when SAP has none. @throws Rejected */
export async function readListedOrder(
  { read, options }: SapReader,
  order: ErpOrderRef,
): Promise<ErpOrder | undefined> {
  const query = { $select: `${selectOf(options)},${yieldField}` };
  const path = pathOfOrder(order);
  const row = await read({ service: orderService, path, query, what: 'the data' }, z.unknown());
  const found = onlyOrder('SAP', order, rowReader('$.d', options)(row === undefined ? [] : [row]));
  return found && { ...found, produced: confirmedYieldOf(row) };
}

/**
 * The yield that is confirmed of an order (A_ProductionOrder_2 of API_PRODUCTION_ORDER_2_SRV:
 * latonaio/sap-api-integrations-production-order-reads, SAP_API_Caller/responses/general.go). Its scrap is in its
 * confirmations alone.
 */
const yieldField = 'MfgOrderConfirmedYieldQty';

function confirmedYieldOf(row: unknown): ErpOrder['produced'] {
  const good = toDecimal(fieldOf(row, yieldField));
  return good === undefined ? undefined : { good };
}

function rowReader(list: string, options: SapOptions) {
  const named = { partner: 'SAP', names: ['ManufacturingOrder'], list };
  return createRowReader(listedOrderSchema, (row) => erpOrderFromSap(row, options), named);
}

function selectOf(options: SapOptions): string {
  return fieldsOfList(options).join(',');
}

function fieldsOfList(options: SapOptions): string[] {
  return [...new Set([...orderFields, ...(options.orderFields ?? [])])];
}

function conditionsOf({ plant, orderTypes }: SapOptions, earliest: WallClock | undefined): string[] {
  const states = earliest ? [releasedFlags, ...withdrawnFlags] : [releasedFlags];
  return [
    `(${states.map(filterOfFlags).join(' or ')})`,
    ...(plant === undefined ? [] : [`ProductionPlant eq ${odataLiteral(plant)}`]),
    ...(orderTypes
      ? [`(${orderTypes.map((type) => `ManufacturingOrderType eq ${odataLiteral(type)}`).join(' or ')})`]
      : []),
    ...(earliest ? [changedSince(earliest)] : []),
  ];
}

function changedSince(earliest: WallClock): string {
  const day = [earliest.slice(0, 4), earliest.slice(4, 6), earliest.slice(6, 8)].join('-');
  const never = `(LastChangeDateTime eq '' and MfgOrderCreationDate ge datetime'${day}T00:00:00')`;
  return `(LastChangeDateTime ge '${earliest}' or ${never})`;
}

function filterBehind({ LastChangeDateTime, ManufacturingOrder }: SapPosition): string {
  const time = odataLiteral(LastChangeDateTime ?? '');
  const number = odataLiteral(wireOrderNumber(ManufacturingOrder));
  return `(LastChangeDateTime gt ${time} or (LastChangeDateTime eq ${time} and ManufacturingOrder gt ${number}))`;
}

/** The query could only filter by the day of creation; its time decides here. */
function isRecent(row: unknown, earliest: WallClock | undefined): boolean {
  const parsed = parse(positionSchema, row);
  if (earliest === undefined || !parsed.ok) return true;
  if (parsed.value.LastChangeDateTime) return true;
  return (orderCreatedAt(parsed.value) ?? earliest) >= earliest;
}

function erpOrderFromSap(row: SapOrder, options: SapOptions): ErpOrder {
  const fields = new Set(fieldsOfList(options));
  return {
    number: row.ManufacturingOrder,
    article: row.Material,
    quantity: { amount: toDecimal(row.TotalQuantity) ?? '0', unit: row.ProductionUnit },
    dueDate: instantOf(row.MfgOrderPlannedEndDate)?.slice(0, 10),
    state: stateFromFlags(row, options),
    changedAt: orderChangedAt(row, options.timeZone ?? 'UTC'),
    attributes: Object.fromEntries(
      Object.entries(row).filter(([name, value]) => fields.has(name) && value !== null && value !== ''),
    ),
  };
}

function filterOfFlags(flags: OrderFlags): string {
  const conditions = Object.entries(flags).map(([name, flag]) => `${name} eq ${odataLiteral(flag)}`);
  return `(${conditions.join(' and ')})`;
}

/** As the conditions of the listing say it. An order outside the configured plant and types is not released to us. */
function stateFromFlags(row: SapOrder, { plant, orderTypes }: SapOptions): ErpOrder['state'] {
  const has = (flags: OrderFlags) =>
    Object.entries(flags).every(([name, flag]) => (row[name] || '') === flag);
  const isOurs =
    (plant === undefined || row.ProductionPlant === plant) &&
    (orderTypes === undefined || orderTypes.some((type) => type === row.ManufacturingOrderType));
  if (!isOurs) return 'other';
  if (withdrawnFlags.some(has)) return 'cancelled';
  return has(releasedFlags) ? 'released' : 'other';
}
