import * as z from 'zod/mini';
import {
  type BookContext,
  defineIntegration,
  type LinkContext,
  listAt,
  path,
  type RestAnswer,
  type RestProcedure,
  type RestStep,
  recorded,
  recordedAll,
  recordedChecks,
  recordedComponents,
  recordedOperations,
  rest,
  textAt,
  valueAt,
} from '#azumuta-erp';

/** This ERP may answer 200 with an error in its body. */
const rejected: RestStep<unknown>['rejected'] = ({ status, json }) =>
  status < 300 ? textAt(json, 'error.message') : undefined;

/** The same goes for what is read: an error must not look like an order without bookings. */
const unlessShown =
  (field: string) =>
  ({ json }: RestAnswer): string | undefined =>
    valueAt(json, field) === undefined ? `it cannot be read (no ${field} in the answer)` : undefined;

/** Its planners may change an order's number: what is known by its id is called by that. */
const placeOf = ({ id, number }: { readonly id?: string; readonly number: string }) =>
  path`/api/production-orders/${id ?? number}`;

/** Writes into an order which product order it became. */
const link: RestProcedure<LinkContext> = {
  lookUp: [
    {
      name: 'order',
      request: ({ order }) => ({ path: placeOf(order) }),
      done: ({ json }, { productOrder }) =>
        listAt(json, 'azumutaIds').includes(productOrder.id) ? productOrder.id : undefined,
      waits: unlessShown('number'),
    },
  ],
  steps: [
    {
      name: 'link',
      rejected,
      request: ({ order, productOrder }) => ({
        method: 'PATCH',
        path: placeOf(order),
        body: { azumutaId: productOrder.id, azumutaUrl: productOrder.url ?? null },
      }),
    },
  ],
};

/** What was recorded besides figures. */
const toldOf = ({ notes, links, checks }: BookContext['completion']) => ({ notes, links, checks });

/** Books a completion, with our key as its reference. */
const book: RestProcedure<BookContext> = {
  lookUp: [
    {
      name: 'order',
      request: ({ completion }) => ({ path: placeOf(completion.erpOrder) }),
      article: ({ json }) => textAt(json, 'product'),
      unit: ({ json }) => textAt(json, 'unit'),
      quantity: ({ json }) => textAt(json, 'quantity'),
      refused: ({ json }, { completion }) => {
        const status = textAt(json, 'status');
        if (status === 'cancelled') return 'it is cancelled';
        const isDone = status === 'done' && completion.kind === 'quantity';
        return isDone ? 'it was completed by somebody else' : undefined;
      },
      components: ({ json }) =>
        listAt(json, 'components').map((one) => ({
          article: textAt(one, 'article'),
          planned: textAt(one, 'planned'),
          used: textAt(one, 'used'),
          unit: textAt(one, 'unit'),
        })),
      operations: ({ json }) =>
        listAt(json, 'operations').map((one) => ({
          id: textAt(one, 'number'),
          names: [textAt(one, 'number'), textAt(one, 'name')],
        })),
      waits: (answer) =>
        valueAt(answer.json, 'locked') === true ? 'somebody has it open' : unlessShown('status')(answer),
    },
    {
      name: 'lots',
      when: ({ completion }) => completion.components?.used.some(({ lots }) => lots.length > 0) ?? false,
      request: ({ completion }) => ({ path: `${placeOf(completion.erpOrder)}/lots` }),
      lots: ({ json }) =>
        listAt(json, 'lots').map((one) => ({
          article: textAt(one, 'article'),
          number: textAt(one, 'number'),
          open: textAt(one, 'open'),
          blocked: valueAt(one, 'blocked'),
        })),
      waits: unlessShown('lots'),
    },
    {
      name: 'bookings',
      request: ({ completion, key }) => ({
        path: `${placeOf(completion.erpOrder)}/bookings`,
        query: { reference: key },
      }),
      done: ({ json }) => textAt(json, 'bookings.0.id'),
      good: ({ json }) => textAt(json, 'bookings.0.goodQuantity'),
      used: ({ json }) =>
        listAt(json, 'bookings.0.components').map((one) => ({
          article: textAt(one, 'article'),
          quantity: textAt(one, 'quantity'),
        })),
      waits: unlessShown('bookings'),
    },
  ],
  steps: [
    {
      name: 'book',
      rejected,
      when: ({ completion }) => completion.kind === 'quantity',
      request: ({ completion, built, uses, reports, key }) => ({
        path: `${placeOf(completion.erpOrder)}/bookings`,
        body: {
          reference: key,
          goodQuantity: built.good,
          scrapQuantity: built.scrap,
          unit: built.unit,
          final: completion.final,
          lots: [
            ...built.goodLots.map(({ number, amount }) => ({ number, quantity: amount })),
            ...built.scrapped.flatMap(({ number, amount }) =>
              number === undefined ? [] : [{ number, quantity: amount, scrapped: true }],
            ),
          ],
          completedAt: completion.completedAt,
          scrapReasons: built.scrapped.flatMap(({ amount, number, reason }) =>
            reason === undefined ? [] : [{ reason, quantity: amount, lot: number }],
          ),
          components: uses.map(({ planned, amount, lots }) => ({
            article: planned.article,
            quantity: amount,
            lots: lots.map((lot) => ({ number: lot.number, quantity: lot.amount })),
          })),
          operations: reports.map(({ report: { setupSeconds, runSeconds, finished }, operation }) => ({
            number: operation.id,
            setupSeconds,
            runSeconds,
            finished,
          })),
          ...toldOf(completion),
        },
      }),
    },
    {
      name: 'note',
      rejected,
      when: ({ completion }) => completion.kind === 'amendment',
      request: ({ completion, key }) => ({
        path: `${placeOf(completion.erpOrder)}/notes`,
        body: { reference: key, ...toldOf(completion) },
      }),
    },
  ],
};

