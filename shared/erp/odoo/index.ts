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
    releasedOrders: (since, signal, guard) => listReleasedOrders(client({ signal, guard }), since),
    readOrder: (order, signal, guard) => readListedOrder(client({ signal, guard }, order.number), order),
    linkProductOrder: (order, productOrder, attempt) =>
      keepingTrackOfWrites(async (onWritten) => {
        const writer = await client(attempt, order.number, onWritten).connect();
        return linkProductOrder(writer, order, productOrder);
      }),
    book: (completion, key, attempt) =>
      keepingTrackOfWrites(async (onWritten) => {
        const writer = await client(attempt, completion.erpOrder.number, onWritten).connect();
        return bookWhatIsLeft(booking, writer, completion, key, attempt);
      }),
  };
}
