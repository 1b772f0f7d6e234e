import * as z from 'zod/mini';
import type { ErpOrderRef } from '../../model/orders.ts';
import type { HttpRequest, HttpResponse } from '../../platform/http.ts';
import { placeSchema } from '../../platform/places.ts';
import { strictObject } from '../../platform/validation.ts';
import { authenticationSchema } from '../authentication.ts';
import { erpOptionsShape, fn, optionalFn, readonlyList, timeZoneSchema } from '../options.ts';
import type { BookContext, LinkContext } from './figures.ts';
import type { RestOrder } from './row-schema.ts';
import { detailNames, type ListName, type RestList, type RestProof } from './schemas.ts';

/** A call below the base URL. A body that is not text is sent as JSON; authentication is added. */
export type RestRequest = Pick<HttpRequest, 'method' | 'path' | 'query' | 'headers' | 'body'>;
/** What the ERP answered: `status`, `headers`, `text`, and `json`, which is undefined when the body is no JSON. */
export type RestAnswer = HttpResponse;
/** A call that only reads. Default `GET`; `POST` where the ERP takes its questions that way. */
export type RestQuestion = Omit<RestRequest, 'method'> & { readonly method?: 'GET' | 'POST' };

/**
 * What an answer means: a sentence for a person, why this order waits, or why the ERP is down. `afterSeconds`: not asked again
 * before.
 */
export type RestMeaning =
  | { readonly refused: string }
  | { readonly waits: string; readonly afterSeconds?: number | undefined }
  | { readonly down: string; readonly afterSeconds?: number | undefined };

/** Reads a text in an answer: a reference, or a sentence. */
type TextOf<Context> = (answer: RestAnswer, context: Context) => string | undefined;

/** Reads a list in an answer. */
type ListOf<Name extends ListName, Context> = (answer: RestAnswer, context: Context) => RestList<Name>;

const statusList = readonlyList(z.int());

/** Query parameter that takes the page's number, offset or cursor. Absent where `body` writes it. */
const parameter = z.optional(z.string());

const restPagingSchema = z.discriminatedUnion('kind', [
  strictObject({ kind: z.literal('none') }),
  strictObject({
    kind: z.literal('page'),
    parameter,
    /** Number of the first page. Default 1. */
    first: z.optional(z.int()),
  }),
  strictObject({ kind: z.literal('offset'), parameter }),
  strictObject({ kind: z.literal('cursor'), parameter, next: placeSchema }),
  strictObject({ kind: z.literal('nextLink'), next: placeSchema }),
]);
export type RestPaging = z.input<typeof restPagingSchema>;

/** One request for each row. Rows with the same request share its answer within one run. */
const restDetailSchema = <Row>() =>
  strictObject({
    /** Undefined for a row that already holds the whole order. */
    request: fn<(row: Row) => RestQuestion | undefined>(),
  });
export type RestDetail<Row> = z.input<ReturnType<typeof restDetailSchema<Row>>>;

/** One request for one order. */
const restOneSchema = strictObject({
  /** Asks for it: by its id if the listing tells one, as a number may change. */
  request: fn<(order: ErpOrderRef) => RestQuestion>(),
  /** As in a look-up of a booking. Default: none. */
  accepts: z.optional(statusList),
  /** As in a look-up: whether the ERP does not have the order any more. A 404 says so too. */
  unknown: optionalFn<(answer: RestAnswer, order: ErpOrderRef) => boolean>(),
  /** Finds the order in the answer, as a row of the list would show it. Default: the whole answer. */
  row: optionalFn<(answer: RestAnswer, order: ErpOrderRef) => unknown>(),
});
export type RestOne = z.input<typeof restOneSchema>;

const saysPosition = z.refine<{ readonly paging: RestPaging; readonly body?: unknown }>(
  ({ paging, body }) =>
    paging.kind === 'none' || paging.kind === 'nextLink' || (paging.parameter ?? body) !== undefined,
  { path: ['paging', 'parameter'], error: 'a query parameter, as orders.body does not write the position' },
);

/**
 * With `$top` a server of OData gives so many rows in all, and names no next page: the first ones, at each pull (OData 4.01 Part 1,
 * 11.2.6.3). How many rows a page has is asked for by a header.
 */
