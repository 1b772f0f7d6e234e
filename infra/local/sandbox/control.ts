import type { CompletionRequest } from './azumuta/complete.ts';
import type { show } from './azumuta/routes.ts';
import type { Trigger, TriggerLogEntry } from './azumuta/triggers.ts';
import type { ReleaseRequest, Revision } from './erp/control-routes.ts';
import type { Booking, ProductionOrder } from './erp/store.ts';
import type { Fault } from './faults.ts';

/** What people do in the partners' own screens, and what the partners' books hold: for the demo, the console and tests. */

/** A JSON call to a sandbox's control routes. @throws Error with the sandbox's answer when it is not 2xx. */
async function control<T>(url: string, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(new URL(path, url), {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} at the sandbox: ${response.status} ${text}`);
  return JSON.parse(text);
}

/** What every sandbox can be asked. */
function partnerControl(url: string) {
  return {
    /** Calls so far by `METHOD /route/{pattern}`, or by the real path with its query. */
    calls: (by: 'route' | 'path' = 'route') =>
      control<Readonly<Record<string, number>>>(url, 'GET', `/sandbox/calls?by=${by}`),
    forgetCalls: () => control<void>(url, 'DELETE', '/sandbox/calls'),
    faults: () => control<readonly Fault[]>(url, 'GET', '/sandbox/faults'),
    /** Replaces all faults. */
    setFaults: (faults: readonly Fault[]) => control<void>(url, 'PUT', '/sandbox/faults', faults),
  };
}

/** A product order as the sandbox shows it. */
export type ShownProductOrder = ReturnType<typeof show.productOrder>;

export type AzumutaControl = ReturnType<typeof azumutaControl>;

/**
 * What operators and administrators do in Azumuta.
 * @param url Where the sandbox listens, as `startSandbox` returns it.
 */
export function azumutaControl(url: string) {
  const order = (number: string, act: string, body?: unknown) => {
    const path = `/sandbox/productorders/${encodeURIComponent(number)}/${act}`;
    return control<ShownProductOrder>(url, 'POST', path, body);
  };
  return {
    productOrders: () => control<readonly ShownProductOrder[]>(url, 'GET', '/sandbox/productorders'),
    /** Operators record and complete; the configured triggers fire. */
    complete: (number: string, how: CompletionRequest = {}) => order(number, 'complete', how),
    reopen: (number: string) => order(number, 'reopen'),
    rename: (number: string, to: string) => order(number, 'rename', { number: to }),
    /** Fires the triggers of an order once more, although nothing has changed. */
    trigger: (number: string) => order(number, 'trigger'),
    setTriggers: (triggers: readonly Trigger[]) => control<void>(url, 'PUT', '/sandbox/triggers', triggers),
    triggerLog: () => control<readonly TriggerLogEntry[]>(url, 'GET', '/sandbox/trigger-log'),
    ...partnerControl(url),
  };
}

export type ErpControl = ReturnType<typeof erpControl>;

/**
 * What planners do in the ERP.
 * @param url Where the sandbox listens, as `startSandbox` returns it.
 */
export function erpControl(url: string) {
  const order = (number: string, act: string, body?: unknown) =>
    control<ProductionOrder>(url, 'POST', `/sandbox/orders/${encodeURIComponent(number)}/${act}`, body);
  const act = (name: string) => (number: string) => order(number, name);
  const release = (request: ReleaseRequest = {}) =>
    control<readonly ProductionOrder[]>(url, 'POST', '/sandbox/orders', request);
  const orders = () => control<readonly ProductionOrder[]>(url, 'GET', '/sandbox/orders');
  return {
    /** Releases `count` orders (default 1); what is not given is drawn from `seed`. */
    release,
    orders,
    /** All that was ever booked. Twice the same reference is a double booking. */
    bookings: () => control<readonly Booking[]>(url, 'GET', '/sandbox/bookings'),
    cancel: act('cancel'),
    lock: act('lock'),
    unlock: act('unlock'),
    /** Somebody finishes it by hand, without our reference. */
    finish: act('finish'),
    /** Gives an order, by its number or id, another quantity or number. */
    revise: (number: string, revision: Revision) => order(number, 'revise', revision),
    /**
     * Releases an order (or takes the one that `number` names) and posts it to the integration's order endpoint.
     * @returns the order, and what the integration answered.
     */
    async releaseAndSend(
      target: { readonly url: string; readonly key: string },
      { number, ...request }: ReleaseRequest & { readonly number?: string } = {},
    ) {
      const known = number === undefined ? await release(request) : await orders();
      const order = known.find((one) => number === undefined || one.number === number);
      if (!order) throw new Error(`There is no order ${number}.`);
      const response = await fetch(target.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': target.key },
        body: JSON.stringify(pushed(order)),
      });
      return { order, status: response.status, answer: await response.text() };
    },
    ...partnerControl(url),
  };
}

/** An order in the shape that the integration's order endpoint takes. */
function pushed(order: ProductionOrder) {
  const { number, id, product: article, quantity, unit, dueDate, customer, productName, options } = order;
  return { number, id, article, quantity, unit, dueDate, attributes: { customer, productName, ...options } };
}
