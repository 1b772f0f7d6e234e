import * as z from 'zod/mini';
import { reasonOf } from '../../../shared/model/errors.ts';
import { Refusal } from './api.ts';
import type { CompletionRequest } from './azumuta/complete.ts';
import type { ShownProductOrder } from './azumuta/shop-floor.ts';
import type { ReleaseRequest } from './erp/planners.ts';
import type { ProductionOrder, SandboxBooking } from './erp/store.ts';

/** What the ERP sandbox may do, how pages name it, the notice that it does so from now on, and how it refuses a route. */
export const erpModes = {
  well: {
    label: 'works',
    does: 'It books everything at once.',
    notice: 'The ERP works again.',
    refusalOf: () => undefined,
  },
  down: {
    label: 'is down',
    does: 'It answers every call with 503: messages wait, and continue automatically.',
    notice: 'The ERP is down: it answers 503.',
    refusalOf: () => new Refusal(503, 'down', 'This ERP is down.'),
  },
  refusing: {
    label: 'refuses bookings',
    does: 'It answers that the posting period is closed: bookings become dead letters.',
    notice: 'The ERP refuses bookings.',
    // As in many ERPs, the status says that all went well.
    refusalOf: (route: string) =>
      route === 'POST /api/production-orders/{number}/bookings'
        ? new Refusal(200, 'business', 'The posting period is closed')
        : undefined,
  },
} as const;
export const erpModeSchema = z.enum(['well', 'down', 'refusing']);
export type ErpMode = z.infer<typeof erpModeSchema>;

/** One order, as both sandboxes know it. */
export interface ShopFloorOrder {
  readonly number: string;
  readonly article: string;
  readonly quantity: string;
  /** Of a part of a split order: what its order is for. */
  readonly ofQuantity?: string | undefined;
  /** The batch order in which it is in Azumuta. */
  readonly batch?: string | undefined;
  /** `released`, `done`, `cancelled`; undefined when the ERP does not know it. */
  readonly inErp?: string | undefined;
  /** Azumuta's status; undefined while Azumuta does not know it. */
  readonly inAzumuta?: string | undefined;
  /** The good quantity of each booking in the ERP. */
  readonly booked: readonly string[];
}

export type ShopFloor = ReturnType<typeof createShopFloor>;

const mostShopFloorOrders = 25;

/**
 * The partners' sandboxes, which run in another process, for somebody who tries the integration out.
 * @param pull Runs the pull. @returns what came of it; `read` when all was read.
 */
export function createShopFloor(
  sandboxes: { readonly azumuta: string; readonly erp: string },
  pull: () => Promise<string>,
) {
  const { azumuta, erp } = sandboxes;
  return {
    async look() {
      const [{ mode }, ...books] = await Promise.all([
        callSandbox<{ readonly mode: ErpMode }>(erp, 'GET', 'mode'),
        callSandbox<readonly ProductionOrder[]>(erp, 'GET', 'orders'),
        callSandbox<readonly SandboxBooking[]>(erp, 'GET', 'bookings'),
        callSandbox<readonly ShownProductOrder[]>(azumuta, 'GET', 'productorders'),
      ]);
      const orders = joinShopFloorOrders(...books);
      // Newest first; `more` counts the older ones.
      const more = Math.max(0, orders.length - mostShopFloorOrders);
      return { erp: mode, orders: orders.slice(0, mostShopFloorOrders), more };
    },

    /** Releases an order and runs the pull. @returns its number, and why the pull failed, if it did. */
    async release(product: string, quantity: number) {
      const request: ReleaseRequest = { product, quantity };
      const [order] = await callSandbox<readonly ProductionOrder[]>(erp, 'POST', 'orders', request);
      if (!order) throw new Error('The ERP sandbox released nothing.');
      const outcome = await pull().catch(reasonOf);
      return { number: order.number, notPulled: outcome === 'read' ? undefined : outcome };
    },

    /** Completes an order in Azumuta, as its operator would. */
    async complete(number: string, good: number, scrap: number) {
      const how: CompletionRequest = { quantity: good, scrap };
      await callSandbox(azumuta, 'POST', `productorders/${encodeURIComponent(number)}/complete`, how);
    },

    setErp: (mode: ErpMode) => callSandbox(erp, 'PUT', 'mode', { mode }),
  };
}

/** @throws Error with the sandbox's answer when it is not 2xx. */
async function callSandbox<T>(url: string, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(new URL(`/sandbox/${path}`, url), {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} at the sandbox: ${response.status} ${text}`);
  return JSON.parse(text);
}

function joinShopFloorOrders(
  orders: readonly ProductionOrder[],
  bookings: readonly SandboxBooking[],
  productOrders: readonly ShownProductOrder[],
): ShopFloorOrder[] {
  const found = new Map<string, ShopFloorOrder>();
  // Split orders, and orders from the order endpoint, are known to Azumuta only.
  for (const { number, article, parameters, status, batchNumber: batch } of productOrders) {
    const quantity = String(parameters.find(({ key }) => key === 'Quantity')?.value ?? 1);
    const ofQuantity = orders.find((order) => isPartOf(number, order))?.quantity;
    const made = { number, article: article?.number ?? '', quantity, ofQuantity, batch };
    found.set(number, { ...made, inAzumuta: status, booked: [] });
  }
  for (const { number, product: article, quantity, status: inErp } of orders) {
    const booked = bookings
      .filter(({ kind, order }) => kind === 'production' && order === number)
      .map(({ goodQuantity }) => goodQuantity);
    found.set(number, { ...found.get(number), number, article, quantity, inErp, booked });
  }
  return [...found.values()].sort((a, b) => b.number.localeCompare(a.number, 'en', { numeric: true }));
}

/** As the mapping numbers the parts of a split order, unless the configuration numbers orders otherwise. */
function isPartOf(number: string, order: ProductionOrder): boolean {
  return number.startsWith(`${order.number}/`) && /^\d+$/.test(number.slice(order.number.length + 1));
}
