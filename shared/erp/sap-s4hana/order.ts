import * as z from 'zod/mini';
import { UnknownOrder } from '../../model/errors.ts';
import type { ErpOrderRef } from '../../model/orders.ts';
import { orderWaits, partnerDown, rejected } from '../failures.ts';
import { confirmationService, literal, orderService, type Reader, readAll } from './client.ts';
import {
  confirmationSchema,
  isSet,
  orderSchema,
  type SapConfirmation,
  type SapOrder,
  toWire,
} from './records.ts';

const metadataSchema = z.object({ etag: z.optional(z.string()) });

/** Path of an order in its service. */
export function pathOfOrder({ number }: ErpOrderRef): string {
  return `/A_ProductionOrder_2(${encodeURIComponent(literal(toWire(number)))})`;
}

/**
 * Reads the order, with its etag for If-Match.
 * @throws UnknownOrder when SAP has no such order.
 */
export async function readOrder({ read, erpOrder }: Reader) {
  const { number } = erpOrder;
  const found = await read({
    service: orderService,
    path: pathOfOrder(erpOrder),
    answer: z.object({ d: orderSchema }),
    what: `order ${number}`,
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
export async function readConfirmations(reader: Reader): Promise<readonly SapConfirmation[]> {
  const { number } = reader.erpOrder;
  const confirmations = await readAll(reader, confirmationSchema, {
    service: confirmationService,
    path: '/ProdnOrdConf2',
    query: { $filter: `OrderID eq ${literal(toWire(number))}` },
    what: `the confirmations of order ${number}`,
  });
  if (confirmations) return confirmations;
  // The list may be empty, but must exist: without it, it is unknown what was confirmed already.
  throw partnerDown(`SAP does not show the confirmations of order ${number}: is the service active?`);
}

/** @throws Rejected or RetryLater when nothing can be confirmed on it now. */
export function requireOpen(order: SapOrder, { number }: ErpOrderRef): void {
  const refusal = refusalOf(order);
  if (refusal) {
    throw rejected('order-state', `SAP's production order ${number} ${refusal}`);
  }
  if (isSet(order.OrderIsLocked)) {
    throw orderWaits(`SAP's production order ${number} has the status locked: unlock it in SAP.`);
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
