import { Rejected } from '../../model/errors.ts';
import { bookWhatIsLeft, keepingTrackOfWrites, withDone } from '../booking-rules.ts';
import type { Attempt, ErpConnector, ErpEnvironment } from '../connector.ts';
import { defineConnector } from '../define-connector.ts';
import { booking } from './booking.ts';
import {
  type Abilities,
  createTrytonClient,
  readAbilities,
  readTrytonRights,
  type Writer,
} from './client.ts';
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
 *
 * A booking calls, in this order:
 * 1. `common.db.login`, `res.user.get_preferences`: the session. Once per container, and when Tryton has ended it.
 * 2. `stock.move.fields_get`, `production.fields_get`, `ir.model.access.get_access`: which modules there are, and the
 *    rights of our user. Once per container, and after a refusal.
 * 3. `production.search_read`: the production, with its moves.
 * 4. `ir.note.search_read`: our key on them. If a done move of the output has it, it is booked. If the process dies up to
 *    here, nothing was written.
 * 5. `production.assign_try`, `production.search_read`: reserves the components. If the process dies after it, they stay
 *    reserved, and the next attempt goes on with 6.
 * 6. `ir.note.create`, `ir.note.search_read`: the note with our key on the production. If the process dies from here on, the
 *    key is there and no move is done: the ledger tells the next attempt that one before it may have written (`again`), and
 *    it goes on; any other attempt waits. Of two notes with one key the older one counts.
 * 7. `ir.note.create`: our key on the moves that are completed next, so that each can be recognised.
 * 8. `production.run`, `production.search_read`: starts it, which takes the components. The next attempt finds it running.
 * 9. `production.done`, `production.search_read`: completes the moves and the production in one transaction. If the process
 *    dies after it, the next attempt finds done moves with our key.
 *
 * A part that leaves something open ends with `stock.move.do` of its moves. Recorded components are written before 5
 * (`production.write`); the outputs after 6, where a move must be split or a cycle reports; links before 9.
 * @example
 * tryton({ url: 'https://tryton.plant.example', database: 'plant' });
 */
export const tryton = defineConnector({
  folder: 'tryton',
  options: optionsSchema,
  atOnce: 1,
  lacks: { components: false, operations: false, checks: false },
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
    readRights: (signal) => readTrytonRights(client({ signal })),
    linkProductOrder: (order, productOrder, attempt) =>
      act(attempt, (writer) => linkProductOrder(writer, order, productOrder)),
    book: (completion, key, attempt) =>
      act(attempt, (writer) => bookWhatIsLeft(booking, writer, completion, key, attempt)),
  };
}
