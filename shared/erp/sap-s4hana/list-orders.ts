import type { ErpOrder, Watermark } from '../../model/orders.ts';
import { toDecimal } from '../../model/quantity.ts';
import type { ReleasedOrdersPage } from '../connector.ts';
import { literal, orderService, type SapClient } from './client.ts';
import type { SapOptions } from './options.ts';
import {
  createdAt,
  instantOf,
  isSet,
  listOf,
  orderFields,
  orderSchema,
  type SapOrder,
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
  let watermark: Watermark = since ?? { changedAt: '1970-01-01T00:00:00.000Z' };
  let behind: SapOrder | undefined;

  while (true) {
    const answer = await client.call({
      service: orderService,
      path: '/A_ProductionOrder_2',
      query: {
        $filter: [...conditions, ...(behind ? [behindOf(behind)] : [])].join(' and '),
        $orderby: 'LastChangeDateTime,ManufacturingOrder',
        $top: String(pageSize),
        $select: [...new Set([...orderFields, ...(options.orderFields ?? [])])].join(','),
        $format: 'json',
      },
      answer: listOf(orderSchema),
      what: 'the list of orders',
      signal,
    });
    const rows = answer?.value.d.results ?? [];
    behind = rows.at(-1);
    if (!behind) return;
    const changedAt = instantOf(behind.LastChangeDateTime);
    if (changedAt !== undefined) watermark = { changedAt, id: behind.ManufacturingOrder };
    yield { orders: rows.filter((row) => isRecent(row, since)).map(orderOf), watermark };
    if (rows.length < pageSize) return;
  }
}

function changedSince({ changedAt }: Watermark): string {
  const day = new Date(changedAt).toISOString().slice(0, 10);
  const never = `(LastChangeDateTime eq '' and MfgOrderCreationDate ge datetime'${day}T00:00:00')`;
  return `(LastChangeDateTime ge '${toFourteen(changedAt)}' or ${never})`;
}

function behindOf({ LastChangeDateTime, ManufacturingOrder }: SapOrder): string {
  const time = literal(LastChangeDateTime ?? '');
  const number = literal(toWire(ManufacturingOrder));
  return `(LastChangeDateTime gt ${time} or (LastChangeDateTime eq ${time} and ManufacturingOrder gt ${number}))`;
}

/** The day of creation was asked for; its time decides here. */
function isRecent(row: SapOrder, since: Watermark | undefined): boolean {
  if (!since || row.LastChangeDateTime) return true;
  const created = createdAt(row);
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
