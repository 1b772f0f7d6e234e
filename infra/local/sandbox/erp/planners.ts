import * as z from 'zod/mini';
import { toDecimal } from '../../../../shared/model/quantity.ts';
import { dayMs } from '../../../../shared/model/time.ts';
import { productOf } from './products.ts';
import type { ProductionOrder, Store } from './store.ts';

const releasedQuantity = z.optional(z.union([z.string(), z.number()]));

/** Production orders that planners release; what is absent differs from one order to the next. */
export const releaseRequestSchema = z.strictObject({
  count: z.optional(z.int().check(z.positive())),
  product: z.optional(z.string()),
  quantity: releasedQuantity,
  dueDate: z.optional(z.string()),
  customer: z.optional(z.string()),
  options: z.optional(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
  /** Change time of all of them (ISO, UTC); by default now, one for the whole batch. */
  changedAt: z.optional(z.iso.datetime()),
});

export type ReleaseRequest = z.output<typeof releaseRequestSchema>;

/** Planners order these, in turns. */
const ordered = ['GEAR-01', 'GEAR-02'];
const customers = ['De Smet Machines', 'Høyer Transport', 'Müller & Söhne', 'O’Neill Mining'];

/** What planners do in the ERP's own screens, and what its books hold. */
export function plannersOf(store: Store) {
  const releaseOf = (request: ReleaseRequest = {}) => releaseOrders(store, request);

  return {
    /** Releases `count` orders (default 1). */
    release: releaseOf,
    orders: () => store.orders(),
    /** All that was ever booked. Twice the same reference is a double booking. */
    bookings: () => store.bookings(),
    /**
     * Releases an order (or takes the one that `number` names) and posts it to the integration's order endpoint.
     * @returns the order, and what the integration answered.
     */
    async releaseAndSend(
      target: { readonly url: string; readonly key: string },
      { number, ...request }: ReleaseRequest & { readonly number?: string } = {},
    ) {
      const [order] = number === undefined ? releaseOf(request) : [store.known(number)];
      if (!order) throw new Error('Nothing was released.');
      const response = await fetch(target.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': target.key },
        body: JSON.stringify(asPostedOrder(order)),
      });
      return { order, status: response.status, answer: await response.text() };
    },
  };
}

/** An order in the shape that the integration's order endpoint takes. */
export function asPostedOrder(order: ProductionOrder) {
  const { number, id, product: article, quantity, unit, dueDate, customer, productName, options } = order;
  return { number, id, article, quantity, unit, dueDate, attributes: { customer, productName, ...options } };
}

function releaseOrders(store: Store, { count = 1, changedAt, ...given }: ReleaseRequest) {
  const at = changedAt === undefined ? store.tick() : new Date(changedAt).toISOString();
  return Array.from({ length: count }, () => {
    const place = String(store.nextCount());
    const usual = usualOrder(Number(place), at);
    const { product = usual.product } = given;
    return store.saveOrder({
      id: `po-${place.padStart(8, '0')}`,
      number: `MO/${place.padStart(4, '0')}`,
      product,
      productName: productOf(product)?.name ?? '',
      madeAs: product,
      quantity: toDecimal(given.quantity) ?? usual.quantity,
      unit: 'u',
      serialNumbers: productOf(product)?.serialNumbers ?? false,
      dueDate: given.dueDate ?? usual.dueDate,
      customer: given.customer ?? usual.customer,
      options: given.options ?? usual.options,
      status: 'released',
      azumutaId: null,
      azumutaIds: [],
      azumutaUrl: null,
      locked: false,
      changedAt: at,
    });
  });
}

/** @param at When it is released (ISO): it is due a week later at the earliest, whatever day it is. */
function usualOrder(place: number, at: string) {
  const due = new Date(Date.parse(at) + (7 + (place % 28)) * dayMs);
  return {
    product: ordered[place % ordered.length] ?? '',
    quantity: String(1 + ((place * 7) % 20)),
    customer: customers[place % customers.length] ?? '',
    dueDate: due.toISOString().slice(0, 10),
    options: { side: place % 3 === 0 ? 'Left' : 'Right', atex: place % 4 === 0 },
  };
}
