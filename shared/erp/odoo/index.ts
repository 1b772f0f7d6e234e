import { bookWhatIsLeft, keepingTrackOfWrites } from '../booking-rules.ts';
import type { ErpConnector, ErpEnvironment } from '../connector.ts';
import { defineConnector } from '../define-connector.ts';
import { linkProductOrder } from './book.ts';
import { booking } from './booking.ts';
import { createOdooClient, type OdooReader } from './client.ts';
import { createFactReader, type Writer } from './connection.ts';
import { listReleasedOrders, readListedOrder } from './list-orders.ts';
import { credentialsSchema, type OdooCredentials, type OdooOptions, optionsSchema } from './options.ts';

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
    schema: credentialsSchema,
    example: {
      username: 'integration@example.com',
      apiKey: 'the key made under My Profile, Account Security',
    },
  }),
  connect,
});

function connect(options: OdooOptions, environment: ErpEnvironment<OdooCredentials>): ErpConnector {
  const client = createOdooClient(options, environment);
  const readFacts = createFactReader(options);

  /** Runs what looks and then writes what is left to do. */
  function act<T>(signal: AbortSignal, run: (writer: Writer) => Promise<T>): Promise<T> {
    return keepingTrackOfWrites(async (onWritten) => {
      const writer = client(signal, onWritten);
      return run({ ...writer, ...(await readFacts(writer)) });
    });
  }

  const withFacts = (reader: OdooReader) => async () => ({ ...reader, ...(await readFacts(reader)) });

  return {
    releasedOrders(since, signal) {
      const reader: OdooReader = client(signal);
      return listReleasedOrders(reader, options, withFacts(reader), since);
    },
    readOrder(order, signal) {
      const { read, search } = client(signal);
      const reader: OdooReader = {
        read,
        search: (model, asked) => search(model, { ...asked, order: order.number }),
      };
      return readListedOrder(reader, options, withFacts(reader), order);
    },
    linkProductOrder: (order, productOrder, { signal }) =>
      act(signal, (writer) => linkProductOrder(writer, order, productOrder)),
    book: (completion, key, attempt) =>
      act(attempt.signal, (writer) => bookWhatIsLeft(booking, writer, completion, key, attempt)),
  };
}
