import { bookWhatIsLeft, keepingTrackOfWrites } from '../booking-rules.ts';
import type { ErpConnector, ErpEnvironment } from '../connector.ts';
import { defineConnector } from '../define-connector.ts';
import { booking } from './booking.ts';
import { createOdooClient } from './client.ts';
import { listReleasedOrders, readListedOrder } from './list-orders.ts';
import { linkProductOrder } from './marks.ts';
import { type OdooCredentials, type OdooOptions, odooCredentialsSchema, optionsSchema } from './options.ts';

/**
 * Odoo 17 to 19 with Manufacturing, over its external API: JSON-2 (19 and later) or JSON-RPC. Comments in this folder
 * name lines of Odoo's source at the commits that test/shared/erp/conformance/servers/odoo.ts names.
 * @example
 * odoo({ url: 'https://plant.odoo.com', database: 'plant', backorder: 'keep' });
 */
export const odoo = defineConnector({
  folder: 'odoo',
  options: optionsSchema,
  lacks: { components: undefined, operations: undefined, checks: undefined },
  secret: () => ({
    schema: odooCredentialsSchema,
    example: {
      username: 'integration@example.com',
      apiKey: 'the key made under My Profile, Account Security',
    },
  }),
  connect,
});

function connect(options: OdooOptions, environment: ErpEnvironment<OdooCredentials>): ErpConnector {
  const client = createOdooClient(options, environment);
  return {
    releasedOrders: (since, signal) => listReleasedOrders(client(signal), since),
    readOrder: (order, signal) => readListedOrder(client(signal, order.number), order),
    linkProductOrder: (order, productOrder, { signal }) =>
      keepingTrackOfWrites(async (onWritten) => {
        const writer = await client(signal, order.number, onWritten).connect();
        return linkProductOrder(writer, order, productOrder);
      }),
    book: (completion, key, attempt) =>
      keepingTrackOfWrites(async (onWritten) => {
        const writer = await client(attempt.signal, completion.erpOrder.number, onWritten).connect();
        return bookWhatIsLeft(booking, writer, completion, key, attempt);
      }),
  };
}