const listsAllPages = z.refine<{
  readonly paging: RestPaging;
  readonly path: string;
  readonly query?: ((since: string | undefined) => object) | undefined;
}>(({ paging, path, query }) => paging.kind !== 'nextLink' || !namesTop(path, query), {
  path: ['query'],
  error:
    "no $top, as the server then lists the first rows alone and names no next page: say `headers: { Prefer: 'odata.maxpagesize=100' }` where its pages are too large",
});

function namesTop(path: string, query: ((since: string | undefined) => object) | undefined): boolean {
  const named = [undefined, '2026-01-01T00:00:00.000Z'].flatMap((since) => {
    try {
      return Object.keys(query?.(since) ?? {});
    } catch {
      // Whoever lists learns why it fails.
      return [];
    }
  });
  return named.includes('$top') || /[?&](\$|%24)top=/i.test(path);
}

/** How released orders are listed. */
const restListingSchema = <Row>() =>
  strictObject({
    /** Default `GET`. */
    method: z.optional(z.enum(['GET', 'POST'])),
    path: z.string(),
    /**
     * Query of the request. `since` is the time from which changes are wanted, that time included: an ISO instant in UTC,
     * or as the option `since` writes it. It is undefined when all orders are wanted. How many rows a page has stands here.
     * It is encoded as it is sent, with `%20` for a blank and `%2B` for a plus.
     */
    query: optionalFn<(since: string | undefined) => NonNullable<HttpRequest['query']>>(),
    /**
     * Body of the request, for a listing by `POST`, such as GraphQL.
     * @param position Of the page: its number, offset or cursor, as text; undefined for the first one.
     */
    body: optionalFn<(since: string | undefined, position: string | undefined) => unknown>(),
    /** How `since` is written, for an ERP that compares with its own clock. Default: an ISO instant in UTC. */
    since: z.optional(
      strictObject({
        /**
         * IANA time zone of the ERP's clock, `Europe/Brussels`: `since` is written without a zone, to the second,
         * `2026-12-01T06:00:00`; up to an hour earlier before the clock is put back, as it then shows an hour
         * twice. Read the times of such rows with `instantIn`.
         */
        timeZone: timeZoneSchema,
      }),
    ),
    /**
     * How further pages are asked for. Without `next`, pages are read until one is empty, as servers may cap their size.
     * If the answer says that more rows follow (`pageInfo.hasNextPage`, `@odata.nextLink`) where no next page is found, the
     * listing fails in the end.
     */
    paging: restPagingSchema,
    /** Statuses that mean that there are no (more) orders, as some ERPs answer 404 instead of an empty list. Default: none. */
    emptyStatus: z.optional(statusList),
    /** Where the answer has the rows. */
    list: placeSchema,
    /** Schema of a row. */
    row: z.custom<z.ZodMiniType<Row>>((value) => value instanceof z.ZodMiniType, 'a schema of zod/mini'),
    /** A second request for each row, if the row does not hold the whole order. Default: none. */
    detail: z.optional(restDetailSchema<Row>()),
    /**
     * Makes the order of a row and of the answer about its detail. If a row is invalid, or this function throws on it, it
     * is reported to a person, and the other rows are listed.
     */
    order: fn<(row: Row, detail?: RestAnswer) => RestOrder>(),
    /**
     * How one order is asked for as it is now, whatever its state: the answer is read as a row of the list, with `restDetailSchema`
     * and `order`. So `order` must tell by the row when it is not released, even if the query leaves such orders out.
     * Default: it cannot be asked for.
     */
    one: z.optional(restOneSchema),
    /**
     * True (the default): the query honours `since`, and rows are sorted by change time, oldest first, and then by a unique
     * key such as the id: else those of one time come in another order on each page, and some on none, and the listing fails
     * in the end when it finds one on two pages. False: it does not, they are not, or a change may keep the change time. Then
     * every run reads all pages and hands on all orders that changed since going live; known ones are compared by content.
     * For 10,000 orders in pages of 50 that is 200 calls and 20,000 reads of the ledger: up to a quarter of a minute a run,
     * and about one dollar of AWS a day with a run every five minutes. Let the query leave closed orders out.
     */
    incremental: z.optional(z.boolean()),
  }).check(saysPosition, listsAllPages);
