import * as z from 'zod/mini';
import type { BookingKey, Completion } from '../../model/completions.ts';
import { UnknownOrder } from '../../model/errors.ts';
import type { ErpOrderRef } from '../../model/orders.ts';
import { orderWaits, partnerDown, rejected } from '../failures.ts';
import { confirmationService, literal, orderService, type Reader, readAll } from './client.ts';
import { operationOf, type SapOptions } from './options.ts';
import {
  componentSchema,
  confirmationSchema,
  isSet,
  operationSchema,
  orderSchema,
  type SapComponent,
  type SapConfirmation,
  type SapOperation,
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

/** What an order plans, as far as a completion tells about it. */
export interface Plan {
  /** Of our sequence, in the order of the routing, without suboperations. */
  readonly routing: readonly SapOperation[];
  /** Those that are issued to the order: no by-products, and no bulk material. */
  readonly components: readonly SapComponent[];
}

/** What a look has found. */
export interface Found {
  readonly options: SapOptions;
  readonly completion: Completion;
  readonly key: BookingKey;
  readonly order: SapOrder;
  readonly confirmations: readonly SapConfirmation[];
  readonly plan: Plan;
}

/** Reads what a completion needs: nothing, if it only tells quantities. */
export async function readPlan(
  reader: Reader,
  { operations, components }: Pick<Completion, 'operations' | 'components'>,
): Promise<Plan> {
  const { sequence } = operationOf(reader.options);
  const routing = operations
    ? await listOfOrder(reader, operationSchema, 'to_ProductionOrderOperation', 'operations')
    : [];
  const planned = components
    ? await listOfOrder(reader, componentSchema, 'to_ProductionOrderComponent', 'components')
    : [];
  return {
    routing: routing
      .filter(
        (one) =>
          !one.ManufacturingOrderSubOperation &&
          !isSet(one.OperationIsDeleted) &&
          bareSequence(one.ManufacturingOrderSequence || sequence) === bareSequence(sequence),
      )
      .sort((a, b) => a.ManufacturingOrderOperation.localeCompare(b.ManufacturingOrderOperation)),
    components: planned.filter(
      (one) => one.GoodsMovementType === '261' && one.IsBulkMaterialComponent !== true,
    ),
  };
}

/** SAP shows `0` and stores `000000`. */
export function bareSequence(sequence: string): string {
  return sequence.replace(/^0+(?=.)/, '');
}

async function listOfOrder<Row>(
  reader: Reader,
  row: z.ZodMiniType<Row>,
  list: string,
  what: string,
): Promise<Row[]> {
  const named = `the ${what} of order ${reader.erpOrder.number}`;
  const path = `${pathOfOrder(reader.erpOrder)}/${list}`;
  const rows = await readAll(reader, row, { service: orderService, path, what: named });
  if (rows) return [...rows];
  throw partnerDown(`SAP does not show ${named}: is the service active?`);
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
