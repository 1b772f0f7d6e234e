import { sapS4Hana } from '../../../../shared/erp/sap-s4hana/index.ts';
import type { SapOptions } from '../../../../shared/erp/sap-s4hana/options.ts';
import type { Completion } from '../../../../shared/model/completions.ts';
import type { Watermark } from '../../../../shared/model/orders.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import { firstAttempt } from '../conformance/attempts.ts';
import { quantityKey } from '../conformance/completions.ts';
import { createFaultProxy } from '../conformance/fault-proxy.ts';
import { listOf } from '../conformance/listing.ts';
import { addAssembly, sapAssembly } from '../conformance/plants/sap-s4hana.ts';
import { createSap } from '../conformance/servers/sap-s4hana.ts';

/** An S/4HANA, a proxy in front of it, and connectors to it. */
export function startPlant({ timeZone, ...configured }: Partial<SapOptions> = {}) {
  const zone = timeZone === undefined ? {} : { timeZone };
  const server = createSap({ auth: 'basic', user: 'AZUMUTA', secret: 'right-password', ...zone });
  const faults = createFaultProxy(server.answer);
  const { books } = server;
  addAssembly(books, sapAssembly);

  function connect(options: Partial<SapOptions> = {}) {
    const usual = { url: faults.url, auth: 'basic', goodsMovements: 'backflush' } as const;
    return sapS4Hana({ ...usual, ...zone, ...configured, ...options }).connect({
      clock: systemClock,
      mayWrite: () => true,
      credentials: async () => ({ username: 'AZUMUTA', password: 'right-password' }),
    });
  }

  return {
    server,
    faults,
    books,
    connect,
    plan: (quantity = '5', article = 'FG226') => ({
      number: books.plan(article, quantity).ManufacturingOrder,
    }),
    book: (completion: Completion, connector = connect()) =>
      connector.book(completion, quantityKey(completion.productOrder), firstAttempt()),
    confirmationsOf: (number: string) => books.confirmations.filter((one) => one.OrderID === number),
    listed: (since?: Watermark, options: Partial<SapOptions> = {}) => listOf(connect(options), since),
  };
}
