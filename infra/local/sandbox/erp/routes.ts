import * as z from 'zod/mini';
import { compareDecimals, sumOf, toDecimal } from '../../../../shared/model/quantity.ts';
import { accepted, type Call, Refusal, type Reply, type Route } from '../api.ts';
import type { Booking, ProductionOrder, Store } from './store.ts';

const decimal = z.pipe(
  z.union([z.string(), z.number()]).check(z.refine((value) => toDecimal(value) !== undefined, 'a decimal')),
  z.transform((value) => toDecimal(value) ?? '0'),
);

const noteFields = {
  reference: z.optional(z.nullable(z.string())),
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
  completedAt: z.optional(z.nullable(z.string())),
});

const notesSchema = z.strictObject(noteFields);

const linkSchema = z.strictObject({ azumutaId: z.string(), azumutaUrl: z.optional(z.nullable(z.string())) });

/** Errors as this ERP writes them. */
export function errorBody(code: string, message: string): unknown {
  return { error: { code, message } };
}

/**
 * A small ERP in the style of in-house ones, with their habits: paging by number over a list that moves, in pages that
 * may be smaller than asked for, a change time that any write renews, no idempotency (the same reference twice books
 * twice, as seen on Dolibarr), a booking of nothing that closes the order (as seen on Odoo and SAP), an order that
 * closes when it is final or fully booked, and 409, 422 or 423 for what may not be. An order is known by its number,
 * which planners may change, and by its id.
 */
export function apiRoutes(store: Store, now: () => Date): Route[] {
  const order = '/api/production-orders/{number}';
  return [
    { method: 'GET', pattern: '/api/production-orders', answer: list },
    { method: 'GET', pattern: order, answer: (call) => ({ status: 200, body: known(call) }) },
    { method: 'PATCH', pattern: order, answer: link },
    {
      method: 'GET',
      pattern: `${order}/bookings`,
      answer: (call) => {
        const bookings = store.bookings(known(call).number, call.query.get('reference') ?? undefined);
        return { status: 200, body: { bookings } };
      },
    },
    { method: 'POST', pattern: `${order}/bookings`, answer: book },
    { method: 'POST', pattern: `${order}/notes`, answer: note },
  ];

  function list({ query }: Call): Reply {
    const pageSize = Math.min(store.largestPage, Number(query.get('pageSize') ?? 50));
    const page = Number(query.get('page') ?? 1);
    const since = query.get('changedSince') ?? '';
    if (!Number.isInteger(page) || page < 1 || !(pageSize >= 1)) {
      return refused(400, 'malformed', 'page and pageSize are whole numbers from 1.');
    }
    if (since !== '' && Number.isNaN(Date.parse(since))) {
      return refused(400, 'malformed', 'changedSince is not a time.');
    }
    const statuses = query.get('status')?.split(',');
    const orders = store
      .orders(since === '' ? '' : new Date(since).toISOString())
      .filter(({ status }) => statuses === undefined || statuses.includes(status));
    const shown = orders.slice((page - 1) * pageSize, page * pageSize);
    return {
      status: 200,
      body: { orders: shown, nextPage: page * pageSize < orders.length ? page + 1 : null },
    };
  }

  function link(call: Call): Reply {
    const order = writable(call);
    const { azumutaId, azumutaUrl = null } = accepted(linkSchema, call.body);
    const azumutaIds = [...new Set([...order.azumutaIds, azumutaId])];
    const linked: ProductionOrder = { ...order, azumutaId, azumutaIds, azumutaUrl, changedAt: store.tick() };
    store.saveOrder(linked);
    return { status: 200, body: linked };
  }

  function book(call: Call): Reply {
    const order = writable(call);
    const request = accepted(bookingSchema, call.body);
    if (order.status !== 'released') {
      return refused(409, `order-${order.status}`, `Production order ${order.number} is ${order.status}.`);
    }
    if (request.unit !== undefined && request.unit !== order.unit) {
      return refused(422, 'wrong-unit', `Production order ${order.number} is counted in ${order.unit}.`);
    }
    const pieces = sumOf([request.goodQuantity, request.scrapQuantity]);
    if (order.serialNumbers && compareDecimals(String(request.lots.length), pieces) !== 0) {
      return refused(422, 'serials', `${pieces} pieces of ${order.product} need as many serial numbers.`);
    }
    const booking = store.database.together(() => {
      const added = store.addBooking(bookingOf(order, 'production', request));
      const status = request.final ? 'done' : statusOf(order, store);
      store.saveOrder({ ...order, status, changedAt: store.tick() });
      return added;
    });
    return { status: 201, body: booking };
  }

  function note(call: Call): Reply {
    const order = writable(call);
    const request = accepted(notesSchema, call.body);
    const booking = store.database.together(() => {
      const added = store.addBooking(bookingOf(order, 'notes', request));
      store.saveOrder({ ...order, changedAt: store.tick() });
      return added;
    });
    return { status: 201, body: booking };
  }

  function bookingOf(
    order: ProductionOrder,
    kind: Booking['kind'],
    request: Partial<z.output<typeof bookingSchema>>,
  ): Omit<Booking, 'id'> {
    return {
      order: order.number,
      kind,
      reference: request.reference ?? null,
      goodQuantity: request.goodQuantity ?? '0',
      scrapQuantity: request.scrapQuantity ?? '0',
      unit: order.unit,
      final: request.final ?? false,
      lots: request.lots ?? [],
      notes: request.notes ?? [],
      links: request.links ?? [],
      completedAt: request.completedAt ?? null,
      bookedAt: now().toISOString(),
    };
  }

  function known({ parameters: { number = '' } }: Call): ProductionOrder {
    const order = store.order(number);
    if (order) return order;
    throw refusal(404, 'unknown-order', `There is no production order ${number}.`);
  }

  function writable(call: Call): ProductionOrder {
    const order = known(call);
    if (!order.locked) return order;
    throw refusal(423, 'order-locked', `Production order ${order.number} is being edited by somebody else.`);
  }
}

/** Done once all that is wanted is booked. */
export function statusOf({ number, quantity }: ProductionOrder, store: Store): 'released' | 'done' {
  const booked = sumOf(store.bookings(number).flatMap((one) => [one.goodQuantity, one.scrapQuantity]));
  return compareDecimals(booked, quantity) >= 0 ? 'done' : 'released';
}

function refused(status: number, code: string, message: string): Reply {
  return { status, body: errorBody(code, message) };
}

function refusal(status: number, code: string, message: string): Refusal {
  return new Refusal(refused(status, code, message), message);
}
