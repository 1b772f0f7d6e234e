import { Rejected } from '../../model/errors.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import { requireArticle } from '../booking-rules.ts';
import type { ErpConnector, ErpDefinition, ErpEnvironment } from '../connector.ts';
import { secrets } from '../login.ts';
import { listIncrementally, listWhole } from './list-orders.ts';
import { type RestOptions, restOptionsSchema } from './options.ts';
import { createReadPage } from './paging.ts';
import { runProcedure } from './procedure.ts';
import { createSession } from './session.ts';

export type * from './options.ts';
export { listAt, type Place, path, textAt, valueAt } from './places.ts';

/**
 * Any ERP with an HTTP API, by configuration alone: how to log in, how its released orders are listed, and
 * how a completion is looked up, booked and read back.
 * @throws Rejected when the options do not fit, naming the field.
 */
export function rest<Row>(options: RestOptions<Row>): ErpDefinition {
  const parsed = parse(restOptionsSchema, options);
  if (!parsed.ok)
    throw new Rejected(`rest(): ${describeMismatches(parsed.mismatches)}`, { code: 'configuration' });
  const { schema, example } = secrets[options.auth.kind];
  return {
    name: options.name ?? 'rest',
    atOnce: options.atOnce,
    credentials: schema,
    credentialsExample: example,
    connect: (environment) => connect(options, environment),
  };
}

function connect<Row>(options: RestOptions<Row>, environment: ErpEnvironment<unknown>): ErpConnector {
  const { orders, link, book } = options;
  const session = createSession(options, environment);
  const { partner } = session;

  return {
    releasedOrders(since, signal) {
      const read = createReadPage(session, options, orders, signal);
      return orders.incremental === false ? listWhole(read, since) : listIncrementally(read, since, partner);
    },
    // Without a procedure there is nowhere to write it, and nobody should count on it.
    ...(link === undefined
      ? {}
      : {
          async linkProductOrder(order, productOrder, attempt) {
            await runProcedure({
              session,
              procedure: link,
              what: `the link of order ${order.number}`,
              orderNumber: order.number,
              key: productOrder.id,
              attempt,
              context: (answers) => ({ ...answers, order, productOrder }),
              requireArticle: () => {},
            });
          },
        }),
    async book(completion, key, attempt) {
      const { number } = completion.erpOrder;
      const { reference, alreadyDone } = await runProcedure({
        session,
        procedure: book,
        what: `${completion.kind === 'quantity' ? 'the booking' : 'the amendment'} of order ${number}`,
        orderNumber: number,
        key,
        attempt,
        context: (answers) => ({ ...answers, completion, key }),
        requireArticle: (article) => requireArticle(completion, article, partner),
      });
      return { reference, alreadyBooked: alreadyDone };
    },
  };
}
