import type { CompletionRequest } from './azumuta/complete.ts';
import type { ShownProductOrder } from './azumuta/shop-floor.ts';
import type { ReleaseRequest } from './erp/planners.ts';
import type { Booking, ProductionOrder } from './erp/store.ts';
import type { Fault } from './faults.ts';

export type RemoteSandboxes = ReturnType<typeof remoteSandboxes>;

/**
 * The people of sandboxes that run in another process.
 * @param azumuta, erp Where they listen, as `startSandbox` returns it.
 */
export function remoteSandboxes({ azumuta, erp }: { readonly azumuta: string; readonly erp: string }) {
  return {
    productOrders: () => control<readonly ShownProductOrder[]>(azumuta, 'GET', 'productorders'),
    complete: (number: string, how: CompletionRequest) =>
      control<ShownProductOrder>(
        azumuta,
        'POST',
        `productorders/${encodeURIComponent(number)}/complete`,
        how,
      ),
    release: (request: ReleaseRequest) => control<readonly ProductionOrder[]>(erp, 'POST', 'orders', request),
    orders: () => control<readonly ProductionOrder[]>(erp, 'GET', 'orders'),
    bookings: () => control<readonly Booking[]>(erp, 'GET', 'bookings'),
    erpFaults: () => control<readonly Fault[]>(erp, 'GET', 'faults'),
    setErpFaults: (faults: readonly Fault[]) => control<unknown>(erp, 'PUT', 'faults', faults),
  };
}

/** @throws Error with the sandbox's answer when it is not 2xx. */
async function control<T>(url: string, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(new URL(`/sandbox/${path}`, url), {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} at the sandbox: ${response.status} ${text}`);
  return JSON.parse(text);
}
