import { keepingTrackOfWrites } from '../booking-rules.ts';
import type { ErpConnector, ErpDefinition, ErpEnvironment } from '../connector.ts';
import { requireOptions } from '../options.ts';
import { bookNote, bookQuantity } from './book.ts';
import { createOdooClient, type OdooReader } from './client.ts';
import { createFactReader, type Writer } from './connection.ts';
import { linkProductOrder } from './link.ts';
import { listReleasedOrders, readListedOrder } from './list-orders.ts';
import { lookForAmendment, lookForQuantity } from './look.ts';
import {
  type OdooCredentials,
  type OdooOptions,
  odooCredentialsSchema,
  odooOptionsSchema,
} from './options.ts';

/**
 * Odoo 17 to 19 with Manufacturing, over its external API: JSON-2 (19 and later) or JSON-RPC.
 * @throws Rejected when the options do not fit.
 * @example
 * odoo({ url: 'https://plant.odoo.com', database: 'plant', backorder: 'keep' });
 */
export function odoo(options: OdooOptions): ErpDefinition<OdooCredentials> {
  requireOptions('odoo', odooOptionsSchema, options);
  return {
    name: 'odoo',
    atOnce: options.atOnce,
    perSecond: options.perSecond,
    credentials: odooCredentialsSchema,
    credentialsExample: {
      username: 'integration@example.com',
      apiKey: 'the key made under My Profile, Account Security',
    },
    connect: (environment) => connect(options, environment),
  };
}

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
    // It looks before it writes in every attempt, so `again` makes no difference.
    book: (completion, key, { signal }) =>
      act(signal, async (writer) => {
        if (completion.kind === 'amendment') {
          const found = await lookForAmendment(writer, completion, key);
          return 'receipt' in found ? found.receipt : bookNote(writer, found.toBook);
        }
        const found = await lookForQuantity(writer, completion, key);
        return 'receipt' in found ? found.receipt : bookQuantity(writer, found.toBook, completion);
      }),
  };
}
