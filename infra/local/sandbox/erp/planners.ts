import * as z from 'zod/mini';
import { toDecimal } from '../../../../shared/model/quantity.ts';
import { Refusal } from '../api.ts';
import { productOf } from './products.ts';
import { statusOf } from './routes.ts';
import type { ProductionOrder, Store } from './store.ts';

const amount = z.optional(z.union([z.string(), z.number()]));

/** Production orders that planners release; what is absent differs from one order to the next. */
export const releaseSchema = z.strictObject({
  count: z.optional(z.int().check(z.positive())),
  product: z.optional(z.string()),
  quantity: amount,
  dueDate: z.optional(z.string()),
  customer: z.optional(z.string()),
  options: z.optional(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
  /** Change time of all of them (ISO, UTC); by default now, one for the whole batch. */
  changedAt: z.optional(z.iso.datetime()),
});

export type ReleaseRequest = z.output<typeof releaseSchema>;
type NamedRequest = ReleaseRequest & { readonly number?: string };

/** Planners order these, in turns. */
const ordered = ['GEAR-01', 'GEAR-02'];
const customers = ['De Smet Machines', 'Høyer Transport', 'Müller & Söhne', 'O’Neill Mining'];

/**
 * What planners do in the ERP's own screens, and what its books hold. They name an order by its number or its id, and
 * get it as it is then.
 */
export function plannersOf(store: Store) {
  const save = (key: string, differs: Partial<ProductionOrder>) => store.change(store.known(key), differs);
  const releaseOf = (request: ReleaseRequest = {}) => release(store, request);

  return {
    /** Releases `count` orders (default 1). */
    release: releaseOf,
    orders: () => store.orders(),
    /** All that was ever booked. Twice the same reference is a double booking. */
    bookings: () => store.bookings(),
    cancel: (key: string) => save(key, { status: 'cancelled' }),
    lock: (key: string) => save(key, { locked: true }),
    unlock: (key: string) => save(key, { locked: false }),
    /** Changes nothing but the change time. */
    touch: (key: string) => save(key, {}),
    /** Somebody finishes it by hand, without our reference. */
    finish(key: string) {
      const order = save(key, { status: 'done' });
      store.addBooking(order, 'production', { goodQuantity: order.quantity, final: true });
      return order;
    },
    /** Once the quantity is another one, the order is done or released, by what is booked so far. */
    revise(key: string, { number, quantity, dueDate }: NamedRequest) {
      const order = store.known(key);
      if (order.status === 'cancelled')
        throw new Refusal(409, 'order-cancelled', `Order ${order.number} is cancelled.`);
      const wanted = toDecimal(quantity);
      const revised = save(order.id, {
        dueDate: dueDate ?? order.dueDate,
        quantity: wanted ?? order.quantity,
      });
      const status = wanted === undefined ? order.status : statusOf(revised, store);
      return store.renameOrder({ ...revised, status }, number ?? order.number);
    },
    /**
     * Releases an order (or takes the one that `number` names) and posts it to the integration's order endpoint.
     * @returns the order, and what the integration answered.
     */
    async releaseAndSend(
      target: { readonly url: string; readonly key: string },
      { number, ...request }: NamedRequest = {},
    ) {
      const [order] = number === undefined ? releaseOf(request) : [store.known(number)];
      if (!order) throw new Error('Nothing was released.');
      const response = await fetch(target.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': target.key },
        body: JSON.stringify(pushed(order)),
      });
      return { order, status: response.status, answer: await response.text() };
    },
  };
}

/** An order in the shape that the integration's order endpoint takes. */
export function pushed(order: ProductionOrder) {
  const { number, id, product: article, quantity, unit, dueDate, customer, productName, options } = order;
  return { number, id, article, quantity, unit, dueDate, attributes: { customer, productName, ...options } };
}

function release(store: Store, { count = 1, changedAt, ...given }: ReleaseRequest) {
  const at = changedAt === undefined ? store.tick() : new Date(changedAt).toISOString();
  return Array.from({ length: count }, () => {
    const place = String(store.nextCount());
    const usual = usualOrder(Number(place));
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

function usualOrder(place: number) {
  return {
    product: ordered[place % ordered.length] ?? '',
    quantity: String(1 + ((place * 7) % 20)),
    customer: customers[place % customers.length] ?? '',
    dueDate: `2026-12-${String(1 + (place % 28)).padStart(2, '0')}`,
    options: { side: place % 3 === 0 ? 'Left' : 'Right', atex: place % 4 === 0 },
  };
}
