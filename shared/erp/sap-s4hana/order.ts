import * as z from 'zod/mini';
import { Rejected, RetryLater, UnknownOrder } from '../../model/errors.ts';
import type { ErpOrderRef } from '../../model/orders.ts';
import { confirmationService, literal, orderService, type SapClient } from './client.ts';
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

/** @throws UnknownOrder when SAP has no such order. */
export async function readOrder(
  client: SapClient,
  { number }: ErpOrderRef,
  signal: AbortSignal,
): Promise<ReadOrder> {
  const found = await client.call({
    service: orderService,
    path: `/A_ProductionOrder_2(${encodeURIComponent(literal(toWire(number)))})`,
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
 * All confirmations of an order, over as many pages as SAP makes of them.
 * @throws RetryLater scope `partner` when there is no such list.
 */
export async function readConfirmations(
  client: SapClient,
  { number }: ErpOrderRef,
  signal: AbortSignal,
): Promise<SapConfirmation[]> {
  const confirmations: SapConfirmation[] = [];
  let next: string | undefined = '/ProdnOrdConf2';
  let query: Record<string, string> | undefined = {
    $filter: `OrderID eq ${literal(toWire(number))}`,
    $format: 'json',
  };
  while (next !== undefined) {
    const answer: { value: { d: { results: SapConfirmation[]; __next?: string | undefined } } } | undefined =
      await client.call({
        service: confirmationService,
        path: next,
        ...(query ? { query } : {}),
        answer: listOf(confirmationSchema),
        what: `the confirmations of order ${number}`,
        signal,
      });
    // A list may be empty, but it is there: without it nobody can tell what was confirmed already.
    if (!answer) {
      throw new RetryLater(`SAP does not show the confirmations of order ${number}: is the service active?`, {
        scope: 'partner',
      });
    }
    confirmations.push(...answer.value.d.results);
    next = answer.value.d.__next;
    query = undefined;
  }
  return confirmations;
}

/** @throws Rejected or RetryLater when nothing can be confirmed on it now. */
export function requireOpen(order: SapOrder, { number }: ErpOrderRef): void {
  if (isSet(order.OrderIsDeleted) || isSet(order.OrderIsMarkedForDeletion)) {
    throw new Rejected(
      `SAP's production order ${number} is marked for deletion: nothing can be confirmed on it.`,
      { code: 'order-state' },
    );
  }
  if (isSet(order.OrderIsTechnicallyCompleted) || isSet(order.OrderIsClosed)) {
    throw new Rejected(
      `SAP's production order ${number} is technically completed or closed: reopen it, then replay.`,
      { code: 'order-state' },
    );
  }
  if (isSet(order.OrderIsConfirmed)) {
    throw new Rejected(
      `SAP's production order ${number} has its final confirmation already, and not by this completion: check who confirmed it.`,
      { code: 'order-state' },
    );
  }
  if (!isSet(order.OrderIsReleased)) {
    throw new Rejected(`SAP's production order ${number} is not released: release it, then replay.`, {
      code: 'order-state',
    });
  }
  if (isSet(order.OrderIsLocked)) {
    throw new RetryLater(`SAP's production order ${number} has the status locked: unlock it in SAP.`, {
      scope: 'order',
    });
  }
}
