import * as z from 'zod/mini';
import { Rejected } from '../../model/errors.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import type { Attempt, ErpConnector, ErpDefinition, ErpEnvironment } from '../connector.ts';
import { bookAmendment, bookQuantity } from './book.ts';
import { createTrytonClient } from './client.ts';
import { linkProductOrder } from './link.ts';
import { listReleasedOrders } from './list-orders.ts';
import {
  type TrytonCredentials,
  type TrytonOptions,
  trytonCredentialsSchema,
  trytonOptionsSchema,
} from './options.ts';
import { trackWrites, type WriteTracker } from './write-tracker.ts';

/**
 * Tryton 7.0 with the module `production`, over JSON-RPC.
 * @throws Rejected when the options do not fit.
 */
export function tryton(options: TrytonOptions): ErpDefinition<TrytonCredentials> {
  const parsed = parse(trytonOptionsSchema, options);
  if (!parsed.ok)
    throw new Rejected(`tryton(): ${describeMismatches(parsed.mismatches)}`, { code: 'configuration' });
  return {
    name: 'tryton',
    atOnce: options.atOnce,
    credentials: trytonCredentialsSchema,
    credentialsExample: {
      username: 'azumuta',
      password: 'password of a user in the groups Production and Stock',
    },
    connect: (environment) => connect(options, environment),
  };
}

function connect(options: TrytonOptions, environment: ErpEnvironment<TrytonCredentials>): ErpConnector {
  const client = createTrytonClient(options, environment);
  const { link } = options;
  let hasLots: boolean | undefined;

  async function act<T>({ signal }: Attempt, run: (desk: WriteTracker) => Promise<T>): Promise<T> {
    if (hasLots === undefined) {
      const fields = await client.call({
        model: 'stock.move',
        method: 'fields_get',
        params: [['lot']],
        what: 'asking whether there are lots',
        answer: z.record(z.string(), z.unknown()),
        writes: false,
        signal,
      });
      hasLots = 'lot' in fields;
    }
    return trackWrites(client, signal, hasLots, run);
  }

  return {
    releasedOrders: (since, signal) => listReleasedOrders(client, options, since, signal),
    ...(link === false
      ? {}
      : {
          linkProductOrder: (order, productOrder, attempt) =>
            act(attempt, (desk) => linkProductOrder(desk, link, order, productOrder)),
        }),
    book: (completion, key, attempt) =>
      act(attempt, (desk) =>
        completion.kind === 'amendment'
          ? bookAmendment(desk, completion, key, attempt.again)
          : bookQuantity(desk, options, completion, key, attempt.again),
      ),
  };
}
