import { control, partnerControl } from '../control-client.ts';
import type { ReleaseRequest, Revision } from './control-routes.ts';
import type { Booking, ProductionOrder } from './store.ts';

interface SentOrder {
  readonly order: ProductionOrder;
  /** What the integration answered. */
  readonly status: number;
  readonly answer: string;
}

export type ErpControl = ReturnType<typeof erpControl>;

/**
 * The hands of planners and saboteurs, and the partner's own books, for tests and the story.
 * @param url where the sandbox listens, as `startSandbox` tells it.
 */
export function erpControl(url: string) {
  const order = (number: string, name: string, body?: unknown) =>
    control<ProductionOrder>(url, 'POST', `/sandbox/orders/${encodeURIComponent(number)}/${name}`, body);
  const act = (name: string) => (number: string) => order(number, name);
  return {
    /** Releases `count` orders (default 1); what is not given is drawn from `seed`. */
    release: (request: ReleaseRequest = {}) =>
      control<readonly ProductionOrder[]>(url, 'POST', '/sandbox/orders', request),
    orders: () => control<readonly ProductionOrder[]>(url, 'GET', '/sandbox/orders'),
    /** All that was ever booked. Twice the same reference is a double booking. */
    bookings: () => control<readonly Booking[]>(url, 'GET', '/sandbox/bookings'),
    cancel: act('cancel'),
    lock: act('lock'),
    unlock: act('unlock'),
    /** Somebody finishes it by hand, without our reference. */
    finish: act('finish'),
    /** Changes nothing but the change time. */
    touch: act('touch'),
    /** Gives an order, by its number or id, another quantity or number. */
    revise: (number: string, revision: Revision) => order(number, 'revise', revision),
    /** From now on a page holds no more rows than this, 200 at the start. */
    capPages: (rows: number) => control<void>(url, 'PUT', '/sandbox/largest-page', { rows }),
    /** Releases an order (or takes the one that `number` names) and posts it to the integration's order endpoint. */
    releaseAndSend: (
      target: { readonly url: string; readonly key: string },
      request: ReleaseRequest & { readonly number?: string } = {},
    ) => control<SentOrder>(url, 'POST', `/sandbox/release-and-send?${new URLSearchParams(target)}`, request),
    ...partnerControl(url),
  };
}
