import type { ErpOrderRef } from '../../model/orders.ts';
import type { PartnerCall } from '../../platform/http.ts';
import { bookWhatIsLeft, keepingTrackOfWrites } from '../booking-rules.ts';
import type { ErpConnector, ErpEnvironment, ErpSecret } from '../connector.ts';
import { defineConnector } from '../define-connector.ts';
import { secrets } from '../login.ts';
import { linkProductOrder } from './book.ts';
import { booking } from './booking.ts';
import { createSapClient, type Writer } from './client.ts';
import { listReleasedOrders, readListedOrder } from './list-orders.ts';
import { lacksOfSapOptions, optionsSchema, type SapOptions } from './options.ts';

/**
 * SAP S/4HANA (Cloud and on premise) over its released OData V2 services API_PRODUCTION_ORDER_2_SRV and
 * API_PROD_ORDER_CONFIRMATION_2_SRV.
 * @example
 * sapS4Hana({ url: 'https://my300000-api.s4hana.cloud.sap', auth: 'basic', goodsMovements: 'backflush' });
 */
export const sapS4Hana = defineConnector({
  folder: 'sap-s4hana',
  call: 'sapS4Hana',
  options: optionsSchema,
  lacks: lacksOfSapOptions,
  secret({ auth }: SapOptions): ErpSecret<unknown> {
    const { basic, oauth2ClientCredentials } = secrets;
    if (auth !== 'basic') return oauth2ClientCredentials;
    return { ...basic, example: { ...basic.example, username: 'the communication user' } };
  },
  connect,
});

function connect(options: SapOptions, environment: ErpEnvironment<unknown>): ErpConnector {
  const clientFor = createSapClient(options, environment);
  const { notesField } = options;

  function act<T>(erpOrder: ErpOrderRef, call: PartnerCall, run: (writer: Writer) => Promise<T>): Promise<T> {
    return keepingTrackOfWrites((onWritten) => run({ ...clientFor(call, erpOrder, onWritten), erpOrder }));
  }

  return {
    releasedOrders: (since, signal, guard) => listReleasedOrders(clientFor({ signal, guard }), since),
    readOrder: (order, signal, guard) => readListedOrder(clientFor({ signal, guard }, order), order),
    // Without a field there is nowhere to write it, so the function is missing.
    linkProductOrder:
      notesField === undefined
        ? undefined
        : (order, productOrder, attempt) =>
            act(order, attempt, (writer) => linkProductOrder(writer, notesField, productOrder)),
    book: (completion, key, attempt) =>
      act(completion.erpOrder, attempt, (writer) =>
        bookWhatIsLeft(booking, writer, completion, key, attempt),
      ),
  };
}