interface SandboxOptions {
  readonly baseUrl: string;
  /** Orders asked for per page. */
  readonly pageSize?: number;
  readonly timeoutMs?: number;
}

/** The sandbox ERP, described for the generic connector: an example of what an in-house ERP needs. */
export const sandboxErp = ({ baseUrl, pageSize = 50, timeoutMs }: SandboxOptions) =>
  rest({
    name: 'Sandbox ERP',
    baseUrl,
    timeoutMs,
    auth: { kind: 'apiKey', header: 'X-Api-Key' },
    orders: {
      path: '/api/production-orders',
      query: (since) => ({ changedSince: since, status: 'released,cancelled', pageSize }),
      paging: { kind: 'cursor', parameter: 'page', next: 'nextPage' },
      list: 'orders',
      row: z.object({
        id: z.string(),
        number: z.string(),
        product: z.string(),
        quantity: z.string(),
        unit: z.string(),
        dueDate: z.string(),
        status: z.string(),
        customer: z.string(),
        options: z.record(z.string(), z.unknown()),
        changedAt: z.string(),
        goodQuantity: z.optional(z.string()),
        scrapQuantity: z.optional(z.string()),
      }),
      one: { request: (order) => ({ path: placeOf(order) }) },
      order: ({ product, status, customer, options, goodQuantity, scrapQuantity, ...order }) => ({
        ...order,
        article: product,
        state: status === 'released' || status === 'cancelled' ? status : 'other',
        produced: { good: goodQuantity, scrap: scrapQuantity },
        attributes: { customer, ...options },
      }),
    },
    link,
    book,
    takes: ['components', 'operations', 'checks', 'reasons'],
  });

/**
 * The demo: it fits the sandbox ERP that `npm start` runs. Your plant has its own file, `plants/<plant>.config.ts`,
 * copied from `plants/examples`. It answers the three questions of Azumuta's ERP guide (number, article,
 * parameters and variants) and says what a completion becomes in the ERP.
 *
 * `process.env` is read when the stack is synthesized. Secrets are never here: they are in Secrets Manager.
 */
export default defineIntegration({
  plant: 'ghent',
  timeZone: 'Europe/Brussels',

  azumuta: { baseUrl: process.env.AZUMUTA_BASE_URL ?? 'https://app.azumuta.com/api/v1' },

  erp: sandboxErp({ baseUrl: process.env.ERP_BASE_URL ?? 'https://erp.example.com' }),

  productOrders: {
    // How is the product order number determined?
    number: (order) => order.number,
    // Based on which article is it created?
    article: (order) => order.article,
    // Which parameters and variants are sent along?
    parameters: (order, part) => ({
      Quantity: Number(part.quantity.amount),
      'Customer name': textAt(order.attributes, 'customer'),
    }),
    variants: ({ attributes }) => [
      ...(attributes.side === 'Left' || attributes.side === 'Right' ? [attributes.side] : []),
      ...(attributes.atex === true ? ['ATEX'] : []),
    ],
  },

  completions: {
    quantity: (completed) => recorded(completed, 'Good quantity'),
    scrap: (completed) => recorded(completed, 'Scrap quantity', { optional: true }),
    // Not every product has one.
    lots: (completed) => recordedAll(completed, 'Serial number', { optional: true }),
    // What was really used, from the lists in the recordings; scrap takes more than is planned.
    components: { of: (completed) => recordedComponents(completed), beyondPlan: 'book' },
    // Each work instruction of this article is an operation in the ERP, which has no routing of the others.
    operations: {
      of: (completed) =>
        completed.article === 'GEAR-02'
          ? recordedOperations(completed, {
              'Clean housing': '10',
              'Assemble bevel gear': '20',
              'Fill with oil': '30',
              'Final inspection': '40',
            })
          : [],
    },
    checks: (completed) => recordedChecks(completed),
  },

  schedule: { pull: { everyMinutes: 5, from: '2026-01-01T00:00:00Z' } },
});
