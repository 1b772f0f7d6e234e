import * as z from 'zod/mini';
import { Rejected, RetryLater, UnknownOrder } from '../../model/errors.ts';
import type { ErpOrderRef } from '../../model/orders.ts';
import { confirmationService, literal, orderService, type SapRead, type SapReader } from './client.ts';
import {
  confirmationSchema,
  isSet,
  listOf,
  orderSchema,
  type SapConfirmation,
  type SapOrder,
  toWire,
} from './records.ts';

export interface ReadOrder {
  readonly order: SapOrder;
  /** For If-Match. */
  readonly etag: string | undefined;
}

const metadataSchema = z.object({ etag: z.optional(z.string()) });

/** Where an order stands in its service. */
export function pathOfOrder({ number }: ErpOrderRef): string {
  return `/A_ProductionOrder_2(${encodeURIComponent(literal(toWire(number)))})`;
}

/** @throws UnknownOrder when SAP has no such order. */
export async function readOrder(
  client: SapReader,
  erpOrder: ErpOrderRef,
  signal: AbortSignal,
): Promise<ReadOrder> {
  const { number } = erpOrder;
  const found = await client.read({
    service: orderService,
    path: pathOfOrder(erpOrder),
    query: { $format: 'json' },
    answer: z.object({ d: orderSchema }),
    what: `order ${number}`,
    signal,
  });
  if (!found)
    throw new UnknownOrder(
      `SAP has no production order ${number}: check the number, and the communication user's plants.`,
    );
  const order = found.value.d;
  const metadata = metadataSchema.safeParse(order.__metadata);
  return { order, etag: found.etag ?? (metadata.success ? metadata.data.etag : undefined) };
}

/**
 * All confirmations of an order.
 * @throws RetryLater scope `partner` when there is no such list.
 */
export async function readConfirmations(
  client: SapReader,
  { number }: ErpOrderRef,
  signal: AbortSignal,
): Promise<readonly SapConfirmation[]> {
  const confirmations = await readAll(client, confirmationSchema, {
    service: confirmationService,
    path: '/ProdnOrdConf2',
    query: { $filter: `OrderID eq ${literal(toWire(number))}`, $format: 'json' },
    what: `the confirmations of order ${number}`,
    signal,
  });
  if (confirmations) return confirmations;
  // A list may be empty, but it is there: without it nobody can tell what was confirmed already.
  throw new RetryLater(`SAP does not show the confirmations of order ${number}: is the service active?`, {
    scope: 'partner',
  });
}

/** All rows of a list, over as many pages as SAP makes of it; undefined when there is no such list. */
export async function readAll<Row>(
  client: SapReader,
  row: z.ZodMiniType<Row>,
  call: Omit<SapRead<unknown>, 'answer' | 'link'>,
): Promise<readonly Row[] | undefined> {
  const rows: Row[] = [];
  let link: string | undefined;
  do {
    const page = await client.read({ ...call, link, answer: listOf(row) });
    if (!page) return undefined;
    const { results, __next }: { results: Row[]; __next?: string | undefined } = page.value.d;
    rows.push(...results);
    link = results.length === 0 ? undefined : __next;
  } while (link !== undefined);
  return rows;
}

/** @throws Rejected or RetryLater when nothing can be confirmed on it now. */
export function requireOpen(order: SapOrder, { number }: ErpOrderRef): void {
  const refusal = refusalOf(order);
  if (refusal) {
    throw new Rejected(`SAP's production order ${number} ${refusal}`, { code: 'order-state' });
  }
  if (isSet(order.OrderIsLocked)) {
    throw new RetryLater(`SAP's production order ${number} has the status locked: unlock it in SAP.`, {
      scope: 'order',
    });
  }
}

function refusalOf(order: SapOrder): string | undefined {
  if (isSet(order.OrderIsDeleted) || isSet(order.OrderIsMarkedForDeletion)) {
    return 'is marked for deletion: nothing can be confirmed on it.';
  }
  if (isSet(order.OrderIsTechnicallyCompleted) || isSet(order.OrderIsClosed)) {
    return 'is technically completed or closed: reopen it, then replay.';
  }
  if (isSet(order.OrderIsConfirmed)) {
    return 'has its final confirmation already, and not by this completion: check who confirmed it.';
  }
  return isSet(order.OrderIsReleased) ? undefined : 'is not released: release it, then replay.';
}
