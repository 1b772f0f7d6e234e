import { bookWhatIsLeft, keepingTrackOfWrites } from '../booking-rules.ts';
import type { ErpConnector, ErpEnvironment } from '../connector.ts';
import { defineConnector } from '../define-connector.ts';
import { booking } from './booking.ts';
import { createOdooClient } from './client.ts';
import { listReleasedOrders, readListedOrder } from './list-orders.ts';
import { linkProductOrder } from './marks.ts';
import { type OdooCredentials, type OdooOptions, odooCredentialsSchema, optionsSchema } from './options.ts';
import { readOdooRights } from './rights.ts';

/**
 * Odoo 17 to 19 with Manufacturing, over its external API: JSON-2 (19 and later) or JSON-RPC. Comments in this folder
 * name lines of Odoo's source at the commits that test/shared/erp/conformance/servers/odoo.ts names.
 *
 * A booking calls, in this order:
 * 1. `mrp.production fields_get`, `res.users context_get`, `res.users search_read`: which fields this Odoo has, and who
 *    writes our messages. Once per container; over JSON-RPC the login comes first.
 * 2. `mrp.production search_read`: the order. One that was split has a further call, for its other parts.
 * 3. `mail.message search_read`: our marks on it. If it is done and its last mark has our key, it is booked.
 * 4. `product.product search_read`, `uom.uom search_read`: its product and its unit.
 * 5. `stock.move search_read`: whether its components are reserved. If the process dies up to here, nothing was written.
 * 6. `mrp.production message_post`: the note, with the mark `[azumuta booking <key>]`. If the process dies from here on,
 *    the order is open and its last mark has our key: the next attempt posts no note and does the rest again.
 * 7. `mrp.production search_read`: whether somebody has changed the order since.
 * 8. `mrp.production write`, `mrp.production set_qty_producing`: the quantity. It is set and not added, so the next attempt
 *    may set it again.
 * 9. `mrp.production search_read`: the same again, as the next call cannot be undone.
 * 10. `mrp.production button_mark_done`: books the quantity and consumes the components. If the process dies after it, the
 *     next attempt finds the order done, and our mark as its last one.
 * 11. `mrp.production search_read`: whether it is done, whatever Odoo has answered.
 *
 * Recorded components, lots and operations have calls of their own, which write before 10. Where Odoo asks about what is
 * consumed, 10 is called again with the answer. Scrap comes after 11: its scrap orders have our key as their source
 * document, by which the next attempt finds them.
 * @example
 * odoo({ url: 'https://plant.odoo.com', database: 'plant', backorder: 'keep' });
 */
export const odoo = defineConnector({
  folder: 'odoo',
  options: optionsSchema,
  lacks: { components: false, operations: false, checks: false },
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
    readRights: (signal) => readOdooRights(client({ signal })),
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
