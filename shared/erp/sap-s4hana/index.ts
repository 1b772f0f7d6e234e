import type { ErpOrderRef } from '../../model/orders.ts';
import { keepingTrackOfWrites } from '../booking-rules.ts';
import type { ErpConnector, ErpDefinition, ErpEnvironment } from '../connector.ts';
import { secrets } from '../login.ts';
import { requireOptions } from '../options.ts';
import { bookAmendment, bookQuantity, writeText } from './book.ts';
import { createSapClient, type Writer } from './client.ts';
import { listReleasedOrders, readListedOrder } from './list-orders.ts';
import { lookAtText, lookForAmendment, lookForQuantity } from './look.ts';
import { noteOfLink } from './marks.ts';
import { type SapOptions, sapOptionsSchema } from './options.ts';

/**
 * SAP S/4HANA (Cloud and on premise) over its released OData V2 services API_PRODUCTION_ORDER_2_SRV and
 * API_PROD_ORDER_CONFIRMATION_2_SRV.
 * @throws Rejected when the options do not fit, naming the field.
 * @example
 * sapS4Hana({ url: 'https://my300000-api.s4hana.cloud.sap', auth: 'basic', goodsMovements: 'backflush' });
 */
export function sapS4Hana(options: SapOptions): ErpDefinition {
  requireOptions('sapS4Hana', sapOptionsSchema, options);
  const isBasic = options.auth === 'basic';
  const { schema, example } = secrets[isBasic ? 'basic' : 'oauth2ClientCredentials'];
  return {
    name: 'sap-s4hana',
    atOnce: options.atOnce,
    perSecond: options.perSecond,
    credentials: schema,
    credentialsExample: isBasic ? { ...example, username: 'the communication user' } : example,
    connect: (environment) => connect(options, environment),
  };
}

function connect(options: SapOptions, environment: ErpEnvironment<unknown>): ErpConnector {
  const clientFor = createSapClient(options, environment);
  const { notesField } = options;

  function act<T>(
    erpOrder: ErpOrderRef,
    signal: AbortSignal,
    run: (writer: Writer) => Promise<T>,
  ): Promise<T> {
    return keepingTrackOfWrites((onWritten) =>
      run({ client: clientFor(signal, erpOrder.number, onWritten), options, erpOrder }),
    );
  }

  return {
    releasedOrders: (since, signal) => listReleasedOrders(clientFor(signal), options, since),
    readOrder: (order, signal) => readListedOrder(clientFor(signal, order.number), options, order),
    // Without a field there is nowhere to write it, so the function is missing.
    linkProductOrder:
      notesField === undefined
        ? undefined
        : (order, productOrder, { signal }) =>
            act(order, signal, async (writer) => {
              const text = await lookAtText(writer, notesField, noteOfLink(productOrder));
              if (text) await writeText(writer, text);
            }),
    // It looks before it writes in every attempt, so `again` makes no difference.
    book: (completion, key, { signal }) =>
      act(completion.erpOrder, signal, async (writer) => {
        if (completion.kind === 'amendment') {
          const found = await lookForAmendment(writer, completion, key);
          return 'receipt' in found ? found.receipt : bookAmendment(writer, found.toBook);
        }
        const found = await lookForQuantity(writer, completion, key);
        return 'receipt' in found ? found.receipt : bookQuantity(writer, found.toBook);
      }),
  };
}
