import * as z from 'zod/mini';
import type { Receipt } from '../../model/completions.ts';
import type { ErpOrderRef, ProductOrderRef } from '../../model/orders.ts';
import { orderWaits } from '../failures.ts';
import type { Writer } from './client.ts';
import { findOurs, type ToBook } from './look.ts';
import { partner } from './options.ts';
import { pathOf, readOrder } from './order.ts';

/** Writes what a look has left, and reads it back: an answer is no proof. */
export async function book(writer: Writer, { erpOrder, key, what, body }: ToBook): Promise<Receipt> {
  await writer.write({
    method: 'POST',
    path: `${pathOf(erpOrder)}/${what}`,
    body,
    what: `the ${what} of order ${erpOrder.number}`,
    answer: z.unknown(),
  });
  const receipt = await findOurs(writer, erpOrder, key);
  if (receipt) return { ...receipt, alreadyBooked: false };
  throw orderWaits(`${partner} accepted the ${what} of order ${erpOrder.number}, but does not show them.`, {
    wrote: 'perhaps',
  });
}

/** Writes into the order which product order it became, once. */
export async function linkProductOrder(
  writer: Writer,
  erpOrder: ErpOrderRef,
  { id, url }: ProductOrderRef,
): Promise<void> {
  const { azumutaIds } = await readOrder(writer, erpOrder);
  if (azumutaIds.includes(id)) return;
  await writer.write({
    method: 'PATCH',
    path: pathOf(erpOrder),
    body: { azumutaId: id, azumutaUrl: url ?? null },
    what: `the link of order ${erpOrder.number}`,
    answer: z.unknown(),
  });
}
