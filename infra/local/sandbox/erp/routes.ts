import * as z from 'zod/mini';
import { compareDecimals, sumOf, toDecimal } from '../../../../shared/model/quantity.ts';
import { accepted, type Call, Refusal, type Route, route } from '../api.ts';
import type { Booking, ProductionOrder, Store } from './store.ts';

const decimal = z.pipe(
  z.union([z.string(), z.number()]).check(z.refine((value) => toDecimal(value) !== undefined, 'a decimal')),
  z.transform((value) => toDecimal(value) ?? '0'),
);

const noteFields = {
  reference: z._default(z.nullable(z.string()), null),
  notes: z._default(z.array(z.string()), []),
  links: z._default(z.array(z.object({ name: z.string(), url: z.string() })), []),
};

const bookingSchema = z.strictObject({
  ...noteFields,
  goodQuantity: decimal,
  scrapQuantity: z._default(decimal, '0'),
  unit: z.optional(z.string()),
  final: z._default(z.boolean(), false),
  lots: z._default(
    z.array(
      z.object({
        number: z.string(),
        quantity: z.optional(decimal),
        scrapped: z.optional(z.boolean()),
      }),
    ),
    [],
  ),
  completedAt: z._default(z.nullable(z.string()), null),
});

const notesSchema = z.strictObject(noteFields);

const linkSchema = z.strictObject({ azumutaId: z.string(), azumutaUrl: z.optional(z.nullable(z.string())) });

/**
 * A small ERP in the style of in-house ones, with their habits: paging by page number over a list that changes, in
 * pages that may be smaller than asked for; a change time that any write renews; no idempotency (the same reference
 * twice books twice, as seen on Dolibarr); a booking of nothing that closes the order (as seen on Odoo and SAP); an
 * order that closes when a booking is final or nothing is left to book; 409, 422 or 423 for what is not allowed. An
 * order is found by its number, which planners may change, and by its id.
 */
export function apiRoutes(store: Store): Route[] {
  const order = '/api/production-orders/{number}';
  return [
    route('GET', '/api/production-orders', list),
    route('GET', order, known),
    route('PATCH', order, link),
    route('GET', `${order}/bookings`, (call) => ({
      bookings: store.bookings(known(call).number, call.query.get('reference') ?? undefined),
    })),
    created(`${order}/bookings`, book),
    created(`${order}/notes`, note),
  ];

  function created(pattern: string, create: (call: Call) => Booking): Route {
    return { method: 'POST', pattern, answer: (call) => ({ status: 201, body: create(call) }) };
  }

  function list({ query }: Call): unknown {
    const pageSize = Math.min(store.largestPage, Number(query.get('pageSize') ?? 50));
    const page = Number(query.get('page') ?? 1);
    const since = query.get('changedSince') ?? '';
    if (!Number.isInteger(page) || page < 1 || !(pageSize >= 1)) {
      throw new Refusal(400, 'malformed', 'page and pageSize are whole numbers from 1.');
    }
    if (since !== '' && Number.isNaN(Date.parse(since))) {
      throw new Refusal(400, 'malformed', 'changedSince is not a time.');
    }
    const statuses = query.get('status')?.split(',');
    const orders = store
      .orders(since === '' ? '' : new Date(since).toISOString())
      .filter(({ status }) => statuses === undefined || statuses.includes(status));
    const shown = orders.slice((page - 1) * pageSize, page * pageSize);
    return { orders: shown, nextPage: page * pageSize < orders.length ? page + 1 : null };
  }

  function link(call: Call): ProductionOrder {
    const order = writable(call);
    const { azumutaId, azumutaUrl = null } = accepted(linkSchema, call.body);
    const azumutaIds = [...new Set([...order.azumutaIds, azumutaId])];
    const linked: ProductionOrder = { ...order, azumutaId, azumutaIds, azumutaUrl, changedAt: store.tick() };
    store.saveOrder(linked);
    return linked;
  }

  function book(call: Call): Booking {
    const order = writable(call);
    const request = accepted(bookingSchema, call.body);
    if (order.status !== 'released') {
      throw new Refusal(409, `order-${order.status}`, `Production order ${order.number} is ${order.status}.`);
    }
    if (request.unit !== undefined && request.unit !== order.unit) {
      throw new Refusal(422, 'wrong-unit', `Production order ${order.number} is counted in ${order.unit}.`);
    }
    const pieces = sumOf([request.goodQuantity, request.scrapQuantity]);
    if (order.serialNumbers && compareDecimals(String(request.lots.length), pieces) !== 0) {
      throw new Refusal(422, 'serials', `${pieces} pieces of ${order.product} need as many serial numbers.`);
    }
    const added = store.addBooking(order, 'production', request);
    const status = request.final ? 'done' : statusOf(order, store);
    store.saveOrder({ ...order, status, changedAt: store.tick() });
    return added;
  }

  function note(call: Call): Booking {
    const order = writable(call);
    const request = accepted(notesSchema, call.body);
    const added = store.addBooking(order, 'notes', request);
    store.saveOrder({ ...order, changedAt: store.tick() });
    return added;
  }

  function known({ parameters: { number = '' } }: Call): ProductionOrder {
    const order = store.order(number);
    if (order) return order;
    throw new Refusal(404, 'unknown-order', `There is no production order ${number}.`);
  }

  function writable(call: Call): ProductionOrder {
    const order = known(call);
    if (!order.locked) return order;
    throw new Refusal(
      423,
      'order-locked',
      `Production order ${order.number} is being edited by somebody else.`,
    );
  }
}

/** An order is done once its whole quantity is booked, scrap included. */
export function statusOf({ number, quantity }: ProductionOrder, store: Store): 'released' | 'done' {
  const booked = sumOf(store.bookings(number).flatMap((one) => [one.goodQuantity, one.scrapQuantity]));
  return compareDecimals(booked, quantity) >= 0 ? 'done' : 'released';
}
