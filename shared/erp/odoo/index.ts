import { Rejected } from '../../model/errors.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import { keepingTrackOfWrites } from '../booking-rules.ts';
import type { ErpConnector, ErpDefinition, ErpEnvironment } from '../connector.ts';
import { bookAmendment, bookQuantity } from './book.ts';
import { createOdooClient, type OdooClient } from './client.ts';
import { linkProductOrder } from './link.ts';
import { listReleasedOrders } from './list-orders.ts';
import {
  type OdooCredentials,
  type OdooOptions,
  odooCredentialsSchema,
  odooOptionsSchema,
} from './options.ts';
import { discoverFields } from './order.ts';
import type { FieldNames } from './records.ts';

/**
 * Odoo 17 to 19 with Manufacturing, over its external API: JSON-2 (19 and later) or JSON-RPC.
 * @throws Rejected when the options do not fit.
 */
export function odoo(options: OdooOptions): ErpDefinition<OdooCredentials> {
  const parsed = parse(odooOptionsSchema, options);
  if (!parsed.ok)
    throw new Rejected(`odoo(): ${describeMismatches(parsed.mismatches)}`, { code: 'configuration' });
  return {
    name: 'odoo',
    atOnce: options.atOnce,
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
  let names: FieldNames | undefined;

  /** Runs an act with the field names of this Odoo, keeping track of whether it wrote. */
  function act<T>(
    signal: AbortSignal,
    run: (client: OdooClient, names: FieldNames) => Promise<T>,
  ): Promise<T> {
    let wrote = false;
    const watched: OdooClient = {
      async call(call) {
        const answer = await client.call(call);
        wrote ||= call.writes;
        return answer;
      },
    };
    return keepingTrackOfWrites(
      () => wrote,
      async () => {
        names ??= await discoverFields(client, signal);
        return run(watched, names);
      },
    );
  }

  return {
    releasedOrders: (since, signal) => listReleasedOrders(client, options, since, signal),
    linkProductOrder: (order, productOrder, { signal }) =>
      act(signal, (watched, fields) =>
        linkProductOrder({ client: watched, options, names: fields, signal }, order, productOrder),
      ),
    // It looks before it writes in every attempt, so `again` makes no difference.
    book: (completion, key, { signal }) =>
      act(signal, (watched, fields) => {
        const booking = { client: watched, options, names: fields, signal };
        return completion.kind === 'amendment'
          ? bookAmendment(booking, completion, key)
          : bookQuantity(booking, completion, key);
      }),
  };
}
