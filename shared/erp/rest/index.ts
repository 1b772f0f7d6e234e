import type { Receipt } from '../../model/completions.ts';
import { compareDecimals, toDecimal } from '../../model/quantity.ts';
import {
  type Built,
  builtOf,
  keepingTrackOfWrites,
  mayClose,
  requireArticle,
  requireDecimals,
  requireUnit,
} from '../booking-rules.ts';
import type { ErpConnector, ErpDefinition, ErpEnvironment } from '../connector.ts';
import { type Connector, defineConnector, type ErpSecret } from '../define-connector.ts';
import { rejected } from '../failures.ts';
import { secrets } from '../login.ts';
import { lacksOf, OrderDetails, withReasons } from './assembly.ts';
import { book } from './book.ts';
import type { BookContext } from './contexts.ts';
import { listIncrementally, listWhole, readListedOrder } from './list-orders.ts';
import { look } from './look.ts';
import { optionsSchema, type RestOptions } from './options.ts';
import { createListing } from './paging.ts';
import type { Task } from './run.ts';
import { createSession, type Session } from './session.ts';

export { listAt, type Place, path, textAt, valueAt } from '../../platform/places.ts';
export { instantIn } from '../local-time.ts';
export type { RestComponent, RestList, RestOperation } from './assembly.ts';
export type * from './contexts.ts';
export type { RestOrder } from './mapped-order.ts';
export type * from './options.ts';

/**
 * Any ERP with an HTTP API, by configuration alone: how to log in, how its released orders are listed, and
 * how a completion is looked up, booked and read back. `FIRST-BOOKING.md` has them whole, for REST, OData and GraphQL.
 * @example
 * const myErp = ({ orders, book }: Pick<Parameters<typeof rest>[0], 'orders' | 'book'>) =>
 *   rest({ baseUrl: 'https://erp.example.com/api', auth: { kind: 'apiKey' }, orders, book });
 */
export const rest = defineConnector({
  folder: 'rest',
  options: optionsSchema(),
  generic: true,
  lacks: ({ takes }) => lacksOf(takes),
  secret: ({ auth }: RestOptions): ErpSecret<unknown> => secrets[auth.kind],
  connect,
  // Where it is called, the compiler sees to it that `row` and `order` are about the same row.
}) as RestConnector;

interface RestConnector extends Connector<RestOptions, unknown, 'rest'> {
  <Row>(options: RestOptions<Row>): ErpDefinition;
}

function connect<Row>(options: RestOptions<Row>, environment: ErpEnvironment<unknown>): ErpConnector {
  const { orders, link } = options;
  const { one } = orders;
  const session = createSession(options, environment);
  const { partner } = session;

  return {
    async *releasedOrders(since, signal) {
      const listing = createListing(session, options, orders, signal);
      yield* orders.incremental === false ? listWhole(listing, since) : listIncrementally(listing, since);
      listing.requireWhole();
    },
    readOrder: one && ((order, signal) => readListedOrder(session, orders, one, order, signal)),
    // Without a procedure there is nowhere to write it, so the function is missing.
    linkProductOrder:
      link &&
      (async (order, productOrder, attempt) => {
        await run(session, {
          procedure: link,
          at: 'link',
          what: `the link of order ${order.number}`,
          orderNumber: order.number,
          key: productOrder.id,
          attempt,
          context: (answers) => ({ ...answers, order, productOrder }),
        });
      }),
    book: async (completion, key, attempt) =>
      run(session, bookingOf(options, partner, { completion, key, attempt })),
  };
}

/** What a booking is run for. @throws Rejected for figures that the ERP cannot take. */
function bookingOf<Row>(
  { book: procedure, decimals, takes = [] }: RestOptions<Row>,
  partner: string,
  { completion: told, key, attempt }: Pick<BookContext, 'completion' | 'key'> & Pick<Task<never>, 'attempt'>,
): Task<BookContext> {
  const { number } = told.erpOrder;
  const isAmendment = told.kind === 'amendment';
  const built = isAmendment ? nothingBuilt : builtOf(told, partner);
  if (decimals !== undefined) requireDecimals(built, number, decimals, partner);
  const completion = takes.includes('reasons') ? told : withReasons(told, built);
  const details = new OrderDetails(completion, built, { partner, decimals });
  let { final } = completion;
  return {
    procedure,
    at: 'book',
    what: `the ${isAmendment ? 'amendment' : 'booking'} of order ${number}`,
    orderNumber: number,
    key,
    attempt,
    context: (answers, lists) => ({
      ...answers,
      get completion() {
        return { ...completion, final };
      },
      built,
      get uses() {
        return details.uses(lists);
      },
      get reports() {
        return details.reports(lists);
      },
      key,
    }),
    requireDetails: (lists) => details.require(lists),
    compareUsed: (used) => details.compareUsed(used),
    requireArticle: (article) => requireArticle(completion, article, partner),
    requireUnit: (unit) => requireUnit(built, number, unit, partner),
    compareQuantity(quantity, unit = '') {
      const amount = toDecimal(quantity);
      if (amount === undefined) {
        const why = `${partner} tells "${quantity}" for the quantity of order ${number}, which is no decimal: check erp.book.lookUp.`;
        throw rejected('configuration', why);
      }
      details.quantity = amount;
      final = mayClose(completion, { amount, unit }, built.produced);
    },
    compareGood(good) {
      const amount = toDecimal(good);
      if (isAmendment || (amount !== undefined && compareDecimals(amount, built.good) === 0)) return;
      const other = `${partner} has booked ${good} of order ${number}, but ${built.good} was built`;
      const remedy = 'correct it there; if it rounds, let the mapping round, and say so in erp.decimals';
      throw rejected('booked-otherwise', `${other}: ${remedy}.`);
    },
  };
}

/** Looks, with a session that cannot write, and does what the look has left. */
function run<Context>(session: Session, task: Task<Context>): Promise<Receipt> {
  return keepingTrackOfWrites(async (onWritten) => {
    const found = await look(session, task);
    return 'receipt' in found ? found.receipt : book(session, found.toBook, onWritten);
  });
}

/** An amendment has no quantity. */
const nothingBuilt: Built = {
  good: '0',
  scrap: '0',
  produced: '0',
  goodLots: [],
  scrapLots: [],
  scrapped: [],
};
