import { onTestFinished } from 'vitest';
import type { ErpConnector } from '../../../../shared/erp/connector.ts';
import { sapS4Hana } from '../../../../shared/erp/sap-s4hana/index.ts';
import type { SapOptions } from '../../../../shared/erp/sap-s4hana/options.ts';
import type { Completion } from '../../../../shared/model/completions.ts';
import type { Watermark } from '../../../../shared/model/orders.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import { firstAttempt, newSignal } from '../conformance/attempts.ts';
import { quantityKey } from '../conformance/completions.ts';
import { startFaultProxy } from '../conformance/fault-proxy.ts';
import { createSap } from '../conformance/servers/sap-s4hana.ts';

/** An S/4HANA that ends with the test, a proxy in front of it, and connectors to it. */
export async function startPlant({ timeZone, ...configured }: Partial<SapOptions> = {}) {
  const login = { auth: 'basic', user: 'AZUMUTA', secret: 'right-password' } as const;
  const server = createSap({ ...login, ...(timeZone === undefined ? {} : { timeZone }) });
  const faults = await startFaultProxy(server.answer);
  onTestFinished(async () => {
    await faults.close();
  });
  const { books } = server;

  function connect(options: Partial<SapOptions> = {}): ErpConnector {
    return sapS4Hana({
      url: faults.url,
      auth: 'basic',
      goodsMovements: 'backflush',
      ...(timeZone === undefined ? {} : { timeZone }),
      ...configured,
      ...options,
    }).connect({
      clock: systemClock,
      credentials: async () => ({ username: login.user, password: login.secret }),
    });
  }

  return {
    server,
    faults,
    books,
    connect,
    plan: (quantity = '5') => ({ number: books.plan('FG226', quantity).ManufacturingOrder }),
    book: (completion: Completion, connector = connect()) =>
      connector.book(completion, quantityKey(completion.productOrder), firstAttempt()),
    confirmationsOf: (number: string) => books.confirmations.filter((one) => one.OrderID === number),
    /** Numbers of the orders that are listed. */
    async listed(since?: Watermark, options: Partial<SapOptions> = {}) {
      const pages = [];
      for await (const page of connect(options).releasedOrders(since, newSignal())) pages.push(page);
      return {
        numbers: pages.flatMap(({ orders }) => orders.map(({ number }) => number)),
        unreadable: pages.flatMap(({ unreadable }) => unreadable),
        watermark: pages.at(-1)?.watermark,
      };
    },
  };
}
