import * as z from 'zod/mini';
import type { ErpOrder, Watermark } from '../../model/orders.ts';
import { toDecimal } from '../../model/quantity.ts';
import { parse } from '../../platform/validation.ts';
import type { ReleasedOrdersPage } from '../connector.ts';
import { beginning, createRowReader, placesOf } from '../read-rows.ts';
import { literal, orderService, type SapClient } from './client.ts';
import type { SapOptions } from './options.ts';
import {
  createdAt,
  creationSchema,
  instantOf,
  isSet,
  listedOrderSchema,
  listOf,
  orderFields,
  placeSchema,
  type SapOrder,
  type SapPlace,
  toFourteen,
  toWire,
} from './records.ts';

const released =
  "(OrderIsReleased eq 'X' and OrderIsConfirmed eq '' and OrderIsTechnicallyCompleted eq '' and OrderIsMarkedForDeletion eq '')";
/** Withdrawn: a deletion flag, or technically completed before anything was confirmed. */
const withdrawn =
  "(OrderIsMarkedForDeletion eq 'X' or (OrderIsTechnicallyCompleted eq 'X' and OrderIsConfirmed eq '' and OrderIsPartiallyConfirmed eq ''))";

/**
 * Orders by change time and number, each page beginning behind the last order of the one before ($skip would
 * miss orders that change in between). An order that was never changed has no change time: it sorts first, and
 * the day of its creation decides.
 */
export async function* listReleasedOrders(
  client: SapClient,
  options: SapOptions,
  since: Watermark | undefined,
  signal: AbortSignal,
): AsyncIterable<ReleasedOrdersPage> {
  const { pageSize = 100, plant, orderTypes } = options;
  const conditions = [
    since ? `(${released} or ${withdrawn})` : released,
    ...(plant === undefined ? [] : [`ProductionPlant eq ${literal(plant)}`]),
    ...(orderTypes
      ? [`(${orderTypes.map((type) => `ManufacturingOrderType eq ${literal(type)}`).join(' or ')})`]
      : []),
    ...(since ? [changedSince(since)] : []),
  ];
  let watermark: Watermark = since ?? beginning;
  let behind: SapPlace | undefined;
  let top = pageSize;
  const readRows = createRowReader(listedOrderSchema, {
    partner: 'SAP',
    names: ['ManufacturingOrder'],
    list: '$.d.results',
  });

  while (true) {
    const rows = await nextRows();
    const last = placesOf(rows, placeSchema).at(-1);
    // No row tells its place, so the next page cannot begin behind one: a larger page sees further.
    if (!last && rows.length === top) {
      top *= 2;
      continue;
    }
    behind = last;
    const changedAt = instantOf(last?.LastChangeDateTime);
    if (last && changedAt !== undefined) watermark = { changedAt, id: last.ManufacturingOrder };
    if (rows.length > 0) {
      const { fitting, unreadable } = readRows(rows.filter((row) => isRecent(row, since)));
      yield { orders: fitting.map(orderOf), unreadable, watermark };
    }
    if (rows.length < top) return;
  }

  async function nextRows(): Promise<readonly unknown[]> {
    const answer = await client.call({
      service: orderService,
      path: '/A_ProductionOrder_2',
      query: {
        $filter: [...conditions, ...(behind ? [behindOf(behind)] : [])].join(' and '),
        $orderby: 'LastChangeDateTime,ManufacturingOrder',
        $top: String(top),
        $select: [...new Set([...orderFields, ...(options.orderFields ?? [])])].join(','),
        $format: 'json',
      },
      answer: listOf(z.unknown()),
      what: 'the list of orders',
      signal,
    });
    return answer?.value.d.results ?? [];
  }
}

function changedSince({ changedAt }: Watermark): string {
  const day = new Date(changedAt).toISOString().slice(0, 10);
  const never = `(LastChangeDateTime eq '' and MfgOrderCreationDate ge datetime'${day}T00:00:00')`;
  return `(LastChangeDateTime ge '${toFourteen(changedAt)}' or ${never})`;
}

function behindOf({ LastChangeDateTime, ManufacturingOrder }: SapPlace): string {
  const time = literal(LastChangeDateTime ?? '');
  const number = literal(toWire(ManufacturingOrder));
  return `(LastChangeDateTime gt ${time} or (LastChangeDateTime eq ${time} and ManufacturingOrder gt ${number}))`;
}

/** The day of creation was asked for; its time decides here. */
function isRecent(row: unknown, since: Watermark | undefined): boolean {
  const told = parse(creationSchema, row);
  if (!since || !told.ok || told.value.LastChangeDateTime) return true;
  const created = createdAt(told.value);
  return created === undefined || Date.parse(created) >= Date.parse(since.changedAt);
}

function orderOf(row: SapOrder): ErpOrder {
  const due = instantOf(row.MfgOrderPlannedEndDate)?.slice(0, 10);
  const open = !isSet(row.OrderIsMarkedForDeletion) && !isSet(row.OrderIsTechnicallyCompleted);
  return {
    number: row.ManufacturingOrder,
    article: row.Material,
    quantity: { amount: toDecimal(row.TotalQuantity) ?? '0', unit: row.ProductionUnit },
    ...(due === undefined ? {} : { dueDate: due }),
    state: open ? 'released' : 'cancelled',
    attributes: Object.fromEntries(
      Object.entries(row).filter(([name, value]) => name !== '__metadata' && value !== null && value !== ''),
    ),
  };
}
