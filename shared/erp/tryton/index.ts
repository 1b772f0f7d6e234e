import { Rejected } from '../../model/errors.ts';
import { bookWhatIsLeft, keepingTrackOfWrites, withDone } from '../booking-rules.ts';
import type { Attempt, ErpConnector, ErpEnvironment } from '../connector.ts';
import { defineConnector } from '../define-connector.ts';
import { booking } from './booking.ts';
import { type Abilities, createTrytonClient, readAbilities, type Writer } from './client.ts';
import { listReleasedOrders, readListedOrder } from './list-orders.ts';
import { linkProductOrder } from './marks.ts';
import {
  optionsSchema,
  type TrytonCredentials,
  type TrytonOptions,
  trytonCredentialsSchema,
} from './options.ts';

/**
 * Tryton 7.0 with the module `production`, over JSON-RPC.
 * @example
 * tryton({ url: 'https://tryton.plant.example', database: 'plant' });
 */
export const tryton = defineConnector({
  folder: 'tryton',
  options: optionsSchema,
  atOnce: 1,
  secret: () => ({
    schema: trytonCredentialsSchema,
    example: { username: 'azumuta', password: 'password of a user in the groups Production and Stock' },
  }),
  connect,
});

function connect(options: TrytonOptions, environment: ErpEnvironment<TrytonCredentials>): ErpConnector {
  const client = createTrytonClient(options, environment);
  let abilities: Abilities | undefined;

  /** Runs one booking. A refusal names what was written before it. */
  function act<T>(attempt: Attempt, run: (writer: Writer) => Promise<T>): Promise<T> {
    return keepingTrackOfWrites(async (onWritten) => {
      const written: string[] = [];
      const tryton = client(attempt, ({ what, isRepeatable }) => {
        written.push(what);
        if (!isRepeatable) onWritten();
      });
      try {
        abilities ??= await readAbilities(tryton);
        return await run({ ...tryton, abilities });
      } catch (error) {
        // A person may change in Tryton what caused the refusal: modules, or the rights of our user.
        if (error instanceof Rejected) abilities = undefined;
        throw withDone(error, 'Done before that', written);
      }
    });
  }

  return {
    releasedOrders: (since, signal, guard) => listReleasedOrders(client({ signal, guard }), since),
    readOrder: (order, signal, guard) => readListedOrder(client({ signal, guard }), order),
    linkProductOrder: (order, productOrder, attempt) =>
      act(attempt, (writer) => linkProductOrder(writer, order, productOrder)),
    book: (completion, key, attempt) =>
      act(attempt, (writer) => bookWhatIsLeft(booking, writer, completion, key, attempt)),
  };
}
