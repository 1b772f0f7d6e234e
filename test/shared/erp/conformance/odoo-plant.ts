import { expect } from 'vitest';
import type { ErpConnector } from '../../../../shared/erp/connector.ts';
import { odoo } from '../../../../shared/erp/odoo/index.ts';
import type { OdooCredentials, OdooOptions } from '../../../../shared/erp/odoo/options.ts';
import type { Cause } from '../../../../shared/model/causes.ts';
import type { Completion } from '../../../../shared/model/completions.ts';
import type { ErpOrderRef } from '../../../../shared/model/orders.ts';
import { type Clock, systemClock } from '../../../../shared/platform/clock.ts';
import type { MayWrite } from '../../../../shared/platform/http.ts';
import { failureOf, firstAttempt } from './attempts.ts';
import { quantityKey } from './completions.ts';
import { createFaultProxy } from './fault-proxy.ts';
import { listOf } from './listing.ts';
import { odooPlant } from './plants/odoo.ts';
import { rejection } from './rejection.ts';
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
    mayWrite: MayWrite = () => true,
  ): ErpConnector {
    const whole: OdooOptions = { url: faults.url, database: 'plant', version, backorder: 'keep', ...options };
    return odoo(whole).connect({ clock, credentials, mayWrite });
  }

  const book = (completion: Completion, connector = connect()) =>
    connector.book(completion, quantityKey(completion.productOrder), firstAttempt());

  /** A person presses a button of an order. */
  const press = (method: string, { id }: { readonly id?: unknown }, context = {}) =>
    books.call('mrp.production', method, { ids: [Number(id)], named: {}, context });

  /** Changes all rows of a model. */
  function setAll(model: string, values: object): void {
    for (const row of books.rows(model)) Object.assign(row, values);
  }

  return {
    books,
    faults,
    connect,
    book,
    press,
    setAll,
    plan(article = 'CHAIR', quantity = 5): ErpOrderRef {
      const { number, id } = plant.plan({ article, quantity: String(quantity) });
      return { number, ...(id === undefined ? {} : { id }) };
    },
    row: plant.row,
    /** So much of the one component is reserved. */
    reserve(quantity: number): void {
      setAll('stock.move', { quantity });
      setAll('stock.move.line', { quantity_product_uom: quantity });
    },
    /** A person books so much in Odoo's own screens, with a backorder for the rest, or without. */
    bookByHand({ id }: ErpOrderRef, quantity: number, rest: 'rest' | 'no rest' = 'rest'): void {
      const ids = [Number(id)];
      const context = { skip_backorder: true, ...(rest === 'rest' ? { mo_ids_to_backorder: ids } : {}) };
      books.call('mrp.production', 'write', { ids, named: { vals: { qty_producing: quantity } }, context });
      press('set_qty_producing', { id });
      press('button_mark_done', { id }, context);
    },
    /** Expects that a booking is refused in these words, and has written nothing. */
    async expectRefused(completion: Completion, says: string, code?: Cause, connector = connect()) {
      const before = plant.everything();
      expect(await failureOf(book(completion, connector))).toMatchObject(rejection(says, code));
      expect(plant.everything()).toEqual(before);
    },
    nameIn: (model: string, id: unknown) => books.find(model, id)?.name,
    /** Rows of the order and of all orders that were split off from it, oldest first. */
    family: ({ number }: ErpOrderRef) =>
      books.rows('mrp.production').filter((row) => String(row.name).startsWith(number)),
    listed: async (connector = connect()) => (await listOf(connector)).orders,
    everything: plant.everything,
  };
}
