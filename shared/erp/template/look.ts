import * as z from 'zod/mini';
import type { BookingKey, Completion, Receipt } from '../../model/completions.ts';
import type { ErpOrderRef } from '../../model/orders.ts';
import { compareDecimals } from '../../model/quantity.ts';
import { requireWithinOrder } from '../beyond-order.ts';
import {
  type Built,
  builtOf,
  mayClose,
  notBookable,
  requireArticle,
  requireUnit,
  scrapLotsOf,
} from '../booking-rules.ts';
import type { Look } from '../connector.ts';
import { rejected } from '../failures.ts';
import type { Reader } from './client.ts';
import { partner } from './options.ts';
import { pathOf, readOrder, type TemplateOrder } from './order.ts';

/** What is left to be written of a booking: one call. */
export interface ToBook {
  readonly erpOrder: ErpOrderRef;
  readonly key: BookingKey;
  readonly what: 'bookings' | 'notes';
  readonly body: Readonly<Record<string, unknown>>;
}

/** Looks for notes and links, never a quantity. */
export async function lookForAmendment(
  reader: Reader,
  { erpOrder, notes, links }: Completion,
  key: BookingKey,
): Promise<Look<ToBook>> {
  await readOrder(reader, erpOrder);
  const receipt = await findOurs(reader, erpOrder, key);
  if (receipt) return { receipt };
  return { toBook: { erpOrder, key, what: 'notes', body: { reference: key, notes, links } } };
}

/**
 * Looks for a quantity. The booking carries our key: one that is there with it is ours, whatever has become of the order.
 * @throws Rejected for everything that the ERP would refuse.
 */
export async function lookForQuantity(
  reader: Reader,
  completion: Completion,
  key: BookingKey,
): Promise<Look<ToBook>> {
  const { erpOrder, notes, links, completedAt } = completion;
  const built = builtOf(completion, partner);
  const order = await readOrder(reader, erpOrder);
  const receipt = await findOurs(reader, erpOrder, key);
  if (receipt) return { receipt };
  requireArticle(completion, order.product, partner);
  requireUnit(built, order.number, order.unit, partner);
  requireOpen(order);
  requireWithinOrder(completion, {
    subject: `${partner}: order ${order.number}`,
    ordered: order.quantity,
    good: built.good,
    scrap: built.scrap,
    unit: order.unit,
  });
  requireSerialNumbers(order, built);
  const body = {
    reference: key,
    unit: order.unit,
    notes,
    links,
    completedAt,
    goodQuantity: built.good,
    scrapQuantity: built.scrap,
    final: mayClose(completion, { amount: order.quantity, unit: order.unit }, built.produced),
    lots: [
      ...built.goodLots.map(({ number, amount }) => ({ number, quantity: amount })),
      ...scrapLotsOf(built).map(({ number, amount }) => ({ number, quantity: amount, scrapped: true })),
    ],
  };
  return { toBook: { erpOrder, key, what: 'bookings', body } };
}

const bookingsSchema = z.object({ bookings: z.array(z.object({ id: z.string() })) });

/** The receipt of what the ERP shows with our key. */
export async function findOurs(
  { read }: Reader,
  erpOrder: ErpOrderRef,
  key: BookingKey,
): Promise<Receipt | undefined> {
  const { bookings } = await read({
    path: `${pathOf(erpOrder)}/bookings`,
    query: { reference: key },
    what: `the bookings of order ${erpOrder.number}`,
    answer: bookingsSchema,
  });
  const [booking] = bookings;
  return booking && { reference: `booking ${booking.id}`, alreadyBooked: true };
}

function requireOpen({ number, status }: TemplateOrder): void {
  if (status === 'released') return;
  const why =
    status === 'done'
      ? 'was completed by somebody else: check what they booked'
      : `is ${status}, not released`;
  throw rejected('order-state', `${partner}: order ${number} ${why}.`);
}

function requireSerialNumbers({ number, serialNumbers }: TemplateOrder, built: Built): void {
  const named = [...built.goodLots, ...scrapLotsOf(built)].length;
  if (!serialNumbers || compareDecimals(String(named), built.produced) === 0) return;
  const why = `each of its ${built.produced} pieces needs a serial number, and it has ${named}: let the mapping name one for each`;
  throw notBookable(partner, number, why);
}
