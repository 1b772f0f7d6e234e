import { Rejected } from '../../model/errors.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import { keepingTrackOfWrites } from '../booking-rules.ts';
import type { ErpConnector, ErpDefinition, ErpEnvironment } from '../connector.ts';
import { bookNote, bookQuantity } from './book.ts';
import { createOdooClient, type OdooClient } from './client.ts';
import type { OdooLook } from './context.ts';
import { discoverFields, discoverUser } from './discover.ts';
import { linkProductOrder } from './link.ts';
import { listReleasedOrders } from './list-orders.ts';
import { lookForAmendment, lookForQuantity } from './look.ts';
import {
  type OdooCredentials,
  type OdooOptions,
  odooCredentialsSchema,
  odooOptionsSchema,
} from './options.ts';
import type { FieldNames, OdooUser } from './records.ts';

/**
 * Odoo 17 to 19 with Manufacturing, over its external API: JSON-2 (19 and later) or JSON-RPC.
 * @throws Rejected when the options do not fit.
 * @example
 * odoo({ url: 'https://plant.odoo.com', database: 'plant', backorder: 'keep' });
 */
export function odoo(options: OdooOptions): ErpDefinition<OdooCredentials> {
  const parsed = parse(odooOptionsSchema, options);
  if (!parsed.ok)
    throw new Rejected(`odoo(): ${describeMismatches(parsed.mismatches)}`, { code: 'configuration' });
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
  let names: FieldNames | undefined;
  let user: OdooUser | undefined;

  /** What is read once: an address that is missing is looked for again, as a person may give one at any time. */
  async function lookingWith(signal: AbortSignal): Promise<OdooLook> {
    names ??= await discoverFields(client, signal);
    const known = user ?? (await discoverUser(client, signal));
    if (known.canPost) user = known;
    return { client, options, names, user: known, signal };
  }

  /** Looks, and writes what is left to do, keeping track of whether it wrote. */
  function act<T>(signal: AbortSignal, run: (look: OdooLook, client: OdooClient) => Promise<T>): Promise<T> {
    let wrote = false;
    const watched: OdooClient = {
      read: client.read,
      async write(call) {
        const answer = await client.write(call);
        wrote = true;
        return answer;
      },
    };
    return keepingTrackOfWrites(
      () => wrote,
      async () => run(await lookingWith(signal), watched),
    );
  }

  return {
    releasedOrders: (since, signal) => listReleasedOrders(client, lookingWith, options, since, signal),
    linkProductOrder: (order, productOrder, { signal }) =>
      act(signal, (look, watched) => linkProductOrder({ ...look, client: watched }, order, productOrder)),
    // It looks before it writes in every attempt, so `again` makes no difference.
    book: (completion, key, { signal }) =>
      act(signal, async (look, watched) => {
        if (completion.kind === 'amendment') {
          const found = await lookForAmendment(look, completion, key);
          if ('receipt' in found) return found.receipt;
          return bookNote({ ...look, client: watched }, found.toBook);
        }
        const found = await lookForQuantity(look, completion, key);
        if ('receipt' in found) return found.receipt;
        return bookQuantity({ ...look, client: watched }, found.toBook, completion);
      }),
  };
}