export type RestListing<Row> = z.input<ReturnType<typeof restListingSchema<Row>>>;

const restLookUpSchema = <Context>() =>
  strictObject({
    /** Names it in messages, and for `found`. */
    name: z.string(),
    /** Whether it applies to this completion or link; `found` has the look-ups before it. Default: always. */
    when: optionalFn<(context: Context) => boolean>(),
    request: fn<(context: Context) => RestQuestion>(),
    /** Statuses, besides 200 to 299, that are an answer to look at: 404, where it means an empty list. Default: none. */
    accepts: z.optional(statusList),
    /** Whether the ERP does not know the order. A 404 says so too, unless `accepts` has it or its body is no JSON. */
    unknown: optionalFn<(answer: RestAnswer, context: Context) => boolean>(),
    /** Reference of what the ERP shows *with our key*: then only steps that have a `done` themselves may be left. */
    done: optionalFn<TextOf<Context>>(),
    /** The good quantity of what `done` has found, as a decimal: an alert says if it is not what was built. */
    good: optionalFn<TextOf<Context>>(),
    /**
     * Why it can never be done (cancelled, done by others): a sentence for a planner. Asked, like `article` and
     * `unit`, only while the ERP shows nothing with our key.
     */
    refused: optionalFn<TextOf<Context>>(),
    /** Why it cannot be done yet (locked, busy): a sentence. */
    waits: optionalFn<TextOf<Context>>(),
    /** The product that the order is for: a completion of another one is refused. */
    article: optionalFn<TextOf<Context>>(),
    /** The unit that the order is counted in: a completion in another one is refused, as nothing is converted. */
    unit: optionalFn<TextOf<Context>>(),
    /**
     * The quantity that the order is for now, as a decimal. While it is another one than that of the product orders, and
     * more than was built, `completion.final` is false for all functions, so that the rest can stay open.
     */
    quantity: optionalFn<TextOf<Context>>(),
    /**
     * The components of the order, each article once: `{ article, planned, used, unit, id }`, all for the whole order; what
     * is planned for a booking is its share of the order's `quantity`. One that the order does not have, or more than it has
     * left, is refused before the first step.
     */
    components: optionalFn<ListOf<'components', Context>>(),
    /** The operations of the order: `{ names, id }`. Another one is refused, and one that reports twice. */
    operations: optionalFn<ListOf<'operations', Context>>(),
    /**
     * The lots of its components: `{ article, number, open, blocked }`. Another one is refused, one that is blocked, and one
     * of which less is left.
     */
    lots: optionalFn<ListOf<'lots', Context>>(),
    /** What was consumed by what `done` has found: `{ article, quantity }`. An alert says if it is not what was used. */
    used: optionalFn<ListOf<'used', Context>>(),
  });
export type RestLookUp<Context> = z.input<ReturnType<typeof restLookUpSchema<Context>>>;

const restStepSchema = <Context>() =>
  strictObject({
    /** Names it in messages, and for `answered`. */
    name: z.string(),
    /** Whether it applies to this completion or link. Default: always. */
    when: optionalFn<(context: Context) => boolean>(),
    /**
     * Whether the look-ups show that it was taken: for a step that continues another (book, then close), often with a
     * separate look-up. After a crash between the two, the next attempt takes the steps that are left. Default: it was
     * taken if a look-up's `done` finds our key.
     */
    done: optionalFn<(context: Context) => boolean>(),
    /** Default method: `POST`. */
    request: fn<(context: Context) => RestRequest>(),
    /**
     * For any answer, whatever its status: why it can never be done, as a sentence. Asked first. In doubt about a
     * 2xx return nothing: the read-back decides.
     */
    rejected: optionalFn<TextOf<Context>>(),
    /** For any answer: whether this order must wait. After a 423 it waits without this, unless `answers` or `rejected` says otherwise. */
    retryable: optionalFn<(answer: RestAnswer, context: Context) => boolean>(),
    /**
     * The other side promises to book a key once, however often it comes, and to answer with the first booking each time: a relay
     * or a service of your own (`RELAY.md`). Then `proof` is asked in the place of look-ups with `done`. Without an answer, and
     * after a 408, 429 or 5xx, the same call is made again; a success that does not name our key and our figures is for a person.
     */
    once: z.optional(z.literal('byKey')),
    /** With `once`: the key, the reference and the figures in a success. `scrap` is compared where it is there. */
    proof: optionalFn<(answer: RestAnswer, context: Context) => RestProof>(),
    /**
     * With `once`: when, by whom and on which test system `npm run trial` has shown that the promise is kept. Without it no
     * stack is made.
     */
    tried: z.optional(z.string().check(z.minLength(1))),
  }).check(
    z.refine(({ once, proof }) => (once === undefined) === (proof === undefined), {
      path: ['proof'],
      error: 'a function where once is said, and nothing where it is not',
    }),
  );
