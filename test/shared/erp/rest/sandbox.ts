import * as z from 'zod/mini';
import type { ErpDefinition } from '../../../../shared/erp/connector.ts';
import { listAt, path, rest, textAt, valueAt } from '../../../../shared/erp/rest/index.ts';
import type { ErpOrderRef } from '../../../../shared/model/orders.ts';
import type { Clock } from '../../../../shared/platform/clock.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';

/** Its planners may change an order's number: what is known by its id is called by that. */
const placeOf = ({ id, number }: ErpOrderRef) => path`/api/production-orders/${id ?? number}`;

export interface SandboxOptions {
  readonly baseUrl: string;
  readonly pageSize?: number;
  readonly timeoutMs?: number;
}

/**
 * The sandbox ERP, described for the generic connector: the example to copy for an in-house ERP. Its traps are
 * the usual ones (no idempotency, a page number over a list that moves, a link that renews the change time).
 */
export function sandboxErp(options: SandboxOptions): ErpDefinition {
  const { baseUrl, pageSize = 50, timeoutMs } = options;
  return rest({
    name: 'Sandbox ERP',
    baseUrl,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    auth: { kind: 'apiKey', header: 'X-Api-Key' },
    orders: {
      path: '/api/production-orders',
      query: (since) => ({ changedSince: since, status: 'released,cancelled' }),
      paging: {
        kind: 'page',
        parameter: 'page',
        size: { parameter: 'pageSize', rows: pageSize },
        next: 'nextPage',
      },
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
      }),
      one: { request: (order) => ({ path: placeOf(order) }) },
      order: ({ product, status, customer, options: chosen, ...order }) => ({
        ...order,
        article: product,
        state: status === 'released' || status === 'cancelled' ? status : 'other',
        attributes: { customer, options: chosen },
      }),
    },
    link: {
      lookUp: [
        {
          name: 'order',
          request: ({ order }) => ({ path: placeOf(order) }),
          done: ({ json }, { productOrder }) =>
            listAt(json, 'azumutaIds').includes(productOrder.id) ? productOrder.id : undefined,
        },
      ],
      steps: [
        {
          name: 'the id',
          request: ({ order, productOrder }) => ({
            method: 'PATCH',
            path: placeOf(order),
            body: { azumutaId: productOrder.id, azumutaUrl: productOrder.url ?? null },
          }),
        },
      ],
    },
    book: {
      lookUp: [
        {
          name: 'order',
          request: ({ completion }) => ({ path: placeOf(completion.erpOrder) }),
          article: ({ json }) => textAt(json, 'product'),
          unit: ({ json }) => textAt(json, 'unit'),
          quantity: ({ json }) => textAt(json, 'quantity'),
          refused: ({ json }, { completion, built }) => {
            const status = textAt(json, 'status');
            if (status === 'cancelled')
              return 'it was cancelled; clear up with planning what becomes of the goods';
            if (completion.kind === 'amendment') return undefined;
            if (status === 'done') return 'it was completed by somebody else; check what they booked';
            const serials = built.goodLots.length + built.scrapLots.length;
            return valueAt(json, 'serialNumbers') === true && String(serials) !== built.produced
              ? `its ${built.produced} pieces need a serial number each, and ${serials} are told`
              : undefined;
          },
          waits: ({ json }) => (valueAt(json, 'locked') === true ? 'somebody has it open' : undefined),
        },
        {
          name: 'bookings',
          request: ({ completion, key }) => ({
            path: `${placeOf(completion.erpOrder)}/bookings`,
            query: { reference: key },
          }),
          done: ({ json }) => textAt(json, 'bookings.0.id'),
        },
      ],
      steps: [
        {
          name: 'the quantity',
          when: ({ completion }) => completion.kind === 'quantity',
          request: ({ completion, built, key }) => ({
            path: `${placeOf(completion.erpOrder)}/bookings`,
            body: {
              reference: key,
              goodQuantity: built.good,
              scrapQuantity: built.scrap,
              unit: built.unit,
              final: completion.final,
              lots: [
                ...built.goodLots.map(({ number, amount }) => ({ number, quantity: amount })),
                ...built.scrapLots.map(({ number, amount }) => ({
                  number,
                  quantity: amount,
                  scrapped: true,
                })),
              ],
              notes: completion.notes,
              links: completion.links,
              completedAt: completion.completedAt,
            },
          }),
          success: { test: ({ json }) => textAt(json, 'error.message') ?? true },
        },
        {
          name: 'the notes',
          when: ({ completion }) => completion.kind === 'amendment',
          request: ({ completion, key }) => ({
            path: `${placeOf(completion.erpOrder)}/notes`,
            body: { reference: key, notes: completion.notes, links: completion.links },
          }),
          success: { test: ({ json }) => textAt(json, 'error.message') ?? true },
        },
      ],
    },
  });
}

/** A connector as a worker would connect it. */
export function connected(
  definition: ErpDefinition,
  secret: unknown | (() => unknown),
  clock: Clock = systemClock,
) {
  return definition.connect({
    clock,
    credentials: async () => (typeof secret === 'function' ? secret() : secret),
  });
}
