import { Rejected } from '../../model/errors.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import type { Attempt, ErpConnector, ErpDefinition, ErpEnvironment } from '../connector.ts';
import { type Abilities, readAbilities } from './abilities.ts';
import { book } from './book.ts';
import { createTrytonClient } from './client.ts';
import { atDesk, type Reader, type Writer } from './desk.ts';
import { linkProductOrder } from './link.ts';
import { listReleasedOrders } from './list-orders.ts';
import { lookForAmendment, lookForQuantity } from './look.ts';
import {
  type TrytonCredentials,
  type TrytonOptions,
  trytonCredentialsSchema,
  trytonOptionsSchema,
} from './options.ts';

/**
 * Tryton 7.0 with the module `production`, over JSON-RPC.
 * @throws Rejected when the options do not fit.
 * @example
 * tryton({ url: 'https://tryton.plant.example', database: 'plant' });
 */
export function tryton(options: TrytonOptions): ErpDefinition<TrytonCredentials> {
  const parsed = parse(trytonOptionsSchema, options);
  if (!parsed.ok)
    throw new Rejected(`tryton(): ${describeMismatches(parsed.mismatches)}`, { code: 'configuration' });
  return {
    name: 'tryton',
    atOnce: options.atOnce,
    perSecond: options.perSecond,
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
  let known: Abilities | undefined;

  async function act<T>(
    { signal }: Attempt,
    run: (reader: Reader, writer: Writer) => Promise<T>,
  ): Promise<T> {
    const abilities = known ?? (await readAbilities(client, options.workTimes === true, signal));
    known = abilities;
    const preferences = await client.preferences(signal);
    try {
      return await atDesk(client, { abilities, preferences }, signal, run);
    } catch (error) {
      // A person mends in Tryton what was refused: the next attempt must not know better.
      if (error instanceof Rejected) known = undefined;
      throw error;
    }
  }

  return {
    releasedOrders: (since, signal) => listReleasedOrders(client, options, since, signal),
    ...(link === false
      ? {}
      : {
          linkProductOrder: (order, productOrder, attempt) =>
            act(attempt, (_, writer) => linkProductOrder(writer, link, order, productOrder)),
        }),
    book: (completion, key, attempt) =>
      act(attempt, async (reader, writer) => {
        const sought = { completion, key, again: attempt.again };
        const found =
          completion.kind === 'amendment'
            ? await lookForAmendment(reader, sought)
            : await lookForQuantity(reader, options, sought);
        return 'receipt' in found ? found.receipt : book(writer, options, found.toBook);
      }),
  };
}
