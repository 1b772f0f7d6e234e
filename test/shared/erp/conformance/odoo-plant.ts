import type { ErpConnector } from '../../../../shared/erp/connector.ts';
import { odoo } from '../../../../shared/erp/odoo/index.ts';
import type { OdooCredentials, OdooOptions } from '../../../../shared/erp/odoo/options.ts';
import type { Completion } from '../../../../shared/model/completions.ts';
import type { ErpOrderRef } from '../../../../shared/model/orders.ts';
import { type Clock, systemClock } from '../../../../shared/platform/clock.ts';
import { firstAttempt } from './attempts.ts';
import { completionOf, productOrderOf, quantityKey } from './completions.ts';
import { createFaultProxy } from './fault-proxy.ts';
import { listOf } from './listing.ts';
import { createOdoo } from './servers/odoo.ts';
import type { OdooVersion } from './servers/odoo-models.ts';

export const login = { database: 'plant', username: 'azumuta@example.com', apiKey: 'right-key' };

export type OdooPlant = ReturnType<typeof startPlant>;

type Credentials = (options?: { readonly refresh?: boolean }) => Promise<OdooCredentials>;

/**
 * An Odoo that stops after the test, a proxy in front of it, and actions for tests of its traps.
 * @param time The database's clock. Default: a clock by which every write is later than the one before.
 */
export function startPlant(version: OdooVersion, time?: () => Date) {
  const server = createOdoo(version, login, time);
  const faults = createFaultProxy(server.answer);
  const { books } = server;
  /** Rows of the order and of all orders that were split off from it, oldest first. */
  const family = ({ number }: ErpOrderRef) =>
    books.rows('mrp.production').filter((row) => String(row.name).startsWith(number));

  function connect(
    options: Partial<OdooOptions> = {},
    credentials: Credentials = async () => login,
    clock: Clock = systemClock,
  ): ErpConnector {
    const whole: OdooOptions = { url: faults.url, database: 'plant', version, backorder: 'keep', ...options };
    return odoo(whole).connect({ clock, credentials });
  }

  return {
    books,
    faults,
    connect,
    plan(article = 'CHAIR', quantity = 5): ErpOrderRef {
      const row = books.plan(article, quantity);
      return { number: String(row.name), id: String(row.id) };
    },
    /** The row of the order. */
    row(order: ErpOrderRef) {
      const row = books.rows('mrp.production').find(({ id }) => id === Number(order.id));
      if (!row) throw new Error(`no order ${order.number}`);
      return row;
    },
    family,
    book: (completion: Completion, connector = connect()) =>
      connector.book(completion, quantityKey(completion.productOrder), firstAttempt()),
    listed: async (connector = connect()) => (await listOf(connector)).orders,
    /** All its records. */
    everything: (): unknown => JSON.parse(JSON.stringify([...books.tables])),
  };
}

/** One of several product orders of an ERP order. */
export function partOf(order: ErpOrderRef, n: number, amount: string): Completion {
  return completionOf(order, { quantity: { amount }, final: false }, productOrderOf(order, n));
}