export type RestStep<Context> = z.input<ReturnType<typeof restStepSchema<Context>>>;

/**
 * Reads, then writes step by step, then asks the look-ups with `done` again, or all if a step has one: they prove that
 * the steps had their effect. Only look-ups can refuse without a trace: when a step is refused,
 * the steps before it are in the ERP already.
 */
const restProcedureSchema = <Context>() =>
  strictObject({
    /** Asked in this order, in every attempt, before any step. At least one has `done`, unless the steps have `once`. */
    lookUp: readonlyList(restLookUpSchema<Context>()).check(
      z.refine(
        (list) => new Set(list.map(({ name }) => name)).size === list.length,
        'a different name for each look-up',
      ),
    ),
    /** Taken in this order; the irrevocable one last. */
    steps: readonlyList(restStepSchema<Context>(), 1),
  }).check(
    z.refine(
      ({ lookUp, steps }) =>
        lookUp.some(({ done }) => done !== undefined) !== steps.every(({ once }) => once !== undefined),
      {
        path: ['lookUp'],
        error: 'at least one look-up with `done`, or `once` of every step and no such look-up',
      },
    ),
  );
export type RestProcedure<Context> = z.input<ReturnType<typeof restProcedureSchema<Context>>>;

/** An ERP with an HTTP API, described: how it is reached, how its orders are listed, how a completion is booked. */
export const optionsSchema = <Row>() =>
  strictObject({
    ...erpOptionsShape,
    /** How messages name the ERP. Default `ERP`. */
    name: z.optional(z.string().check(z.minLength(1))),
    /** Address that the paths of all calls follow, `https://erp.example.com/api`. */
    baseUrl: z.url(),
    /** Sent with every call. Not for secrets, which are in Secrets Manager. Default: none. */
    headers: z.optional(z.record(z.string(), z.string())),
    auth: authenticationSchema,
    /** Handshake before writes, as SAP Gateway wants it: a token is fetched and sent back with its cookies. Default: none. */
    csrf: z.optional(
      strictObject({
        /** Path that is read with `X-CSRF-Token: Fetch`; the token comes back in the same header. */
        fetchPath: z.string(),
      }),
    ),
    /**
     * What an answer means, by its status and body, whatever was called: the listing, a row's detail, a look-up, a step, the
     * login. Asked first of every answer; where it says nothing, `accepts`, `rejected` and `retryable` say it, and then the
     * table in README.md. For an ERP whose refusals look like an outage, or the other way round: a 500 with a sentence is
     * `{ refused: 'that sentence' }`. `{ waits }`: only this order waits. `{ down }`: all orders wait; `afterSeconds` is what
     * the ERP asks for in its body. Default: nothing.
     */
    answers: optionalFn<(answer: RestAnswer) => RestMeaning | undefined>(),
    orders: restListingSchema<Row>(),
    /** Writes into the ERP which product order an order became. Default: it is not written. */
    link: z.optional(restProcedureSchema<LinkContext>()),
    book: restProcedureSchema<BookContext>(),
    /** Decimals of a quantity that the ERP keeps: what has more is refused before anything is written. Default: any number. */
    decimals: z.optional(z.int().check(z.nonnegative())),
    /**
     * What the steps send of a completion besides quantities, lots, notes and links: `['components', 'checks']`. A
     * configuration that maps another part is refused, as it would be lost; reasons of scrap become notes. Default: nothing.
     */
    takes: z.optional(readonlyList(z.enum(detailNames))),
  });
export type RestOptions<Row = unknown> = z.input<ReturnType<typeof optionsSchema<Row>>>;
