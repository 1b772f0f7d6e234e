import { sapS4Hana } from '../../../../shared/erp/sap-s4hana/index.ts';
import type { SapOptions } from '../../../../shared/erp/sap-s4hana/options.ts';
import type { Completion } from '../../../../shared/model/completions.ts';
import type { Watermark } from '../../../../shared/model/orders.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import { firstAttempt } from '../conformance/attempts.ts';
import { quantityKey } from '../conformance/completions.ts';
import { createFaultProxy } from '../conformance/fault-proxy.ts';
import { listOf } from '../conformance/listing.ts';
import { createSap } from '../conformance/servers/sap-s4hana.ts';

type Credentials = (options?: { readonly refresh?: boolean }) => Promise<unknown>;

export const login = { username: 'AZUMUTA', password: 'right-password' };

/** An S/4HANA that ends with the test, a proxy in front of it, and connectors to it. */
export function startPlant({ timeZone, ...configured }: Partial<SapOptions> = {}) {
  const server = createSap({
    auth: 'basic',
    user: login.username,
    secret: login.password,
    ...(timeZone === undefined ? {} : { timeZone }),
  });
  const faults = createFaultProxy(server.answer);
  const { books } = server;

  function connect(options: Partial<SapOptions> = {}, credentials: Credentials = async () => login) {
    return sapS4Hana({
      url: faults.url,
      auth: 'basic',
      goodsMovements: 'backflush',
      ...(timeZone === undefined ? {} : { timeZone }),
      ...configured,
      ...options,
    }).connect({ clock: systemClock, credentials });
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
    listed: (since?: Watermark, options: Partial<SapOptions> = {}) => listOf(connect(options), since),
  };
}
