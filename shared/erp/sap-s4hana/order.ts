import type { BookingKey, Completion } from '../../model/completions.ts';
import { UnknownOrder } from '../../model/errors.ts';
import type { ErpOrderRef } from '../../model/orders.ts';
import type { Built } from '../booking-rules.ts';
import { orderWaits, rejected } from '../failures.ts';
import { confirmationService, odataLiteral, orderService, type Reader } from './client.ts';
import { configuredOperation } from './options.ts';
import {
  confirmationSchema,
  isFlagSet,
  orderSchema,
  type SapComponent,
  type SapConfirmation,
  type SapOperation,
  type SapOrder,
  sapComponentSchema,
  sapOperationSchema,
  wireOrderNumber,
} from './records.ts';

/** What a look has found, with SAP to read more. */
export interface SapFindings extends Reader {
  readonly completion: Completion;
  readonly built: Built;
  readonly key: BookingKey;
  readonly order: SapOrder;
  readonly confirmations: readonly SapConfirmation[];
  /** Where the completion tells of operations. */
  readonly routing: readonly SapOperation[];
  /** Where the completion tells of components. */
  readonly components: readonly SapComponent[];
}

/** Path of an order in its service. */
export function pathOfOrder({ number }: ErpOrderRef): string {
  return `/A_ProductionOrder_2(${encodeURIComponent(odataLiteral(wireOrderNumber(number)))})`;
}

/** @throws UnknownOrder when SAP has no such order. */
export async function readOrder({ read, erpOrder }: Reader): Promise<SapOrder> {
  const path = pathOfOrder(erpOrder);
  const order = await read({ service: orderService, path, what: 'the data' }, orderSchema);
  if (order) return order;
  throw new UnknownOrder(
    `SAP has no production order ${erpOrder.number}: check the number, and the communication user's plants.`,
  );
}

export function readConfirmations({ readAll, erpOrder }: Reader): Promise<SapConfirmation[]> {
  return readAll(
    {
      service: confirmationService,
      path: '/ProdnOrdConf2',
      query: { $filter: `OrderID eq ${odataLiteral(wireOrderNumber(erpOrder.number))}` },
      what: 'the confirmations',
    },
    confirmationSchema,
  );
}

/** The operations of our sequence, in the order of the routing, without suboperations. */
export async function readRouting({ readAll, erpOrder, options }: Reader): Promise<SapOperation[]> {
  const { sequence } = configuredOperation(options);
  const path = `${pathOfOrder(erpOrder)}/to_ProductionOrderOperation`;
  const all = await readAll({ service: orderService, path, what: 'the operations' }, sapOperationSchema);
  return all
    .filter(
      (one) =>
        !one.ManufacturingOrderSubOperation &&
        !isFlagSet(one.OperationIsDeleted) &&
        bareSequence(one.ManufacturingOrderSequence || sequence) === bareSequence(sequence),
    )
    .sort((a, b) => a.ManufacturingOrderOperation.localeCompare(b.ManufacturingOrderOperation));
}

/** The components that are issued to the order: no by-products, and no bulk material. */
export async function readOrderComponents({ readAll, erpOrder }: Reader): Promise<SapComponent[]> {
  const path = `${pathOfOrder(erpOrder)}/to_ProductionOrderComponent`;
  const all = await readAll({ service: orderService, path, what: 'the components' }, sapComponentSchema);
  return all.filter((one) => one.GoodsMovementType === '261' && one.IsBulkMaterialComponent !== true);
}

/** SAP shows `0` and stores `000000`. */
export function bareSequence(sequence: string): string {
  return sequence.replace(/^0+(?=.)/, '');
}

/** @throws Rejected or RetryLater when nothing can be confirmed on it now. */
export function requireOpen(order: SapOrder, { number }: ErpOrderRef): void {
  const refusal = whyNotConfirmable(order);
  if (refusal) throw rejected('order-state', `SAP's production order ${number} ${refusal}`);
  if (isFlagSet(order.OrderIsLocked))
    throw orderWaits(`SAP's production order ${number} has the status locked: unlock it in SAP.`);
}

function whyNotConfirmable(order: SapOrder): string | undefined {
  if (isFlagSet(order.OrderIsDeleted) || isFlagSet(order.OrderIsMarkedForDeletion))
    return 'is marked for deletion: nothing can be confirmed on it.';
  if (isFlagSet(order.OrderIsTechnicallyCompleted) || isFlagSet(order.OrderIsClosed))
    return 'is technically completed or closed: reopen it, then replay.';
  if (isFlagSet(order.OrderIsConfirmed))
    return 'has its final confirmation already, and not by this completion: check who confirmed it.';
  return isFlagSet(order.OrderIsReleased) ? undefined : 'is not released: release it, then replay.';
}
