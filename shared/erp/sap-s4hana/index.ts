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
import { proposalsNotOffered } from './proposals.ts';

/**
 * SAP S/4HANA (Cloud and on premise) over its released OData V2 services API_PRODUCTION_ORDER_2_SRV and
 * API_PROD_ORDER_CONFIRMATION_2_SRV.
 *
 * A booking calls, in this order; the login and a new CSRF token may come before a call:
 * 1. `GET API_PRODUCTION_ORDER_2_SRV/A_ProductionOrder_2`: the order.
 * 2. `GET API_PROD_ORDER_CONFIRMATION_2_SRV/ProdnOrdConf2`: its confirmations. If one has our key (its GUID, in
 *    `ExternalSystemConfirmation`), it is booked. If the process dies up to here, nothing was written.
 * 3. `POST API_PROD_ORDER_CONFIRMATION_2_SRV/ProdnOrdConf2`: the confirmation, with our key. If the process dies after it,
 *    the next attempt finds the confirmation in 2 and posts none.
 * 4. `GET API_PROD_ORDER_CONFIRMATION_2_SRV/ProdnOrdConf2`: whether SAP shows it, as it was sent.
 * 5. `GET API_PRODUCTION_ORDER_2_SRV/A_ProductionOrder_2`, `PATCH API_PRODUCTION_ORDER_2_SRV/A_ProductionOrder_2`: what was
 *    noted, at the end of the order's text (`notesField`), with the mark `[azumuta <GUID>]`. If the process dies before
 *    it, the next attempt finds the confirmation without the mark, and only writes the text.
 * 6. `GET API_PROD_ORDER_CONFIRMATION_2_SRV/ProdnOrdConf2/to_ProdnOrdConfMatlDocItm`: the material documents, for the
 *    receipt.
 *
 * Without notes 5 is left out. Recorded operations and components have reads of their own after 2, and SAP is asked what it
 * would confirm and issue (`POST …/GetConfProposal`, `…/GetGdsMvtProposal`, which change nothing). Where operations or
 * reasons of scrap are recorded, their confirmations are posted before the one with our key, and read as in 4. Their GUIDs
 * differ from it in the last four digits, so that the next attempt posts only those that are missing.
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
    notOffered: (order, signal) => proposalsNotOffered(clientFor({ signal }, order), order),
    book: (completion, key, attempt) =>
      act(completion.erpOrder, attempt, (writer) =>
        bookWhatIsLeft(booking, writer, completion, key, attempt),
      ),
  };
}
