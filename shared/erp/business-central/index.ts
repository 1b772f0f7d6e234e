import { bookWhatIsLeft, keepingTrackOfWrites } from '../booking-rules.ts';
import type { ErpConnector, ErpEnvironment, ErpSecret } from '../connector.ts';
import { defineConnector } from '../define-connector.ts';
import { secrets } from '../login.ts';
import { linkProductOrder } from './book.ts';
import { booking } from './booking.ts';
import { createClient } from './client.ts';
import { listReleasedOrders, readListedOrder } from './list-orders.ts';
import { type BusinessCentralOptions, optionsSchema, partner } from './options.ts';
import { readBcRights, readSetupFindings } from './setup.ts';

/**
 * Microsoft Dynamics 365 Business Central, in the cloud and on premises, over the pages of the extension in `extension/`.
 * An order is a line of a released production order: `RPO-1001/10000`.
 *
 * A booking calls, in this order; the login may come before a call:
 * 1. `GET bookings`: the booking with our key. If it is there, with its entries, it is booked.
 * 2. `GET orderLines`: the line. If the process dies up to here, nothing was written.
 * 3. `POST bookings`: the booking, with our key as its primary key; it is posted in the same transaction. If the process dies
 *    after it, the next attempt finds the booking in 1. A second one with our key waits for the first, and is refused.
 * 4. `GET bookings`: whether it is there as it was asked for.
 *
 * Recorded components and operations have a read each after 2.
 * @example
 * businessCentral({ tenant: 'plant.onmicrosoft.com', environment: 'Production', company: '5d115c9c-44e3-ea11-bb43-000d3a2feca1' });
 */
export const businessCentral = defineConnector({
  folder: 'business-central',
  call: 'businessCentral',
  options: optionsSchema,
  atOnce: 4,
  perSecond: 15,
  watermark: 'exact',
  lacks: { components: false, operations: false, checks: false },
  secret({ auth }: BusinessCentralOptions): ErpSecret<unknown> {
    return auth === 'basic' ? secrets.basic : secrets.oauth2ClientCredentials;
  },
  caution: cautionOf,
  connect,
});

function cautionOf({ tried }: BusinessCentralOptions): string | undefined {
  if (tried !== undefined) return undefined;
  return `The connector was not tried on a real ${partner}: do the checks of shared/erp/business-central/extension/README.md, then write into erp.tried when, by whom and on which version.`;
}

function connect(options: BusinessCentralOptions, environment: ErpEnvironment<unknown>): ErpConnector {
  const client = createClient(options, environment);
  return {
    releasedOrders: (since, signal, guard) => listReleasedOrders(client({ signal, guard }), since),
    readOrder: (order, signal, guard) => readListedOrder(client({ signal, guard }), order),
    linkProductOrder: (order, productOrder, attempt) =>
      keepingTrackOfWrites((onWritten) => linkProductOrder(client(attempt, onWritten), order, productOrder)),
    notOffered: (_order, signal) => readSetupFindings(client({ signal })),
    readRights: (signal) => readBcRights(client({ signal })),
    book: (completion, key, attempt) =>
      keepingTrackOfWrites((onWritten) =>
        bookWhatIsLeft(booking, client(attempt, onWritten), completion, key, attempt),
      ),
  };
}
