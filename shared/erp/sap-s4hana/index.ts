import { Rejected } from '../../model/errors.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import { keepingTrackOfWrites } from '../booking-rules.ts';
import type { ErpConnector, ErpDefinition, ErpEnvironment } from '../connector.ts';
import { bookAmendment, bookQuantity, writeText } from './book.ts';
import { createSapClient, type SapClient } from './client.ts';
import type { SapDesk } from './context.ts';
import { listReleasedOrders } from './list-orders.ts';
import { lookAtAmendment, lookAtQuantity, lookAtText } from './look.ts';
import { noteOfLink } from './marks.ts';
import { type SapCredentials, type SapOptions, sapCredentialsSchema, sapOptionsSchema } from './options.ts';

/**
 * SAP S/4HANA (Cloud and on premise) over its released OData V2 services API_PRODUCTION_ORDER_2_SRV and
 * API_PROD_ORDER_CONFIRMATION_2_SRV.
 * @throws Rejected when the options do not fit.
 */
export function sapS4Hana(options: SapOptions): ErpDefinition<SapCredentials> {
  const parsed = parse(sapOptionsSchema, options);
  if (!parsed.ok)
    throw new Rejected(`sapS4Hana(): ${describeMismatches(parsed.mismatches)}`, { code: 'configuration' });
  return {
    name: 'sap-s4hana',
    atOnce: options.atOnce,
    perSecond: options.perSecond,
    credentials: sapCredentialsSchema,
    credentialsExample:
      options.auth === 'basic'
        ? { username: 'the communication user', password: 'its password' }
        : { clientId: 'the OAuth client', clientSecret: 'its secret' },
    connect: (environment) => connect(options, environment),
  };
}

function connect(options: SapOptions, environment: ErpEnvironment<SapCredentials>): ErpConnector {
  const client = createSapClient(options, environment);
  const { notesField } = options;

  function act<T>(signal: AbortSignal, run: (desk: SapDesk) => Promise<T>): Promise<T> {
    let wrote = false;
    const watched: SapClient = {
      read: client.read,
      async write(call) {
        const answer = await client.write(call);
        wrote = true;
        return answer;
      },
    };
    return keepingTrackOfWrites(
      () => wrote,
      () => run({ client: watched, options, signal }),
    );
  }

  return {
    releasedOrders: (since, signal) => listReleasedOrders(client, options, since, signal),
    // Without a field there is nowhere to write it, and nobody should count on it.
    ...(notesField === undefined
      ? {}
      : {
          linkProductOrder: (order, productOrder, { signal }) =>
            act(signal, async (desk) => {
              const text = await lookAtText(desk, notesField, order, noteOfLink(productOrder));
              if (text) await writeText(desk, order, text);
            }),
        }),
    // It looks before it writes in every attempt, so `again` makes no difference.
    book: (completion, key, { signal }) =>
      act(signal, async (desk) => {
        if (completion.kind === 'amendment') {
          const look = await lookAtAmendment(desk, completion, key);
          return 'receipt' in look ? look.receipt : bookAmendment(desk, completion.erpOrder, look.toBook);
        }
        const look = await lookAtQuantity(desk, completion, key);
        return 'receipt' in look ? look.receipt : bookQuantity(desk, completion.erpOrder, look.toBook);
      }),
  };
}
