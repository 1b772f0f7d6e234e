import type { ErpConnector } from '../../../../shared/erp/connector.ts';
import { odoo } from '../../../../shared/erp/odoo/index.ts';
import type { OdooCredentials, OdooOptions } from '../../../../shared/erp/odoo/options.ts';
import type { Completion } from '../../../../shared/model/completions.ts';
import type { ErpOrderRef } from '../../../../shared/model/orders.ts';
import { type Clock, systemClock } from '../../../../shared/platform/clock.ts';
import { firstAttempt } from './attempts.ts';
import { quantityKey } from './completions.ts';
import { createFaultProxy } from './fault-proxy.ts';
import { listOf } from './listing.ts';
import { odooPlant } from './plants/odoo.ts';
import type { OdooVersion } from './servers/odoo-models.ts';

export type OdooPlant = ReturnType<typeof startPlant>;

type Credentials = (options?: { readonly refresh?: boolean }) => Promise<OdooCredentials>;

/**
 * An Odoo, a proxy in front of it, and actions for tests of its traps.
 * @param time The database's clock. Default: a clock by which every write is later than the one before.
 */
export function startPlant(version: OdooVersion, time?: () => Date) {
  const plant = odooPlant(version, time);
  const { books } = plant.server;
  const faults = createFaultProxy(plant.answer);

  function connect(
    options: Partial<OdooOptions> = {},
    credentials: Credentials = async () => plant.login,
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
      const { number, id } = plant.plan({ article, quantity: String(quantity) });
      return { number, ...(id === undefined ? {} : { id }) };
    },
    row: plant.row,
    /** So much of the one component is reserved. */
    reserve(quantity: number): void {
      for (const move of books.rows('stock.move')) move.quantity = quantity;
      for (const line of books.rows('stock.move.line')) line.quantity_product_uom = quantity;
    },
    /** Rows of the order and of all orders that were split off from it, oldest first. */
    family: ({ number }: ErpOrderRef) =>
      books.rows('mrp.production').filter((row) => String(row.name).startsWith(number)),
    book: (completion: Completion, connector = connect()) =>
      connector.book(completion, quantityKey(completion.productOrder), firstAttempt()),
    listed: async (connector = connect()) => (await listOf(connector)).orders,
    everything: plant.everything,
  };
}
