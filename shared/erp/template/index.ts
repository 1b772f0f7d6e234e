import { bookWhatIsLeft, keepingTrackOfWrites } from '../booking-rules.ts';
import type { ErpConnector, ErpEnvironment } from '../connector.ts';
import { defineConnector } from '../define-connector.ts';
import { secrets } from '../login.ts';
import { linkProductOrder } from './book.ts';
import { booking } from './booking.ts';
import { createClient } from './client.ts';
import { listReleasedOrders, readListedOrder } from './list-orders.ts';
import { optionsSchema, type TemplateOptions } from './options.ts';

/**
 * The connector to copy: an ERP with an HTTP API, as in-house ones have. It is in no registry.
 */
export const template = defineConnector({
  folder: 'template',
  options: optionsSchema,
  lacks: { components: 'it takes none', operations: 'it takes none', checks: 'it takes none' },
  secret: (_options: TemplateOptions) => secrets.apiKey,
  connect,
});

function connect(options: TemplateOptions, environment: ErpEnvironment<unknown>): ErpConnector {
  const client = createClient(options, environment);
  return {
    releasedOrders: (since, signal, guard) => listReleasedOrders(client({ signal, guard }), options, since),
    readOrder: (order, signal, guard) => readListedOrder(client({ signal, guard }), order),
    linkProductOrder: (order, productOrder, attempt) =>
      keepingTrackOfWrites((onWritten) => linkProductOrder(client(attempt, onWritten), order, productOrder)),
    book: (completion, key, attempt) =>
      keepingTrackOfWrites((onWritten) =>
        bookWhatIsLeft(booking, client(attempt, onWritten), completion, key, attempt),
      ),
  };
}
