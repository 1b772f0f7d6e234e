import type { Receipt } from '../../model/completions.ts';
import { keepingTrackOfWrites } from '../booking-rules.ts';
import type { ErpConnector, ErpDefinition, ErpEnvironment, ErpSecret } from '../connector.ts';
import { type Connector, defineConnector } from '../define-connector.ts';
import { secretFor } from '../login.ts';
import { book } from './book.ts';
import { booking } from './booking.ts';
import { listReleasedOrders, readListedOrder } from './list-orders.ts';
import { lookForStepsLeft } from './look.ts';
import { optionsSchema, type RestOptions } from './options.ts';
import type { Task } from './run.ts';
import { lacksOf } from './schemas.ts';
import { createSession } from './session.ts';
import { withoutSecretsInErrors, withoutSecretsInPages } from './without-secrets.ts';

export { listAt, type Place, path, textAt, valueAt } from '../../platform/places.ts';
export { instantIn } from '../local-time.ts';
export type { BookContext, LinkContext } from './figures.ts';
export type * from './options.ts';
export type { RestOrder } from './row-schema.ts';

/**
 * Any ERP with an HTTP API, by configuration alone: how to log in, how its released orders are listed, and
 * how a completion is looked up, booked and read back. `FIRST-BOOKING.md` has them whole, for REST, OData and GraphQL.
 *
 * A booking calls, in this order, what the configuration names:
 * 1. `book.lookUp`: each look-up, until one shows our key (`done`): then it is booked. What can be refused is refused now. If
 *    the process dies up to here, nothing was written.
 * 2. `book.steps`: each step. If the process dies after the one that writes our key, the next attempt finds the key in 1, and
 *    takes no step; if it dies before that one, all steps are taken again. A step that has its own `done` says itself
 *    whether it is left, and then all look-ups are asked.
 * 3. `book.lookUp`: those with `done` again, which must show our key now.
 * @example
 * const myErp = ({ orders, book }: Pick<Parameters<typeof rest>[0], 'orders' | 'book'>) =>
 *   rest({ baseUrl: 'https://erp.example.com/api', auth: { kind: 'apiKey' }, orders, book });
 */
export const rest = defineConnector({
  folder: 'rest',
  options: optionsSchema(),
  generic: true,
  lacks: ({ takes }) => lacksOf(takes),
  untried: untriedIn,
  secret: ({ auth }: RestOptions): ErpSecret<unknown> => secretFor(auth),
  connect,
  // Where it is called, the compiler sees to it that `row` and `order` are about the same row.
}) as RestConnector;

/** The first step whose promise nobody has tried. */
function untriedIn({ book, link }: RestOptions): string | undefined {
  for (const [name, steps] of [
    ['book', book.steps],
    ['link', link?.steps ?? []],
  ] as const) {
    const at = steps.findIndex(({ once, tried }) => once !== undefined && tried === undefined);
    if (at >= 0) return `erp.${name}.steps[${at}].tried`;
  }
  return undefined;
}

interface RestConnector extends Connector<RestOptions, unknown, 'rest'> {
  <Row>(options: RestOptions<Row>): ErpDefinition;
}

function connect<Row>(options: RestOptions<Row>, environment: ErpEnvironment<unknown>): ErpConnector {
  const { orders, link } = options;
  const { one } = orders;
  const session = createSession(options, environment);

  /** Looks, with a session that cannot write, and does what the look has left. */
  const run = <Context>(task: Task<Context>): Promise<Receipt> =>
    withoutSecretsInErrors(session.clean, () =>
      keepingTrackOfWrites(async (onWritten) => {
        const found = await lookForStepsLeft(session, task);
        return 'receipt' in found ? found.receipt : book(session, found.toBook, onWritten);
      }),
    );

  return {
    releasedOrders: (since, signal, guard) =>
      withoutSecretsInPages(session.clean, listReleasedOrders(session, options, since, { signal, guard })),
    readOrder:
      one &&
      ((order, signal, guard) =>
        withoutSecretsInErrors(session.clean, () =>
          readListedOrder(session, orders, one, order, { signal, guard }),
        )),
    // Without a procedure there is nowhere to write it, so the function is missing.
    linkProductOrder:
      link &&
      (async (order, productOrder, attempt) => {
        await run({
          procedure: link,
          at: 'link',
          what: `the link of order ${order.number}`,
          orderNumber: order.number,
          key: productOrder.id,
          attempt,
          begin: (answers) => ({ context: { ...answers, order, productOrder } }),
        });
      }),
    book: async (completion, key, attempt) =>
      run(booking(options, session.partner, { completion, key, attempt })),
    close: async (signal) => session.close?.({ signal }),
  };
}
