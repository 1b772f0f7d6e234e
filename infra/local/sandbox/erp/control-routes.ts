import * as z from 'zod/mini';
import { toDecimal } from '../../../../shared/model/quantity.ts';
import { accepted, Refusal, type Route, route } from '../api.ts';
import { seededDraw } from '../faults.ts';
import { statusOf } from './routes.ts';
import type { ProductionOrder, Store } from './store.ts';

const amount = z.optional(z.union([z.string(), z.number()]));

/** Production orders that planners release; what is absent is drawn from `seed`, the same for the same seed. */
const releaseSchema = z.strictObject({
  count: z.optional(z.int().check(z.positive())),
  seed: z.optional(z.int()),
  product: z.optional(z.string()),
  quantity: amount,
  dueDate: z.optional(z.string()),
  customer: z.optional(z.string()),
  options: z.optional(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
  /** Change time of all of them (ISO, UTC); by default now, one for the whole batch. */
  changedAt: z.optional(z.iso.datetime()),
});

/** What planners change of a released order. */
const revisionSchema = z.strictObject({
  number: z.optional(z.string().check(z.minLength(1))),
  quantity: amount,
  dueDate: z.optional(z.iso.date()),
});

export type Revision = z.output<typeof revisionSchema>;

export type ReleaseRequest = z.output<typeof releaseSchema>;

const products: readonly { readonly product: string; readonly productName: string }[] = [
  { product: 'GEAR-01', productName: 'Worm gearbox 1:20' },
  { product: 'GEAR-02', productName: 'Bevel gearbox 1:3' },
];
/** Products of which each piece needs a serial number. */
const serialNumbered: ReadonlySet<string> = new Set(['GEAR-03']);
const customers = ['De Smet Machines', 'Høyer Transport', 'Müller & Söhne', 'O’Neill Mining'];

/** What planners do in the ERP's own screens, and what its books hold. */
export function controlRoutes(store: Store): Route[] {
  return [
    route('POST', '/sandbox/orders', ({ body }) => release(store, accepted(releaseSchema, body ?? {}))),
    route('GET', '/sandbox/orders', () => store.orders()),
    route('GET', '/sandbox/bookings', () => store.bookings()),
    act('cancel', (order) => save(order, { status: 'cancelled' })),
    act('lock', (order) => save(order, { locked: true })),
    act('unlock', (order) => save(order, { locked: false })),
    // Changes nothing but the change time.
    act('touch', (order) => save(order, {})),
    // Somebody finishes it in the ERP's own screens, without our reference.
    act('finish', (order) => {
      save(order, { status: 'done' });
      store.addBooking(order, 'production', { goodQuantity: order.quantity, final: true });
    }),
    act('revise', revise),
  ];

  /** Once the quantity is another one, the order is done or released, by what is booked so far. */
  function revise(order: ProductionOrder, body: unknown): void {
    const { number = order.number, quantity, dueDate = order.dueDate } = accepted(revisionSchema, body);
    if (order.status === 'cancelled')
      throw new Refusal(409, 'order-cancelled', `Order ${order.number} is cancelled.`);
    const wanted = toDecimal(quantity);
    const revised = { ...order, dueDate, quantity: wanted ?? order.quantity, changedAt: store.tick() };
    const status = wanted === undefined ? order.status : statusOf(revised, store);
    store.renameOrder({ ...revised, status }, number);
  }

  function save(order: ProductionOrder, differs: Partial<ProductionOrder>): void {
    store.saveOrder({ ...order, ...differs, changedAt: store.tick() });
  }

  /** Does something to one order, and replies with the order as it is then. */
  function act(name: string, work: (order: ProductionOrder, body: unknown) => void): Route {
    return route('POST', `/sandbox/orders/{number}/${name}`, ({ parameters: { number = '' }, body }) => {
      const order = store.order(number);
      if (!order) throw new Refusal(404, 'unknown-order', `There is no order ${number}.`);
      work(order, body);
      return store.order(order.id);
    });
  }
}

function release(store: Store, { count = 1, seed = 1, changedAt, ...given }: ReleaseRequest) {
  const at = changedAt === undefined ? store.tick() : new Date(changedAt).toISOString();
  return Array.from({ length: count }, () => {
    const place = String(store.nextCount());
    const drawn = drawnOrder(seededDraw(seed * 100_003 + Number(place)));
    const { product = drawn.product } = given;
    const order: ProductionOrder = {
      id: `po-${place.padStart(8, '0')}`,
      number: `MO/${place.padStart(4, '0')}`,
      product,
      productName: products.find((known) => known.product === product)?.productName ?? '',
      quantity: toDecimal(given.quantity) ?? drawn.quantity,
      unit: 'u',
      serialNumbers: serialNumbered.has(product),
      dueDate: given.dueDate ?? drawn.dueDate,
      customer: given.customer ?? drawn.customer,
      options: given.options ?? drawn.options,
      status: 'released',
      azumutaId: null,
      azumutaIds: [],
      azumutaUrl: null,
      locked: false,
      createdAt: at,
      changedAt: at,
    };
    store.saveOrder(order);
    return order;
  });
}

function drawnOrder(draw: () => number) {
  const below = (limit: number) => Math.floor(draw() * limit);
  return {
    product: products[below(products.length)]?.product ?? '',
    quantity: String(1 + below(20)),
    customer: customers[below(customers.length)] ?? '',
    dueDate: `2026-12-${String(1 + below(28)).padStart(2, '0')}`,
    options: { side: draw() < 0.5 ? 'Left' : 'Right', atex: draw() < 0.25 },
  };
}
