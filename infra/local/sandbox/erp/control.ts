import { control } from '../control-client.ts';
import type { Fault } from '../faults.ts';
import type { ReleaseRequest, Revision } from './control-routes.ts';
import type { Booking, ProductionOrder } from './store.ts';

/** The hands of planners and saboteurs, and the partner's own books, for tests and the story. */
export interface ErpControl {
  /** Releases `count` orders (default 1); what is not given is drawn from `seed`. */
  readonly release: (request?: ReleaseRequest) => Promise<readonly ProductionOrder[]>;
  readonly orders: () => Promise<readonly ProductionOrder[]>;
  /** All that was ever booked. Twice the same reference is a double booking. */
  readonly bookings: () => Promise<readonly Booking[]>;
  readonly cancel: (number: string) => Promise<ProductionOrder>;
  readonly lock: (number: string) => Promise<ProductionOrder>;
  readonly unlock: (number: string) => Promise<ProductionOrder>;
  /** Somebody finishes it by hand, without our reference. */
  readonly finish: (number: string) => Promise<ProductionOrder>;
  /** Changes nothing but the change time. */
  readonly touch: (number: string) => Promise<ProductionOrder>;
  /** Gives an order, by its number or id, another quantity or number. */
  readonly revise: (order: string, revision: Revision) => Promise<ProductionOrder>;
  /** From now on a page holds no more rows than this, 200 at the start. */
  readonly capPages: (rows: number) => Promise<void>;
  /**
   * Releases an order (or takes the one that `number` names) and posts it to the integration's order endpoint.
   */
  readonly releaseAndSend: (
    target: { readonly url: string; readonly key: string },
    request?: ReleaseRequest & { readonly number?: string },
  ) => Promise<SentOrder>;
  /** Calls so far by `METHOD /route/{pattern}`, or by the real path with its query. */
  readonly calls: (by?: 'route' | 'path') => Promise<Readonly<Record<string, number>>>;
  readonly forgetCalls: () => Promise<void>;
  readonly setFaults: (faults: readonly Fault[]) => Promise<void>;
}

export interface SentOrder {
  readonly order: ProductionOrder;
  /** What the integration answered. */
  readonly status: number;
  readonly answer: string;
}

/** @param url where the sandbox listens, as `startSandbox` tells it. */
export function erpControl(url: string): ErpControl {
  const order = (number: string, name: string, body?: unknown) =>
    control<ProductionOrder>(url, 'POST', `/sandbox/orders/${encodeURIComponent(number)}/${name}`, body);
  const act = (name: string) => (number: string) => order(number, name);
  return {
    release: (request = {}) => control(url, 'POST', '/sandbox/orders', request),
    orders: () => control(url, 'GET', '/sandbox/orders'),
    bookings: () => control(url, 'GET', '/sandbox/bookings'),
    cancel: act('cancel'),
    lock: act('lock'),
    unlock: act('unlock'),
    finish: act('finish'),
    touch: act('touch'),
    revise: (number, revision) => order(number, 'revise', revision),
    capPages: async (rows) => void (await control(url, 'PUT', '/sandbox/largest-page', { rows })),
    releaseAndSend: (target, request = {}) =>
      control(url, 'POST', `/sandbox/release-and-send?${new URLSearchParams(target)}`, request),
    calls: (by = 'route') => control(url, 'GET', `/sandbox/calls?by=${by}`),
    forgetCalls: async () => void (await control(url, 'DELETE', '/sandbox/calls')),
    setFaults: async (faults) => void (await control(url, 'PUT', '/sandbox/faults', faults)),
  };
}
