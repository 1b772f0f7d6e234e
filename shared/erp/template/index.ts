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
 *
 * A booking calls, in this order:
 * 1. `GET /api/production-orders/{order}`: the order.
 * 2. `GET /api/production-orders/{order}/bookings`: what is booked on it with our key. If there is something, it is booked.
 *    If the process dies up to here, nothing was written.
 * 3. `POST /api/production-orders/{order}/bookings`: the quantity, with our key as its reference. If the process dies after
 *    it, the next attempt finds the booking in 2.
 * 4. `GET /api/production-orders/{order}/bookings`: whether the ERP shows it.
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
