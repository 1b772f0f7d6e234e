import { Rejected } from '../../model/errors.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import { keepingTrackOfWrites } from '../booking-rules.ts';
import type { Attempt, ErpConnector, ErpDefinition, ErpEnvironment } from '../connector.ts';
import { book } from './book.ts';
import { createTrytonClient } from './client.ts';
import { createFactReader, type Writer } from './connection.ts';
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
  const facts = createFactReader(options);
  const { link } = options;

  /**
   * Runs one booking. A failure after a write makes the next attempt look first; a refusal names what was written
   * before it.
   */
  function act<T>({ signal }: Attempt, run: (writer: Writer) => Promise<T>): Promise<T> {
    const written: string[] = [];
    let mustLook = false;
    const tryton = client(signal, ({ what, isRepeatable }) => {
      written.push(what);
      mustLook ||= !isRepeatable;
    });
    return keepingTrackOfWrites(
      () => mustLook,
      async () => {
        try {
          return await run({ ...tryton, ...(await facts.read(tryton)) });
        } catch (error) {
          if (!(error instanceof Rejected)) throw error;
          // A person may change in Tryton what caused the refusal.
          facts.forget();
          throw withWritten(error, written);
        }
      },
    );
  }

  return {
    releasedOrders: (since, signal) => listReleasedOrders(client(signal), options, since),
    ...(link === false
      ? {}
      : {
          linkProductOrder: (order, productOrder, attempt) =>
            act(attempt, (writer) => linkProductOrder(writer, link, order, productOrder)),
        }),
    book: (completion, key, attempt) =>
      act(attempt, async (writer) => {
        const look = completion.kind === 'amendment' ? lookForAmendment : lookForQuantity;
        const found = await look(writer, completion, key, attempt);
        return 'receipt' in found ? found.receipt : book(writer, found.toBook);
      }),
  };
}

/** Something changed between the look and the writes: a person must know what was done. */
function withWritten(error: Rejected, written: readonly string[]): Rejected {
  if (written.length === 0) return error;
  const { message, code } = error;
  const done = [...new Set(written)].join(', ');
  return new Rejected(`${message} Done before that: ${done}.`, { code, cause: error });
}
