import type * as z from 'zod/mini';
import type { BookingKey, Completion } from '../../model/completions.ts';
import type { ErpOrderRef, ProductOrderRef } from '../../model/orders.ts';
import type { HttpRequest, HttpResponse } from '../../platform/http.ts';
import type { Place } from '../../platform/places.ts';
import type { Built } from '../booking-rules.ts';
import type { ErpOptions } from '../options.ts';

/** A call below the base URL. A body that is not text is sent as JSON; authentication is added. */
export type RestRequest = Pick<HttpRequest, 'method' | 'path' | 'query' | 'headers' | 'body'>;
/** What the ERP answered: `status`, `headers`, `text`, and `json`, which is undefined when the body is no JSON. */
export type RestAnswer = HttpResponse;
/** A call that only reads. Default `GET`; `POST` where the ERP takes its questions that way. */
export type RestQuestion = Omit<RestRequest, 'method'> & { readonly method?: 'GET' | 'POST' };

/** How an ERP is reached. */
export interface RestConnection extends ErpOptions {
  /** How messages name the ERP. Default `ERP`. */
  readonly name?: string;
  /** Address that the paths of all calls follow, `https://erp.example.com/api`. */
  readonly baseUrl: string;
  /** Sent with every call. Not for secrets, which are in Secrets Manager. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly auth: RestAuthentication;
  /** Handshake before writes, as SAP Gateway wants it: a token is fetched and sent back with its cookies. Default: none. */
  readonly csrf?: RestCsrf;
}

/** An ERP with an HTTP API, described: how it is reached, how its orders are listed, how a completion is booked. */
export interface RestOptions<Row = unknown> extends RestConnection {
  readonly orders: RestListing<Row>;
  /** Writes into the ERP which product order an order became. Default: it is not written. */
  readonly link?: RestProcedure<LinkContext>;
  readonly book: RestProcedure<BookContext>;
}

export type RestAuthentication =
  /** Secret `{ apiKey }`, sent in this header (default `X-API-Key`), after `prefix` (default: nothing). */
  | { readonly kind: 'apiKey'; readonly header?: string; readonly prefix?: string }
  /** Secret `{ username, password }`. */
  | { readonly kind: 'basic' }
  /** Secret `{ token }`. */
  | { readonly kind: 'bearer' }
  /** Secret `{ clientId, clientSecret }`, for which `tokenUrl` gives a token (RFC 6749 §4.4). */
  | {
      readonly kind: 'oauth2ClientCredentials';
      readonly tokenUrl: string;
      readonly scope?: string;
      /** Further fields of the token request (`audience`, `resource`). */
      readonly parameters?: Readonly<Record<string, string>>;
      /** Where the client's id and secret are sent: in the body, or in a Basic header. Default `body`. */
      readonly credentialsIn?: 'body' | 'basic';
    };

export interface RestCsrf {
  /** Path that is read with the header set to `value`; the token comes back in the same header. */
  readonly fetchPath: string;
  /** Default `X-CSRF-Token`. */
  readonly header?: string;
  /** Default `Fetch`. */
  readonly value?: string;
}

/** How released orders are listed. */
export interface RestListing<Row> {
  /** Default `GET`. */
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  /**
   * Query of the request. `since` is the time from which changes are wanted, that time included: an ISO instant in UTC,
   * or as the option `since` writes it. It is undefined when all orders are wanted.
   */
  readonly query?: (since: string | undefined) => NonNullable<HttpRequest['query']>;
  /** Body of the request, for a listing by `POST`. */
  readonly body?: (since: string | undefined) => unknown;
  /** How `since` is written, for an ERP that compares with its own clock. Default: an ISO instant in UTC. */
  readonly since?: RestSince;
  readonly paging: RestPaging;
  /** Statuses that mean that there are no (more) orders, as some ERPs answer 404 instead of an empty list. Default: none. */
  readonly emptyStatus?: readonly number[];
  /** Where the answer has the rows. */
  readonly list: Place;
  /** Schema of a row. */
  readonly row: z.ZodMiniType<Row>;
  /** A second request for each row, if the row does not hold the whole order. Default: none. */
  readonly detail?: RestDetail<Row>;
  /**
   * Makes the order of a row and of the answer about its detail. If a row does not fit, or this function throws on it, it
   * is reported to a person, and the other rows are listed.
   */
  readonly order: (row: Row, detail?: RestAnswer) => RestOrder;
  /**
   * True (the default): the query honours `since`, and rows are sorted by change time, oldest first. False: it does not,
   * they are not, or an order may change and keep its change time. Then every run reads all pages and hands on all orders
   * that changed since going live; known ones are compared by content. For 10,000 orders in pages of 50 that is 400 calls,
   * as the list is read until nothing new shows, and 20,000 reads of the ledger: a quarter of a minute a run, and about
   * one dollar of AWS a day with a run every five minutes. Let the query leave closed orders out.
   */
  readonly incremental?: boolean;
}

