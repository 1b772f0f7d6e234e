import Big from 'big.js';
import * as z from 'zod/mini';
import { compareDecimals, sumOf } from '../../../../shared/model/quantity.ts';
import { acceptedBody, defineRoute, Refusal, type SandboxCall, type SandboxRoute } from '../api.ts';
import { assemblyOf, lotsForProduct } from './products.ts';
import { type ProductionOrder, type SandboxBooking, type Store, sandboxBookingSchema } from './store.ts';

const notesSchema = z.pick(sandboxBookingSchema, { reference: true, notes: true, links: true, checks: true });

const azumutaLinkSchema = z.strictObject({
  azumutaId: z.string(),
  azumutaUrl: z.optional(z.nullable(z.string())),
});

/**
 * A small ERP in the style of in-house ones, with their habits: paging by page number over a list that changes, in
 * pages that may be smaller than asked for; a change time that any write renews; no idempotency (the same reference
 * twice books twice, as seen on Dolibarr); a booking of nothing that closes the order (as seen on Odoo and SAP); an
 * order that closes when a booking is final or nothing is left to book; components that are consumed as planned unless
 * the booking says otherwise; 409, 422 or 423 for what is not allowed. An order is found by its number, which planners
 * may change, and by its id.
 */
export function erpApiRoutes(store: Store): SandboxRoute[] {
  const order = '/api/production-orders/{number}';
  return [
    defineRoute('GET', '/api/production-orders', ({ query }) => listProductionOrders(store, query)),
    defineRoute('GET', order, (call) => {
      const found = orderOfCall(store, call);
      const bookings = store.bookings(found.number);
      return { ...found, ...assemblyOf(found, bookings), ...bookedAmounts(bookings) };
    }),
    defineRoute('GET', `${order}/lots`, (call) => ({
      lots: lotsForProduct(orderOfCall(store, call).madeAs, store.bookings()),
    })),
    defineRoute('PATCH', order, (call) => setAzumutaLink(store, call)),
    defineRoute('GET', `${order}/bookings`, (call) => ({
      bookings: store.bookings(orderOfCall(store, call).number, call.query.get('reference') ?? undefined),
    })),
    defineRoute('POST', `${order}/bookings`, (call) => bookProductionOrder(store, call), 201),
    defineRoute('POST', `${order}/notes`, (call) => addNotesToOrder(store, call), 201),
  ];
}

/** What was booked of an order. A list does not tell it. */
function bookedAmounts(bookings: readonly SandboxBooking[]) {
  return {
    goodQuantity: sumOf(bookings.map((one) => one.goodQuantity)),
    scrapQuantity: sumOf(bookings.map((one) => one.scrapQuantity)),
  };
}

function listProductionOrders(store: Store, query: URLSearchParams) {
  const pageSize = Math.min(store.largestPage, Number(query.get('pageSize') ?? 50));
  const page = Number(query.get('page') ?? 1);
  const since = query.get('changedSince') ?? '';
  const isPage = Number.isInteger(page) && page >= 1;
  if (!isPage || !(pageSize >= 1)) {
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

function setAzumutaLink(store: Store, call: SandboxCall): ProductionOrder {
  const order = unlockedOrderOfCall(store, call);
  const { azumutaId, azumutaUrl = null } = acceptedBody(azumutaLinkSchema, call.body);
  const azumutaIds = [...new Set([...order.azumutaIds, azumutaId])];
  return store.change(order, { azumutaId, azumutaIds, azumutaUrl });
}

function bookProductionOrder(store: Store, call: SandboxCall): SandboxBooking {
  const order = unlockedOrderOfCall(store, call);
  const request = acceptedBody(sandboxBookingSchema, call.body);
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
  const { components, operations } = assemblyOf(order, store.bookings(order.number));
  requireOperations(order, request, operations);
  const used = componentsUsed(store, order, request, components, pieces);
  const added = store.addBooking(order, 'production', {
    ...request,
    ...(used.length > 0 && { components: used }),
  });
  store.change(order, { status: request.final ? 'done' : statusAfterBookings(order, store) });
  return added;
}

type OrderAssembly = ReturnType<typeof assemblyOf>;

function requireOperations(
  { number }: ProductionOrder,
  { operations = [] }: Pick<SandboxBooking, 'operations'>,
  routing: OrderAssembly['operations'],
): void {
  for (const [at, { number: wanted }] of operations.entries()) {
    const operation = routing.find((one) => one.number === wanted);
    if (!operation)
      throw new Refusal(422, 'operation', `Production order ${number} has no operation ${wanted}.`);
    if (operation.finished || operations.findIndex((one) => one.number === wanted) < at)
      throw new Refusal(409, 'operation', `Operation ${wanted} of production order ${number} is finished.`);
  }
}

/** What the booking consumes: as it says, and of all other components as planned. */
function componentsUsed(
  store: Store,
  { number, madeAs, quantity }: ProductionOrder,
  { components = [] }: Pick<SandboxBooking, 'components'>,
  plan: OrderAssembly['components'],
  pieces: string,
) {
  const lots = lotsForProduct(madeAs, store.bookings());
  for (const { article, lots: taken } of components) {
    if (!plan.some((one) => one.article === article))
      throw new Refusal(422, 'component', `Production order ${number} has no component ${article}.`);
    for (const { number: wanted, quantity: amount } of taken) {
      const lot = lots.find((one) => one.article === article && one.number === wanted);
      const mayBeTaken = lot && !lot.blocked && compareDecimals(amount, lot.open) <= 0;
      if (!mayBeTaken) throw new Refusal(422, 'lot', `Lot ${wanted} of ${article} cannot be taken.`);
    }
  }
  const others = plan.filter(({ article }) => !components.some((one) => one.article === article));
  return [
    ...components,
    ...others.map(({ article, planned }) => ({
      article,
      lots: [],
      quantity: new Big(planned).times(pieces).div(quantity).toFixed(),
    })),
  ];
}

function addNotesToOrder(store: Store, call: SandboxCall): SandboxBooking {
  const order = unlockedOrderOfCall(store, call);
  const added = store.addBooking(order, 'notes', {
    ...acceptedBody(notesSchema, call.body),
    goodQuantity: 0,
  });
  store.change(order, {});
  return added;
}

const orderOfCall = (store: Store, { parameters }: SandboxCall) => store.known(parameters.number ?? '');

function unlockedOrderOfCall(store: Store, call: SandboxCall): ProductionOrder {
  const order = orderOfCall(store, call);
  if (!order.locked) return order;
  const message = `Production order ${order.number} is being edited by somebody else.`;
  throw new Refusal(423, 'order-locked', message);
}

/** An order is done once its whole quantity is booked, scrap included. */
export function statusAfterBookings(
  { number, quantity }: ProductionOrder,
  store: Store,
): 'released' | 'done' {
  const booked = sumOf(store.bookings(number).flatMap((one) => [one.goodQuantity, one.scrapQuantity]));
  return compareDecimals(booked, quantity) >= 0 ? 'done' : 'released';
}
