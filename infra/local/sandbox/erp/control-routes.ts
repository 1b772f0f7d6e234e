import * as z from 'zod/mini';
import { toDecimal } from '../../../../shared/model/quantity.ts';
import { accepted, type Call, type Reply, type Route } from '../api.ts';
import { seededDraw } from '../faults.ts';
import { errorBody, statusOf } from './routes.ts';
import type { ProductionOrder, Store } from './store.ts';

/** Production orders that planners release; what is not said is drawn from `seed`, the same for the same seed. */
export const releaseSchema = z.strictObject({
  count: z.optional(z.int().check(z.positive())),
  seed: z.optional(z.int()),
  product: z.optional(z.string()),
  quantity: z.optional(z.union([z.string(), z.number()])),
  unit: z.optional(z.string()),
  dueDate: z.optional(z.string()),
  customer: z.optional(z.string()),
  options: z.optional(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
  /** Change time of all of them (ISO, UTC); by default the present, one for the whole batch. */
  changedAt: z.optional(z.iso.datetime()),
});

/** What planners change of an order that is released already. */
export const revisionSchema = z.strictObject({
  number: z.optional(z.string().check(z.minLength(1))),
  quantity: z.optional(z.union([z.string(), z.number()])),
});

export type Revision = z.output<typeof revisionSchema>;

export type ReleaseRequest = z.output<typeof releaseSchema>;

const products = [
  { product: 'GEAR-01', productName: 'Worm gearbox 1:20' },
  { product: 'GEAR-02', productName: 'Bevel gearbox 1:3' },
];
/** Products of which each piece needs a serial number. */
const serialNumbered: ReadonlySet<string> = new Set(['GEAR-03']);
const customers = ['De Smet Machines', 'Høyer Transport', 'Müller & Söhne', 'O’Neill Mining'];
const sendTimeoutMs = 15_000;

/** What planners do in the ERP's own screens, and the partner's own books. */
export function controlRoutes(store: Store): Route[] {
  return [
    {
      method: 'POST',
      pattern: '/sandbox/orders',
      answer: ({ body }) => ({ status: 200, body: release(store, accepted(releaseSchema, body ?? {})) }),
    },
    {
      method: 'GET',
      pattern: '/sandbox/orders',
      answer: () => ({ status: 200, body: store.orders() }),
    },
    { method: 'GET', pattern: '/sandbox/bookings', answer: () => ({ status: 200, body: store.bookings() }) },
    change('cancel', { status: 'cancelled' }),
    change('lock', { locked: true }),
    change('unlock', { locked: false }),
    // Somebody finishes it in the ERP's own screens, without our reference.
    change('finish', { status: 'done' }, (order) => {
      store.addBooking({
        order: order.number,
        kind: 'production',
        reference: null,
        goodQuantity: order.quantity,
        scrapQuantity: '0',
        unit: order.unit,
        final: true,
        lots: [],
        notes: [],
        links: [],
        completedAt: null,
        bookedAt: order.changedAt,
      });
    }),
    change('touch', {}),
    { method: 'POST', pattern: '/sandbox/orders/{number}/revise', answer: revise },
    { method: 'PUT', pattern: '/sandbox/largest-page', answer: capPages },
  ];

  function capPages({ body }: Call): Reply {
    const { rows } = accepted(z.strictObject({ rows: z.int().check(z.positive()) }), body);
    store.largestPage = rows;
    return { status: 200, body: { rows } };
  }

  /** With another quantity, an order is done or open again, as what is booked so far demands. */
  function revise({ parameters: { number = '' }, body }: Call): Reply {
    const { number: renamed, quantity } = accepted(revisionSchema, body);
    const order = store.order(number);
    if (!order) return { status: 404, body: errorBody('unknown-order', `There is no order ${number}.`) };
    if (order.status === 'cancelled')
      return { status: 409, body: errorBody('order-cancelled', `Order ${number} is cancelled.`) };
    const amount = toDecimal(quantity);
    const wanted = { ...order, quantity: amount ?? order.quantity, changedAt: store.tick() };
    const revised = amount === undefined ? wanted : { ...wanted, status: statusOf(wanted, store) };
    store.database.together(() => store.renameOrder(revised, renamed ?? order.number));
    return { status: 200, body: store.order(order.id) };
  }

  function change(
    act: string,
    differs: Partial<ProductionOrder>,
    also: (order: ProductionOrder) => void = () => {},
  ): Route {
    return {
      method: 'POST',
      pattern: `/sandbox/orders/{number}/${act}`,
      answer: ({ parameters: { number = '' } }) => {
        const order = store.order(number);
        if (!order) return { status: 404, body: errorBody('unknown-order', `There is no order ${number}.`) };
        const changed = { ...order, ...differs, changedAt: store.tick() };
        store.database.together(() => {
          store.saveOrder(changed);
          also(changed);
        });
        return { status: 200, body: changed };
      },
    };
  }
}

/** An ERP that pushes: releases an order (or takes the one that `number` names) and posts it to `url`. */
export function pushRoute(store: Store): Route<Promise<Reply>> {
  return { method: 'POST', pattern: '/sandbox/release-and-send', answer: releaseAndSend };

  async function releaseAndSend({ query, body }: Call): Promise<Reply> {
    const url = query.get('url') ?? '';
    const { number, ...request } = accepted(
      z.strictObject({ ...releaseSchema.shape, number: z.optional(z.string()) }),
      body ?? {},
    );
    const order = number === undefined ? release(store, { ...request, count: 1 })[0] : store.order(number);
    if (!order || !URL.canParse(url)) {
      const message = `There is no order ${number}, or no url to send it to.`;
      return { status: 400, body: errorBody('malformed', message) };
    }
    const response = await fetch(url, {
      method: 'POST',
      signal: AbortSignal.timeout(sendTimeoutMs),
      headers: { 'content-type': 'application/json', 'x-api-key': query.get('key') ?? '' },
      body: JSON.stringify(pushed(order)),
    });
    return { status: 200, body: { order, status: response.status, answer: await response.text() } };
  }
}

/** An order in the shape that the integration's order endpoint takes. */
function pushed(order: ProductionOrder) {
  return {
    number: order.number,
    id: order.id,
    article: order.product,
    quantity: order.quantity,
    unit: order.unit,
    dueDate: order.dueDate,
    attributes: { customer: order.customer, productName: order.productName, ...order.options },
  };
}

function release(store: Store, request: ReleaseRequest): ProductionOrder[] {
  return store.database.together(() => {
    const changedAt = request.changedAt ? new Date(request.changedAt).toISOString() : store.tick();
    return Array.from({ length: request.count ?? 1 }, () => {
      const count = store.nextCount();
      const draw = seededDraw((request.seed ?? 1) * 100_003 + count);
      const drawn = drawnOrder(draw);
      const order: ProductionOrder = {
        id: `po-${String(count).padStart(8, '0')}`,
        number: `MO/${String(count).padStart(4, '0')}`,
        ...drawn,
        ...(request.product === undefined
          ? {}
          : {
              product: request.product,
              productName: products.find(({ product }) => product === request.product)?.productName ?? '',
            }),
        quantity: toDecimal(request.quantity) ?? drawn.quantity,
        unit: request.unit ?? 'u',
        serialNumbers: serialNumbered.has(request.product ?? drawn.product),
        dueDate: request.dueDate ?? drawn.dueDate,
        customer: request.customer ?? drawn.customer,
        options: request.options ?? drawn.options,
        status: 'released',
        azumutaId: null,
        azumutaIds: [],
        azumutaUrl: null,
        locked: false,
        createdAt: changedAt,
        changedAt,
      };
      store.saveOrder(order);
      return order;
    });
  });
}

function drawnOrder(draw: () => number) {
  const oneOf = <T>(choices: readonly [T, ...T[]] | readonly T[], fallback: T): T =>
    choices[Math.floor(draw() * choices.length)] ?? fallback;
  const { product, productName } = oneOf(products, { product: 'GEAR-01', productName: '' });
  return {
    product,
    productName,
    quantity: String(1 + Math.floor(draw() * 20)),
    customer: oneOf(customers, ''),
    dueDate: `2026-12-${String(1 + Math.floor(draw() * 28)).padStart(2, '0')}`,
    options: { side: draw() < 0.5 ? 'Left' : 'Right', atex: draw() < 0.25 },
  };
}