/** `since` by the ERP's clock, to the second. */
export interface RestSince {
  /** IANA time zone of the ERP's clock, `Europe/Brussels`. */
  readonly timeZone: string;
  /**
   * `local`: without a zone, `2026-12-01T06:00:00`; up to an hour earlier before the clock is put back, as it then
   * shows an hour twice. Read the times of such rows with `instantIn`. `iso`: with its offset, `2026-12-01T06:00:00+01:00`.
   */
  readonly format: 'local' | 'iso';
}

/** One request for each row. Rows with the same request share its answer within one run. */
export interface RestDetail<Row> {
  /** Undefined for a row that already holds the whole order. */
  readonly request: (row: Row) => RestQuestion | undefined;
  /** Statuses, beside 200 to 299, that `order` can read. After any other 4xx the row cannot be read. Default: none. */
  readonly accepts?: readonly number[];
  /** Requests at the same time, 1 to 16. Default 4. */
  readonly atOnce?: number;
  /** Most requests for one page: a page that needs more is refused, so that no ERP is flooded by mistake. Default 500. */
  readonly most?: number;
}

/** How further pages are asked for. Without `next`, pages are read until one is empty, as servers may cap their size. */
export type RestPaging =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'page';
      /** Query parameter that takes the number of the page. */
      readonly parameter: string;
      /** Number of the first page. Default 1. */
      readonly first?: number;
      readonly size?: PageSize;
      /** Where the answer has the number of the next page; nothing there means that this is the last. */
      readonly next?: Place;
    }
  | { readonly kind: 'offset'; readonly parameter: string; readonly size: PageSize }
  | { readonly kind: 'cursor'; readonly parameter: string; readonly next: Place; readonly size?: PageSize }
  | { readonly kind: 'nextLink'; readonly next: Place; readonly size?: PageSize };

export interface PageSize {
  /** Query parameter that takes the number of rows. */
  readonly parameter: string;
  readonly rows: number;
}

/**
 * A row as an order. Numbers may be JSON numbers, but whole ones beyond 2^53 are refused, as they have lost digits; where
 * the ERP gives decimals as text, quantities are text.
 */
