import type { Receipt } from '../../model/completions.ts';
import { Rejected } from '../../model/errors.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import { requireArticle } from '../booking-rules.ts';
import { type Built, builtOf, requireUnit } from '../built.ts';
import type { ErpConnector, ErpDefinition, ErpEnvironment, ReleasedOrdersPage } from '../connector.ts';
import { secrets } from '../login.ts';
import { book } from './book.ts';
import type { Errand } from './errand.ts';
import { listIncrementally, listWhole } from './list-orders.ts';
import { look } from './look.ts';
import type { RestOptions } from './options.ts';
import { restOptionsSchema } from './options-schema.ts';
import { createReadPage } from './paging.ts';
import { createSession, type Session } from './session.ts';

export { listAt, type Place, path, textAt, valueAt } from '../../platform/places.ts';
export { instantIn } from '../local-time.ts';
export type * from './options.ts';

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
    perSecond: options.perSecond,
    credentials: schema,
    credentialsExample: example,
    connect: (environment) => connect(options, environment),
  };
}

function connect<Row>(options: RestOptions<Row>, environment: ErpEnvironment<unknown>): ErpConnector {
  const { orders, link } = options;
  const session = createSession(options, environment);
  const { partner } = session;

  return {
    releasedOrders(since, signal) {
      let detailCalls = 0;
      const count = (calls: number) => {
        detailCalls += calls;
      };
      const read = createReadPage(session, options, orders, { signal, count });
      const pages =
        orders.incremental === false ? listWhole(read, since) : listIncrementally(read, since, partner);
      return orders.detail === undefined ? pages : counted(pages, () => detailCalls);
    },
    // Without a procedure there is nowhere to write it, and nobody should count on it.
    ...(link === undefined
      ? {}
      : {
          async linkProductOrder(order, productOrder, attempt) {
            await run(session, {
              procedure: link,
              at: 'link',
              what: `the link of order ${order.number}`,
              orderNumber: order.number,
              key: productOrder.id,
              attempt,
              context: (answers) => ({ ...answers, order, productOrder }),
              requireArticle: () => {},
              requireUnit: () => {},
            });
          },
        }),
    async book(completion, key, attempt) {
      const { number } = completion.erpOrder;
      const built = completion.kind === 'quantity' ? builtOf(completion, partner) : nothingBuilt;
      return run(session, {
        procedure: options.book,
        at: 'book',
        what: `${completion.kind === 'quantity' ? 'the booking' : 'the amendment'} of order ${number}`,
        orderNumber: number,
        key,
        attempt,
        context: (answers) => ({ ...answers, completion, built, key }),
        requireArticle: (article) => requireArticle(completion, article, partner),
        requireUnit: (unit) => requireUnit(built, number, unit, partner),
      });
    },
  };
}

/** Pages that tell how many requests for details it took to make them. */
async function* counted(
  pages: AsyncIterable<ReleasedOrdersPage>,
  calls: () => number,
): AsyncGenerator<ReleasedOrdersPage> {
  let before = 0;
  for await (const page of pages) {
    yield { ...page, detailCalls: calls() - before };
    before = calls();
  }
}

/** Looks, with a session that cannot write, and does what the look has left. */
async function run<Context>(session: Session, errand: Errand<Context>): Promise<Receipt> {
  const looked = await look(session, errand);
  if ('receipt' in looked) return looked.receipt;
  return { reference: await book(session, looked.toBook), alreadyBooked: false };
}

/** What an amendment adds has no quantity. */
const nothingBuilt: Built = {
  good: '0',
  scrap: '0',
  produced: '0',
  unit: undefined,
  goodLots: [],
  scrapLots: [],
};
