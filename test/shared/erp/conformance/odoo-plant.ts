import { onTestFinished } from 'vitest';
import type { ErpConnector } from '../../../../shared/erp/connector.ts';
import { odoo } from '../../../../shared/erp/odoo/index.ts';
import type { OdooCredentials, OdooOptions } from '../../../../shared/erp/odoo/options.ts';
import type { Completion, Receipt } from '../../../../shared/model/completions.ts';
import type { ErpOrder, ErpOrderRef } from '../../../../shared/model/orders.ts';
import { type Clock, systemClock } from '../../../../shared/platform/clock.ts';
import { firstAttempt, newSignal } from './attempts.ts';
import { completionOf, productOrderOf, quantityKey } from './completions.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { createOdoo, type OdooServer } from './servers/odoo.ts';
import type { OdooRow } from './servers/odoo-domain.ts';
import type { OdooBooks, OdooVersion } from './servers/odoo-models.ts';

export const login = { database: 'plant', username: 'azumuta@example.com', apiKey: 'right-key' };

/** An Odoo that stops after the test, a proxy in front of it, and actions for tests of its traps. */
export interface OdooPlant {
  readonly server: OdooServer;
  readonly books: OdooBooks;
  readonly faults: FaultProxy;
  connect(options?: Partial<OdooOptions>, credentials?: Credentials, clock?: Clock): ErpConnector;
  plan(article?: string, quantity?: number): ErpOrderRef;
  /** The row of the order. */
  row(order: ErpOrderRef): OdooRow;
  /** Rows of the order and of all orders that were split off from it, oldest first. */
  family(order: ErpOrderRef): OdooRow[];
  book(completion: Completion, connector?: ErpConnector): Promise<Receipt>;
  listed(connector?: ErpConnector): Promise<ErpOrder[]>;
  /** All its records. */
  everything(): unknown;
}

type Credentials = (options?: { readonly refresh?: boolean }) => Promise<OdooCredentials>;

/** @param time The database's clock. Default: a clock by which every write is later than the one before. */
export async function startPlant(version: OdooVersion, time?: () => Date): Promise<OdooPlant> {
  const server = createOdoo(version, login, time);
  const faults = await startFaultProxy(server.answer);
  onTestFinished(async () => {
    await faults.close();
  });
  const { books } = server;
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
    server,
    books,
    faults,
    connect,
    plan(article = 'CHAIR', quantity = 5) {
      const row = books.plan(article, quantity);
      return { number: String(row.name), id: String(row.id) };
    },
    row(order) {
      const row = books.rows('mrp.production').find(({ id }) => id === Number(order.id));
      if (!row) throw new Error(`no order ${order.number}`);
      return row;
    },
    family,
    book: (completion, connector = connect()) =>
      connector.book(completion, quantityKey(completion.productOrder), firstAttempt()),
    async listed(connector = connect()) {
      const orders: ErpOrder[] = [];
      for await (const page of connector.releasedOrders(undefined, newSignal())) orders.push(...page.orders);
      return orders;
    },
    everything: () => JSON.parse(JSON.stringify([...books.tables])),
  };
}

/** One of several product orders of an ERP order. */
export function partOf(order: ErpOrderRef, n: number, amount: string): Completion {
  return completionOf(order, { quantity: { amount }, final: false }, productOrderOf(order, n));
}