export interface RestOrder {
  readonly number: string | number;
  /** The ERP's internal id, if a person may change the number. */
  readonly id?: string | number | null | undefined;
  readonly article: string | number;
  /** A decimal above 0; any decimal if the order is cancelled. */
  readonly quantity: string | number;
  readonly unit?: string | null | undefined;
  /** ISO date, or date-time with zone. */
  readonly dueDate?: string | null | undefined;
  /** `other` for an order that is neither, and is skipped. */
  readonly state: 'released' | 'cancelled' | 'other';
  /** ISO instant with zone; null for an order that has not changed since `createdAt`. */
  readonly changedAt: string | null | undefined;
  /** ISO instant with zone; needed where `changedAt` may be null. */
  readonly createdAt?: string | null | undefined;
  /** Further fields for the mapping. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** What every function of a procedure gets. */
export interface ProcedureContext {
  /** The answer of a look-up, by its name. */
  readonly found: (name: string) => RestAnswer;
  /** The answer of an earlier step of this attempt, by its name; undefined if it did not run. */
  readonly answered: (name: string) => RestAnswer | undefined;
}

/** What the functions of `book` get. */
export interface BookContext extends ProcedureContext {
  readonly completion: Completion;
  /** Its figures, which were checked: above 0, in one unit, and lots that add up. All are 0 for an amendment. */
  readonly built: Built;
  /** Identifies this booking for ever: write it into the ERP, and search for it. */
  readonly key: BookingKey;
}

/** What the functions of `link` get. */
export interface LinkContext extends ProcedureContext {
  readonly order: ErpOrderRef;
  readonly productOrder: ProductOrderRef;
}

/**
 * Reads, then writes step by step, then reads again. Only look-ups can refuse without a trace: when a step is refused,
 * the steps before it are in the ERP already.
 */
export interface RestProcedure<Context> {
  /** Asked in this order, in every attempt, before any step. At least one has `done`. */
  readonly lookUp: readonly RestLookUp<Context>[];
  /** Taken in this order; the irrevocable one last. */
  readonly steps: readonly RestStep<Context>[];
  /** Proves that the steps had their effect. Default: the look-ups with `done`, or all if a step has one, once more. */
  readonly readBack?: {
    readonly request: (context: Context) => RestQuestion;
    /** Reference of the booking for a person; undefined while the ERP does not show it. */
    readonly confirmed: (answer: RestAnswer, context: Context) => string | undefined;
  };
}

export interface RestLookUp<Context> {
  /** Names it in messages, and for `found`. */
  readonly name: string;
  /** Whether it applies to this completion or link. Default: always. */
  readonly when?: (context: Context) => boolean;
  readonly request: (context: Context) => RestQuestion;
  /** Statuses, beside 200 to 299, that are an answer to look at: 404, where it means an empty list. Default: none. */
  readonly accepts?: readonly number[];
  /** Whether the ERP does not know the order. A 404 says so too, unless `accepts` has it or its body is no JSON. */
  readonly unknown?: (answer: RestAnswer, context: Context) => boolean;
  /** Reference of what the ERP shows *with our key*: then only steps that have a `done` themselves may be left. */
  readonly done?: (answer: RestAnswer, context: Context) => string | undefined;
  /**
   * Why it can never be done (cancelled, done by others): a sentence for a planner. Asked, like `article` and
   * `unit`, only while the ERP shows nothing with our key.
   */
  readonly refused?: (answer: RestAnswer, context: Context) => string | undefined;
  /** Why it cannot be done yet (locked, busy): a sentence. */
  readonly waits?: (answer: RestAnswer, context: Context) => string | undefined;
  /** The product that the order is for: a completion of another one is refused. */
  readonly article?: (answer: RestAnswer, context: Context) => string | undefined;
  /** The unit that the order is counted in: a completion in another one is refused, as nothing is converted. */
  readonly unit?: (answer: RestAnswer, context: Context) => string | undefined;
}

export interface RestStep<Context> {
  /** Names it in messages, and for `answered`. */
  readonly name: string;
  /** Whether it applies to this completion or link. Default: always. */
  readonly when?: (context: Context) => boolean;
  /**
   * Whether the look-ups show that it was taken: for a step that continues another (book, then close), often with a
   * look-up of its own. After a crash between the two, the next attempt takes the steps that are left. Default: it was
   * taken if a look-up's `done` finds our key.
   */
  readonly done?: (context: Context) => boolean;
  /** Default method: `POST`. */
  readonly request: (context: Context) => RestRequest;
  readonly success?: {
    /** Statuses that mean success. Default: 200 to 299. */
    readonly status?: readonly number[];
    /**
     * Looks at the body of such an answer: true, or the sentence of the error that it certainly holds. In doubt
     * return true: the read-back decides.
     */
    readonly test?: (answer: RestAnswer, context: Context) => true | string;
  };
  /** For any answer: why it can never be done, as a sentence. Asked first. */
  readonly rejected?: (answer: RestAnswer, context: Context) => string | undefined;
  /** For any answer: whether this order must wait. After a 423 it always waits. */
  readonly retryable?: (answer: RestAnswer, context: Context) => boolean;
  /** Header that takes the booking key, for the rare ERP that honours one. Default: none. */
  readonly idempotencyKeyHeader?: string;
}
